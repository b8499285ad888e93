//! Columns: missing ones, types, defaults, NOT NULL.

use super::{Claims, HELPER_CHECK, Planner, dotted};
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveColumn, LiveTable};
use crate::schema::model::{Column, DefaultValue, Table};
use crate::schema::name::{clipped, quote_identifier};
use crate::schema::steps::{Effect, LockMode, Stage, Step, Work};

impl Planner<'_> {
    pub(super) fn columns(&mut self, table: &Table, live: &LiveTable) {
        for (position, column) in table.columns.iter().enumerate() {
            match live.column(&column.name) {
                None => self.add_column(table, live, column, position),
                Some(found)
                    if column
                        .column_type
                        .matches(&self.desired.namespace, &found.type_name)
                        && self.other_enum(table, column) => {}
                Some(found) => {
                    let (converted, default_done) = self.column_type(live, column, found);
                    if !default_done {
                        self.column_default(live, column, found);
                    }
                    // A primary key that is to be made makes its columns NOT NULL itself.
                    let keyed =
                        live.primary_key().is_none() && table.primary_key.contains(&column.name);
                    if converted && !keyed {
                        self.column_required(live, column, found, position);
                    }
                }
            }
        }
    }

    /// Of a table that somebody else made: columns are added, and no others changed.
    pub(super) fn established_columns(&mut self, table: &Table, live: &LiveTable) {
        let namespace = &self.desired.namespace;
        for (position, column) in table.columns.iter().enumerate() {
            let object = dotted(&table.name, &column.name);
            match live.column(&column.name) {
                None => self.add_column(table, live, column, position),
                Some(found) if column.column_type.matches(namespace, &found.type_name) => {
                    self.other_enum(table, column);
                }
                Some(found) => {
                    let wanted = column.column_type.sql(namespace);
                    self.differs(&object, format!("is {}, not {wanted}", found.type_name));
                    self.refuse(
                        &object,
                        "the application has a column of this name and another type",
                    );
                    self.unusable
                        .insert((live.name.clone(), column.name.clone()));
                }
            }
        }
    }

    fn add_column(&mut self, table: &Table, live: &LiveTable, column: &Column, position: usize) {
        let object = dotted(&table.name, &column.name);
        self.differs(&object, "the column is missing");
        if self.other_enum(table, column) {
            return;
        }
        // Rows that are there already could not have a value.
        let unfilled = column.required && column.default.is_none() && live.has_rows;
        let made = Column {
            required: column.required && !unfilled,
            ..column.clone()
        };
        let volatile = matches!(column.default, Some(DefaultValue::Expression(_))) && live.has_rows;
        let name = quote_identifier(&column.name);
        let definition = ddl::column(&self.desired.namespace, &made);
        let step = Step::new(
            if volatile {
                Stage::Rewrite
            } else {
                Stage::Structure
            },
            format!("add column {object}"),
            self.alter(&table.name, &format!("ADD COLUMN {definition}")),
        )
        .undone_by(self.alter(&table.name, &format!("DROP COLUMN IF EXISTS {name}")))
        .locking(&table.name, LockMode::AccessExclusive)
        .working(if volatile {
            Work::Rewrites
        } else {
            Work::Catalog
        })
        .making(Effect::AddsColumn {
            table: table.name.clone(),
            column: column.name.clone(),
            default: column
                .default
                .as_ref()
                .filter(|default| default.is_constant())
                .map(DefaultValue::sql),
            varying_default: column.default.as_ref().is_some_and(|d| !d.is_constant()),
            now_as: matches!(column.default, Some(DefaultValue::Now))
                .then(|| column.column_type.sql(&self.desired.namespace)),
            now: None,
        });
        self.plan
            .steps
            .push(if made.required && made.default.is_none() {
                step.guarded(self.no_rows(live))
            } else {
                step
            });
        if unfilled {
            self.unfilled(live, column, position);
        }
    }

    /// A new column that must not be NULL, of a table that has rows.
    fn unfilled(&mut self, live: &LiveTable, column: &Column, position: usize) {
        let object = dotted(&live.name, &column.name);
        if Claims::claims(&self.directions.leave.fills, &live.name, &column.name) {
            self.defer(&object, "it may be NULL until fix-schema has filled it");
        } else if self.directions.only.is_some() {
            // Something before this plan fills it.
            self.require(live, column, position);
        } else {
            self.refuse(
                &object,
                format!("{} has rows and the column no default: it may be NULL until it is filled; then run schema-push again", live.name),
            );
        }
    }

    fn column_default(&mut self, live: &LiveTable, column: &Column, found: &LiveColumn) {
        let object = dotted(&live.name, &column.name);
        if found.generated {
            if found.fixed || column.default.is_some() {
                self.differs(&object, "is a generated column");
                let generation = found.generation.as_deref().unwrap_or_default();
                let by_hand = if found.is_identity() {
                    "ALTER COLUMN … DROP IDENTITY"
                } else if generation.ends_with(" VIRTUAL") {
                    "a virtual one: add another column, fill it with what this one gives, drop this one, rename the other"
                } else {
                    "ALTER COLUMN … DROP EXPRESSION"
                };
                self.refuse(
                    &object,
                    format!("a generated column takes no value that a program gives: make it a plain one by hand ({by_hand})"),
                );
            }
            return;
        }
        let set = |sql: &str| format!("SET DEFAULT {sql}");
        let action = match (&column.default, &found.default) {
            (Some(wanted), Some(has)) if wanted.matches(has) => return,
            (None, None) => return,
            (Some(wanted), has) => {
                let has = has.as_deref().unwrap_or("none");
                self.differs(
                    &object,
                    format!("its default is {has}, not {}", wanted.sql()),
                );
                set(&wanted.sql())
            }
            (None, Some(has)) => {
                self.differs(
                    &object,
                    format!("has the default {has}, and should have none"),
                );
                "DROP DEFAULT".to_owned()
            }
        };
        let back = found
            .default
            .as_deref()
            .map_or_else(|| "DROP DEFAULT".to_owned(), set);
        self.plan.steps.push(
            Step::new(
                Stage::Structure,
                format!("change the default of {object}"),
                self.alter_column(&live.name, &column.name, &action),
            )
            .undone_by(self.alter_column(&live.name, &column.name, &back))
            .locking(&live.name, LockMode::AccessExclusive),
        );
    }

    fn column_required(
        &mut self,
        live: &LiveTable,
        column: &Column,
        found: &LiveColumn,
        position: usize,
    ) {
        let object = dotted(&live.name, &column.name);
        let helper = helper_check(live, &column.name);
        match (column.required, found.required) {
            (true, true) => {
                if let Some((name, _)) = helper {
                    // A push was broken off behind SET NOT NULL.
                    let step = Step::new(
                        Stage::Require,
                        format!("drop the helper check of {object}"),
                        self.drop_constraint(&live.name, &name),
                    )
                    .locking(&live.name, LockMode::AccessExclusive);
                    self.plan.steps.push(step);
                }
            }
            (false, false) => {}
            (false, true) => {
                let in_key = live
                    .primary_key()
                    .is_some_and(|key| key.columns.contains(&column.name));
                if in_key {
                    return;
                }
                self.differs(&object, "is NOT NULL, and should not be");
                if found.is_identity() {
                    if self.plan.refused.iter().all(|note| note.object != object) {
                        self.refuse(
                            &object,
                            "an identity column is never NULL: make it a plain one by hand (ALTER COLUMN … DROP IDENTITY)",
                        );
                    }
                    return;
                }
                let step = Step::new(
                    Stage::Structure,
                    format!("let {object} be NULL"),
                    self.alter_column(&live.name, &column.name, "DROP NOT NULL"),
                )
                .undone_by(ddl::require_where_possible(
                    &self.desired.namespace,
                    &live.name,
                    &column.name,
                ))
                .locking(&live.name, LockMode::AccessExclusive);
                self.plan.steps.push(step);
            }
            (true, false) => {
                self.differs(&object, "may be NULL, and should not be");
                self.require(live, column, position);
            }
        }
    }

    /// NOT NULL. On a table with rows a check is added without looking at the rows, validated
    /// while others read and write, and makes SET NOT NULL instant.
    fn require(&mut self, live: &LiveTable, column: &Column, position: usize) {
        let table = &live.name;
        let name = &column.name;
        let object = dotted(table, name);
        let set = self.alter_column(table, name, "SET NOT NULL");
        let drop = self.alter_column(table, name, "DROP NOT NULL");
        let mut set = Step::new(Stage::Structure, format!("make {object} NOT NULL"), set)
            .undone_by(drop)
            .locking(table, LockMode::AccessExclusive);
        set.inverse.extend(self.unproven_again(live, name));
        if !live.has_rows {
            let guard = live.column(name).map(|_| self.no_nulls(live, name));
            self.plan.steps.push(Step { guard, ..set });
            return;
        }
        let helper = helper_check(live, name);
        let claimed = Claims::claims(&self.directions.leave.fills, table, name);
        let mut guard = self.no_nulls(live, name);
        if claimed {
            guard.advice =
                "fix-schema fills those that it can, and says what to do about the others: run it"
                    .to_owned();
            guard.for_repair = true;
        }
        let known = live.column(name).is_some();
        let (check, validated) = helper
            .clone()
            .unwrap_or_else(|| (clipped(&format!("{HELPER_CHECK}{position}_{name}")), false));
        let quoted = quote_identifier(&check);
        let guarded = |step: Step| {
            if known || self.directions.only.is_some() {
                step.guarded(guard.clone())
            } else {
                step
            }
        };
        let mut steps = Vec::new();
        if helper.is_none() {
            let condition = format!("{} IS NOT NULL", quote_identifier(name));
            steps.push(guarded(
                Step::new(
                    Stage::References,
                    format!("check that new rows have {object}"),
                    self.alter(
                        table,
                        &format!("ADD CONSTRAINT {quoted} CHECK ({condition}) NOT VALID"),
                    ),
                )
                .undone_by(self.drop_constraint(table, &check))
                .locking(table, LockMode::AccessExclusive),
            ));
        }
        if !validated {
            steps.push(guarded(
                Step::new(
                    Stage::Validate,
                    format!("check that all rows have {object}"),
                    self.alter(table, &format!("VALIDATE CONSTRAINT {quoted}")),
                )
                .locking(table, LockMode::ShareUpdateExclusive)
                .working(Work::Scans),
            ));
        }
        let mut last = guarded(set.then(self.drop_constraint(table, &check)));
        last.stage = Stage::Require;
        steps.push(last);
        self.plan.steps.extend(steps);
    }

    /// NOT NULL that nobody has validated, as it comes back.
    fn unproven_again(&self, live: &LiveTable, column: &str) -> Option<String> {
        let unproven = live.column(column)?.unproven.as_ref()?;
        let (name, column) = (quote_identifier(unproven), quote_identifier(column));
        let action = format!("ADD CONSTRAINT {name} NOT NULL {column} NOT VALID");
        Some(self.alter(&live.name, &action))
    }

    pub(super) fn drop_constraint(&self, table: &str, name: &str) -> String {
        self.alter(
            table,
            &format!("DROP CONSTRAINT IF EXISTS {}", quote_identifier(name)),
        )
    }
}

/// The check that an earlier push left on the way to NOT NULL, and whether it is validated.
fn helper_check(live: &LiveTable, column: &str) -> Option<(String, bool)> {
    live.constraints
        .iter()
        .find(|check| {
            check.kind == ConstraintKind::Check
                && check.name.starts_with(HELPER_CHECK)
                && check.columns == [column]
        })
        .map(|check| (check.name.clone(), check.validated))
}
