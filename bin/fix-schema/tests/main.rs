//! `fix-schema` against real servers, alone and in its place behind `schema-push`.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    reason = "a test that fails says so; the two programs share the helpers"
)]

#[path = "../../schema-push/tests/breaking.rs"]
mod breaking;
mod costs;
mod families;
mod generations;
mod golden;
mod missed;
mod odd;
#[path = "../../schema-push/tests/scratch.rs"]
mod scratch;
mod strange;
mod surroundings;
mod taken_back;
mod traffic;
mod triggers;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fix-schema");

#[test]
fn all_of_it_holds_on_a_newer_server() {
    match sunset_testkit::newer::run_again("newer_server") {
        Ok(word) => println!("{word}"),
        Err(said) => panic!("on the newer server:\n{said}"),
    }
}
