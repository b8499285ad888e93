//! What may stand in a plan file, as TOML gives it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub plan: Heading,
    /// Parts of SQL by their names, for all that stands below.
    #[serde(default)]
    pub sql: BTreeMap<Spanned<String>, Spanned<String>>,
    pub tenancy: Option<Tenancy>,
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
    #[serde(default, rename = "collection")]
    pub collections: Vec<Collection>,
    #[serde(default, rename = "number")]
    pub numbers: BTreeMap<String, Number>,
    #[serde(default, rename = "enum")]
    pub enums: Vec<Enum>,
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    #[serde(default, rename = "share")]
    pub shares: Vec<Share>,
    #[serde(default, rename = "precondition")]
    pub preconditions: Vec<Precondition>,
}

/// `[plan]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    pub name: Spanned<String>,
    /// What it does, in some words.
    pub title: Option<Spanned<String>>,
    /// The variables that name its database, the first that is set counts.
    pub database: Option<Vec<Spanned<String>>>,
    /// Rows a transaction.
    pub batch_size: Option<Spanned<u32>>,
    /// What comes next, once everything is done.
    pub next: Option<Spanned<String>>,
    /// Tables whose rows stay as they are.
    pub keep: Option<Spanned<Vec<Spanned<String>>>>,
    /// `table.old=new` and `old=new`: what older databases call otherwise.
    #[serde(default)]
    pub renames: Vec<Spanned<String>>,
    /// The name of the folder for Prisma, behind its time stamp.
    pub prisma: Option<Spanned<String>>,
}

/// `[tenancy]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tenancy {
    /// The table of tenants.
    pub table: Spanned<String>,
    /// The column of other tables that names one.
    pub column: Spanned<String>,
    /// The flag that moves them.
    pub flag: Spanned<String>,
}

/// `[[enum]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enum {
    pub name: Spanned<String>,
    pub values: Vec<Spanned<String>>,
}

/// `[[table]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub name: Spanned<String>,
    /// Whether the application makes it.
    #[serde(default)]
    pub established: bool,
    #[serde(default)]
    pub columns: Vec<Column>,
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// Several columns that are unique together.
    #[serde(default)]
    pub uniques: Vec<Index>,
    #[serde(default)]
    pub constraints: Vec<Constraint>,
}

/// One entry of a table's `constraints`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Constraint {
    pub name: String,
    /// An expression of SQL.
    pub condition: String,
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
    /// Of the foreign key, where it has one of its own.
    pub reference_name: Option<String>,
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

/// `[[step]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub name: Spanned<String>,
    pub title: Option<String>,
    pub kind: Spanned<StepKind>,
    pub table: Option<Spanned<String>>,
    /// What the rows are: `customers`.
    pub noun: Option<Spanned<String>>,
    /// With `set`: column, and expression over the row `t`.
    pub set: Option<Spanned<BTreeMap<Spanned<String>, Spanned<String>>>>,
    #[serde(rename = "where")]
    pub condition: Option<Spanned<String>>,
    pub unless_true: Option<Spanned<Vec<Spanned<String>>>>,
    pub groups: Option<Spanned<Vec<Group>>>,
    pub noted: Option<Spanned<Vec<Noted>>>,
    /// The line that counts all rows: when it is done, and in a dry run.
    pub done: Option<Spanned<String>>,
    pub planned: Option<Spanned<String>>,
    /// With `rows`: column, and how it gets its value.
    pub rules: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Rule>>>>,
    /// With `rows`: rows that are left as they are, and why.
    pub quarantine: Option<Spanned<Vec<Refusal>>>,
    /// With `merge`.
    pub query: Option<Spanned<String>>,
    pub columns: Option<Spanned<Vec<Spanned<String>>>>,
    pub along: Option<Spanned<Vec<Spanned<String>>>>,
    /// With `verify` and `validate`: names of checks, all where there are none.
    pub checks: Option<Spanned<Vec<Spanned<String>>>>,
    /// With `backup`.
    pub tables: Option<Spanned<Vec<BackupTable>>>,
    /// `table.column` that the SQL reads and that must be there.
    #[serde(default)]
    pub needs: Vec<Spanned<String>>,
}

/// See [`Step::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum StepKind {
    Schema,
    VerifySchema,
    Set,
    Rows,
    Merge,
    Keep,
    VerifyKept,
    Validate,
    Verify,
    Backup,
    Record,
}

/// One entry of a step's `groups`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub value: String,
    pub label: String,
}

/// One entry of a step's `quarantine`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    pub reason: Spanned<String>,
    #[serde(rename = "where")]
    pub condition: Spanned<String>,
    /// For a person.
    pub what: Option<String>,
}

/// One entry of a step's `noted`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Noted {
    pub code: String,
    #[serde(rename = "where")]
    pub condition: Spanned<String>,
    pub column: String,
}

/// One entry of a backup's `tables`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupTable {
    pub table: Spanned<String>,
    pub noun: String,
    #[serde(rename = "where")]
    pub condition: Option<Spanned<String>>,
}

/// `[[check]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub name: Spanned<String>,
    pub severity: Severity,
    pub section: Option<String>,
    /// What was looked at: `customers`.
    pub noun: Option<String>,
    /// The table whose rows were looked at,
    pub of: Option<Spanned<String>>,
    /// or a query of how many.
    pub all: Option<Spanned<String>>,
    /// A query of one column: the rows that should not be there.
    pub violators: Option<Spanned<String>>,
    /// Two queries of one number each.
    pub equal: Option<Spanned<[Spanned<String>; 2]>>,
    /// What the rows are.
    pub what: Option<String>,
    pub remedy: Option<String>,
    /// The step that repairs them.
    pub fix: Option<Spanned<String>>,
}

/// How much a failed check weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Critical,
    High,
    Medium,
}

/// `[[share]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Share {
    pub name: String,
    pub section: Option<String>,
    /// A query of a label and a count.
    pub query: Spanned<String>,
    #[serde(default)]
    pub noun: String,
}

/// `[[precondition]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Precondition {
    pub violators: Spanned<String>,
    pub what: String,
    pub remedy: String,
}
