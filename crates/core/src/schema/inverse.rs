//! What taking a step back costs: the same that a plan says of a step that goes forward.
//!
//! The ledger keeps the statements of an inverse and no more, so that what they lock is read from
//! them: they are all of our own making.

use super::effect::Effect;
use super::live::{ConstraintKind, LiveSchema, LiveTable};
use super::name::{qualified, quote_identifier};
use super::steps::{LockMode, Step, Verdict, Work};
use super::undo::{RecordedStep, UndoPlan};

impl RecordedStep {
    /// Its inverse as a step of a plan, over the schema of today; `later` are the steps that are
    /// not undone. What it would lose is another question ([`RecordedStep::carries`]).
    #[must_use]
    pub fn undoing(&self, live: &LiveSchema, later: &[RecordedStep]) -> Step {
        let mut step = Step {
            sql: self.inverse.clone(),
            ..Step::new(self.stage, self.title.clone(), String::new())
        };
        // A sweep is told as one.
        if self.effect.sweeps().is_some() {
            step.effect = self.effect.clone();
        }
        let mut long = None;
        for sql in &self.inverse {
            let Some(found) = Touched::by(sql, self, live) else {
                continue;
            };
            let now = self.name_now(&found.table, later);
            let table = live.table(&now);
            step = step.locking(&found.table, found.mode);
            let gone = |key: &str| self.key_is_gone(key, later);
            for (schema, partner) in found.partners(sql, table, (live, &gone)) {
                step = step.locking_in(schema.as_deref(), &partner, found.mode);
            }
            let has_rows = table.is_some_and(|table| table.has_rows);
            if rank(found.work) > rank(step.work) {
                step.work = found.work;
            }
            if let Some(why) = found.attention().filter(|_| has_rows) {
                long = Some(why.to_owned());
            }
            if found.work == Work::Writes
                && let Some(table) = table
            {
                long = long.or(fired(table, sql));
            }
        }
        if let Effect::Renames {
            table: None, new, ..
        } = &self.effect
        {
            long = Some(format!(
                "programs that use the name {new} fail from then on"
            ));
        }
        if let Some(why) = long {
            step = step.verdict(Verdict::NeedsAttention(why));
        }
        step
    }

    /// Whether a step that is undone before this one drops that constraint.
    pub(super) fn key_is_gone(&self, key: &str, later: &[Self]) -> bool {
        let drops = format!(" DROP CONSTRAINT IF EXISTS {}", quote_identifier(key));
        let mut before = later
            .iter()
            .filter(|step| UndoPlan::turn(step) < UndoPlan::turn(self));
        before.any(|step| step.inverse.iter().any(|sql| sql.ends_with(&drops)))
    }

    /// What a table of then is called today.
    fn name_now(&self, table: &str, later: &[RecordedStep]) -> String {
        let named = Effect::CreatesTable {
            table: table.to_owned(),
        };
        let now = self.by_names_of_today(named, later);
        now.table().unwrap_or(table).to_owned()
    }
}

fn rank(work: Work) -> u8 {
    match work {
        Work::Catalog => 0,
        Work::Scans => 1,
        Work::Writes => 2,
        Work::Rewrites => 3,
    }
}

/// The triggers that a statement fires that changes or removes rows.
fn fired(table: &LiveTable, sql: &str) -> Option<String> {
    let removes = sql.contains("DELETE FROM ");
    let switched_off = sql.contains(" DISABLE TRIGGER ");
    let fired = table.triggers.iter().filter(|trigger| {
        if removes {
            trigger.on_delete
        } else {
            trigger.on_update && !(switched_off && trigger.changes_row)
        }
    });
    let names: Vec<&str> = fired.map(|trigger| trigger.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "triggers of {} run for each of these rows ({}): what they change besides stays",
            table.name,
            names.join(", ")
        )
    })
}

/// What one statement does to one table.
struct Touched {
    /// By its name of then.
    table: String,
    mode: LockMode,
    work: Work,
}

