//! What a step leaves behind, as far as undoing must know.

use serde::{Deserialize, Serialize};

use super::name::quote_identifier;

/// What a step made, as far as undoing must know.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// A table.
    CreatesTable {
        /// Its name.
        table: String,
    },
    /// A column.
    AddsColumn {
        /// The table.
        table: String,
        /// Its name.
        column: String,
        /// Its default, where that is the same for all rows: a row that has another value carries data.
        default: Option<String>,
        /// Its default is an expression: what the rows of then got by it is no data, and every other
        /// value is.
        varying_default: bool,
        /// The type as which those rows got `now()`, where that is its default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now_as: Option<String>,
        /// The `now()` that they got: the ledger adds it, within the transaction of the step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<String>,
    },
    /// An index, by CREATE INDEX CONCURRENTLY: a broken attempt leaves an invalid one.
    CreatesIndex {
        /// Its name.
        index: String,
    },
    /// Another type of a column: what was written since may not fit into the old one.
    ChangesType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The expression that leads to the new type.
        using: String,
        /// The expression that leads back.
        back: String,
    },
    /// Another name.
    Renames {
        /// The table, where a column is renamed.
        table: Option<String>,
        /// The name before.
        old: String,
        /// The name since.
        new: String,
    },
    /// Values of a column, or whole rows, that the ledger knows by their ids (`id` as text) under
    /// the step's number.
    Keeps {
        /// The table.
        table: String,
        /// The column; none for whole rows.
        column: Option<String>,
        /// A condition on a row `t` and its entry `k` of `sunset.schema_kept`: it is as the step
        /// left it, so that the inverse takes it away.
        unchanged: String,
        /// Whether it goes over the table's blocks, some at a time: its statements, and those of its
        /// inverse, look at the rows from `sunset.from` up to `sunset.to` alone.
        #[serde(default)]
        swept: bool,
    },
    /// A constraint goes, and its inverse adds it again: rows that came since may break it.
    Frees {
        /// The table.
        table: String,
        /// A condition on a row `t` that breaks it.
        broken: String,
        /// The constraint, as it was.
        definition: String,
    },
    /// A value of an enum, which nothing takes out again.
    ExtendsEnum {
        /// The enum.
        name: String,
    },
    /// A column, or a table, that its inverse makes again without what it held.
    Drops {
        /// The table.
        table: String,
        /// The column; none for the whole table.
        column: Option<String>,
    },
    /// Rows, or something that its inverse puts right whatever the rows hold.
    Other,
}

impl Effect {
    /// The table over whose blocks the step goes, some at a time.
    pub fn sweeps(&self) -> Option<&str> {
        match self {
            Self::Keeps {
                table, swept: true, ..
            } => Some(table),
            _ => None,
        }
    }

    /// The table whose rows undoing changes or takes away, by its name of then.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::CreatesTable { table }
            | Self::AddsColumn { table, .. }
            | Self::ChangesType { table, .. }
            | Self::Keeps { table, .. }
            | Self::Frees { table, .. } => Some(table),
            // What undoing makes again is nobody's yet.
            Self::Drops { .. }
            | Self::CreatesIndex { .. }
            | Self::ExtendsEnum { .. }
            | Self::Renames { .. }
            | Self::Other => None,
        }
    }

    /// Whether doing or undoing it runs what the application has made: triggers of rows, functions
    /// of indexes and checks.
    pub fn runs_functions(&self) -> bool {
        matches!(self, Self::ChangesType { .. } | Self::Keeps { .. })
    }

    /// The same after a rename of a table, or of a column of `in_table`.
    #[must_use]
    pub fn with_renamed(mut self, in_table: Option<&str>, old: &str, new: &str) -> Self {
        match &mut self {
            Self::CreatesTable { table }
            | Self::Drops {
                table,
                column: None,
            }
            | Self::Keeps {
                table,
                column: None,
                ..
            } => {
                if in_table.is_none() && table == old {
                    new.clone_into(table);
                }
            }
            Self::Keeps {
                table,
                column: Some(column),
                ..
            }
            | Self::Drops {
                table,
                column: Some(column),
            } => rename_in(table, column, in_table, old, new),
            Self::Frees { table, broken, .. } => {
                let (from, to) = (quote_identifier(old), quote_identifier(new));
                if in_table.is_none() || in_table == Some(table) {
                    *broken = broken.replace(&from, &to);
                }
                if in_table.is_none() && table == old {
                    new.clone_into(table);
                }
            }
            Self::AddsColumn { table, column, .. } => {
                rename_in(table, column, in_table, old, new);
            }
            Self::ChangesType {
                table,
                column,
                using,
                back,
            } => {
                if in_table == Some(table) && column == old {
                    let (from, to) = (quote_identifier(old), quote_identifier(new));
                    *using = using.replace(&from, &to);
                    *back = back.replace(&from, &to);
                }
                rename_in(table, column, in_table, old, new);
            }
            Self::CreatesIndex { .. }
            | Self::ExtendsEnum { .. }
            | Self::Renames { .. }
            | Self::Other => {}
        }
        self
    }
}

fn rename_in(
    table: &mut String,
    column: &mut String,
    in_table: Option<&str>,
    old: &str,
    new: &str,
) {
    match in_table {
        None if table == old => new.clone_into(table),
        Some(within) if table == within && column == old => new.clone_into(column),
        _ => {}
    }
}
