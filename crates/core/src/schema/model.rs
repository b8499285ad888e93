//! The schema that a plan wants.

use super::name::clipped;

/// A type of PostgreSQL, as far as plans use them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// `text`
    Text,
    /// `text[]`
    TextArray,
    /// `integer`
    Integer,
    /// `bigint`
    Bigint,
    /// `double precision`
    Double,
    /// `numeric`, of any precision
    Numeric,
    /// `boolean`
    Boolean,
    /// `timestamp without time zone`, UTC
    Timestamp,
    /// `timestamp(3) without time zone`, UTC
    TimestampMillis,
    /// `timestamp with time zone`
    TimestampTz,
    /// `jsonb`
    Jsonb,
    /// `uuid`
    Uuid,
    /// An enum of the same schema, by its name
    Enum(String),
}

/// What a column gets when an INSERT does not name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DefaultValue {
    /// A text.
    Text(String),
    /// A number.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// `now()`
    Now,
    /// Another expression, as `pg_get_expr` prints it with an empty `search_path`.
    Expression(String),
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Unquoted.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// NOT NULL.
    pub required: bool,
    /// Its default.
    pub default: Option<DefaultValue>,
}

/// What happens to a row when the row it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum OnDelete {
    /// NO ACTION
    #[serde(rename = "a")]
    NoAction,
    /// CASCADE
    #[serde(rename = "c")]
    Cascade,
    /// SET NULL
    #[serde(rename = "n")]
    SetNull,
    /// SET DEFAULT
    #[serde(rename = "d")]
    SetDefault,
    /// RESTRICT
    #[serde(rename = "r")]
    Restrict,
}

/// A foreign key to a table of the same schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Of the constraint.
    pub name: String,
    /// The referring columns.
    pub columns: Vec<String>,
    /// The table referred to.
    pub target: String,
    /// Its columns.
    pub target_columns: Vec<String>,
    /// ON DELETE.
    pub on_delete: OnDelete,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Of the constraint.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Of the constraint.
    pub name: String,
    /// The condition.
    pub condition: String,
}

/// An index that belongs to no constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// `btree`, `gin`, …
    pub method: String,
    /// What is indexed, as `pg_get_indexdef` prints each key: `"userId"`, `created_at DESC`.
    pub keys: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// The condition of a partial index.
    pub condition: Option<String>,
}

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name, unquoted.
    pub name: String,
    /// Its values in their order.
    pub values: Vec<String>,
}

/// One table. Columns stand in the order in which they are created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Unquoted.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Columns of the primary key.
    pub primary_key: Vec<String>,
    /// Unique constraints.
    pub uniques: Vec<Unique>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Checks.
    pub checks: Vec<Check>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// Whether somebody else makes it: it must be there already, only what is named here is
    /// added where it is missing, and whatever else it has is none of our business.
    pub established: bool,
}

/// A whole desired schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The schema of the database in which all of it stands, usually `public`.
    pub namespace: String,
    /// Enum types.
    pub enums: Vec<EnumType>,
    /// Tables, each behind those that it refers to.
    pub tables: Vec<Table>,
}

impl Schema {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Whether the database belongs to an application that has more than is named here.
    pub fn is_shared(&self) -> bool {
        self.tables.iter().any(|table| table.established)
    }
}

impl Column {
    /// A column that may be NULL and has no default.
    pub fn new(name: &str, column_type: ColumnType) -> Self {
        Self {
            name: clipped(name),
            column_type,
            required: false,
            default: None,
        }
    }

    /// NOT NULL.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With a default.
    #[must_use]
    pub fn default(mut self, value: DefaultValue) -> Self {
        self.default = Some(value);
        self
    }

    /// With a text as its default.
    #[must_use]
    pub fn default_text(self, value: &str) -> Self {
        self.default(DefaultValue::Text(value.to_owned()))
    }

    /// `DEFAULT now()`.
    #[must_use]
    pub fn default_now(self) -> Self {
        self.default(DefaultValue::Now)
    }
}

