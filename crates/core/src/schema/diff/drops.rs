//! What was allowed to go, by name, and how it is made again.

use super::{Dropped, Planner};
use crate::schema::ddl;
use crate::schema::hold::Hold;
use crate::schema::live::{
    ConstraintKind, LiveColumn, LiveConstraint, LiveIndex, LiveSchema, LiveTable,
};
use crate::schema::name::{qualified, quote_identifier};
use crate::schema::steps::{Effect, LockMode, Note, Stage, Step, Verdict};

/// What goes with a column or a table.
struct Gone {
    /// Its own constraints and indexes.
    constraints: Vec<LiveConstraint>,
    indexes: Vec<LiveIndex>,
    /// Foreign keys of other tables, which are dropped later in this plan.
    referring: Vec<(String, LiveConstraint)>,
}

impl Planner<'_> {
    pub(super) fn drops(&mut self) {
        // Each drop finds what those before it left: what several share goes with the first, whose
        // inverse is the last to run.
        let mut left = self.live.clone();
        for dropped in &self.directions.drops {
            let live = left.table(&dropped.table).cloned();
            let found = live.as_ref().filter(|live| match &dropped.column {
                Some(column) => live.column(column).is_some(),
                None => true,
            });
            let Some(live) = found else {
                self.needless(dropped);
                continue;
            };
            let column = dropped.column.as_deref();
            if let Some(why) = self.holds(&left, live, column) {
                self.refuse(&dropped.shown(), why);
                continue;
            }
            let gone = Gone::with(&left, live, column);
            let mut step = match live.column(column.unwrap_or_default()) {
                Some(found) => self.drop_column(live, found, &gone),
                None => self.drop_table(live, &gone),
            };
            for (table, key) in &gone.referring {
                let quoted = quote_identifier(&key.name);
                let action = format!("DROP CONSTRAINT IF EXISTS {quoted}");
                step.sql.insert(0, self.alter(table, &action));
                if !step.inverse.is_empty() {
                    let again = self.make_again(table, key);
                    step.inverse.push(ddl::where_rows_allow(&again));
                }
                step = step.locking(table, LockMode::AccessExclusive);
            }
            for key in &gone.constraints {
                if let Some((schema, target)) = self.other_end(&live.name, key) {
                    step = step.locking_in(schema.as_deref(), &target, LockMode::AccessExclusive);
                }
            }
            let shown = dropped.shown();
            let (of, on) = (
                format!("constraint of {},", live.name),
                format!("index of {}", live.name),
            );
            self.plan.extras.retain(|extra| {
                let constraint = gone.constraints.iter().any(|c| c.name == extra.object);
                let index = gone.indexes.iter().any(|i| i.name == extra.object);
                extra.object != shown
                    && !(constraint && extra.text.starts_with(&of))
                    && !(index && extra.text == on)
            });
            gone.leave(&mut left, &live.name, column);
            self.plan.steps.push(step);
        }
    }

    fn drop_column(&self, live: &LiveTable, found: &LiveColumn, gone: &Gone) -> Step {
        let (table, column) = (&live.name, &found.name);
        let name = quote_identifier(column);
        // Rows get the default again where nothing speaks against many having the same.
        let unique = gone.indexes.iter().any(|index| index.unique);
        let default = found.default.as_ref().filter(|_| found.sequence.is_none());
        let filled = found.required && gone.constraints.is_empty() && !unique;
        let mut add = format!("ADD COLUMN IF NOT EXISTS {}", ddl::column_again(found));
        let mut step = Step::new(
            Stage::Drop,
            format!("drop column {table}.{column}"),
            self.alter(table, &format!("DROP COLUMN {name}")),
        );
        if let Some(default) = default.filter(|_| filled) {
            add.push_str(&format!(" DEFAULT {default}"));
        }
        step = step.undone_by(self.alter(table, &add));
        if let Some(default) = default.filter(|_| !filled) {
            let set = format!("SET DEFAULT {default}");
            step = step.undone_by(self.alter_column(table, column, &set));
        }
        if found.required {
            let set = self.alter_column(table, column, "SET NOT NULL");
            step = step.undone_by(ddl::where_rows_allow(&set));
        }
        self.again(step, live, gone)
            .locking(table, LockMode::AccessExclusive)
            .verdict(Verdict::LosesData(gone.told(
                "what it holds is gone; taking back makes it again empty, without its privileges and comments",
                found.sequence.as_deref().into_iter().collect(),
            )))
            .making(Effect::Drops {
                table: table.clone(),
                column: Some(column.clone()),
            })
    }

    fn drop_table(&self, live: &LiveTable, gone: &Gone) -> Step {
        let name = qualified(&self.desired.namespace, &live.name);
        let step = Step::new(
            Stage::Drop,
            format!("drop table {}", live.name),
            format!("DROP TABLE {name}"),
        )
        .locking(&live.name, LockMode::AccessExclusive)
        .making(Effect::Drops {
            table: live.name.clone(),
            column: None,
        });
        if live.kind == "p" {
            return step.verdict(Verdict::LosesData(
                "what it holds is gone, and nothing makes a partitioned table again".into(),
            ));
        }
        let columns: Vec<String> = live
            .columns
            .iter()
            .map(|column| {
                let mut line = ddl::column_again(column);
                if let Some(default) = column.default.iter().find(|_| column.sequence.is_none()) {
                    line.push_str(&format!(" DEFAULT {default}"));
                }
                if column.required {
                    line.push_str(" NOT NULL");
                }
                line
            })
            .collect();
        let unlogged = if live.unlogged { "UNLOGGED " } else { "" };
        let step = step.undone_by(format!(
            "CREATE {unlogged}TABLE {name} (\n    {}\n)",
            columns.join(",\n    ")
        ));
        let sequences = live.columns.iter();
        let sequences = sequences.filter_map(|column| column.sequence.as_deref());
        self.again(step, live, gone)
            .verdict(Verdict::LosesData(gone.told(
                "what it holds is gone; taking back makes it again empty, without its triggers, policies, privileges and comments",
                sequences.collect(),
            )))
    }

    /// With the statements that make constraints and indexes again.
    fn again(&self, mut step: Step, live: &LiveTable, gone: &Gone) -> Step {
        let (keys, others): (Vec<_>, Vec<_>) = gone
            .constraints
            .iter()
            .partition(|each| each.kind == ConstraintKind::ForeignKey);
        for each in others {
            let again = self.make_again(&live.name, each);
            step = step.undone_by(ddl::where_rows_allow(&again));
        }
        for index in &gone.indexes {
            step = step.undone_by(if index.unique {
                ddl::where_rows_allow(&index.definition)
            } else {
                index.definition.clone()
            });
        }
        for key in keys {
            let again = self.make_again(&live.name, key);
            step = step.undone_by(ddl::where_rows_allow(&again));
        }
        step
    }

    fn needless(&mut self, dropped: &Dropped) {
        self.plan.needless.push(Note {
            object: format!("--allow-drop {}", dropped.shown()),
            text: "nothing of this name is there: it is dropped already, or it is called otherwise"
                .into(),
        });
    }

    /// What PostgreSQL would not let a column, or a table, be dropped for.
    fn holds(&self, left: &LiveSchema, live: &LiveTable, column: Option<&str>) -> Option<String> {
        if !live.is_table() {
            return Some(format!(
                "is a {}, and no table: drop it by hand",
                live.kind_name()
            ));
        }
        if live.has_children {
            return Some("other tables inherit from it: change or drop those first".to_owned());
        }
        if let Some(of) = live.typed.as_ref().filter(|_| column.is_some()) {
            return Some(format!(
                "the table is made of the type {of}, and its columns are that one's: ALTER TABLE … NOT OF first"
            ));
        }
        let mut used = match column {
            Some(column) => live
                .column(column)
                .map(|found| found.used_by.clone())
                .unwrap_or_default(),
            None => live.used_by.clone(),
        };
        used.extend(held(left, live, column));
        used.sort();
        used.dedup();
        if !used.is_empty() {
            return Some(format!(
                "{} would lose what it is made of: change or drop it first",
                used.join(", ")
            ));
        }
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
        let (table, key) = referring(left, live, column)
            .into_iter()
            .find(|(table, _)| !dropped_too(table))?;
        Some(format!(
            "the foreign key {} of {table} refers to it: drop that one first",
            key.name
        ))
    }
}

