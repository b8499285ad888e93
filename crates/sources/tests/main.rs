//! The sources, from the outside.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test without its server says so"
)]

#[cfg(test)]
mod documents;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod objects;
