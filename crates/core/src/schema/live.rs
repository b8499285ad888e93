//! The schema that a database has.

use serde::{Deserialize, Serialize};

use super::expression::bare;
use super::model::{ColumnType, Index, OnDelete, Schema, Table};

/// One schema of a live database, read in one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveSchema {
    /// Its name.
    pub namespace: String,
    /// Whether it exists at all.
    pub exists: bool,
    /// The role that reads.
    pub role: String,
    /// Whether that role may create objects in it (or the schema itself where it is absent).
    pub may_create: bool,
    /// Tables and whatever else stands under the name of one.
    pub tables: Vec<LiveTable>,
    /// Enum types.
    pub enums: Vec<LiveEnum>,
}

/// A relation of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTable {
    /// Unquoted.
    pub name: String,
    /// `r` table, `p` partitioned table, `v` view, `m` materialized view, `f` foreign table.
    pub kind: String,
    /// Its owner.
    pub owner: String,
    /// Whether the connecting role may alter it.
    pub may_alter: bool,
    /// Whether it holds at least one row (`true` where that may not be read).
    #[serde(default)]
    pub has_rows: bool,
    /// In their order.
    pub columns: Vec<LiveColumn>,
    /// Constraints, by name.
    pub constraints: Vec<LiveConstraint>,
    /// Indexes, by name.
    pub indexes: Vec<LiveIndex>,
}

/// A column as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveColumn {
    /// Unquoted.
    pub name: String,
    /// As `format_type` prints it with an empty `search_path`.
    pub type_name: String,
    /// Whether its type is an enum.
    #[serde(default)]
    pub is_enum: bool,
    /// NOT NULL.
    pub required: bool,
    /// As `pg_get_expr` prints it; none for a generated column.
    pub default: Option<String>,
    /// GENERATED, as identity or as an expression.
    #[serde(default)]
    pub generated: bool,
}

/// What a constraint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConstraintKind {
    /// PRIMARY KEY
    #[serde(rename = "p")]
    PrimaryKey,
    /// UNIQUE
    #[serde(rename = "u")]
    Unique,
    /// FOREIGN KEY
    #[serde(rename = "f")]
    ForeignKey,
    /// CHECK
    #[serde(rename = "c")]
    Check,
    /// EXCLUDE, constraint triggers and what later versions bring
    #[serde(other)]
    Other,
}

/// A constraint as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveConstraint {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ConstraintKind,
    /// False for NOT VALID.
    pub validated: bool,
    /// The columns it is about.
    pub columns: Vec<String>,
    /// As `pg_get_constraintdef` prints it.
    pub definition: String,
    /// Where a foreign key points.
    pub target: Option<LiveTarget>,
}

/// Where a foreign key points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTarget {
    /// The schema of the table.
    pub namespace: String,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// ON DELETE.
    pub on_delete: OnDelete,
    /// ON UPDATE is NO ACTION, MATCH is SIMPLE, and it is not deferrable.
    pub plain: bool,
}

/// An index as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveIndex {
    /// Its name.
    pub name: String,
    /// `btree`, `gin`, …
    pub method: String,
    /// Each key as `pg_get_indexdef` prints it, with DESC, NULLS and operator class.
    pub keys: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// False for what a broken CREATE INDEX CONCURRENTLY left.
    pub valid: bool,
    /// The condition of a partial index.
    pub condition: Option<String>,
    /// The whole statement that would make it.
    pub definition: String,
    /// Whether a constraint owns it.
    pub of_constraint: bool,
}

/// An enum as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEnum {
    /// Its name.
    pub name: String,
    /// Its values in their order.
    pub values: Vec<String>,
}

impl LiveSchema {
    /// As it would be with the tables and columns of `desired` that are missing; constraints but
    /// for primary keys, and indexes, are left out.
    #[must_use]
    pub fn with(mut self, desired: &Schema) -> Self {
        for wanted in &desired.tables {
            if self.table(&wanted.name).is_none() {
                if wanted.established {
                    continue;
                }
                self.tables.push(LiveTable::planned(wanted));
            }
            let Some(table) = self.tables.iter_mut().find(|t| t.name == wanted.name) else {
                continue;
            };
            for column in &wanted.columns {
                if table.column(&column.name).is_none() {
                    table.columns.push(LiveColumn {
                        name: column.name.clone(),
                        type_name: column.column_type.sql(&desired.namespace),
                        is_enum: matches!(column.column_type, ColumnType::Enum(_)),
                        required: column.required,
                        default: None,
                        generated: false,
                    });
                }
            }
        }
        self
    }

