//! `v2-inspect` as an operator runs it. It needs no server.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot run its program fails"
)]

mod contents;
mod run;
mod words;
