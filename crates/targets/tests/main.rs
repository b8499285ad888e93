//! The adapters against real servers.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails says so"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the tests look at the server directly, behind no pooler"
)]

mod postgres;
mod proof;
mod r2;

#[test]
fn all_of_it_holds_on_a_newer_server() {
    match sunset_testkit::newer::run_again("newer_server") {
        Ok(word) => println!("{word}"),
        Err(said) => panic!("on the newer server:\n{said}"),
    }
}
