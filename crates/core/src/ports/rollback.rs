//! Taking back what migration wrote.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::error::Result;
use crate::ports::runs::RunId;

/// What is taken back: everything, or what all of the given conditions hold for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// What this run wrote, all attempts of it.
    pub run: Option<RunId>,
    /// What documents of this collection gave, `cases#customers` included for `cases`.
    pub collection: Option<String>,
    /// What the document with this id gave, and the row with this id.
    pub id: Option<String>,
    /// Nothing but the cells that audio migration replaced.
    pub audio_urls_only: bool,
}

impl Scope {
    /// Whether it is one run and nothing else narrows it.
    pub fn is_one_run(&self) -> bool {
        let run = self.run;
        run.is_some()
            && *self
                == Self {
                    run,
                    ..Self::default()
                }
    }

    /// Whether no condition narrows it.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// How a rollback goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollbackOptions {
    /// Rows that somebody changed since, or that a later run wrote again, are taken back too.
    pub force: bool,
    /// Assigned numbers of the documents concerned are forgotten; otherwise migrating again
    /// assigns the same ones.
    pub release_numbers: bool,
}

/// Why a row stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptReason {
    /// Somebody changed it after migration wrote it.
    Changed,
    /// A later run wrote it again.
    LaterRun,
    /// Rows that stay refer to it.
    Referenced,
    /// As it was it would clash with a row that is there now.
    Blocked,
}

impl KeptReason {
    /// As JSON names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::LaterRun => "later_run",
            Self::Referenced => "referenced",
            Self::Blocked => "blocked",
        }
    }
}

/// A row that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptRow {
    /// The table.
    pub table: String,
    /// The primary key.
    pub row_id: String,
    /// The document it was made of.
    pub collection: String,
    /// Its id.
    pub document_id: String,
    /// Why.
    pub reason: KeptReason,
}

/// Rows of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UndoCounts {
    /// Written by migration, and removed.
    pub deleted: u64,
    /// Changed or removed by migration, and put back as they were.
    pub restored: u64,
    /// Found equal by migration and never written: the ledger forgets them.
    pub released: u64,
    /// Removed by somebody else already.
    pub gone: u64,
    /// Cells that hold again what they held before audio migration.
    pub unlinked: u64,
    /// Left as they are; listed.
    pub kept: u64,
}

impl UndoCounts {
    /// Whether anything in the table is or would be written.
    pub fn writes(&self) -> bool {
        self.deleted + self.restored + self.unlinked > 0
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        self.deleted += other.deleted;
        self.restored += other.restored;
        self.released += other.released;
        self.gone += other.gone;
        self.unlinked += other.unlinked;
        self.kept += other.kept;
    }
}

/// What would be done, or was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Undone {
    /// By table.
    pub tables: BTreeMap<String, UndoCounts>,
    /// The rows that stay, in order.
    pub kept: Vec<KeptRow>,
}

impl Undone {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        for (table, counts) in other.tables {
            self.tables.entry(table).or_default().add(&counts);
        }
        self.kept.extend(other.kept);
    }
}

/// What was done, and how it was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackReport {
    /// What was done, and what was kept.
    pub undone: Undone,
    /// By table.
    pub proof: BTreeMap<String, TableProof>,
}

/// What is known of a table after the rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableProof {
    /// The rows that were not ours to touch, and those given back, are as they were.
    pub others_untouched: bool,
    /// Whether the whole table is as it was before the first run, or before the one run that was
    /// taken back; `None` where that cannot be said.
    pub as_before: Option<bool>,
    /// Why it cannot be said, where the ledger tells.
    pub not_compared: Option<NotCompared>,
}

/// Why a table is not compared as a whole with what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCompared {
    /// It was large when the run began to change it, and the run was to read no large table.
    Large,
    /// It has other columns now, or is no more.
    Columns,
    /// Its digest was not taken.
    Untaken,
}

impl NotCompared {
    /// As JSON names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Large => "large_when_the_run_began",
            Self::Columns => "other_columns_now",
            Self::Untaken => "no_digest_taken",
        }
    }
}

/// What a table was before the first run, or before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Its rows then, and now.
    Known {
        /// As they were recorded.
        then: Fingerprint,
        /// As they are.
        now: Fingerprint,
    },
    /// The two cannot be compared.
    Unknown(NotCompared),
}

/// Where a rollback stands: which stage, table and row come next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UndoPosition {
    /// Counted by the implementation.
    pub stage: usize,
    /// Counted by the implementation.
    pub table: usize,
    /// The last key that was dealt with.
    pub after: Vec<String>,
    /// Rows that the step deals with at the most; zero for as many as the implementation likes.
    pub most: u32,
}

/// What one transaction of a rollback did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UndoStep {
    /// What was done.
    pub undone: Undone,
    /// Rows that are nobody's of ours any more, and the sum of their hashes, by table.
    pub released: BTreeMap<String, Fingerprint>,
    /// What comes next; `None` at the end of a pass.
    pub next: Option<UndoPosition>,
}

/// Rows, whatever their order: their number, and the sum of their 64-bit hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    /// Rows.
    pub rows: i64,
    /// The sum.
    pub sum: i128,
}

impl Fingerprint {
    /// Adds the rows of another.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sum = self.sum.wrapping_add(other.sum);
    }
}

/// Shows what a rollback would do.
#[async_trait]
pub trait UndoPlanner: Send + Sync {
    /// What would be done, without writing.
    async fn plan(&self, scope: &Scope, options: RollbackOptions) -> Result<Undone>;
}

/// Takes back, step by step.
///
/// Contract: each step is one transaction that deals with the rows behind a position; it
/// never removes or changes a row that is not in the ledger, and calling it again with the same
/// position is harmless. A rollback that was broken off is begun again from the first position.
#[async_trait]
pub trait UndoWriter: Send + Sync {
    /// One step.
    async fn step(
        &self,
        scope: &Scope,
        options: RollbackOptions,
        position: &UndoPosition,
    ) -> Result<UndoStep>;

    /// The rows that are not ours to touch, by table: all that the scope does not cover.
    async fn others(&self, scope: &Scope) -> Result<BTreeMap<String, Fingerprint>>;

    /// What the tables were before the first run, or before the attempts of `run`, as far as that
    /// was recorded, by table.
    async fn baselines(&self, run: Option<RunId>) -> Result<BTreeMap<String, Before>>;

    /// Records the end: forgets documents and runs that were taken back, writes the audit.
    async fn settle(&self, scope: &Scope, options: RollbackOptions, undone: &Undone) -> Result<()>;
}
