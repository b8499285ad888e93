//! What is done with rows that somebody changed in V3, and which digests a run takes.

use sunset_cli::RunDigests;
use sunset_core::ports::rows::OnConflict;

use crate::Arguments;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum ConflictPolicy {
    /// Leave it alone and record a conflict
    Keep,
    /// Write V2's, and keep the row as it was for rollback
    Overwrite,
    /// Stop
    Fail,
}

impl From<ConflictPolicy> for OnConflict {
    fn from(policy: ConflictPolicy) -> Self {
        match policy {
            ConflictPolicy::Keep => Self::Keep,
            ConflictPolicy::Overwrite => Self::Overwrite,
            ConflictPolicy::Fail => Self::Fail,
        }
    }
}

/// The digests that a run takes where nothing is said: passes that follow V2 do not read V3's large
/// tables again and again.
pub fn run_digests(arguments: &Arguments) -> RunDigests {
    let unless_said = match arguments.watch {
        Some(_) => RunDigests::Small,
        None => RunDigests::All,
    };
    arguments.run_digests.unwrap_or(unless_said)
}
