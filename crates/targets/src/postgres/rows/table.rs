//! What the server knows about a table that rows go to, and the statements for it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::row::{CellKind, Shape};

use super::columns::Columns;
use crate::postgres::digest::digest_expression;
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

/// What a row of a V3 table is called in statements; no column of the 12 tables is.
pub(in crate::postgres) const ROW: &str = "sunset_row";

/// A column that refers to another table.
#[derive(Debug, Clone)]
pub(in crate::postgres) struct ForeignKey {
    pub child: String,
    pub child_column: String,
    /// The child's primary key, where it is one column.
    pub child_key: Option<String>,
    pub parent: String,
    pub parent_column: String,
}

/// All foreign keys of one column within `public`.
#[derive(Debug, Default, Clone)]
pub(in crate::postgres) struct ForeignKeys(pub Vec<ForeignKey>);

impl ForeignKeys {
    /// Reads them.
    pub async fn read(transaction: &mut Transaction<'_, Postgres>) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the foreign keys");
        let rows = crate::postgres::query(include_str!("foreign_keys.sql"))
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        rows.iter()
            .map(|row| {
                Ok(ForeignKey {
                    child: row.try_get("child")?,
                    child_column: row.try_get("child_column")?,
                    child_key: row.try_get("child_key")?,
                    parent: row.try_get("parent")?,
                    parent_column: row.try_get("parent_column")?,
                })
            })
            .collect::<sqlx::Result<_>>()
            .map(Self)
            .map_err(failed)
    }

    /// A number for every table that refers to others, greater than theirs: rows are written in
    /// ascending order and removed in descending order. Circles do not keep this from ending.
    pub fn ranks(&self) -> BTreeMap<String, usize> {
        let mut ranks: BTreeMap<String, usize> = BTreeMap::new();
        for key in &self.0 {
            ranks.insert(key.child.clone(), 0);
            ranks.insert(key.parent.clone(), 0);
        }
        for _ in 0..ranks.len() {
            let mut moved = false;
            for key in self.0.iter().filter(|key| key.child != key.parent) {
                let wanted = ranks.get(&key.parent).copied().unwrap_or(0) + 1;
                let rank = ranks.entry(key.child.clone()).or_default();
                if *rank < wanted {
                    *rank = wanted;
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
        ranks
    }
}

/// A column of a shape that refers to a parent.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    pub position: usize,
    pub table: String,
    pub column: String,
}

/// A table as a mapping's shape sees it.
#[derive(Debug)]
pub(super) struct Table {
    pub shape: Arc<Shape>,
    /// The ledger's number of the shape.
    pub shape_id: i32,
    /// See [`ForeignKeys::ranks`].
    pub rank: usize,
    /// Positions of text columns whose values are unique.
    pub unique: Vec<usize>,
    /// Names of columns that cannot be NULL.
    pub required: HashSet<String>,
    /// Columns that refer to other tables.
    pub parents: Vec<Parent>,
    /// `COPY` into the table itself.
    pub copy: String,
    /// The digest of [`ROW`].
    pub digest: String,
    /// The names of `jsonb` columns that hold JSON's null in [`ROW`], as `text[]`.
    pub json_nulls: String,
}

impl Table {
    /// Reads the catalogue, and checks that the table can take the rows.
    pub async fn read(
        transaction: &mut Transaction<'_, Postgres>,
        shape: &Arc<Shape>,
        keys: &ForeignKeys,
    ) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the table's columns");
        let name = public_table(&shape.table);
        let columns = Columns::read(transaction, &shape.table).await?;
        columns.fit(shape)?;
        let Columns { present, required } = columns;
        let unique = crate::postgres::query(include_str!("unique_columns.sql"))
            .bind(&name)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?
            .iter()
            .filter_map(|row| row.try_get::<String, _>(0).ok())
            .filter_map(|column| shape.position(&column))
            .filter(|position| matches!(shape.columns.get(*position), Some((_, CellKind::Text))))
            .collect();
        let parents = keys
            .0
            .iter()
            .filter(|key| key.child == shape.table)
            .filter_map(|key| {
                let position = shape.position(&key.child_column)?;
                let text = matches!(shape.columns.get(position), Some((_, CellKind::Text)));
                text.then(|| Parent {
                    position,
                    table: key.parent.clone(),
                    column: key.parent_column.clone(),
                })
            })
            .collect();
        let shape_id = register_shape(transaction, shape).await?;
        let columns: Vec<String> = shape
            .columns
            .iter()
            .map(|(column, _)| quote_identifier(column))
            .collect();
        Ok(Self {
            shape_id,
            rank: keys.ranks().get(&shape.table).copied().unwrap_or(0),
            unique,
            required,
            parents,
            copy: format!(
                "COPY {name} ({}) FROM STDIN (FORMAT binary)",
                columns.join(", ")
            ),
            digest: digest_expression(ROW, shape),
            json_nulls: json_nulls(
                ROW,
                present
                    .iter()
                    .filter(|(_, (kind, _))| kind == "jsonb")
                    .map(|(column, _)| column.as_str()),
            ),
            shape: Arc::clone(shape),
        })
    }

    /// The table, quoted.
    pub fn name(&self) -> String {
        public_table(&self.shape.table)
    }

    /// The primary key, quoted.
    pub fn key(&self) -> String {
        quote_identifier(self.column(0))
    }

    /// A column's name.
    pub fn column(&self, position: usize) -> &str {
        self.shape
            .columns
            .get(position)
            .map_or("", |(name, _)| name.as_str())
    }
}

/// Names of columns that hold JSON's null: `to_jsonb` of a row cannot tell it from NULL.
pub(in crate::postgres) fn json_nulls<'a>(
    alias: &str,
    columns: impl Iterator<Item = &'a str>,
) -> String {
    let alias = quote_identifier(alias);
    let cases: Vec<String> = columns
        .map(|column| {
            format!(
                "CASE WHEN jsonb_typeof({alias}.{}) = 'null' THEN {}::text END",
                quote_identifier(column),
                quote_literal(column)
            )
        })
        .collect();
    format!("array_remove(ARRAY[{}]::text[], NULL)", cases.join(", "))
}

