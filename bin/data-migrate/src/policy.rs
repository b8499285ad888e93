//! What is done with rows that somebody changed in V3, which digests a run takes, and options that do
//! not fit.

use sunset_cli::{RunDigests, Session};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::rows::OnConflict;

use crate::Arguments;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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

/// What is done with a row that somebody changed: it is kept where nothing is said.
pub fn on_conflict(arguments: &Arguments) -> ConflictPolicy {
    arguments.on_conflict.unwrap_or(ConflictPolicy::Keep)
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

/// What does not go with a dry run that `DRY_RUN` asks for, as it does not go with `--dry-run`.
pub fn unfit_for_a_dry_run(arguments: &Arguments, session: &Session) -> Option<Error> {
    let given = [
        ("--watch", arguments.watch.is_some()),
        ("--worker", arguments.worker.is_some()),
        ("--report", arguments.report.is_some()),
    ];
    arguments.write.unfit_beside(session, &given)
}

/// Checks that no option is given that only says something of documents.
///
/// # Errors
/// `Configuration`, naming the first.
pub fn refuse_of_documents(arguments: &Arguments) -> Result<()> {
    let given = [
        ("--prune", arguments.prune),
        ("--retry-quarantined", arguments.retry_quarantined.is_some()),
        ("--on-conflict", arguments.on_conflict.is_some()),
        ("--run-digests", arguments.run_digests.is_some()),
        ("--watch", arguments.watch.is_some()),
        ("--read-time", arguments.read.read_time.is_some()),
        (
            "--max-reads-per-second",
            arguments.read.max_reads_per_second.is_some(),
        ),
        ("--read-price", arguments.read_price.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no option {option}", arguments.plan),
        )
        .remedy("leave it out: this plan changes rows where they are, and reads no documents")),
        None => Ok(()),
    }
}
