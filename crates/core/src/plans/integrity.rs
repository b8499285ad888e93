//! What must hold in the target whatever the source holds.

use crate::ports::verify::{ForeignKey, Required};
use crate::schema::model::{Schema, Table};

/// What must hold in the target whatever the source holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Integrity {
    /// Tables that must exist.
    pub tables: Vec<String>,
    /// References that must lead somewhere, also where a constraint is missing.
    pub foreign_keys: Vec<ForeignKey>,
    /// Columns that must have a value, those of a table one behind the other.
    pub required: Vec<Required>,
    /// `(table, column)` whose values occur once.
    pub unique: Vec<(String, String)>,
    /// `(kind, table, column)`: where assigned numbers stand.
    pub numbers: Vec<(String, String, String)>,
    /// The table of users, where rows belong to one.
    pub users: Option<String>,
}

impl Integrity {
    /// What a schema says of it: every reference, required column and unique column of its tables.
    /// What is of several columns together, and tables whose rows no single column names, are left
    /// to their constraints; so is the primary key itself.
    pub fn of(schema: &Schema) -> Self {
        let mut integrity = Self::default();
        for table in &schema.tables {
            integrity.tables.push(table.name.clone());
            if let Some(row_key) = row_key(table) {
                integrity.add(table, row_key);
            }
        }
        integrity
    }

    fn add(&mut self, table: &Table, row_key: &str) {
        let name = || table.name.clone();
        let row_key = || row_key.to_owned();
        for key in &table.foreign_keys {
            if let ([column], [target]) = (&key.columns[..], &key.target_columns[..])
                && target == "id"
            {
                self.foreign_keys.push(ForeignKey {
                    table: name(),
                    column: column.clone(),
                    target: key.target.clone(),
                    row_key: row_key(),
                });
            }
        }
        let required = table.columns.iter().filter(|column| column.required);
        for column in required.filter(|column| !table.primary_key.contains(&column.name)) {
            self.required.push(Required {
                table: name(),
                column: column.name.clone(),
                row_key: row_key(),
            });
        }
        for unique in &table.uniques {
            if let [column] = &unique.columns[..] {
                self.unique.push((name(), column.clone()));
            }
        }
    }
}

/// The column that names the rows of a table.
fn row_key(table: &Table) -> Option<&str> {
    match &table.primary_key[..] {
        [key] => Some(key.as_str()),
        [] => table.column("id").map(|column| column.name.as_str()),
        _ => None,
    }
}
