//! What audio migration did.

use crate::error::Error;

use super::plan::Tally;
use super::record::ObjectRecord;

/// An object that was to be copied and was not.
#[derive(Debug)]
pub struct Failure {
    /// As the ledger holds it.
    pub record: ObjectRecord,
    /// Why.
    pub error: Error,
}

/// What was done; the plan says what there was to do.
#[derive(Debug, Default)]
pub struct AudioReport {
    /// Copied and proven.
    pub copied: Tally,
    /// Of these, orphans.
    pub orphans: Tally,
    /// Conversations whose `audio_url` points at R2 because of this run.
    pub linked: u64,
    /// Objects that only looked changed: their bytes are those that were copied.
    pub refreshed: Tally,
    /// Objects that turned out not to be copied.
    pub quarantined: Vec<ObjectRecord>,
    /// Objects that could not be copied.
    pub failed: Vec<Failure>,
    /// Conversations whose `audio_url` somebody changed; it was left alone.
    pub changed: Vec<String>,
    /// Conversations that were removed meanwhile.
    pub gone: Vec<String>,
    /// Parts of large objects sent by this run.
    pub parts_sent: u64,
    /// Parts that earlier runs had sent.
    pub parts_kept: u64,
    /// Abandoned multipart uploads that were given up.
    pub aborted: u64,
}

impl AudioReport {
    /// Whether something is not as it should be in the end.
    pub fn is_incomplete(&self) -> bool {
        !self.quarantined.is_empty() || !self.failed.is_empty()
    }
}
