//! Rows as the mapping makes them, before any database sees them.

use std::fmt::Write;
use std::sync::Arc;

use crate::digest::Digest;
use crate::instant::Instant;
use crate::json::{self, Json};

/// The PostgreSQL type that a written column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// `text`
    Text,
    /// `integer`
    Integer,
    /// `boolean`
    Boolean,
    /// `timestamp` without time zone, UTC, microseconds
    Timestamp,
    /// `jsonb`
    Json,
}

/// The columns of one table that a mapping writes, in their order; the first is the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The table's name, unquoted.
    pub table: String,
    /// Names, unquoted, and types.
    pub columns: Vec<(String, CellKind)>,
}

impl Shape {
    /// A shape from literals.
    pub fn new(table: &str, columns: &[(&str, CellKind)]) -> Arc<Self> {
        Arc::new(Self {
            table: table.to_owned(),
            columns: columns
                .iter()
                .map(|(name, kind)| ((*name).to_owned(), *kind))
                .collect(),
        })
    }

    /// The position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| name == column)
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL
    Null,
    /// `text`, without U+0000
    Text(String),
    /// `integer`
    Integer(i32),
    /// `boolean`
    Boolean(bool),
    /// `timestamp`, microseconds since 1970 in UTC
    Timestamp(i64),
    /// `jsonb`, by its canonical text (see [`crate::json`])
    Json(String),
}

impl Cell {
    /// Text, or NULL.
    pub fn text(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// An integer, or NULL.
    pub fn integer(value: Option<i32>) -> Self {
        value.map_or(Self::Null, Self::Integer)
    }

    /// A timestamp cut to microseconds, or NULL.
    pub fn timestamp(value: Option<Instant>) -> Self {
        value.map_or(Self::Null, |instant| {
            Self::Timestamp(instant.floor_micros())
        })
    }

    /// JSON, or NULL.
    pub fn json(value: Option<Json>) -> Self {
        value.map_or(Self::Null, |json| Self::Json(json.to_text()))
    }

    /// About the length of what is written of it.
    fn length(&self) -> usize {
        match self {
            Self::Text(text) | Self::Json(text) => text.len() + 16,
            _ => 32,
        }
    }

    fn write_canonical(&self, out: &mut String) {
        let written = match self {
            Self::Null => out.write_str("null"),
            Self::Text(text) => json::write_text(out, text),
            Self::Integer(value) => write!(out, "{value}"),
            Self::Boolean(value) => write!(out, "{value}"),
            Self::Timestamp(micros) => {
                let text = Instant::from_micros(*micros).to_timestamp_text();
                write!(out, "\"{text}\"")
            }
            Self::Json(text) => out.write_str(text),
        };
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
}

/// One row of a [`Shape`]; `cells` stand in the order of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What the cells mean.
    pub shape: Arc<Shape>,
    /// One cell a column.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The primary key.
    pub fn id(&self) -> &str {
        match self.cells.first() {
            Some(Cell::Text(id)) => id,
            _ => "",
        }
    }

    /// The text whose SHA-256 is the row's digest. PostgreSQL prints the same for
    ///
    /// ```sql
    /// jsonb_build_array(<columns…>, <jsonb column IS NULL…>)::text
    /// ```
    ///
    /// The booleans behind the columns, one for each `jsonb` column, tell NULL from JSON's `null`.
    pub fn canonical_text(&self) -> String {
        let length: usize = self.cells.iter().map(Cell::length).sum();
        let mut out = String::with_capacity(length + 16);
        out.push('[');
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            cell.write_canonical(&mut out);
        }
        for ((_, kind), cell) in self.shape.columns.iter().zip(&self.cells) {
            if *kind == CellKind::Json {
                out.push_str(if *cell == Cell::Null {
                    ", true"
                } else {
                    ", false"
                });
            }
        }
        out.push(']');
        out
    }

    /// SHA-256 of [`Row::canonical_text`].
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical_text().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_text_is_what_postgresql_prints() {
        let shape = Shape::new(
            "t",
            &[
                ("id", CellKind::Text),
                ("n", CellKind::Integer),
                ("at", CellKind::Timestamp),
                ("j", CellKind::Json),
                ("k", CellKind::Json),
            ],
        );
        let row = Row {
            shape,
            cells: vec![
                Cell::Text("a\"b".into()),
                Cell::Integer(-3),
                Cell::Timestamp(1_762_136_100_250_000),
                Cell::json(Some(Json::object([("x", Json::Null)]))),
                Cell::Null,
            ],
        };
        assert_eq!(
            row.canonical_text(),
            r#"["a\"b", -3, "2025-11-03T02:15:00.25", {"x": null}, null, false, true]"#
        );
    }
}
