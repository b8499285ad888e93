//! The flows over ports in memory.
#![allow(missing_docs)]
#![allow(clippy::expect_used, reason = "a test that fails says so")]

mod recordings;
mod simulation;
