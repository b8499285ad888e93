//! The final check of a plan that works in place, as a description; and what of it a look at the
//! schema answers.

use crate::check::{Check, Finding, Section};
use crate::schema::live::{ConstraintKind, LiveIndex, LiveSchema, LiveTable};
use crate::schema::model::{Schema, Table, index_key};

use super::updates::{Merge, RowUpdate, SetUpdate, SqlText};

/// How much a failed question weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Worth knowing; nothing fails.
    Medium,
    /// The check fails.
    High,
    /// The check fails.
    Critical,
}

impl Rank {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One question to the rows: those that should not be there.
#[derive(Clone)]
pub struct Question {
    /// `every customer is classified`
    pub name: String,
    /// How much it weighs.
    pub rank: Rank,
    /// How many were looked at: a query of one number. Its text goes into what was compared.
    pub all: SqlText,
    /// What was looked at: `customers`.
    pub noun: String,
    /// The rows that should not be there: a query of one text column, `item`.
    pub violators: SqlText,
    /// What they are: `customers without a classification`.
    pub what: String,
    /// What to do about them.
    pub remedy: String,
    /// Rows that are accepted and worth a word: a query as `violators`, and what they are.
    pub accepted: Option<(SqlText, String)>,
    /// The rows of a table are compared with the last backup that holds them, too.
    pub backup: Option<BackupComparison>,
    /// What repairs them, where that can be done without a person: `final-check --fix`.
    pub fixes: Vec<Fix>,
}

/// A comparison with the last backup that holds a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupComparison {
    /// The table.
    pub table: String,
    /// The columns that must be as they were.
    pub columns: Vec<String>,
    /// A condition over `t`, and what is bound.
    pub rows: Option<SqlText>,
}

/// A repair. It is booked in the ledger as every other change is.
#[derive(Clone)]
pub enum Fix {
    /// By SQL.
    Set(SetUpdate),
    /// By a pure function.
    Rows(RowUpdate),
    /// By what a query gives.
    Merge(Merge),
}

impl Question {
    /// A question without anything beside it.
    pub fn new(name: &str, rank: Rank, noun: &str, all: SqlText, violators: SqlText) -> Self {
        Self {
            name: name.to_owned(),
            rank,
            all,
            noun: noun.to_owned(),
            violators,
            what: String::new(),
            remedy: String::new(),
            accepted: None,
            backup: None,
            fixes: Vec::new(),
        }
    }

    /// Says what the rows are, and what to do about them.
    #[must_use]
    pub fn tells(mut self, what: &str, remedy: &str) -> Self {
        what.clone_into(&mut self.what);
        remedy.clone_into(&mut self.remedy);
        self
    }

