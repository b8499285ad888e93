//! What PostgreSQL refuses to drop something for, read from its own record of what depends on what.

use serde::{Deserialize, Serialize};

use super::live::LiveSchema;

/// Something that depends on a table, a column or a unique index, or on what would go with it (a
/// sequence, a key), and would not go itself: DROP … RESTRICT is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hold {
    /// The table that is held, or whose column or index is.
    pub table: String,
    /// The column.
    pub column: Option<String>,
    /// The index, whose constraint has the same name.
    pub index: Option<String>,
    /// What holds it, as `pg_describe_object` names it.
    pub what: String,
    /// The schema of the table that this is part of, where it is part of one.
    pub namespace: Option<String>,
    /// That table.
    pub of: Option<String>,
    /// Its name, where it is a foreign key.
    pub key: Option<String>,
}

impl LiveSchema {
    /// What holds a whole table.
    pub fn holds_of_table(&self, table: &str) -> impl Iterator<Item = &Hold> {
        let whole = |hold: &&Hold| hold.column.is_none() && hold.index.is_none();
        self.holds_in(table).filter(whole)
    }

    /// What holds a column, other than by using it itself ([`super::live::LiveColumn::used_by`]).
    pub fn holds_of_column(&self, table: &str, column: &str) -> impl Iterator<Item = &Hold> {
        let its = move |hold: &&Hold| hold.column.as_deref() == Some(column);
        self.holds_in(table).filter(its)
    }

    /// What holds a unique index, and the constraint that has it.
    pub fn holds_of_index(&self, table: &str, index: &str) -> impl Iterator<Item = &Hold> {
        let its = move |hold: &&Hold| hold.index.as_deref() == Some(index);
        self.holds_in(table).filter(its)
    }

    fn holds_in(&self, table: &str) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.table == table)
    }
}

impl Hold {
    /// Whether it is part of that table of the schema.
    pub fn is_part_of(&self, namespace: &str, table: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.of.as_deref() == Some(table)
    }
}
