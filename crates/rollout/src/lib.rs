//! Moving users from v1 to v2, a share at a time.
//!
//! For applications: [`FlagClient`] answers "is this tenant on v2?" without waiting, from a copy
//! of the flag that is at most 60 s old, and goes on with the last known one while the database
//! is away. The rule itself is [`Flag::decide`]; `docs/rollout.md` has it with test vectors for
//! other languages.
//!
//! For the program `rollout`: schedules, gates over health and metrics, and the machine that
//! decides when a step ends, as pure functions; [`drive`] walks them over ports.

mod buckets;
pub mod client;
pub mod decision;
pub mod drive;
pub mod gate;
pub mod histogram;
pub mod machine;
pub mod percentage;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod prometheus;
pub mod schedule;
pub mod traffic;
pub mod watch;

pub use client::{FlagClient, FlagSource};
pub use decision::{Decision, Flag, Reason, bucket};
pub use percentage::Percentage;