impl Table {
    /// A table whose first column is its primary key.
    pub fn new(name: &str, columns: impl IntoIterator<Item = Column>) -> Self {
        let mut columns: Vec<Column> = columns.into_iter().collect();
        let primary_key = columns.first_mut().map(|column| {
            column.required = true;
            column.name.clone()
        });
        Self {
            name: clipped(name),
            columns,
            primary_key: primary_key.into_iter().collect(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            established: false,
        }
    }

    /// A table that is there already, made by somebody else, and the columns that a plan adds to
    /// it. A column that is there keeps its default and whether it may be NULL.
    pub fn established(name: &str, columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            name: clipped(name),
            columns: columns.into_iter().collect(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            established: true,
        }
    }

    /// A unique constraint of that name.
    #[must_use]
    pub fn unique_named(mut self, name: &str, columns: &[&str]) -> Self {
        self.uniques.push(Unique {
            name: clipped(name),
            columns: columns.iter().map(|column| clipped(column)).collect(),
        });
        self
    }

    /// A foreign key of that name on one column, ON DELETE CASCADE.
    #[must_use]
    pub fn cascades(mut self, name: &str, column: &str, target: &str, target_column: &str) -> Self {
        self.foreign_keys.push(ForeignKey {
            name: clipped(name),
            columns: vec![clipped(column)],
            target: clipped(target),
            target_columns: vec![clipped(target_column)],
            on_delete: OnDelete::Cascade,
        });
        self
    }

    /// A check of that name.
    #[must_use]
    pub fn check(mut self, name: &str, condition: &str) -> Self {
        self.checks.push(Check {
            name: clipped(name),
            condition: condition.to_owned(),
        });
        self
    }

    /// A unique constraint on one column, named `<table>_<column>_unique`.
    #[must_use]
    pub fn unique(mut self, column: &str) -> Self {
        self.uniques.push(Unique {
            name: clipped(&format!("{}_{column}_unique", self.name)),
            columns: vec![clipped(column)],
        });
        self
    }

    /// A foreign key named `<table>_<column>_<target>_<column>_fk`, ON DELETE NO ACTION.
    #[must_use]
    pub fn references(self, column: &str, target: &str, target_column: &str) -> Self {
        self.foreign_key(column, target, target_column, OnDelete::NoAction)
    }

    /// As [`Table::references`], with ON DELETE CASCADE.
    #[must_use]
    pub fn references_cascade(self, column: &str, target: &str, target_column: &str) -> Self {
        self.foreign_key(column, target, target_column, OnDelete::Cascade)
    }

    fn foreign_key(
        mut self,
        column: &str,
        target: &str,
        target_column: &str,
        on_delete: OnDelete,
    ) -> Self {
        let name = format!("{}_{column}_{target}_{target_column}_fk", self.name);
        self.foreign_keys.push(ForeignKey {
            name: clipped(&name),
            columns: vec![clipped(column)],
            target: clipped(target),
            target_columns: vec![clipped(target_column)],
            on_delete,
        });
        self
    }

    /// A plain index on columns.
    #[must_use]
    pub fn index(mut self, name: &str, columns: &[&str]) -> Self {
        self.indexes.push(Index {
            name: clipped(name),
            method: "btree".to_owned(),
            keys: columns.iter().map(|column| index_key(column)).collect(),
            unique: false,
            condition: None,
        });
        self
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column as `pg_get_indexdef` prints it: quoted only where it must be.
pub(crate) fn index_key(column: &str) -> String {
    let plain = column
        .bytes()
        .enumerate()
        .all(|(at, byte)| matches!(byte, b'a'..=b'z' | b'_') || at > 0 && byte.is_ascii_digit());
    if plain && !RESERVED.contains(&column) {
        column.to_owned()
    } else {
        super::name::quote_identifier(column)
    }
}

/// Key words that `quote_ident` quotes and that somebody might call a column.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "default",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "leading",
    "limit",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "when",
    "where",
    "window",
    "with",
];