/// What holds a table or a column from elsewhere, as long as it is there itself. Foreign keys are
/// asked for otherwise.
fn held(left: &LiveSchema, live: &LiveTable, column: Option<&str>) -> Vec<String> {
    let holds: Vec<&Hold> = match column {
        Some(column) => left.holds_of_column(&live.name, column).collect(),
        None => left.holds_of_table(&live.name).collect(),
    };
    let there = |hold: &&&Hold| {
        let here = hold.namespace.as_deref() == Some(left.namespace.as_str());
        let of = hold.of.as_deref().filter(|_| here);
        hold.key.is_none() && of.is_none_or(|of| left.table(of).is_some())
    };
    holds
        .iter()
        .filter(there)
        .map(|hold| hold.what.clone())
        .collect()
}

/// Whether a foreign key points at a table, or at a column of it.
fn points_at(
    key: &LiveConstraint,
    left: &LiveSchema,
    live: &LiveTable,
    column: Option<&str>,
) -> bool {
    key.target.as_ref().is_some_and(|target| {
        target.namespace == left.namespace
            && target.table == live.name
            && column.is_none_or(|column| target.columns.iter().any(|each| each == column))
    })
}

/// Foreign keys of other tables to a table, or to a column of it.
fn referring(
    left: &LiveSchema,
    live: &LiveTable,
    column: Option<&str>,
) -> Vec<(String, LiveConstraint)> {
    let others = left.tables.iter().filter(|table| table.name != live.name);
    others
        .flat_map(|table| {
            let keys = table.constraints.iter();
            let keys = keys.filter(|each| points_at(each, left, live, column));
            keys.map(|key| (table.name.clone(), key.clone()))
        })
        .collect()
}

