//! Changes of rows, as descriptions.

use std::sync::Arc;

use serde_json::{Map, Value as JsonValue};

use crate::ports::rows::{Quarantine, Warning};

/// SQL over a row called `t`, and the values of its `$1`, `$2`, …, bound as texts: an expression
/// casts them itself (`$1::date`). Names in it are quoted by whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlText {
    /// The expression, condition or query.
    pub sql: String,
    /// What is bound.
    pub binds: Vec<String>,
}

/// A column and the value that it is given, an expression over the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Unquoted.
    pub column: String,
    /// The expression; it is cast to the column's own type.
    pub value: String,
    /// The enum of the same schema that the column has by the plan's schema, for a script that is
    /// written without a look at the column.
    pub as_type: Option<String>,
}

/// Which rows of a table a change considers. Of these, only those are written whose value changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Considered {
    /// A condition over `t`.
    pub condition: Option<String>,
    /// Boolean columns that say, where they exist and hold true, that a person decided: such a row
    /// is left alone and counted.
    pub unless_true: Vec<String>,
}

/// A value that output counts by: rows that got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The text of the first assigned column's new value.
    pub value: String,
    /// `ACTIVE customers updated`
    pub label: String,
}

/// Rows that deserve a word: a warning each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// `future_order`
    pub code: String,
    /// A condition over `t`.
    pub condition: String,
    /// The column whose value the warning shows.
    pub column: String,
    /// Whether they are sought before the change, because the condition is of what it changes.
    pub before: bool,
}

/// The words of the line that counts what was written. Without them a line is made of the noun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// `calls updated`
    pub done: String,
    /// `calls to update`, in a dry run.
    pub planned: String,
}

impl Labels {
    /// Both.
    pub fn new(done: &str, planned: &str) -> Self {
        Self {
            done: done.to_owned(),
            planned: planned.to_owned(),
        }
    }
}

/// Gives rows of one table new values by SQL, in batches. The same values again change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpdate {
    /// The table, unquoted.
    pub table: String,
    /// What its rows are: `customers`.
    pub noun: String,
    /// The values of `$1`, `$2`, … in all of the SQL below.
    pub binds: Vec<String>,
    /// What is set.
    pub set: Vec<Assigned>,
    /// Which rows are considered.
    pub rows: Considered,
    /// The line that counts all of them, where there is one.
    pub labels: Option<Labels>,
    /// How output counts.
    pub groups: Vec<Group>,
    /// Rows that deserve a word.
    pub noted: Vec<Noted>,
}

/// One row as a pure function sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct RowImage {
    /// Its primary key, as text.
    pub key: String,
    /// The columns that were asked for, as `to_jsonb` prints them; a NULL is JSON's null.
    pub cells: Map<String, JsonValue>,
}

/// What becomes of one row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowOutcome {
    /// New values of columns, in the form in which `jsonb_populate_record` reads them. Columns
    /// that are not named stay as they are.
    pub set: Map<String, JsonValue>,
    /// Deviations that did not keep the row from being changed.
    pub warnings: Vec<Warning>,
    /// Set when the row is left as it is; `set` is not looked at then.
    pub quarantine: Option<Quarantine>,
}

/// Decides about one row. The same row gives the same outcome.
pub type RowFunction = Arc<dyn Fn(&RowImage) -> RowOutcome + Send + Sync>;

/// Gives rows of one table new values by a pure function, in batches.
#[derive(Clone)]
pub struct RowUpdate {
    /// The table, unquoted.
    pub table: String,
    /// What its rows are: `configurations`.
    pub noun: String,
    /// The columns that the function reads.
    pub reads: Vec<String>,
    /// What else it is told: a name among the cells, and an expression over `t`, which may ask
    /// other tables.
    pub asks: Vec<(String, String)>,
    /// The columns that it may set.
    pub writes: Vec<String>,
    /// Which rows are considered: those that are not done yet. A row that the function
    /// quarantines is asked about again by the next run.
    pub rows: Considered,
    /// The values of `$1`, `$2`, … in the condition.
    pub binds: Vec<String>,
    /// The line that counts all of them, where there is one.
    pub labels: Option<Labels>,
    /// How output counts, by the first of `writes`.
    pub groups: Vec<Group>,
    /// The function.
    pub decide: RowFunction,
}

/// Puts what a query gives into a table: rows that are missing are inserted, rows that differ
/// are changed, others are left alone. One transaction; for as many rows as there are tenants,
/// not as many as there are calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The table, unquoted.
    pub table: String,
    /// What its rows are: `metrics`.
    pub noun: String,
    /// A query that gives the columns below, by these names.
    pub query: SqlText,
    /// The columns that are compared and written, without the primary key.
    pub columns: Vec<String>,
    /// Columns that are written with a changed row and do not make a row differ: `updated_at`.
    pub along: Vec<String>,
    /// The line that counts all of them, where there is one.
    pub labels: Option<Labels>,
    /// A query of one number, how many rows it will be: for the bar that shows how far it has
    /// come, and for a dry run before the columns are there that the query reads.
    pub forecast: Option<SqlText>,
}
