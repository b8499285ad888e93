//! Plans that change a database where it stands.
//!
//! Such a plan is a description: the schema that it wants, steps in their order, and the sections
//! of its final check. What it decides about a row is an SQL expression over the row (a
//! [`SetUpdate`], done by the database) or a pure function of the row (a [`RowUpdate`]). The engine
//! executes descriptions and knows no plan by name; every row that it changes is accounted for in
//! the ledger with its cells of before, in the same transaction.

mod backups;
pub mod days;
mod parameters;
pub mod places;
pub mod prisma;
mod sections;
mod table_facts;
mod updates;

pub use backups::{BackupSpec, BackupTable};
pub use parameters::{OptionName, Parameters};
pub use sections::{
    BackupComparison, Fix, Question, Rank, SectionSpec, ShareSpec, schema_sections,
};
pub use table_facts::TableFacts;
pub use updates::{
    Assigned, Considered, Group, Labels, Merge, Noted, RowFunction, RowImage, RowOutcome,
    RowUpdate, SetUpdate, SqlText,
};

use std::borrow::Cow;
use std::sync::Arc;

use super::file::InPlaceFile;
use super::schemas::PlanSchema;
use crate::error::Result;

/// A plan, made for one run's parameters.
#[derive(Clone)]
pub struct InPlacePlan {
    /// `leora-phase2`
    pub name: String,
    /// What `--plan` names it by: its name, or its file.
    pub named: String,
    /// What it does, in some words.
    pub title: String,
    /// The schema of the database that the tables stand in.
    pub namespace: String,
    /// What it wants of the database.
    pub schema: PlanSchema,
    /// What must hold before anything is done or checked.
    pub preconditions: Vec<Precondition>,
    /// What is done, in order.
    pub steps: Vec<PlanStep>,
    /// What the final check asks beside the schema.
    pub sections: Vec<SectionSpec>,
    /// Tables that were there and whose rows stay as they are, which [`Work::Keep`] records and
    /// [`Work::VerifyKept`] and the final check prove.
    pub kept: Vec<String>,
    /// What a run states about itself, `as_of` → `2026-01-31`; it is kept in the ledger.
    pub states: Vec<(String, String)>,
    /// The name of the folder that holds a run's SQL for Prisma, behind its time stamp.
    pub prisma_name: Option<String>,
    /// Rows a transaction, where nobody says otherwise.
    pub batches: BatchSizes,
    /// Whose rows are whose, for a plan that tenants can be taken back from one by one.
    pub tenancy: Option<Tenancy>,
    /// What comes next, once everything is done.
    pub next: Option<String>,
}

/// Rows a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSizes {
    /// Where a pure function decides.
    pub rows: u32,
    /// Where the database evaluates.
    pub sets: u32,
}

/// Something that must hold before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// What stands against it: a query of one text column, `item`.
    pub violators: SqlText,
    /// `there is no tenant`
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// How the tables of a plan name the tenant that a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenancy {
    /// The table of tenants, whose key is `id`.
    pub table: String,
    /// The column that names the tenant.
    pub column: String,
    /// The flag that moves tenants.
    pub flag: String,
}

/// One step.
#[derive(Clone)]
pub struct PlanStep {
    /// `classify`, as options and the ledger name it.
    pub name: String,
    /// `Classification by last order date`
    pub title: String,
    /// `(table, column)` that must be there; where one is not, the schema's step comes first.
    pub needs: Vec<(String, String)>,
    /// `(table, column)` that must hold days or points in time.
    pub days: Vec<(String, String)>,
    /// What it does.
    pub work: Work,
}

