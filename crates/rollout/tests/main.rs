//! The decision's properties, and schedules walked in memory.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that fails says so"
)]

mod properties;
mod walks;
