//! Copies of tables before they are changed.

use super::updates::SqlText;

/// What is copied, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSpec {
    /// What the name of the schema that holds the copies begins with; the backup's id follows.
    pub prefix: String,
    /// The tables.
    pub tables: Vec<BackupTable>,
    /// Why nothing is copied, where the operator wants it so: `--skip-backup`.
    pub left_out: Option<String>,
}

/// One table that is copied. One that is not there is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupTable {
    /// The table, unquoted.
    pub table: String,
    /// What its rows are, in one word: `configs`.
    pub noun: String,
    /// A condition over `t`, and what is bound, where not all rows are copied.
    pub rows: Option<SqlText>,
}
