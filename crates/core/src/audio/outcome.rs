//! What audio migration did.

use serde::{Deserialize, Serialize};

use crate::error::Error;

use super::plan::Tally;
use super::record::ObjectRecord;

/// An object that was to be copied and was not.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failure {
    /// As the ledger holds it.
    pub record: ObjectRecord,
    /// Why.
    #[serde(with = "in_words")]
    pub error: Error,
}

/// What a plan came to, in the numbers that stand beside what was done. Of a run that workers share
/// they are those of the plan that was published, so that all of them tell the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Planned {
    /// Objects whose name is a recording's.
    pub audio: Tally,
    /// Copied and linked by an earlier run, and as they were.
    pub unchanged: Tally,
    /// Other formats of a recording.
    pub duplicates: u64,
    /// Bytes of those that are not copied.
    pub saved: Tally,
    /// To be linked without a copy.
    pub relinks: u64,
    /// In quarantine before anything was copied.
    pub quarantined: u64,
    /// Copied before, and in neither bucket any more.
    #[serde(default)]
    pub lost: u64,
    /// Whether there was nothing to write anywhere.
    pub nothing: bool,
}

/// What was done; the plan says what there was to do.
#[derive(Debug, Default, Serialize, Deserialize)]
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
    /// Adds what another worker of the same run did.
    pub fn absorb(&mut self, more: Self) {
        let add = |sum: &mut Tally, more: Tally| {
            sum.objects += more.objects;
            sum.bytes += more.bytes;
        };
        add(&mut self.copied, more.copied);
        add(&mut self.orphans, more.orphans);
        add(&mut self.refreshed, more.refreshed);
        self.linked += more.linked;
        self.quarantined.extend(more.quarantined);
        self.failed.extend(more.failed);
        self.changed.extend(more.changed);
        self.gone.extend(more.gone);
        self.parts_sent += more.parts_sent;
        self.parts_kept += more.parts_kept;
        self.aborted += more.aborted;
    }

    /// Whether something is not as it should be in the end.
    pub fn is_incomplete(&self) -> bool {
        !self.quarantined.is_empty() || !self.failed.is_empty()
    }
}

/// An error as the ledger keeps it: its kind and what it says, causes included.
mod in_words {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::error::{Error, ErrorKind};

    pub fn serialize<S: Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        (error.kind(), text).serialize(serializer)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Error, D::Error> {
        let (kind, text) = <(ErrorKind, String)>::deserialize(deserializer)?;
        Ok(Error::new(kind, text))
    }
}
