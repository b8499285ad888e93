//! What a room that may not print says while it works.

/// The target of such an event: its message is a line of talk, shown whatever `RUST_LOG` says.
pub const TARGET: &str = "sunset::talk";
