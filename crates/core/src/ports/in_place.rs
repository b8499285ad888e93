//! Changing rows where they stand, with their cells of before in the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::plans::in_place::{
    BackupComparison, Merge, Noted, RowImage, RowOutcome, RowUpdate, SetUpdate, SqlText, TableFacts,
};
use crate::ports::runs::RunId;
use crate::ports::schema::FoundRows;

/// A part of a table: blocks of its file, from the first up to and without the second.
pub type Blocks = (u64, u64);

/// How large a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableSize {
    /// Blocks of its file; 0 where its rows cannot be read by blocks.
    pub blocks: u64,
    /// Rows, estimated.
    pub rows: u64,
}

/// What to do about a row that somebody else has locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locked {
    /// Wait a moment; then the whole batch gives a `Contended` error.
    Wait,
    /// Leave it to a later batch.
    Skip,
}

/// How much of a table one batch is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// The part of the table; the whole where there is none.
    pub part: Option<Blocks>,
    /// Rows, at most.
    pub rows: u32,
    /// What to do about locked rows.
    pub locked: Locked,
    /// How long it may take, where it may not take any time: one that takes longer gives a
    /// `Contended` error, and leaves nothing behind.
    pub patience: Option<Duration>,
}

/// What a change did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// Rows written.
    pub rows: u64,
    /// Of these, rows that were not there before.
    pub inserted: u64,
    /// Rows by the new value of the first column that is set; NULL is the empty text.
    pub values: BTreeMap<String, u64>,
}

impl Changed {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.inserted += other.inserted;
        for (value, rows) in other.values {
            *self.values.entry(value).or_default() += rows;
        }
    }
}

/// What a batch of a pure function came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowBatch {
    /// Rows looked at.
    pub seen: u64,
    /// What was written.
    pub changed: Changed,
    /// Warnings by code.
    pub warnings: BTreeMap<String, Vec<String>>,
    /// Quarantined rows by reason.
    pub quarantined: BTreeMap<String, Vec<String>>,
    /// The key of the last row; none at the end.
    pub last: Option<String>,
    /// The rows, and what is to become of them, of a look; a change keeps none.
    pub images: Vec<(RowImage, RowOutcome)>,
}

/// Is shown every row that a look says would be changed.
pub trait Witness: Send + Sync {
    /// One row.
    fn see(&self, image: &RowImage, outcome: &RowOutcome);
}

/// What a table held at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// The columns that the digest is taken over.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: u64,
    /// Over all rows in whatever order, 64 hexadecimal digits.
    pub digest: String,
    /// Which transactions were visible, as `pg_current_snapshot()` prints it.
    pub snapshot: String,
}

/// What the ledger has of a table that is to stay intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTable {
    /// The table.
    pub table: String,
    /// What it held.
    pub contents: Contents,
    /// When that was, in RFC 3339.
    pub taken_at: String,
}

/// A table's rows, told apart by whether a snapshot saw them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowsSince {
    /// Those that it saw.
    pub still: Contents,
    /// Those that were written behind it, by their keys: new ones and changed ones.
    pub written: FoundRows,
}

/// Looks at rows. Nothing it does can write.
#[async_trait]
pub trait InPlaceReader: Send + Sync {
    /// What a set-based change would write.
    async fn would_set(&self, facts: &TableFacts, update: &SetUpdate) -> Result<Changed>;

    /// The rows that a set-based change would write, by their key and the columns.
    async fn to_set(&self, facts: &TableFacts, update: &SetUpdate) -> Result<FoundRows>;

