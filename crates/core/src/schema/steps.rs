//! A plan: what is different, which steps bring it about, and what each of them costs.

use serde::{Deserialize, Serialize};

pub use super::effect::Effect;

/// When a step runs. Steps of one stage that stand together run in one transaction, unless the
/// stage says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Names that were written down to be changed: all that comes later uses the new ones. One
    /// transaction.
    Rename,
    /// New values of enums, which nothing may use before they are committed. One transaction.
    Values,
    /// Tables, columns, defaults, and whatever takes no time. One transaction.
    Structure,
    /// Changes rows. Each in a transaction of its own.
    Data,
    /// Keeps what a column holds and gives it another type. One transaction; what was kept is
    /// given back some rows at a time, behind the type of before.
    Convert,
    /// Rewrites or scans a table under a lock. Each in a transaction of its own.
    Rewrite,
    /// CREATE INDEX CONCURRENTLY and the like, which refuse to run in a transaction.
    Index,
    /// Keys made of those indexes. One transaction.
    Keys,
    /// Foreign keys and checks, NOT VALID. One transaction.
    References,
    /// VALIDATE CONSTRAINT. Each in a transaction of its own.
    Validate,
    /// SET NOT NULL, which a validated check makes instant. One transaction.
    Require,
    /// What was allowed by name to lose data. One transaction.
    Drop,
}

impl Stage {
    /// Whether steps of this stage that stand together share a transaction.
    pub fn shares_transaction(self) -> bool {
        matches!(
            self,
            Self::Rename
                | Self::Values
                | Self::Structure
                | Self::Convert
                | Self::Keys
                | Self::References
                | Self::Require
                | Self::Drop
        )
    }

    /// Whether rows that come before its locks are had could be changed, or make it fail. Behind a
    /// check or a key that new rows must pass, none that matter can come.
    pub fn asks_under_lock(self) -> bool {
        matches!(
            self,
            Self::Rename
                | Self::Values
                | Self::Structure
                | Self::Data
                | Self::Convert
                | Self::Rewrite
                | Self::Drop
        )
    }

    /// Whether its statements may run what the application has made: triggers, functions of
    /// indexes and checks.
    pub fn runs_functions(self) -> bool {
        matches!(
            self,
            Self::Data | Self::Convert | Self::Rewrite | Self::Validate
        )
    }

    /// Whether its steps run outside of any transaction.
    pub fn outside_transaction(self) -> bool {
        self == Self::Index
    }
}

/// A table lock, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    /// As INSERT, UPDATE and DELETE take it.
    RowExclusive,
    /// As VALIDATE CONSTRAINT and CREATE INDEX CONCURRENTLY take it.
    ShareUpdateExclusive,
    /// As ADD FOREIGN KEY takes it, on both tables.
    ShareRowExclusive,
    /// As most of ALTER TABLE takes it.
    AccessExclusive,
}

impl LockMode {
    /// As LOCK TABLE writes it.
    pub fn sql(self) -> &'static str {
        match self {
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// What waits while it is held.
    pub fn blocks(self) -> &'static str {
        match self {
            Self::RowExclusive => "blocks schema changes",
            Self::ShareUpdateExclusive => "blocks other schema changes",
            Self::ShareRowExclusive => "blocks writes",
            Self::AccessExclusive => "blocks reads and writes",
        }
    }
}

/// A lock on an existing table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableLock {
    /// The table.
    pub table: String,
    /// Its schema, where that is another than the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// How it is locked.
    pub mode: LockMode,
}

/// How much of a table a step touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The catalog alone.
    Catalog,
    /// Reads every row.
    Scans,
    /// Changes some rows.
    Writes,
    /// Writes every row anew.
    Rewrites,
}

/// What to think of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "because")]
pub enum Verdict {
    /// Nothing can be lost, nobody waits for long.
    Safe,
    /// Works, but somebody should know.
    NeedsAttention(String),
    /// Data goes away, as was allowed by name.
    LosesData(String),
}

impl Verdict {
    /// In one or two words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::NeedsAttention(_) => "needs attention",
            Self::LosesData(_) => "loses data",
        }
    }

    /// Why it is not safe.
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::Safe => None,
            Self::NeedsAttention(why) | Self::LosesData(why) => Some(why),
        }
    }
}

/// Rows that would make a step fail. A step with violators is not run; they are listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Guard {
    /// A SELECT of one text column, `item`, with one row a violator.
    pub violators: String,
    /// What they are: `rows without a value`.
    pub what: String,
    /// What can be done about them.
    pub advice: String,
    /// Whether `fix-schema` sees to them, so that they are no failure of `schema-push`.
    #[serde(default)]
    pub for_repair: bool,
}

