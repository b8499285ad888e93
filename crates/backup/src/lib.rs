//! Backups: PostgreSQL by `pg_dump`, Redis by `redis-cli --rdb`, each with a manifest that says
//! exactly what is in it.
//!
//! Rows are counted and their digests taken in the very snapshot that is dumped. A backup is
//! written beside the others under a hidden name and gets its own when it is whole, so that one
//! that was broken off is never taken for one. Passwords reach other programs by their environment
//! alone.
//!
//! [`before_writing`] is of another sort: what programs keep within the database itself.

mod before;
mod catalog;
mod child;
pub mod loss;
pub mod manifest;
pub mod redis;
mod replay;
pub mod restore;
mod scratch;
pub mod shelf;
pub mod take;
pub mod tools;
pub mod verify;

pub use before::{before_writing, may_keep};
pub use loss::Loss;
pub use manifest::Manifest;
pub use shelf::{Backup, Shelf};
pub use tools::Tools;
