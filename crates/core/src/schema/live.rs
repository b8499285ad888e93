//! The schema that a database has.

use serde::{Deserialize, Serialize};

use super::hold::Hold;
use super::likeness::same_keys;
use super::model::{ColumnType, OnDelete, Schema, Table, index_key};
pub use super::trigger::LiveTrigger;

/// One schema of a live database, read in one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveSchema {
    /// Its name.
    pub namespace: String,
    /// Whether it exists at all.
    pub exists: bool,
    /// The role that reads.
    pub role: String,
    /// The database's encoding: `UTF8`, `LATIN1`, …
    #[serde(default)]
    pub encoding: String,
    /// Whether that role may create objects in it (or the schema itself where it is absent).
    pub may_create: bool,
    /// Whether nobody can write to this server, or this role to this database.
    #[serde(default)]
    pub read_only: bool,
    /// Whether that role finds, or may make, the schema in which the ledger is kept.
    #[serde(default = "yes")]
    pub may_keep_ledger: bool,
    /// Tables and whatever else stands under the name of one.
    pub tables: Vec<LiveTable>,
    /// Enum types.
    pub enums: Vec<LiveEnum>,
    /// Sequences, indexes and types that no table or enum above accounts for: their names are taken.
    #[serde(default)]
    pub names: Vec<LiveName>,
    /// What PostgreSQL refuses to drop tables, columns and unique indexes for.
    #[serde(default)]
    pub holds: Vec<Hold>,
}

/// Something that has a name and is no table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveName {
    /// Unquoted.
    pub name: String,
    /// `sequence`, `index`, `composite type`, `domain`, …
    pub kind: String,
}

impl LiveName {
    /// Whether tables, indexes and constraints with an index cannot have its name; others only
    /// stand in the way of tables and types.
    pub fn is_relation(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "sequence" | "index" | "composite type" | "partition" | "extension's relation"
        )
    }
}

/// A relation of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
    /// UNLOGGED: a crash empties it.
    #[serde(default)]
    pub unlogged: bool,
    /// In their order.
    pub columns: Vec<LiveColumn>,
    /// Constraints, by name.
    pub constraints: Vec<LiveConstraint>,
    /// Indexes, by name.
    pub indexes: Vec<LiveIndex>,
    /// Views and the like that are made of it.
    #[serde(default)]
    pub used_by: Vec<String>,
    /// Columns that hold whole rows of it: its columns cannot get another type.
    #[serde(default)]
    pub row_used_by: Vec<String>,
    /// The type that it is made of (CREATE TABLE … OF): its columns are that one's.
    #[serde(default)]
    pub typed: Option<String>,
    /// Whether other tables inherit from it: a query of it gives their rows, too.
    #[serde(default)]
    pub has_children: bool,
    /// Foreign keys of other schemas' tables that refer to it.
    #[serde(default)]
    pub outer_keys: Vec<OuterKey>,
    /// The application's triggers that are switched on.
    #[serde(default)]
    pub triggers: Vec<LiveTrigger>,
    /// Whether its owner is a superuser, whose role is nobody else's.
    #[serde(default)]
    pub of_superuser: bool,
    /// Whether the connecting role may make a foreign key that refers to it, and lock it for that.
    #[serde(default)]
    pub may_refer: bool,
}

