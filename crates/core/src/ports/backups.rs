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

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRecord {
    /// `backup_20240115_143022`, UTC.
    pub id: String,
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
    /// The backup that this run's first attempt took within the last day.
    async fn taken_before(&self) -> Result<Option<BackupRecord>>;

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
}
