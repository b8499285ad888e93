//! `schema-push` against real servers.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    reason = "a test that fails says so; the two programs share the helpers"
)]

mod breaking;
mod broken;
mod drizzle;
mod drops;
mod empty;
mod enums;
mod existing;
mod generations;
mod golden;
mod hindrances;
mod holds;
mod latecomers;
mod names;
mod obstacles;
mod patience;
mod permissions;
mod races;
mod renames;
mod scratch;
mod strange;
mod surroundings;
mod tied;
mod traffic;
mod undo;

const PROGRAM: &str = env!("CARGO_BIN_EXE_schema-push");

#[test]
fn all_of_it_holds_on_a_newer_server() {
    match sunset_testkit::newer::run_again("newer_server") {
        Ok(word) => println!("{word}"),
        Err(said) => panic!("on the newer server:\n{said}"),
    }
}
