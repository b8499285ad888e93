//! What a change must know of the table that it changes.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::live::LiveSchema;

use super::updates::{Considered, Merge, RowUpdate, SetUpdate};

/// What a look at the database told of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// The schema of the database.
    pub namespace: String,
    /// Its name, unquoted.
    pub table: String,
    /// The column of its primary key.
    pub key: String,
    /// That column's type, as `format_type` prints it.
    pub key_type: String,
    /// The types of all its columns.
    pub types: BTreeMap<String, String>,
    /// Of the columns that say that a person decided, those that it has.
    pub unless_true: Vec<String>,
    /// Columns that a plan brings and that are not there yet. Only a dry run knows such: it takes
    /// them for NULL.
    pub to_come: Vec<String>,
    /// Whether the whole table is yet to come.
    pub is_to_come: bool,
}

impl TableFacts {
    /// For a set-based change.
    ///
    /// # Errors
    /// `NotFound` for a missing table or column; `Mismatch` for a table whose primary key is not
    /// one column.
    pub fn of_set(live: &LiveSchema, update: &SetUpdate) -> Result<Self> {
        let columns: Vec<&str> = update.set.iter().map(|set| set.column.as_str()).collect();
        Self::of(live, &update.table, &columns, &update.rows)
    }

    /// For a change by a pure function.
    ///
    /// # Errors
    /// As [`TableFacts::of_set`].
    pub fn of_rows(live: &LiveSchema, update: &RowUpdate) -> Result<Self> {
        let columns: Vec<&str> = update
            .reads
            .iter()
            .chain(&update.writes)
            .map(String::as_str)
            .collect();
        Self::of(live, &update.table, &columns, &update.rows)
    }

    /// For what a query gives.
    ///
    /// # Errors
    /// As [`TableFacts::of_set`].
    pub fn of_merge(live: &LiveSchema, merge: &Merge) -> Result<Self> {
        let columns: Vec<&str> = merge
            .columns
            .iter()
            .chain(&merge.along)
            .map(String::as_str)
            .collect();
        Self::of(live, &merge.table, &columns, &Considered::default())
    }

    fn of(live: &LiveSchema, table: &str, columns: &[&str], rows: &Considered) -> Result<Self> {
        let found = live
            .table(table)
            .filter(|found| found.is_table())
            .ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("there is no table {table}"))
                    .item(live.namespace.clone())
                    .remedy("check that DATABASE_URL names the application's database")
            })?;
        let key = found
            .primary_key()
            .and_then(|key| match key.columns.as_slice() {
                [column] => found.column(column),
                _ => None,
            })
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Mismatch,
                    format!("the primary key of {table} is not one column"),
                )
                .remedy("give the table a primary key of one column; a row is accounted for by it")
            })?;
        let missing: Vec<&str> = columns
            .iter()
            .copied()
            .filter(|column| found.column(column).is_none())
            .collect();
        if !missing.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("{table} has no column {}", missing.join(", ")),
            )
            .remedy("run schema-push with this plan first"));
        }
        let marks: Vec<_> = rows
            .unless_true
            .iter()
            .filter_map(|name| found.column(name))
            .collect();
        if let Some(other) = marks.iter().find(|mark| mark.type_name != "boolean") {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("{table}.{} is {}, not boolean", other.name, other.type_name),
            )
            .remedy("make it boolean, so that it can say which rows a person decided about"));
        }
        Ok(Self {
            namespace: live.namespace.clone(),
            table: table.to_owned(),
            key: key.name.clone(),
            key_type: key.type_name.clone(),
            types: found
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.type_name.clone()))
                .collect(),
            unless_true: marks.iter().map(|mark| mark.name.clone()).collect(),
            to_come: Vec::new(),
            is_to_come: false,
        })
    }

    /// Says of facts that were gathered on a schema to come what of it is not there yet.
    #[must_use]
    pub fn seen_from(mut self, live: &LiveSchema) -> Self {
        let found = live.table(&self.table);
        self.is_to_come = found.is_none();
        self.to_come = self
            .types
            .keys()
            .filter(|name| found.is_none_or(|table| table.column(name).is_none()))
            .cloned()
            .collect();
        self
    }

    /// A column's type; `text` for one that is not there.
    pub fn type_of(&self, column: &str) -> &str {
        self.types.get(column).map_or("text", String::as_str)
    }
}
