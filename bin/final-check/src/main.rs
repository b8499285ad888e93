//! final-check
fn main() {}
