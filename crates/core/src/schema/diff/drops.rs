//! What was allowed to go, by name.

use super::{Dropped, Planner};
use crate::schema::live::{LiveConstraint, LiveTable};
use crate::schema::name::{qualified, quote_identifier};
use crate::schema::steps::{LockMode, Note, Stage, Step, Verdict};

impl Planner<'_> {
    pub(super) fn drops(&mut self) {
        let namespace = &self.desired.namespace;
        for dropped in &self.directions.drops {
            let Some(live) = self.live.table(&dropped.table).cloned() else {
                self.needless(dropped);
                continue;
            };
            if let Some(why) = self.holds(&live, dropped.column.as_deref()) {
                self.refuse(&dropped.shown(), why);
                continue;
            }
            let because =
                Verdict::LosesData("what it holds is gone; only its form can be made again".into());
            let step = match &dropped.column {
                Some(column) => {
                    let Some(found) = live.column(column) else {
                        self.needless(dropped);
                        continue;
                    };
                    let name = quote_identifier(column);
                    Step::new(
                        Stage::Drop,
                        format!("drop column {}.{column}", dropped.table),
                        self.alter(&dropped.table, &format!("DROP COLUMN {name}")),
                    )
                    .undone_by(self.alter(
                        &dropped.table,
                        &format!("ADD COLUMN IF NOT EXISTS {name} {}", found.type_name),
                    ))
                }
                None => Step::new(
                    Stage::Drop,
                    format!("drop table {}", dropped.table),
                    format!("DROP TABLE {}", qualified(namespace, &dropped.table)),
                ),
            };
            self.plan
                .extras
                .retain(|extra| extra.object != dropped.shown());
            self.plan.steps.push(
                step.locking(&dropped.table, LockMode::AccessExclusive)
                    .verdict(because),
            );
        }
    }

    fn needless(&mut self, dropped: &Dropped) {
        self.plan.needless.push(Note {
            object: format!("--allow-drop {}", dropped.shown()),
            text: "nothing of this name is there: it is dropped already, or it is called otherwise"
                .into(),
        });
    }

    /// What PostgreSQL would not let a column, or a table, be dropped for.
    fn holds(&self, live: &LiveTable, column: Option<&str>) -> Option<String> {
        let used = match column {
            Some(column) => live
                .column(column)
                .map(|found| found.used_by.clone())
                .unwrap_or_default(),
            None => live.used_by.clone(),
        };
        if !used.is_empty() {
            return Some(format!(
                "{} would lose what it is made of: change or drop it first",
                used.join(", ")
            ));
        }
        let refers = |constraint: &&LiveConstraint| {
            constraint.target.as_ref().is_some_and(|target| {
                target.namespace == self.live.namespace
                    && target.table == live.name
                    && column.is_none_or(|c| target.columns.iter().any(|each| each == c))
            })
        };
        let outer = live
            .outer_keys
            .iter()
            .find(|key| column.is_none_or(|c| key.columns.iter().any(|each| each == c)));
        if let Some(key) = outer {
            return Some(format!(
                "the foreign key {} of {}.{} refers to it: drop that one first",
                key.name, key.namespace, key.table
            ));
        }
        let dropped_too = |table: &str| {
            self.directions
                .drops
                .iter()
                .any(|each| each.column.is_none() && each.table == table)
        };
        self.live
            .tables
            .iter()
            .filter(|table| table.name != live.name && !dropped_too(&table.name))
            .find_map(|table| {
                let key = table.constraints.iter().find(refers)?;
                Some(format!(
                    "the foreign key {} of {} refers to it: drop that one first",
                    key.name, table.name
                ))
            })
    }
}