impl Guard {
    /// What neither lets pass.
    pub fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(Self {
                violators: format!("({}) UNION ALL ({})", one.violators, other.violators),
                what: format!("{}, or {}", one.what, other.what),
                advice: format!("{}; {}", one.advice, other.advice),
                for_repair: one.for_repair && other.for_repair,
            }),
            (one, other) => one.or(other),
        }
    }
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does: `add column alerts.context`.
    pub title: String,
    /// When it runs.
    pub stage: Stage,
    /// Its statements.
    pub sql: Vec<String>,
    /// The statements that undo it; none where it cannot be undone.
    pub inverse: Vec<String>,
    /// What it locks.
    pub locks: Vec<TableLock>,
    /// What it touches.
    pub work: Work,
    /// What to think of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What must not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
    /// Titles of steps before it without which it makes no sense.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What it makes.
    #[serde(flatten)]
    pub effect: Effect,
}

impl Step {
    /// A safe step on the catalog alone that locks nothing that exists.
    pub fn new(stage: Stage, title: impl Into<String>, sql: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            stage,
            sql: vec![sql.into()],
            inverse: Vec::new(),
            locks: Vec::new(),
            work: Work::Catalog,
            verdict: Verdict::Safe,
            guard: None,
            needs: Vec::new(),
            effect: Effect::Other,
        }
    }

    /// With another statement.
    #[must_use]
    pub fn then(mut self, sql: impl Into<String>) -> Self {
        self.sql.push(sql.into());
        self
    }

    /// With an inverse; called several times, its statements stand in the order of the calls.
    #[must_use]
    pub fn undone_by(mut self, sql: impl Into<String>) -> Self {
        self.inverse.push(sql.into());
        self
    }

    /// With a lock on an existing table; of two on one table the stronger is enough.
    #[must_use]
    pub fn locking(self, table: &str, mode: LockMode) -> Self {
        self.locking_in(None, table, mode)
    }

    /// As [`Step::locking`], of a table in another schema than the plan's.
    #[must_use]
    pub fn locking_in(mut self, schema: Option<&str>, table: &str, mode: LockMode) -> Self {
        let known = self
            .locks
            .iter_mut()
            .find(|lock| lock.table == table && lock.schema.as_deref() == schema);
        match known {
            Some(lock) => lock.mode = lock.mode.max(mode),
            None => self.locks.push(TableLock {
                table: table.to_owned(),
                schema: schema.map(str::to_owned),
                mode,
            }),
        }
        self
    }

    /// Only behind another step, by its title.
    #[must_use]
    pub fn behind(mut self, title: impl Into<String>) -> Self {
        self.needs.push(title.into());
        self
    }

    /// With the work it does.
    #[must_use]
    pub fn working(mut self, work: Work) -> Self {
        self.work = work;
        self
    }

    /// With a verdict.
    #[must_use]
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    /// With a guard.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// With what it makes.
    #[must_use]
    pub fn making(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
}

/// One thing that is not as desired.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// What is concerned: `opportunities`, `alerts.user_id`, an index or a constraint.
    pub object: String,
    /// How it differs: `is missing`, `is text, not integer`.
    pub what: String,
}

/// Something that stays as it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// What is concerned.
    pub object: String,
    /// Why it stays.
    pub text: String,
}

/// A step that is not run because of rows that stand in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// What would have been done.
    pub title: String,
    /// `rows without a value in conversations.opportunity_id`
    pub what: String,
    /// How many.
    pub count: u64,
    /// The first of them, by their keys.
    pub sample: Vec<String>,
    /// Whether `fix-schema` sees to them.
    pub for_repair: bool,
    /// What can be done about them.
    pub advice: String,
}

/// The way from a live schema to the desired one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SchemaPlan {
    /// What is different.
    pub differences: Vec<Difference>,
    /// What will be done, in order.
    pub steps: Vec<Step>,
    /// What the database has beyond the desired schema.
    pub extras: Vec<Note>,
    /// What `fix-schema` will repair, so that `schema-push` leaves it alone.
    pub deferred: Vec<Note>,
    /// What cannot be done without loss or without a person.
    pub refused: Vec<Note>,
    /// What rows stand in the way of.
    pub blocked: Vec<Blocked>,
    /// What was asked for and has no object.
    #[serde(default)]
    pub needless: Vec<Note>,
    /// Tables as guards name them, and what stands for them until the renames are done.
    #[serde(skip)]
    pub present: Vec<(String, String)>,
}

impl SchemaPlan {
    /// Puts the steps into the order of their stages; within a stage they stay as they were.
    pub fn order(&mut self) {
        self.steps.sort_by_key(|step| step.stage);
    }

    /// A guard's question as it can be asked before the renames of the plan are done.
    pub fn asked_now(&self, violators: &str) -> String {
        let mut question = violators.to_owned();
        for (named, now) in &self.present {
            question = question.replace(named, now);
        }
        question
    }

    /// Whether the schema is as desired, extras aside.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    /// The steps in groups that each run together.
    pub fn batches(&self) -> Vec<&[Step]> {
        batches(&self.steps)
    }
}

/// Steps in groups that each run together: one transaction, or one statement outside of any.
pub fn batches(steps: &[Step]) -> Vec<&[Step]> {
    steps
        .chunk_by(|left, right| left.stage == right.stage && left.stage.shares_transaction())
        .collect()
}
