//! What may stand in a plan file, as TOML gives it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub plan: Heading,
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
    #[serde(default, rename = "collection")]
    pub collections: Vec<Collection>,
    #[serde(default, rename = "number")]
    pub numbers: BTreeMap<String, Number>,
}

/// `[plan]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    pub name: Spanned<String>,
}

/// `[[table]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub name: Spanned<String>,
    /// Whether the application makes it.
    #[serde(default)]
    pub established: bool,
    pub columns: Vec<Column>,
    #[serde(default)]
    pub indexes: Vec<Index>,
}

/// One entry of a table's `columns`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub name: Spanned<String>,
    #[serde(rename = "type")]
    pub column_type: Spanned<String>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub unique: bool,
    pub default: Option<Constant>,
    /// An expression of SQL.
    pub default_sql: Option<String>,
    /// `table.column`
    pub references: Option<Spanned<String>>,
    #[serde(default)]
    pub cascade: bool,
}

/// One entry of a table's `indexes`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub name: String,
    pub columns: Vec<Spanned<String>>,
}

/// A value that is written down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Constant {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// `[[collection]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Collection {
    pub name: Spanned<String>,
    pub table: Spanned<String>,
    /// In front of its output line.
    pub label: Option<String>,
    /// The field that says when a document was made.
    pub created: Option<String>,
    pub columns: BTreeMap<Spanned<String>, Spanned<Rule>>,
}

/// How one column gets its value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// What is neither a field nor a value.
    pub from: Option<From>,
    pub field: Option<String>,
    pub fields: Option<Vec<String>>,
    pub value: Option<Constant>,
    /// The value of a column that stands before this one.
    pub column: Option<Spanned<String>>,
    /// With `from = "number"`: its kind.
    pub number: Option<Spanned<String>>,
    /// With `from = "reference"`: the collection referred to.
    pub to: Option<Spanned<String>>,
    #[serde(default)]
    pub transform: Vec<Spanned<String>>,
    pub map: Option<BTreeMap<String, String>>,
    pub otherwise: Option<String>,
    pub limits: Option<[i32; 2]>,
    /// What holds where the rule gives nothing.
    pub or: Option<Box<Spanned<Rule>>>,
    pub absent: Option<Spanned<Policy>>,
    pub dangling: Option<Spanned<Policy>>,
    pub duplicate: Option<Spanned<Policy>>,
    pub assign: Option<bool>,
}

/// See [`Rule::from`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum From {
    DocumentId,
    Owner,
    Created,
    LeftOver,
    Number,
    Reference,
}

/// What becomes of a document whose value is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Policy {
    /// It is kept whole in quarantine.
    Quarantine,
    /// The column stays empty.
    Null,
}

/// `[number.KIND]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    /// `{YYYY}{MM}-{N:6}`
    pub pattern: Spanned<String>,
}
