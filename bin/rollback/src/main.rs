//! rollback
fn main() {}
