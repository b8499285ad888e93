//! How a migration went, as the ledger tells it: it can be told again at any time.

use std::collections::BTreeMap;

use crate::ports::runs::{RunId, RunRecord};
use crate::report::Examples;

/// Everything that the ledger tells of how it went.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The runs, in order: the first and the last, where there are many.
    pub runs: Vec<RunRecord>,
    /// All runs.
    pub runs_total: u64,
    /// What became of the documents: (collection, state) → documents.
    pub documents: BTreeMap<(String, String), u64>,
    /// Where the rows that are in V3 today come from: (collection or step, table) → rows.
    pub flow: BTreeMap<(String, String), u64>,
    /// Documents or rows in quarantine, by reason.
    pub quarantine: BTreeMap<String, Examples>,
    /// Documents that were in quarantine and that V2 has no longer, by reason: the ledger keeps
    /// them whole, and they count no more.
    pub departed: BTreeMap<String, Examples>,
    /// Documents or rows with warnings, by code.
    pub warnings: BTreeMap<String, Examples>,
    /// Rows that were left alone because somebody else wrote or changed them, by reason.
    pub conflicts: BTreeMap<String, Examples>,
    /// How fast runs wrote, in order.
    pub paces: Vec<Pace>,
    /// Recordings.
    pub recordings: Vec<Recordings>,
}

/// How fast one run wrote.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pace {
    /// The run.
    pub run: RunId,
    /// Whether recordings are meant; otherwise documents or rows.
    pub recordings: bool,
    /// When the first batch began, RFC 3339, UTC.
    pub began_at: String,
    /// From there to the end of the last batch, in seconds.
    pub seconds: f64,
    /// The length of a slot, in seconds.
    pub slot_seconds: f64,
    /// Documents, rows or recordings that were booked in each slot.
    pub slots: Vec<u64>,
    /// Documents, rows or recordings.
    pub items: u64,
    /// Rows inserted, changed or removed; bytes of recordings.
    pub written: u64,
    /// Batches; recordings are booked one by one.
    pub batches: u64,
    /// From the beginning of a batch's transaction to just before its commit; of recordings, from
    /// the beginning of the copy to its proof.
    pub latency: Option<Latency>,
    /// By collection or step, in the order in which they began.
    pub steps: Vec<StepPace>,
}

/// Nearest-rank percentiles, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// Half of the batches, or recordings, took no longer.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// Nineteen of twenty.
    pub p95: f64,
    /// Ninety-nine of a hundred.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// One collection, or one step of a plan in place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepPace {
    /// Its name.
    pub name: String,
    /// Documents or rows.
    pub items: u64,
    /// Rows inserted, changed or removed.
    pub written: u64,
    /// Batches.
    pub batches: u64,
    /// From the beginning of its first batch to the end of its last, in seconds.
    pub seconds: f64,
}

/// Recordings of one format that were treated alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recordings {
    /// The content type: what the bytes are where it was copied, what the name claims where it was
    /// not; `-` where none is known.
    pub format: String,
    /// `recording`, `duplicate`, …
    pub role: String,
    /// `copied`, `listed`, …
    pub state: String,
    /// Objects.
    pub objects: u64,
    /// Bytes, where they are known.
    pub bytes: u64,
}

impl History {
    /// Whether nothing was ever done.
    pub fn is_empty(&self) -> bool {
        self.runs_total == 0
    }

    /// Documents or rows in quarantine.
    pub fn quarantined(&self) -> u64 {
        self.quarantine.values().map(|found| found.count).sum()
    }

    /// Rows left alone.
    pub fn in_conflict(&self) -> u64 {
        self.conflicts.values().map(|found| found.count).sum()
    }
}

impl Pace {
    /// Documents, rows or recordings a second, over the whole time.
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 {
            self.items as f64 / self.seconds
        } else {
            0.0
        }
    }
}
