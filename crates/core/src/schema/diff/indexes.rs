//! Indexes that belong to no constraint.

use super::Planner;
use crate::schema::ddl;
use crate::schema::live::{LiveIndex, LiveTable};
use crate::schema::model::{Index, Table};
use crate::schema::name::{qualified, quote_identifier};
use crate::schema::steps::{Effect, LockMode, Stage, Step, Verdict, Work};

impl Planner<'_> {
    pub(super) fn indexes(&mut self, table: &Table, live: &LiveTable) {
        for index in &table.indexes {
            // Of a column that cannot be had nothing is indexed.
            let parts = index.keys.iter().chain(&index.condition);
            let parts: Vec<&str> = parts.map(String::as_str).collect();
            let unusable = self.unusable_in(&live.name, &parts);
            match live.indexes.iter().find(|found| found.name == index.name) {
                Some(found) if found.valid && found.serves_as(index) => {}
                Some(found) if found.of_constraint => {
                    self.differs(&index.name, format!("the index is {}", found.definition));
                    self.refuse(
                        &index.name,
                        format!(
                            "a constraint of {} has the name of this index; rename that one",
                            live.name
                        ),
                    );
                }
                _ if unusable.is_some() => {
                    let column = unusable.unwrap_or_default();
                    self.differs(
                        &index.name,
                        format!("the index is missing from {}", live.name),
                    );
                    self.refuse(&index.name, self.as_it_is(&live.name, &column));
                }
                Some(found) => {
                    let what = if found.valid {
                        format!("the index is {}", found.definition)
                    } else {
                        "the index is invalid: building it was broken off".to_owned()
                    };
                    self.differs(&index.name, what);
                    self.rebuild_index(table, live, index, found);
                }
                None => self.missing_index(table, live, index),
            }
        }
    }

    fn missing_index(&mut self, table: &Table, live: &LiveTable, index: &Index) {
        // The index of a table of the application keeps its name, by which the application knows it.
        let serves = |found: &LiveIndex| found.valid && found.serves_as(index);
        if table.established && live.indexes.iter().any(serves) {
            return;
        }
        let twin = live.indexes.iter().find(|found| {
            found.valid
                && !found.of_constraint
                && found.serves_as(index)
                && table.indexes.iter().all(|wanted| wanted.name != found.name)
        });
        if let Some(twin) = twin {
            self.differs(&index.name, format!("the index is named {}", twin.name));
            let namespace = &self.desired.namespace;
            let rename = |old: &str, new: &str| {
                format!(
                    "ALTER INDEX {} RENAME TO {}",
                    qualified(namespace, old),
                    quote_identifier(new)
                )
            };
            self.plan.steps.push(
                Step::new(
                    Stage::Structure,
                    format!("rename index {} to {}", twin.name, index.name),
                    rename(&twin.name, &index.name),
                )
                .undone_by(rename(&index.name, &twin.name))
                .locking(&table.name, LockMode::ShareUpdateExclusive),
            );
            return;
        }
        self.differs(
            &index.name,
            format!("the index is missing from {}", table.name),
        );
        if live.kind == "p" {
            self.refuse(
                &index.name,
                format!("{} is partitioned: make it by hand", table.name),
            );
            return;
        }
        if self.name_is_taken(&index.name) {
            self.refuse(
                &index.name,
                "something else has this name; rename or drop it",
            );
            return;
        }
        self.create_index(table, index, live.has_rows);
    }

    /// Of a new table, of one without rows, or `concurrently` of one with rows.
    pub(super) fn create_index(&mut self, table: &Table, index: &Index, concurrently: bool) {
        let namespace = &self.desired.namespace;
        let sql = ddl::create_index(namespace, &table.name, index, concurrently);
        let name = qualified(namespace, &index.name);
        let title = format!("create index {}", index.name);
        let exists = self.live.table(&table.name).is_some();
        let mut step = if concurrently {
            Step::new(Stage::Index, title, sql)
                .undone_by(format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))
                .working(Work::Scans)
                .making(Effect::CreatesIndex {
                    index: index.name.clone(),
                })
        } else {
            Step::new(Stage::Structure, title, sql)
                .undone_by(format!("DROP INDEX IF EXISTS {name}"))
        };
        if exists {
            let mode = if concurrently {
                LockMode::ShareUpdateExclusive
            } else {
                LockMode::ShareRowExclusive
            };
            step = step.locking(&table.name, mode);
        }
        self.plan.steps.push(step);
    }

    fn rebuild_index(&mut self, table: &Table, live: &LiveTable, index: &Index, found: &LiveIndex) {
        let before = self.plan.steps.len();
        self.create_index(table, index, live.has_rows);
        let name = qualified(&self.desired.namespace, &index.name);
        let concurrently = if live.has_rows { "CONCURRENTLY " } else { "" };
        if let Some(step) = self.plan.steps.get_mut(before) {
            step.title = format!("rebuild index {}", index.name);
            step.sql
                .insert(0, format!("DROP INDEX {concurrently}IF EXISTS {name}"));
            if found.valid {
                step.inverse.push(if live.has_rows {
                    ddl::concurrently(&found.definition)
                } else {
                    found.definition.clone()
                });
                step.verdict = Verdict::NeedsAttention(going(found));
            }
        }
    }
}

/// What an index of the desired name is that makes way for the desired one.
fn going(found: &LiveIndex) -> String {
    let definition = &found.definition;
    if found.unique {
        format!(
            "the index that has this name goes, and that its values are unique is made sure of no longer: {definition}"
        )
    } else {
        format!("the index that has this name goes: {definition}")
    }
}
