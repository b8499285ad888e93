//! `deploy-check` against servers of our own.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so, and one without a server says why"
)]

mod branch;
mod certificates;
mod documents;
mod place;
mod sections;
mod server;
mod services;
mod watch;
mod words;
