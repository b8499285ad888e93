//! Runs: who writes to the target, since when, and what came of it.

use async_trait::async_trait;
use serde_json::Value as JsonValue;

use crate::error::Result;

/// The ledger's number of a run; it never names two runs of one database.
pub type RunId = i64;

/// What is known of a run when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStart {
    /// `sales-ai`, …
    pub plan: String,
    /// `data-migrate`, …
    pub program: String,
    /// The program's version.
    pub version: String,
    /// The source without secrets, as in [`crate::ports::documents::Snapshot`].
    pub source: Option<String>,
    /// The snapshot's time, RFC 3339.
    pub read_time: Option<String>,
    /// The options that matter to the outcome, as a JSON object.
    pub options: JsonValue,
    /// The machine's name.
    pub host: String,
    /// The process.
    pub pid: u32,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// It writes, or was killed and nobody has noticed yet.
    Running,
    /// It came to its end, with or without quarantined documents.
    Done,
    /// It ended with an error; starting again goes on.
    Failed,
    /// It was killed; starting again goes on.
    Interrupted,
    /// What it wrote was removed again.
    RolledBack,
}

impl RunState {
    /// As the ledger and JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::RolledBack => "rolled_back",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Interrupted,
            Self::RolledBack,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

/// What is known of a run when it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// [`RunState::Done`] or [`RunState::Failed`].
    pub state: RunState,
    /// Counts by collection, a JSON object.
    pub counts: JsonValue,
    /// Milliseconds by phase, a JSON object.
    pub phases: JsonValue,
    /// The error's text.
    pub error: Option<String>,
}

impl RunEnd {
    /// A run that came to its end.
    pub fn done(counts: JsonValue, phases: JsonValue) -> Self {
        Self {
            state: RunState::Done,
            counts,
            phases,
            error: None,
        }
    }

    /// A run that ended with an error.
    pub fn failed(error: &crate::Error) -> Self {
        Self {
            state: RunState::Failed,
            counts: JsonValue::Object(serde_json::Map::new()),
            phases: JsonValue::Object(serde_json::Map::new()),
            error: Some(error.to_string()),
        }
    }
}

/// That V3 took over from V2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOver {
    /// The run that made the last pass and verified it.
    pub run: RunId,
    /// RFC 3339, UTC.
    pub at: String,
    /// Who said that V2 is frozen, where that was told.
    pub by_whom: Option<String>,
    /// What was read, without secrets.
    pub source: String,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
}

/// A run as the ledger holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Its number.
    pub id: RunId,
    /// The first attempt of the run that this one went on with; itself where it began anew.
    pub origin: RunId,
    /// How it began.
    pub start: RunStart,
    /// How it stands.
    pub state: RunState,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC.
    pub finished_at: Option<String>,
    /// See [`RunEnd::counts`].
    pub counts: JsonValue,
    /// See [`RunEnd::phases`].
    pub phases: JsonValue,
    /// See [`RunEnd::error`].
    pub error: Option<String>,
}

/// What a database knows of runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// Whether it has a ledger, of whatever version.
    pub has_ledger: bool,
    /// All runs, in the order in which they began; none where the ledger is of another version.
    pub runs: Vec<RunRecord>,
}

/// Tells what a database knows of runs. Nothing it does can write.
#[async_trait]
pub trait RunHistory: Send + Sync {
    /// All of it.
    async fn history(&self) -> Result<History>;
}