/// What a step does.
#[derive(Clone)]
pub enum Work {
    /// Brings the database to the plan's schema.
    Schema,
    /// Says whether it is there: the sections of [`schema_sections`].
    VerifySchema,
    /// Records what the plan's kept tables hold.
    Keep,
    /// Compares them with what was recorded.
    VerifyKept,
    /// Changes rows by SQL.
    Set(Vec<SetUpdate>),
    /// Changes rows by a pure function.
    Rows(Vec<RowUpdate>),
    /// Writes what a query gives into a table.
    Merge(Vec<Merge>),
    /// Asks the database before anything is changed, in a dry run too; a failed question stops the
    /// run.
    Validate(Vec<SectionSpec>),
    /// Copies tables, and compares the copies.
    Backup(BackupSpec),
    /// Asks the database; a failed question stops the run.
    Verify(Vec<SectionSpec>),
    /// Writes down what was done: in the ledger, and as a folder for Prisma where one is wanted.
    Record,
}

/// A plan that can be named on the command line.
#[derive(Debug, Clone)]
pub struct Registered {
    /// `leora-phase2`
    pub name: Cow<'static, str>,
    /// The options that it understands beside those that every plan has.
    pub options: Cow<'static, [OptionName]>,
    /// The variables that name its database, the first that is set counts.
    pub database: Cow<'static, [&'static str]>,
    /// Makes it.
    pub maker: Maker,
}

/// What makes a plan for a run's parameters.
#[derive(Debug, Clone)]
pub enum Maker {
    /// A function that comes with sunset.
    BuiltIn(fn(&Parameters) -> Result<InPlacePlan>),
    /// A file.
    File(Arc<InPlaceFile>),
}

impl Registered {
    /// The plan, for a run's parameters.
    ///
    /// # Errors
    /// `Configuration` for an option that it does not understand, or whose value means nothing.
    pub fn describe(&self, parameters: &Parameters) -> Result<InPlacePlan> {
        parameters.check(&self.name, &self.options)?;
        match &self.maker {
            Maker::BuiltIn(describe) => describe(parameters),
            Maker::File(file) => file.describe(parameters),
        }
    }
}

/// Plans that come with sunset.
static BUILT_IN: &[Registered] = &[
    super::leora_phase2::REGISTERED,
    super::main_server::REGISTERED,
    super::voice_agent::REGISTERED,
];

/// The plan of that name, where it is one that changes a database in place.
pub fn registered(name: &str) -> Option<Registered> {
    BUILT_IN.iter().find(|plan| plan.name == name).cloned()
}

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().filter_map(|plan| match &plan.name {
        Cow::Borrowed(name) => Some(*name),
        Cow::Owned(_) => None,
    })
}

impl InPlacePlan {
    /// The tables that it wants or writes to, by name.
    pub fn tables(&self) -> Vec<String> {
        let wanted = self.schema.schema.tables.iter();
        let mut tables: Vec<String> = wanted.map(|table| table.name.clone()).collect();
        for step in &self.steps {
            match &step.work {
                Work::Set(updates) => tables.extend(updates.iter().map(|set| set.table.clone())),
                Work::Rows(updates) => tables.extend(updates.iter().map(|rows| rows.table.clone())),
                Work::Merge(merges) => {
                    tables.extend(merges.iter().map(|merge| merge.table.clone()))
                }
                _ => {}
            }
        }
        tables.sort();
        tables.dedup();
        tables
    }

    /// The step of a name.
    pub fn step(&self, name: &str) -> Option<&PlanStep> {
        self.steps.iter().find(|step| step.name == name)
    }
}

impl PlanStep {
    /// A step that needs no column.
    pub fn new(name: &str, title: &str, work: Work) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            needs: Vec::new(),
            days: Vec::new(),
            work,
        }
    }

    /// With a column that must be there.
    #[must_use]
    pub fn needing(mut self, table: &str, column: &str) -> Self {
        self.needs.push((table.to_owned(), column.to_owned()));
        self
    }

    /// With a column whose values are compared with days.
    #[must_use]
    pub fn comparing_days(mut self, table: &str, column: &str) -> Self {
        self.days.push((table.to_owned(), column.to_owned()));
        self
    }
}
