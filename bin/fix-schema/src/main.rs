//! fix-schema
fn main() {}