    /// With a repair.
    #[must_use]
    pub fn fixed_by(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

/// A distribution that is shown: how many rows have which value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSpec {
    /// `Distribution`
    pub name: String,
    /// A query of `label` (text) and `count` (bigint), in the order in which it is shown.
    pub query: SqlText,
    /// What is counted: `customers`.
    pub noun: String,
}

/// One section.
#[derive(Clone)]
pub struct SectionSpec {
    /// `Data`
    pub title: String,
    /// What is counted and shown.
    pub shares: Vec<ShareSpec>,
    /// What is asked.
    pub questions: Vec<Question>,
}

/// What a look at the schema says about the plan's: enums with their values, tables, the columns
/// of tables that were there, indexes, foreign keys. Each line says what was found.
pub fn schema_sections(desired: &Schema, live: &LiveSchema) -> Vec<Section> {
    let mut sections = vec![enums(desired, live), tables(desired, live)];
    for table in desired.tables.iter().filter(|table| table.established) {
        if !table.columns.is_empty() {
            sections.push(columns(desired, table, live));
        }
    }
    sections.push(indexes(desired, live));
    sections.push(foreign_keys(desired, live));
    // What the plan has none of is not asked about.
    sections.retain(|section| !section.checks.is_empty());
    sections
}

fn judged(name: String, found: String, fault: Option<String>) -> Check {
    let remedy = "run schema-push with this plan; it says what it cannot do";
    Check::new(name, found)
        .with(fault.map(|fault| Finding::failure(fault, 1, Vec::new()).remedy(remedy)))
}

fn section(title: &str, checks: Vec<Check>) -> Section {
    let good = checks.iter().filter(|check| check.passed()).count();
    Section {
        title: title.to_owned(),
        summary: format!("{title}: {good} of {} as the plan wants them", checks.len()),
        checks,
        skipped: None,
    }
}

fn enums(desired: &Schema, live: &LiveSchema) -> Section {
    let checks = desired.enums.iter().map(|wanted| {
        let found = live.enums.iter().find(|each| each.name == wanted.name);
        let (text, fault) = match found {
            None => ("missing".to_owned(), Some("the enum is missing".to_owned())),
            Some(found) => {
                let missing: Vec<&str> = wanted
                    .values
                    .iter()
                    .filter(|value| !found.values.contains(value))
                    .map(String::as_str)
                    .collect();
                let fault = (!missing.is_empty())
                    .then(|| format!("the enum has no {}", missing.join(", ")));
                (found.values.join(", "), fault)
            }
        };
        judged(format!("enum {}", wanted.name), text, fault)
    });
    section("Enums", checks.collect())
}

fn tables(desired: &Schema, live: &LiveSchema) -> Section {
    let mut checks = Vec::new();
    for table in &desired.tables {
        let (text, fault) = match live.table(&table.name) {
            None => (
                "missing".to_owned(),
                Some("the table is missing".to_owned()),
            ),
            Some(found) if !found.is_table() => {
                let kind = found.kind_name();
                (
                    kind.to_owned(),
                    Some(format!("it is a {kind}, not a table")),
                )
            }
            Some(found) if table.established => (
                format!("{} columns, the application's", found.columns.len()),
                None,
            ),
            Some(found) => {
                let faults = column_faults(desired, table, found, true);
                let text = format!("{} columns", found.columns.len());
                (text, (!faults.is_empty()).then(|| faults.join("; ")))
            }
        };
        checks.push(judged(format!("table {}", table.name), text, fault));
    }
    section("Tables", checks)
}

fn column_faults(
    desired: &Schema,
    table: &Table,
    found: &LiveTable,
    required: bool,
) -> Vec<String> {
    let mut faults = Vec::new();
    for column in &table.columns {
        match found.column(&column.name) {
            None => faults.push(format!("{} is missing", column.name)),
            Some(live)
                if !column
                    .column_type
                    .matches(&desired.namespace, &live.type_name) =>
            {
                faults.push(format!(
                    "{} is {}, not {}",
                    column.name,
                    live.type_name,
                    column.column_type.sql(&desired.namespace)
                ));
            }
            Some(live) if required && column.required && !live.required => {
                faults.push(format!("{} may be NULL", column.name));
            }
            Some(_) => {}
        }
    }
    for unique in table.uniques.iter().filter(|_| required) {
        let constraint = found
            .constraints
            .iter()
            .any(|each| each.kind == ConstraintKind::Unique && each.columns == unique.columns);
        let keys: Vec<String> = unique.columns.iter().map(|c| index_key(c)).collect();
        let index = found
            .indexes
            .iter()
            .any(|each| each.unique && each.valid && each.condition.is_none() && each.keys == keys);
        if !constraint && !index {
            faults.push(format!("({}) is not unique", unique.columns.join(", ")));
        }
    }
    faults
}

fn columns(desired: &Schema, table: &Table, live: &LiveSchema) -> Section {
    let found = live.table(&table.name);
    let checks = table.columns.iter().map(|column| {
        let name = format!("{}.{}", table.name, column.name);
        let live = found.and_then(|table| table.column(&column.name));
        let wanted = column.column_type.sql(&desired.namespace);
        match live {
            None => judged(name, "missing".into(), Some("the column is missing".into())),
            Some(live) => {
                let right = column
                    .column_type
                    .matches(&desired.namespace, &live.type_name);
                let fault = (!right).then(|| format!("it should be {wanted}"));
                judged(name, live.type_name.clone(), fault)
            }
        }
    });
    section(&format!("{} columns", table.name), checks.collect())
}

fn indexes(desired: &Schema, live: &LiveSchema) -> Section {
    let mut checks = Vec::new();
    for table in &desired.tables {
        let found = live.table(&table.name);
        for index in &table.indexes {
            let live = found.and_then(|t| {
                let named = t.indexes.iter().find(|each| each.name == index.name);
                // What the application built itself serves as well, whatever its name.
                let serves = |each: &&LiveIndex| each.valid && each.serves_as(index);
                let other = || t.indexes.iter().find(serves);
                named.or_else(|| table.established.then(other).flatten())
            });
            let (text, fault) = match live {
                None => (
                    "missing".to_owned(),
                    Some("the index is missing".to_owned()),
                ),
                Some(found) => {
                    let keys = found.keys.join(", ");
                    let fault = if !found.valid {
                        Some("the index is invalid: building it was broken off".to_owned())
                    } else if found.keys != index.keys {
                        Some(format!("it should be on {}", index.keys.join(", ")))
                    } else {
                        None
                    };
                    (format!("{} ({keys})", table.name), fault)
                }
            };
            checks.push(judged(format!("index {}", index.name), text, fault));
        }
    }
    section("Indexes", checks)
}

fn foreign_keys(desired: &Schema, live: &LiveSchema) -> Section {
    let mut checks = Vec::new();
    for table in &desired.tables {
        for key in &table.foreign_keys {
            let name = format!(
                "{}.{} to {}",
                table.name,
                key.columns.join(", "),
                key.target
            );
            let found = live.table(&table.name).and_then(|table| {
                table.constraints.iter().find(|each| {
                    each.kind == ConstraintKind::ForeignKey
                        && each.columns == key.columns
                        && each.target.as_ref().is_some_and(|t| t.table == key.target)
                })
            });
            let (text, fault) = match found {
                None => (
                    "missing".to_owned(),
                    Some("the foreign key is missing".to_owned()),
                ),
                Some(found) => {
                    let deletes = found.target.as_ref().map(|target| target.on_delete);
                    let fault = if deletes != Some(key.on_delete) {
                        Some(format!("it should say ON DELETE {}", key.on_delete.sql()))
                    } else if !found.validated {
                        Some("it is not validated".to_owned())
                    } else {
                        None
                    };
                    (found.name.clone(), fault)
                }
            };
            checks.push(judged(name, text, fault));
        }
    }
    section("Foreign keys", checks)
}
