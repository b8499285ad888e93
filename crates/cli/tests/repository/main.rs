//! What the repository says of itself, held against the code.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot read the repository fails"
)]

mod architecture;
mod documents;
mod environment;
mod placement;
mod release;
mod scaling;
