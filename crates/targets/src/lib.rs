//! Write adapters: PostgreSQL (rows, ledger, schema), R2, Neon's branches, and the file of a proof.

use sunset_core::config::R2Settings;
use sunset_core::ports::objects::ObjectStore;

pub mod neon;
pub mod postgres;
pub mod proof;
pub mod r2;

/// The recordings of a migration: what the ledger knows of the bucket, and the bucket. `has_ledger`
/// says whether the database has a ledger; without one the book is empty.
pub fn recordings(
    database: &postgres::Database,
    has_ledger: bool,
    settings: &R2Settings,
) -> (postgres::ObjectBook, r2::R2Bucket) {
    let bucket = r2::R2Bucket::new(settings);
    let book = postgres::ObjectBook::new(database.clone(), has_ledger, bucket.identity());
    (book, bucket)
}
