//! data-migrate
fn main() {}