impl Touched {
    fn by(sql: &str, step: &RecordedStep, live: &LiveSchema) -> Option<Self> {
        let namespace = &step.namespace;
        let touched = |table, mode, work| Some(Self { table, mode, work });
        if let Some(table) = named_behind(sql, "ALTER TABLE ", namespace) {
            let (mode, work) = altering(sql);
            return touched(table, mode, work);
        }
        if let Some(table) = named_behind(sql, "DROP TABLE IF EXISTS ", namespace)
            .or_else(|| named_behind(sql, "DROP TABLE ", namespace))
        {
            return touched(table, LockMode::AccessExclusive, Work::Catalog);
        }
        let concurrently = sql.contains(" CONCURRENTLY ");
        let index_lock = |exclusive| match concurrently {
            true => LockMode::ShareUpdateExclusive,
            false => exclusive,
        };
        if sql.starts_with("DROP INDEX ") {
            let table = live.tables.iter().find(|table| {
                let own = |name: &str| sql.ends_with(&qualified(namespace, name));
                table.indexes.iter().any(|index| own(&index.name))
            })?;
            let mode = index_lock(LockMode::AccessExclusive);
            return touched(table.name.clone(), mode, Work::Catalog);
        }
        if sql.starts_with("CREATE ") && sql.contains(" INDEX ") {
            let table = named_behind(sql, " ON ", namespace)
                .or_else(|| plainly_named(sql, namespace, live))?;
            let mode = index_lock(LockMode::ShareRowExclusive);
            return touched(table, mode, Work::Scans);
        }
        for verb in ["UPDATE ", "DELETE FROM "] {
            if let Some(table) = named_behind(sql, verb, namespace) {
                // Switching triggers off, and on again, locks out who writes.
                let mode = match sql.contains(" DISABLE TRIGGER ") {
                    true => LockMode::ShareRowExclusive,
                    false => LockMode::RowExclusive,
                };
                return touched(table, mode, Work::Writes);
            }
        }
        None
    }

    /// Whoever is kept waiting while it looks at every row, or writes it anew.
    fn attention(&self) -> Option<&'static str> {
        match (self.work, self.mode) {
            (Work::Rewrites, _) => Some("the table is locked while every row is written anew"),
            (Work::Scans, LockMode::AccessExclusive) => {
                Some("the table is locked while every row is looked at")
            }
            (Work::Scans, LockMode::ShareRowExclusive) => {
                Some("nobody writes to the table while every row is looked at")
            }
            _ => None,
        }
    }

    /// Tables at the other ends of the foreign keys that the statement makes, drops, or makes again.
    fn partners(
        &self,
        sql: &str,
        table: Option<&LiveTable>,
        (live, gone): (&LiveSchema, &dyn Fn(&str) -> bool),
    ) -> Vec<(Option<String>, String)> {
        let elsewhere = |schema: &str| (schema != live.namespace).then(|| schema.to_owned());
        let mut partners = Vec::new();
        if let Some((_, target)) = sql.split_once(" REFERENCES ") {
            let made = live.tables.iter().find(|table| {
                let name = &table.name;
                let bare = format!("{}.{name}(", live.namespace);
                target.starts_with(&qualified(&live.namespace, name)) || target.starts_with(&bare)
            });
            partners.extend(made.map(|table| (None, table.name.clone())));
        }
        let Some(table) = table else {
            return partners;
        };
        let drops_table = sql.starts_with("DROP TABLE ");
        for key in table.constraints.iter().filter(|key| !gone(&key.name)) {
            let Some(target) = key
                .target
                .as_ref()
                .filter(|_| key.kind == ConstraintKind::ForeignKey)
            else {
                continue;
            };
            let named = sql.contains(&format!(
                " DROP CONSTRAINT IF EXISTS {}",
                quote_identifier(&key.name)
            ));
            if drops_table || named || key.columns.iter().any(|column| concerns(sql, column)) {
                partners.push((elsewhere(&target.namespace), target.table.clone()));
            }
        }
        for other in &live.tables {
            let keys = other
                .constraints
                .iter()
                .filter(|key| !gone(&key.name))
                .filter_map(|key| key.target.as_ref());
            let mut keys =
                keys.filter(|to| to.namespace == live.namespace && to.table == table.name);
            if keys.any(|to| to.columns.iter().any(|column| concerns(sql, column))) {
                partners.push((None, other.name.clone()));
            }
        }
        for key in table.outer_keys.iter().filter(|key| !gone(&key.name)) {
            if key.columns.iter().any(|column| concerns(sql, column)) {
                partners.push((Some(key.namespace.clone()), key.table.clone()));
            }
        }
        partners.retain(|(schema, name)| schema.is_some() || *name != table.name);
        partners
    }
}

