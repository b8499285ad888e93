//! From a live schema to the desired one.
//!
//! What the database has beyond the desired schema is left alone. A rename is never guessed; what
//! loses data is done only where it was allowed by name.

mod columns;
mod directions;
mod drops;
mod enums;
mod extras;
mod guards;
mod indexes;
mod keys;
mod names;
mod references;
mod renames;
mod tied;
mod types;

#[cfg(test)]
mod renames_tests;

pub(crate) use guards::{is_secret, orphans};

use std::collections::BTreeSet;

pub use directions::{Claims, Directions, Dropped};
pub use renames::Rename;

use super::ddl;
use super::live::{LiveSchema, LiveTable};
use super::model::{Schema, Table};
use super::name::{qualified, quote_identifier};
use super::steps::{
    Blocked, Difference, Effect, Guard, LockMode, Note, SchemaPlan, Stage, Step, Verdict, Work,
};

/// Names of the checks that make SET NOT NULL instant begin with this.
pub const HELPER_CHECK: &str = "sunset_nn_";

/// The plan that brings `live` to `desired`.
pub fn plan(desired: &Schema, live: &LiveSchema, directions: &Directions) -> SchemaPlan {
    let mut planner = Planner {
        desired,
        live: live.clone(),
        directions,
        plan: SchemaPlan::default(),
        unusable: BTreeSet::new(),
        other_enums: BTreeSet::new(),
        renamed_tables: BTreeSet::new(),
    };
    planner.run();
    let mut plan = planner.plan;
    plan.differences.sort();
    plan.differences.dedup();
    plan.order();
    plan
}

impl SchemaPlan {
    /// Takes out the steps whose guard found rows, and those that make no sense without them:
    /// `found` gives what a guard found, by its text.
    pub fn withhold(&mut self, found: impl Fn(&str) -> Option<(u64, Vec<String>)>) {
        let mut blocked: Vec<Blocked> = Vec::new();
        let mut gone: Vec<String> = Vec::new();
        let mut waiting: Vec<Note> = Vec::new();
        let stays = |step: &Step| {
            if let Some(before) = step.needs.iter().find(|title| gone.contains(title)) {
                let text = format!("comes behind what could not be done: {before}");
                let told = |guard: &Guard| blocked.iter().any(|each| each.what == guard.what);
                if !step.guard.as_ref().is_some_and(told) {
                    waiting.push(Note {
                        object: step.title.clone(),
                        text,
                    });
                }
                gone.push(step.title.clone());
                return false;
            }
            let Some(guard) = &step.guard else {
                return true;
            };
            let Some((count, sample)) = found(&guard.violators).filter(|(count, _)| *count > 0)
            else {
                return true;
            };
            // Several steps of one purpose share a guard; it is told once, by the last of them.
            if let Some(known) = blocked.iter_mut().find(|each| each.what == guard.what) {
                known.title.clone_from(&step.title);
            } else {
                blocked.push(Blocked {
                    for_repair: guard.for_repair,
                    title: step.title.clone(),
                    what: guard.what.clone(),
                    count,
                    sample,
                    advice: guard.advice.clone(),
                });
            }
            gone.push(step.title.clone());
            false
        };
        self.steps.retain(stays);
        self.blocked.extend(blocked);
        self.refused.append(&mut waiting);
    }
}

struct Planner<'a> {
    desired: &'a Schema,
    /// As it is after the renames that were asked for.
    live: LiveSchema,
    directions: &'a Directions,
    plan: SchemaPlan,
    /// Columns whose type stays different, so that no key can be made of them.
    unusable: BTreeSet<(String, String)>,
    /// Enums that have none of the desired values, and stay as they are.
    other_enums: BTreeSet<String>,
    /// Tables that get another name, by the new one.
    renamed_tables: BTreeSet<String>,
}