/// A foreign key of a table of another schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OuterKey {
    /// Its name.
    pub name: String,
    /// The schema of its table.
    pub namespace: String,
    /// Its table.
    pub table: String,
    /// The columns that it refers to.
    pub columns: Vec<String>,
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
    /// NOT NULL that was never validated, by its name: new rows have a value, and older ones may not.
    #[serde(default)]
    pub unproven: Option<String>,
    /// As `pg_get_expr` prints it; none for a generated column.
    pub default: Option<String>,
    /// GENERATED, as identity or as an expression.
    #[serde(default)]
    pub generated: bool,
    /// GENERATED ALWAYS: an INSERT that names it is refused.
    #[serde(default)]
    pub fixed: bool,
    /// What stands behind its type where it is generated: `GENERATED ALWAYS AS (…) STORED`,
    /// `GENERATED BY DEFAULT AS IDENTITY (…)`.
    #[serde(default)]
    pub generation: Option<String>,
    /// Its collation, qualified, where that is another than its type's.
    #[serde(default)]
    pub collation: Option<String>,
    /// The sequence that goes with it, of `serial`.
    #[serde(default)]
    pub sequence: Option<String>,
    /// Views, triggers, policies, generated columns and the like that forbid another type, as
    /// `pg_describe_object` names them.
    #[serde(default)]
    pub used_by: Vec<String>,
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
    /// Not deferrable, enforced, and with NULLs that differ from each other.
    #[serde(default = "yes")]
    pub plain: bool,
    /// The columns it is about.
    pub columns: Vec<String>,
    /// As `pg_get_constraintdef` prints it.
    pub definition: String,
    /// Where a foreign key points.
    pub target: Option<LiveTarget>,
}

fn yes() -> bool {
    true
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveIndex {
    /// Its name.
    pub name: String,
    /// `btree`, `gin`, …
    pub method: String,
    /// Each key as `pg_get_indexdef` prints it, with DESC, NULLS and operator class.
    pub keys: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// Whether two NULLs are the same to it.
    #[serde(default)]
    pub nulls_not_distinct: bool,
    /// False for what a broken CREATE INDEX CONCURRENTLY left.
    pub valid: bool,
    /// The condition of a partial index.
    pub condition: Option<String>,
    /// The whole statement that would make it.
    pub definition: String,
    /// Whether a constraint owns it.
    pub of_constraint: bool,
}

/// What is made of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumUse {
    /// As `pg_describe_object` names it.
    pub what: String,
    /// The table of the enum's schema whose column it is.
    pub table: Option<String>,
    /// That column.
    pub column: Option<String>,
}

/// An enum as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEnum {
    /// Its name.
    pub name: String,
    /// Its values in their order.
    pub values: Vec<String>,
    /// Its owner.
    #[serde(default)]
    pub owner: String,
    /// Whether the connecting role may alter it.
    #[serde(default = "yes")]
    pub may_alter: bool,
    /// Columns of this database, and what else is made of it.
    #[serde(default)]
    pub uses: Vec<EnumUse>,
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
                        unproven: None,
                        name: column.name.clone(),
                        type_name: column.column_type.sql(&desired.namespace),
                        is_enum: matches!(column.column_type, ColumnType::Enum(_)),
                        required: column.required,
                        default: None,
                        generated: false,
                        fixed: false,
                        generation: None,
                        collation: None,
                        sequence: None,
                        used_by: Vec::new(),
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
            may_keep_ledger: true,
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
}

impl LiveTable {
    /// A table that is yet to come: its name and its primary key.
    fn planned(wanted: &Table) -> Self {
        Self {
            name: wanted.name.clone(),
            kind: "r".to_owned(),
            owner: String::new(),
            may_alter: true,
            constraints: vec![LiveConstraint {
                name: String::new(),
                kind: ConstraintKind::PrimaryKey,
                validated: true,
                plain: true,
                columns: wanted.primary_key.clone(),
                definition: String::new(),
                target: None,
            }],
            ..Self::default()
        }
    }

    /// A unique index on exactly these columns that belongs to no constraint yet.
    pub fn ready_index(&self, columns: &[String]) -> Option<&LiveIndex> {
        let keys: Vec<_> = columns.iter().map(|column| index_key(column)).collect();
        self.indexes.iter().find(|index| {
            index.valid
                && index.unique
                && !index.of_constraint
                && index.condition.is_none()
                && index.method == "btree"
                && !index.nulls_not_distinct
                && same_keys(&index.keys, &keys)
        })
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