/// Whether a statement gives a column another type, or drops it: its foreign keys go along.
fn concerns(sql: &str, column: &str) -> bool {
    let column = quote_identifier(column);
    sql.contains(&format!(" ALTER COLUMN {column} TYPE "))
        || sql.ends_with(&format!(" DROP COLUMN IF EXISTS {column}"))
}

fn altering(sql: &str) -> (LockMode, Work) {
    let has = |words: &str| sql.contains(words);
    if has(" FOREIGN KEY ") && has(" ADD CONSTRAINT ") {
        let work = if has(" NOT VALID") {
            Work::Catalog
        } else {
            Work::Scans
        };
        return (LockMode::ShareRowExclusive, work);
    }
    if has(" VALIDATE CONSTRAINT ") {
        return (LockMode::ShareUpdateExclusive, Work::Scans);
    }
    let checks_rows = has(" SET NOT NULL")
        || has(" ADD CONSTRAINT ") && !has(" NOT VALID") && !has(" USING INDEX ")
        || has(" ADD PRIMARY KEY");
    let work = if has(" TYPE ") && has(" USING ") {
        if is_widening(sql) {
            Work::Catalog
        } else {
            Work::Rewrites
        }
    } else if has(" SET LOGGED") || has(" SET UNLOGGED") {
        Work::Rewrites
    } else if checks_rows {
        Work::Scans
    } else {
        Work::Catalog
    };
    (LockMode::AccessExclusive, work)
}

/// Text of any length takes text as it is.
fn is_widening(sql: &str) -> bool {
    let types = [" TYPE text USING ", " TYPE character varying USING "];
    let casts = ["::text", "::character varying"];
    types.iter().any(|to| sql.contains(to)) && casts.iter().any(|cast| sql.ends_with(cast))
}

/// The table `"namespace"."table"` that stands behind these words.
pub(super) fn named_behind(sql: &str, words: &str, namespace: &str) -> Option<String> {
    let begins = format!("{words}{}.\"", quote_identifier(namespace));
    let rest = sql.split_once(&begins)?.1;
    let mut name = String::new();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '"' {
            name.push(letter);
        } else if letters.next_if_eq(&'"').is_some() {
            name.push('"');
        } else {
            return Some(name);
        }
    }
    None
}

/// The table of an index's definition as PostgreSQL prints it, with quotation marks only where
/// they are needed.
fn plainly_named(sql: &str, namespace: &str, live: &LiveSchema) -> Option<String> {
    let (_, rest) = sql.split_once(" ON ")?;
    let (name, _) = rest.split_once(" USING ")?;
    let plain = |table: &&LiveTable| {
        let quoted = quote_identifier(&table.name);
        let space = quote_identifier(namespace);
        [namespace, space.as_str()].iter().any(|space| {
            [table.name.as_str(), quoted.as_str()]
                .iter()
                .any(|table| name == format!("{space}.{table}"))
        })
    };
    live.tables
        .iter()
        .find(plain)
        .map(|table| table.name.clone())
}
