//! Reading and changing a database's schema.

use async_trait::async_trait;

use crate::error::Result;
use crate::schema::live::LiveSchema;
use crate::schema::steps::{Guard, Step};
use crate::schema::sweep::Sweep;
use crate::schema::undo::RecordedStep;

/// Rows that a guard or a probe found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundRows {
    /// How many.
    pub count: u64,
    /// The first of them, in order.
    pub sample: Vec<String>,
}

/// An index that is built or dropped while others write, as the server tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexWork {
    /// `building index: scanning table`, as PostgreSQL names it; empty where it is dropped.
    pub phase: String,
    /// Blocks (or rows) of this phase that are done, …
    pub done: u64,
    /// … and how many there are; 0 where nobody knows.
    pub total: u64,
    /// Who must end first.
    pub waits_for: Option<String>,
}

/// What became of steps that were to be done, or of one that was to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// It is done.
    Done,
    /// Rows that a guard forbids came while the locks were waited for; nothing was done.
    Hindered(FoundRows),
    /// The rows break it, as the server says: they came behind the question for such rows. Nothing
    /// of it was done.
    Broken(String),
}

/// Looks at a database without changing it.
#[async_trait]
pub trait SchemaReader: Send + Sync {
    /// One schema as it is, read in one snapshot. Whether a table has rows is looked at in those
    /// that are named, and in all without names; that of others is said to have some.
    async fn read(&self, namespace: &str, tables: Option<&[String]>) -> Result<LiveSchema>;

    /// The rows that a SELECT of one text column, `item`, gives.
    async fn find(&self, violators: &str) -> Result<FoundRows>;

    /// What becomes of an index that another connection of this program builds or drops; `None`
    /// where none is at work on it, or nobody can tell.
    async fn index_work(&self, _index: &str) -> Result<Option<IndexWork>> {
        Ok(None)
    }
}

/// Changes a database's schema within one run.
///
/// Contract: a batch is one transaction together with its entries in the ledger, unless its stage
/// lies outside of transactions; then the entry is written before the statements, and completed
/// behind them. A lock that is not to be had soon gives a `Contended` error and leaves nothing
/// behind; the batch may be repeated. Guards of what changes values or takes something away are
/// asked once more under its locks, when nobody can bring another row. Steps that add or prove a
/// constraint, or build an index, ask no more: where rows break them all the same, that is told as
/// [`Turn::Broken`], and nothing of the batch stays.
#[async_trait]
pub trait SchemaWriter: Send + Sync {
    /// Runs a step that [sweeps](crate::schema::steps::Effect::sweeps) over the next blocks of its
    /// table, in a transaction of its own, and says how far it has come.
    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep>;

    /// Runs the inverse of such a step over the next blocks; behind the last it is undone.
    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep>;

    /// Runs steps of one stage and records them with their inverses.
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn>;

    /// Recorded steps that are not undone.
    async fn recorded(&self) -> Result<Vec<RecordedStep>>;

    /// Runs the inverse of a step and records that; with a guard, unless that finds rows.
    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn>;
}
