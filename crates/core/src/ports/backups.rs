//! Copies of tables, kept in a schema of their own, and the catalogue of them.

use async_trait::async_trait;

use crate::error::Result;
use crate::instant::Instant;
use crate::plans::in_place::BackupSpec;
use crate::ports::runs::RunId;

/// One copied table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// The table, unquoted.
    pub table: String,
    /// What its rows are, in one word.
    pub noun: String,
    /// Rows.
    pub rows: u64,
    /// Bytes on the server's disk.
    pub bytes: u64,
    /// Of all rows, whatever their order.
    pub digest: String,
}

/// What a backup consists of, and so how it is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupSort {
    /// Copies that a step of a plan takes. Restoring keeps rows that somebody changed since.
    Step,
    /// Whole tables, with what the ledger says of their rows. Restoring makes them what they were.
    Tables,
    /// A branch of a Neon project: the whole database. Restoring makes it what it was.
    NeonBranch,
}

impl BackupSort {
    /// The name in the catalogue and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Tables => "tables",
            Self::NeonBranch => "neon-branch",
        }
    }

    /// The sort of a name; one that is not known is a step's.
    pub fn named(name: &str) -> Self {
        match name {
            "tables" => Self::Tables,
            "neon-branch" => Self::NeonBranch,
            _ => Self::Step,
        }
    }
}

/// A branch that holds a database as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// `br-cool-sun-123456`
    pub id: String,
    /// What it is called in Neon's console.
    pub name: String,
    /// The branch that it was made of, which is the one that is written to.
    pub of: String,
    /// The project of both.
    pub project: String,
}

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRecord {
    /// `backup_20240115_143022`, UTC.
    pub id: String,
    /// What it consists of.
    pub sort: BackupSort,
    /// The plan.
    pub plan: String,
    /// The run that took it.
    pub run: RunId,
    /// The schema that the tables stand in.
    pub namespace: String,
    /// The schema that holds the copies.
    pub schema: String,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// Seconds since then.
    pub age: u64,
    /// The number of the ledger's last change before it.
    pub last_change: i64,
    /// The tables, in the order in which they were copied.
    pub tables: Vec<CopiedTable>,
    /// Tables that the run could write to and that were not there yet.
    pub absent: Vec<String>,
    /// Tables of the ledger that were copied with them.
    pub ledger: Vec<CopiedTable>,
    /// The branch, where it is one.
    pub branch: Option<Branch>,
}

/// A backup that is there before a program writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The backup.
    pub record: BackupRecord,
    /// Whether an earlier attempt of the run took it.
    pub before: bool,
}

impl BackupRecord {
    /// The copy of a table.
    pub fn table(&self, name: &str) -> Option<&CopiedTable> {
        self.tables.iter().find(|copied| copied.table == name)
    }
}

/// Takes backups within one run.
///
/// Contract: a backup is one transaction; what is in the catalogue was compared with its source.
#[async_trait]
pub trait BackupWriter: Send + Sync {
    /// The backup of a sort that this run's first attempt took within the last day.
    async fn taken_before(&self, sort: BackupSort) -> Result<Option<BackupRecord>>;

    /// Whether the plan ever took one.
    async fn is_first(&self) -> Result<bool>;

    /// Copies the tables of `namespace`, compares the copies by number of rows and digest, and
    /// enters them into the catalogue.
    async fn take(
        &self,
        spec: &BackupSpec,
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord>;

    /// Copies whole tables of `namespace` into the schema `sunset_backup_…`, and the ledger's
    /// tables that tell of rows, all as of one moment; compares the copies and enters them.
    async fn take_tables(
        &self,
        tables: &[String],
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord>;

    /// An id that no backup has yet, for a branch that will be entered.
    async fn free_id(&self, began: Instant) -> Result<String>;

    /// Enters a branch into the catalogue.
    async fn enter_branch(&self, id: &str, branch: &Branch) -> Result<BackupRecord>;
}
