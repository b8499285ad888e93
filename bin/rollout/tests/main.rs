//! `rollout` against a real PostgreSQL and a real nginx.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails says so"
)]

mod back;
mod flags;
mod load;
mod rehearsal;
mod scratch;
mod service;
mod stage;
mod traffic;
mod wrangler;