    /// What a pure function would write, from behind a key, at most `limit` rows.
    async fn would_change(
        &self,
        facts: &TableFacts,
        update: &RowUpdate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RowBatch>;

    /// What a query would write.
    async fn would_merge(&self, facts: &TableFacts, merge: &Merge) -> Result<Changed>;

    /// Rows of which a person decided, and that are left alone for that.
    async fn left_alone(&self, facts: &TableFacts, update: &SetUpdate) -> Result<u64>;

    /// The rows that deserve a word.
    async fn noted(
        &self,
        facts: &TableFacts,
        update: &SetUpdate,
        noted: &Noted,
    ) -> Result<FoundRows>;

    /// How many rows a pure function would be asked about.
    async fn rows_of(&self, facts: &TableFacts, update: &RowUpdate) -> Result<u64>;

    /// How large a table is.
    async fn size(&self, facts: &TableFacts) -> Result<TableSize>;

    /// The rows that a query of one text column, `item`, gives.
    async fn find(&self, query: &SqlText) -> Result<FoundRows>;

    /// The number that a query gives.
    async fn number(&self, query: &SqlText) -> Result<u64>;

    /// The rows that are not as the last backup that holds them says; `None` where no backup holds
    /// the table.
    async fn differs_from_backup(
        &self,
        namespace: &str,
        comparison: &BackupComparison,
    ) -> Result<Option<FoundRows>>;

    /// The `label` and `count` of each row of a query, in its order.
    async fn shares(&self, query: &SqlText) -> Result<Vec<(String, u64)>>;

    /// What the ledger has of the tables that a plan keeps.
    async fn kept(&self, plan: &str, namespace: &str) -> Result<Vec<KeptTable>>;

    /// What a table holds, in these columns; in all of them where none is named.
    async fn contents(&self, namespace: &str, table: &str, columns: &[String]) -> Result<Contents>;

    /// Which of a table's rows were there when `kept` was recorded.
    async fn since(&self, namespace: &str, kept: &KeptTable) -> Result<RowsSince>;
}

/// Changes rows within one run.
///
/// Contract: every call is one transaction together with its entries in the ledger, and calling it
/// again is harmless: a row that has its value is not written.
#[async_trait]
pub trait InPlaceWriter: Send + Sync {
    /// Sets rows of a portion of the table.
    async fn set(
        &self,
        step: &str,
        facts: &TableFacts,
        update: &SetUpdate,
        portion: Portion,
    ) -> Result<Changed>;

    /// Lets a pure function change at most `limit` rows from behind a key on.
    async fn change(
        &self,
        step: &str,
        facts: &TableFacts,
        update: &RowUpdate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RowBatch>;

    /// Puts what a query gives into a table.
    async fn merge(&self, step: &str, facts: &TableFacts, merge: &Merge) -> Result<Changed>;

    /// Records what a table holds, in place of what was recorded before.
    async fn keep(&self, plan: &str, namespace: &str, table: &str) -> Result<Contents>;

    /// Records a warning for each row that deserves a word.
    async fn note(&self, facts: &TableFacts, update: &SetUpdate, noted: &Noted) -> Result<()>;
}

/// Changes of one plan, or of one run of it, that are taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeScope {
    /// The plan.
    pub plan: String,
    /// Only what this run did, all attempts of it.
    pub run: Option<RunId>,
    /// Only rows that hold a value in a column; tables without such a column are left alone.
    pub only: Option<(String, String)>,
    /// Rows that somebody changed since are taken back too.
    pub force: bool,
}

/// One group of rows that a batch changed alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its number; later changes have higher ones.
    pub id: i64,
    /// The step that made it.
    pub step: String,
    /// The schema of the database.
    pub namespace: String,
    /// The table.
    pub table: String,
    /// Rows.
    pub rows: u64,
}

/// A row that keeps its values, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptCell {
    /// The table.
    pub table: String,
    /// The primary key.
    pub key: String,
    /// What the row holds now, and what the plan had set.
    pub found: String,
    /// Whether a trigger or a rule gave it other values than those that were to be given back.
    pub hindered: bool,
}

/// What taking back one set came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakenBack {
    /// The keys of rows that hold again what they held.
    pub restored: Vec<String>,
    /// Rows that the plan had made and that are gone.
    pub deleted: u64,
    /// Rows that somebody removed since.
    pub gone: u64,
    /// Rows that stay.
    pub kept: Vec<KeptCell>,
}

/// Lists and shows what would be taken back.
#[async_trait]
pub trait ChangePlanner: Send + Sync {
    /// Sets of the scope with a lower number than `before`, the highest first, at most `limit`.
    async fn sets(
        &self,
        scope: &ChangeScope,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ChangeSet>>;

    /// What taking a set back would come to, were everything behind it taken back before.
    async fn would_take_back(&self, scope: &ChangeScope, set: &ChangeSet) -> Result<TakenBack>;
}

/// Takes back.
#[async_trait]
pub trait ChangeUndoer: Send + Sync {
    /// Takes one set back and forgets it, in one transaction; rows that stay stay in the ledger.
    async fn take_back(&self, scope: &ChangeScope, set: &ChangeSet) -> Result<TakenBack>;

    /// Marks runs of which nothing is left, forgets their warnings, and writes the audit.
    async fn settle(&self, scope: &ChangeScope, sums: &serde_json::Value) -> Result<()>;
}