/// Quotes a text as a literal, for names of columns that are compared as text.
pub(in crate::postgres) fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Gives a shape its number.
pub(in crate::postgres) async fn register_shape(
    transaction: &mut Transaction<'_, Postgres>,
    shape: &Shape,
) -> Result<i32> {
    let failed = |cause| error(cause, "cannot record the columns");
    let (columns, json) = super::shapes::lists(shape);
    crate::postgres::query(include_str!("register_shape.sql"))
        .bind(&shape.table)
        .bind(columns)
        .bind(json)
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)
}

/// The type, as PostgreSQL prints it.
pub(super) fn type_name(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Integer => "integer",
        CellKind::Boolean => "boolean",
        CellKind::Timestamp => "timestamp without time zone",
        CellKind::Json => "jsonb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(child: &str, parent: &str) -> ForeignKey {
        ForeignKey {
            child: child.into(),
            child_column: "x".into(),
            child_key: None,
            parent: parent.into(),
            parent_column: "id".into(),
        }
    }

    #[test]
    fn parents_come_before_children_and_circles_end() {
        let keys = ForeignKeys(vec![
            key("meddic_analyses", "conversations"),
            key("meddic_analyses", "opportunities"),
            key("conversations", "opportunities"),
            key("opportunities", "user"),
            key("self", "self"),
        ]);
        let ranks = keys.ranks();
        let order = ["user", "opportunities", "conversations", "meddic_analyses"];
        let found: Vec<usize> = order.iter().map(|table| ranks[*table]).collect();
        assert_eq!(found, [0, 1, 2, 3]);
        assert_eq!(ranks["self"], 0);
        assert!(
            ForeignKeys(vec![key("a", "b"), key("b", "a")])
                .ranks()
                .len()
                == 2
        );
    }
}
