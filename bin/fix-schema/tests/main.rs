//! `fix-schema` against real servers, alone and in its place behind `schema-push`.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    reason = "a test that fails says so; the two programs share the helpers"
)]

mod generations;
#[path = "../../schema-push/tests/scratch.rs"]
mod scratch;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fix-schema");
