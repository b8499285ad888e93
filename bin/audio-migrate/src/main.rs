//! audio-migrate
fn main() {}