impl Gone {
    fn with(left: &LiveSchema, live: &LiveTable, column: Option<&str>) -> Self {
        let mut constraints = live.constraints.clone();
        let mut indexes = live.indexes.clone();
        indexes.retain(|index| !index.of_constraint);
        if let Some(name) = column {
            constraints.retain(|each| each.is_about(name) || points_at(each, left, live, column));
            indexes.retain(|index| index.is_about(name));
        }
        Self {
            constraints,
            indexes,
            referring: referring(left, live, column),
        }
    }

    /// The sentence, with what goes beside.
    fn told(&self, sentence: &str, sequences: Vec<&str>) -> String {
        let own = self.constraints.iter().map(|each| each.name.as_str());
        let indexes = self.indexes.iter().map(|each| each.name.as_str());
        let other = self.referring.iter().map(|(_, key)| key.name.as_str());
        let beside: Vec<&str> = own.chain(indexes).chain(other).collect();
        let mut text = sentence.to_owned();
        if !beside.is_empty() {
            text.push_str(&format!(
                "; with it go, and come back where rows allow it: {}",
                beside.join(", ")
            ));
        }
        if !sequences.is_empty() {
            text.push_str(&format!(
                "; with it go, and do not come back: {}",
                sequences.join(", ")
            ));
        }
        text
    }

    /// Takes it out of what is left.
    fn leave(&self, left: &mut LiveSchema, table: &str, column: Option<&str>) {
        for (table, key) in &self.referring {
            if let Some(live) = left.table_mut(table) {
                live.constraints.retain(|each| each.name != key.name);
            }
        }
        match (column, left.table_mut(table)) {
            (Some(column), Some(live)) => {
                let stays = |name: &str| {
                    !self.constraints.iter().any(|each| each.name == name)
                        && !self.indexes.iter().any(|each| each.name == name)
                };
                live.columns.retain(|each| each.name != column);
                live.constraints.retain(|each| stays(&each.name));
                live.indexes.retain(|each| stays(&each.name));
            }
            _ => left.tables.retain(|each| each.name != table),
        }
    }
}
