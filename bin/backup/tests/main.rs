//! The program as people run it: real servers, real pg_dump, real Redis.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot run its program fails, and one without a server says so"
)]

mod database;
mod redis;
mod scratch;
mod tools;
