//! `audio-migrate` and `check-r2` as users run them: the sample from end to end, words and
//! statuses, a network with faults, and kill -9 in the middle of a large object.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails says so"
)]

mod cloud_storage;
mod crowd;
mod faults;
mod killed;
mod place;
mod refusals;
mod sample;
mod servers;
mod unchanged;
mod undone;
mod urls;
mod words;
mod workers;
