//! Recordings: which object belongs to which conversation, what it is called in the new bucket,
//! what its bytes are, and what is to be done about it.

mod absent;
pub mod address;
pub mod bucket;
pub mod erasure;
pub mod format;
pub mod inventory;
pub mod matching;
pub mod outcome;
pub mod parts;
pub mod plan;
pub mod planner;
pub mod pointer;
pub mod record;
pub mod signature;
mod stale;

/// The `Cache-Control` of every stored recording.
pub const CACHE_CONTROL: &str = "public, max-age=31536000";

/// The prefix of every key.
pub const PREFIX: &str = "audio/";
