//! schema-push
fn main() {}