impl Planner<'_> {
    fn run(&mut self) {
        let namespace = &self.desired.namespace;
        if !self.live.exists {
            self.plan.differences.push(Difference {
                object: namespace.clone(),
                what: "the schema is missing".into(),
            });
            let name = quote_identifier(namespace);
            self.plan.steps.push(
                Step::new(
                    Stage::Structure,
                    format!("create schema {namespace}"),
                    format!("CREATE SCHEMA {name}"),
                )
                .undone_by(format!("DROP SCHEMA IF EXISTS {name}")),
            );
        }
        self.renames();
        self.enums();
        for table in &self.desired.tables {
            if self.directions.concerns(&table.name) {
                self.table(table);
            }
        }
        for table in &self.desired.tables {
            for key in &table.foreign_keys {
                if self.directions.concerns(&table.name) || self.directions.concerns(&key.target) {
                    self.reference(table, key);
                }
            }
        }
        self.extras();
        self.drops();
    }

    fn table(&mut self, table: &Table) {
        let name = &table.name;
        match self.live.table(name).cloned() {
            Some(live) if !live.is_table() => {
                self.differs(name, format!("is a {}, not a table", live.kind_name()));
                self.refuse(
                    name,
                    "something else stands under this name; rename or drop it",
                );
            }
            Some(live) if live.kind == "p" && !table.established => {
                self.differs(name, "is partitioned");
                self.refuse(
                    name,
                    "the table is partitioned, and its keys and indexes would have to be made partition by partition: bring it to the schema by hand (see schema-push --print)",
                );
            }
            Some(live) => {
                let before = self.plan.steps.len();
                if table.established {
                    self.established_columns(table, &live);
                } else {
                    self.logged(&live);
                    self.columns(table, &live);
                }
                self.typed(&live, before);
                self.keys(table, &live);
                self.indexes(table, &live);
            }
            None => self.create(table),
        }
    }

    /// The columns of a table that is made of a type are the type's: of the steps since `before`,
    /// none would work.
    fn typed(&mut self, live: &LiveTable, before: usize) {
        if let Some(of) = &live.typed
            && self.plan.steps.len() > before
        {
            self.plan.steps.truncate(before);
            for column in &live.columns {
                self.unusable
                    .insert((live.name.clone(), column.name.clone()));
            }
            self.refuse(
                &live.name,
                format!("the table is made of the type {of} (CREATE TABLE … OF), and its columns are that one's: ALTER TABLE … NOT OF, then run schema-push again"),
            );
        }
    }

    fn create(&mut self, table: &Table) {
        let name = &table.name;
        if self.directions.only.is_some() {
            return;
        }
        self.differs(name, "the table is missing");
        if table.established {
            self.refuse(
                name,
                "this plan changes an application's database, and the application makes this table",
            );
            return;
        }
        if let Some(column) = table.columns.iter().find(|c| self.has_other_enum(c)) {
            self.refuse(
                name,
                format!(
                    "the enum of its column {} is not the desired one",
                    column.name
                ),
            );
            return;
        }
        if let Some(old) = self.directions.leave.renamed_from(name) {
            self.defer(name, format!("fix-schema makes it of {old}"));
            return;
        }
        if let Some(kind) = self.kind_of_name(name) {
            self.refuse(
                name,
                format!("{kind} has this name; rename or drop that one"),
            );
            return;
        }
        if let Some(unique) = table
            .uniques
            .iter()
            .find(|unique| self.name_is_taken(&unique.name))
        {
            self.refuse(
                name,
                format!(
                    "something else has the name {} that its unique constraint needs; rename or drop that one",
                    unique.name
                ),
            );
            return;
        }
        let namespace = &self.desired.namespace;
        let step = Step::new(
            Stage::Structure,
            format!("create table {name}"),
            ddl::create_table(namespace, table),
        )
        .undone_by(format!(
            "DROP TABLE IF EXISTS {}",
            qualified(namespace, name)
        ))
        .making(Effect::CreatesTable {
            table: name.clone(),
        });
        self.plan.steps.push(step);
        for index in &table.indexes {
            if self.name_is_taken(&index.name) {
                self.refuse(
                    &index.name,
                    "something else has this name; rename or drop it",
                );
            } else {
                self.create_index(table, index, false);
            }
        }
    }

    /// A table that a crash would empty.
    fn logged(&mut self, live: &LiveTable) {
        if !live.unlogged {
            return;
        }
        let table = &live.name;
        self.differs(table, "is UNLOGGED: a crash of the server empties it");
        // In the order of the tables: none may refer to one that a crash would empty.
        let mut step = Step::new(
            Stage::Rewrite,
            format!("make {table} survive a crash"),
            self.alter(table, "SET LOGGED"),
        )
        .undone_by(self.alter(table, "SET UNLOGGED"))
        .locking(table, LockMode::AccessExclusive);
        if live.has_rows {
            step = step
                .working(Work::Rewrites)
                .verdict(Verdict::NeedsAttention(
                    "the table is locked while every row is written anew".into(),
                ));
        }
        self.plan.steps.push(step);
    }

    fn differs(&mut self, object: &str, what: impl Into<String>) {
        self.plan.differences.push(Difference {
            object: object.to_owned(),
            what: what.into(),
        });
    }

    fn refuse(&mut self, object: &str, text: impl Into<String>) {
        self.plan.refused.push(Note {
            object: object.to_owned(),
            text: text.into(),
        });
    }

    fn defer(&mut self, object: &str, text: impl Into<String>) {
        self.plan.deferred.push(Note {
            object: object.to_owned(),
            text: text.into(),
        });
    }

    fn alter(&self, table: &str, action: &str) -> String {
        ddl::alter(&self.desired.namespace, table, action)
    }

    fn alter_column(&self, table: &str, column: &str, action: &str) -> String {
        ddl::alter_column(&self.desired.namespace, table, column, action)
    }
}

/// `table.column`
fn dotted(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}
