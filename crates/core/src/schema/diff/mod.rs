//! From a live schema to the desired one.
//!
//! What the database has beyond the desired schema is left alone. A rename is never guessed; what
//! loses data is done only where it was allowed by name.

mod columns;
mod directions;
mod extras;
mod guards;
mod indexes;
mod keys;
mod references;
mod types;

pub(crate) use guards::orphans;

use std::collections::BTreeSet;

pub use directions::{Claims, Directions, Dropped, Rename};

use super::ddl;
use super::live::{LiveSchema, LiveTable};
use super::model::{Column, ColumnType, Schema, Table};
use super::name::{qualified, quote_identifier, quote_literal};
use super::steps::{
    Blocked, Difference, Effect, LockMode, Note, SchemaPlan, Stage, Step, Verdict, Work,
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
    /// Takes out the steps whose guard found rows: `found` gives what a guard found, by its text.
    pub fn withhold(&mut self, found: impl Fn(&str) -> Option<(u64, Vec<String>)>) {
        let mut blocked: Vec<Blocked> = Vec::new();
        self.steps.retain(|step| {
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
            false
        });
        self.blocked.extend(blocked);
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
            Some(live) if table.established => {
                self.established_columns(table, &live);
                self.keys(table, &live);
                self.indexes(table, &live);
            }
            Some(live) => {
                self.logged(&live);
                self.columns(table, &live);
                self.keys(table, &live);
                self.indexes(table, &live);
            }
            None => self.create(table),
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
                format!("the enum of its column {} has other values", column.name),
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
        let mut step = Step::new(
            if live.has_rows {
                Stage::Rewrite
            } else {
                Stage::Structure
            },
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

    fn enums(&mut self) {
        let namespace = &self.desired.namespace;
        for wanted in &self.desired.enums {
            let name = qualified(namespace, &wanted.name);
            let Some(live) = self.live.enums.iter().find(|each| each.name == wanted.name) else {
                if let Some(kind) = self.kind_of_name(&wanted.name) {
                    self.differs(&wanted.name, "the enum is missing");
                    self.refuse(
                        &wanted.name,
                        format!("{kind} has the name of this enum; rename or drop that one"),
                    );
                    self.other_enums.insert(wanted.name.clone());
                    continue;
                }
                self.plan.differences.push(Difference {
                    object: wanted.name.clone(),
                    what: "the enum is missing".into(),
                });
                self.plan.steps.push(
                    Step::new(
                        Stage::Structure,
                        format!("create enum {}", wanted.name),
                        ddl::create_enum(namespace, wanted),
                    )
                    .undone_by(format!("DROP TYPE IF EXISTS {name}")),
                );
                continue;
            };
            let missing: Vec<_> = wanted
                .values
                .iter()
                .filter(|v| !live.values.contains(v))
                .collect();
            if live
                .values
                .iter()
                .any(|value| !wanted.values.contains(value))
            {
                self.plan.extras.push(Note {
                    object: wanted.name.clone(),
                    text: format!("the enum has other values: {}", live.values.join(", ")),
                });
                if live
                    .values
                    .iter()
                    .all(|value| !wanted.values.contains(value))
                    && !live.values.is_empty()
                {
                    self.plan.differences.push(Difference {
                        object: wanted.name.clone(),
                        what: format!("the enum has the values {}", live.values.join(", ")),
                    });
                    self.other_enums.insert(wanted.name.clone());
                    continue;
                }
            }
            let present = live.values.clone();
            for value in missing {
                self.plan.differences.push(Difference {
                    object: wanted.name.clone(),
                    what: format!("the enum has no value {value}"),
                });
                let sql = format!(
                    "ALTER TYPE {name} ADD VALUE IF NOT EXISTS {}{}",
                    quote_literal(value),
                    place_of(value, &wanted.values, &present)
                );
                let title = format!("add value {value} to enum {}", wanted.name);
                self.plan.steps.push(Step::new(Stage::Values, title, sql));
            }
        }
    }

    /// Whether a column's enum is there with other values than the desired ones.
    fn has_other_enum(&self, column: &Column) -> bool {
        matches!(&column.column_type, ColumnType::Enum(name) if self.other_enums.contains(name))
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

    /// Whether another relation of the schema has the name that an index or constraint wants.
    fn name_is_taken(&self, name: &str) -> bool {
        self.live
            .tables
            .iter()
            .any(|table| table.name == name || table.indexes.iter().any(|index| index.name == name))
            || self
                .live
                .names
                .iter()
                .any(|each| each.name == name && each.is_relation())
    }

    /// What has the name that a table or a type wants, in words.
    fn kind_of_name(&self, name: &str) -> Option<String> {
        let article = |kind: &str| match kind.chars().next() {
            Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {kind}"),
            _ => format!("a {kind}"),
        };
        if let Some(table) = self.live.table(name) {
            return Some(article(table.kind_name()));
        }
        if self.live.enums.iter().any(|each| each.name == name) {
            return Some("an enum".into());
        }
        if self.name_is_taken(name) && self.live.names.iter().all(|each| each.name != name) {
            return Some("an index".into());
        }
        let taken = self.live.names.iter().find(|each| each.name == name)?;
        Some(article(&taken.kind))
    }
}

/// Where a value stands among those of an enum: behind the nearest one before it, all of which
/// are there when its turn comes, else before the first that is there.
fn place_of(value: &str, wanted: &[String], present: &[String]) -> String {
    let at = wanted.iter().position(|each| each == value).unwrap_or(0);
    if let Some(before) = at.checked_sub(1).and_then(|at| wanted.get(at)) {
        return format!(" AFTER {}", quote_literal(before));
    }
    present
        .iter()
        .find(|each| wanted.contains(each))
        .map_or_else(String::new, |first| {
            format!(" BEFORE {}", quote_literal(first))
        })
}

/// `table.column`
fn dotted(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}