    /// A database that has nothing, for printing a schema as DDL.
    pub fn empty(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            exists: true,
            may_create: true,
            ..Self::default()
        }
    }

    /// The relation of that name.
    pub fn table(&self, name: &str) -> Option<&LiveTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The relation of that name, to change what is planned over.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut LiveTable> {
        self.tables.iter_mut().find(|table| table.name == name)
    }

    /// What the schema is after `ALTER TABLE old RENAME TO new`.
    #[must_use]
    pub fn with_table_renamed(mut self, old: &str, new: &str) -> Self {
        let namespace = self.namespace.clone();
        for table in &mut self.tables {
            if table.name == old {
                new.clone_into(&mut table.name);
            }
            for target in table
                .constraints
                .iter_mut()
                .filter_map(|c| c.target.as_mut())
            {
                if target.namespace == namespace && target.table == old {
                    new.clone_into(&mut target.table);
                }
            }
        }
        self
    }

    /// What the schema is after `ALTER TABLE table RENAME COLUMN old TO new`.
    #[must_use]
    pub fn with_column_renamed(mut self, table: &str, old: &str, new: &str) -> Self {
        let namespace = self.namespace.clone();
        let rename = |name: &mut String| {
            if name == old {
                new.clone_into(name);
            }
        };
        for live in &mut self.tables {
            let own = live.name == table;
            if own {
                live.columns
                    .iter_mut()
                    .for_each(|column| rename(&mut column.name));
                for index in &mut live.indexes {
                    index.keys.iter_mut().for_each(rename);
                }
            }
            for constraint in &mut live.constraints {
                if own {
                    constraint.columns.iter_mut().for_each(rename);
                }
                if let Some(target) = &mut constraint.target
                    && target.namespace == namespace
                    && target.table == table
                {
                    target.columns.iter_mut().for_each(rename);
                }
            }
        }
        self
    }
}

impl LiveIndex {
    /// Whether it indexes what is wanted, whatever its name.
    pub fn serves_as(&self, wanted: &Index) -> bool {
        let condition = |text: &Option<String>| text.as_deref().map(|text| bare(text).to_owned());
        self.method == wanted.method
            && self.keys == wanted.keys
            && self.unique == wanted.unique
            && condition(&self.condition) == condition(&wanted.condition)
    }
}

impl LiveTable {
    /// A table that is yet to come: its name and its primary key.
    fn planned(wanted: &Table) -> Self {
        Self {
            name: wanted.name.clone(),
            kind: "r".to_owned(),
            owner: String::new(),
            may_alter: true,
            has_rows: false,
            columns: Vec::new(),
            constraints: vec![LiveConstraint {
                name: String::new(),
                kind: ConstraintKind::PrimaryKey,
                validated: true,
                columns: wanted.primary_key.clone(),
                definition: String::new(),
                target: None,
            }],
            indexes: Vec::new(),
        }
    }

    /// Whether it is an ordinary or a partitioned table.
    pub fn is_table(&self) -> bool {
        matches!(self.kind.as_str(), "r" | "p")
    }

    /// What it is, in words.
    pub fn kind_name(&self) -> &'static str {
        match self.kind.as_str() {
            "r" => "table",
            "p" => "partitioned table",
            "v" => "view",
            "m" => "materialized view",
            "f" => "foreign table",
            "S" => "sequence",
            "i" | "I" => "index",
            _ => "relation",
        }
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column of that name, to change what is planned over.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut LiveColumn> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// The constraint of that name.
    pub fn constraint(&self, name: &str) -> Option<&LiveConstraint> {
        self.constraints
            .iter()
            .find(|constraint| constraint.name == name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&LiveConstraint> {
        self.constraints
            .iter()
            .find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)
    }
}
