//! check-r2
fn main() {}
