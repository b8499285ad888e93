//! Primary keys, unique constraints and checks.

use super::Planner;
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveConstraint, LiveTable};
use crate::schema::model::{Table, Unique};
use crate::schema::name::{clipped, qualified, quote_identifier, quote_list};
use crate::schema::steps::{Effect, Guard, LockMode, Stage, Step, Verdict, Work};

impl Planner<'_> {
    pub(super) fn keys(&mut self, table: &Table, live: &LiveTable) {
        if !table.established {
            self.primary_key(table, live);
        }
        for unique in &table.uniques {
            self.unique(live, unique);
        }
        for check in &table.checks {
            match live.constraint(&check.name) {
                Some(found) if found.kind != ConstraintKind::Check || !found.plain => {
                    self.differs(&check.name, format!("the check is {}", found.definition));
                    self.refuse(
                        &check.name,
                        "a constraint of this name is none that is enforced as a check; rename or drop it",
                    );
                }
                Some(found) if !found.validated => {
                    self.differs(&check.name, "the check is not validated");
                    let guard = self.passes(table, live, check);
                    self.validate(live, &check.name, guard);
                }
                Some(_) => {}
                None => {
                    self.differs(
                        &check.name,
                        format!("the check is missing from {}", live.name),
                    );
                    if let Some(column) = self.unusable_in(&live.name, &[&check.condition]) {
                        let why = self.as_it_is(&live.name, &column);
                        self.refuse(&check.name, why);
                        continue;
                    }
                    let not_valid = if live.has_rows { " NOT VALID" } else { "" };
                    let action = format!("ADD {}{not_valid}", ddl::check(check));
                    // One that rows break would refuse whatever the application does to them.
                    let guard = self.passes(table, live, check);
                    let mut step = Step::new(
                        if live.has_rows {
                            Stage::References
                        } else {
                            Stage::Structure
                        },
                        format!("add check {}", check.name),
                        self.alter(&live.name, &action),
                    )
                    .undone_by(self.drop_constraint(&live.name, &check.name))
                    .locking(&live.name, LockMode::AccessExclusive);
                    step.guard.clone_from(&guard);
                    let title = step.title.clone();
                    self.plan.steps.push(step);
                    if live.has_rows {
                        self.validate(live, &check.name, guard);
                        if let Some(validated) = self.plan.steps.last_mut() {
                            validated.needs.push(title);
                        }
                    }
                }
            }
        }
    }

    fn validate(&mut self, live: &LiveTable, name: &str, guard: Option<Guard>) {
        let mut step = Step::new(
            Stage::Validate,
            format!("validate {name}"),
            self.alter(
                &live.name,
                &format!("VALIDATE CONSTRAINT {}", quote_identifier(name)),
            ),
        )
        .locking(&live.name, LockMode::ShareUpdateExclusive)
        .working(Work::Scans);
        step.guard = guard;
        self.plan.steps.push(step);
    }

    fn primary_key(&mut self, table: &Table, live: &LiveTable) {
        let name = clipped(&format!("{}_pkey", table.name));
        match live.primary_key() {
            Some(key) if key.columns == table.primary_key && key.plain => return,
            Some(key) if key.columns == table.primary_key => {
                self.differs(&table.name, format!("its key is {}", key.definition));
                self.refuse(
                    &table.name,
                    "ON CONFLICT works with no deferrable key: drop it and add it again without DEFERRABLE",
                );
                return;
            }
            Some(key) => {
                self.differs(
                    &table.name,
                    format!(
                        "its primary key is ({}), not ({})",
                        key.columns.join(", "),
                        table.primary_key.join(", ")
                    ),
                );
                self.refuse(
                    &table.name,
                    "another primary key changes what a row is; change it by hand",
                );
                return;
            }
            None => self.differs(&table.name, "has no primary key"),
        }
        let ready = live.ready_index(&table.primary_key);
        if let Some(why) = self.name_in_the_way(live, &name, ready) {
            self.refuse(&table.name, format!("its primary key {name}: {why}"));
            return;
        }
        if self.is_unusable(&table.name, &table.primary_key) {
            self.refuse(
                &table.name,
                "the type of the column of its primary key is not as desired",
            );
            return;
        }
        let list = quote_list(&table.primary_key);
        let quoted = quote_identifier(&name);
        let mut undo = vec![self.drop_constraint(&table.name, &name)];
        for column in &table.primary_key {
            if live.column(column).is_some_and(|found| !found.required) {
                undo.push(self.alter_column(&table.name, column, "DROP NOT NULL"));
            }
        }
        if table
            .primary_key
            .iter()
            .any(|column| live.column(column).is_none())
            && live.has_rows
        {
            self.refuse(
                &table.name,
                "the column of its primary key is missing, and it has rows",
            );
            return;
        }
        if !live.has_rows {
            let mut step = Step::new(
                Stage::Structure,
                format!("add the primary key of {}", table.name),
                self.alter(
                    &table.name,
                    &format!("ADD CONSTRAINT {quoted} PRIMARY KEY ({list})"),
                ),
            )
            .locking(&table.name, LockMode::AccessExclusive);
            step.sql.splice(0..0, self.leftover(live, &name));
            step.inverse = undo;
            self.plan.steps.push(step);
            return;
        }
        let guard = self.makes_a_key(live, &table.primary_key);
        match ready {
            Some(index) => undo.push(index.definition.clone()),
            None => self.build_unique_index(live, &name, &table.primary_key, Some(&guard)),
        }
        let index = quote_identifier(ready.map_or(&name, |index| &index.name));
        let mut step = Step::new(
            Stage::Keys,
            format!("add the primary key of {}", table.name),
            self.alter(
                &table.name,
                &format!("ADD CONSTRAINT {quoted} PRIMARY KEY USING INDEX {index}"),
            ),
        )
        .locking(&table.name, LockMode::AccessExclusive)
        .working(Work::Scans)
        .guarded(guard)
        .verdict(Verdict::NeedsAttention(
            "the rows are looked at for NULL under the lock".into(),
        ));
        step.inverse = undo;
        self.plan.steps.push(step);
    }

    fn unique(&mut self, live: &LiveTable, unique: &Unique) {
        let table = &live.name;
        let found = self.constraint_on(live, ConstraintKind::Unique, &unique.columns, &unique.name);
        let replaced = match found {
            Some(found) if found.plain => {
                self.rename_constraint(live, &found, &unique.name);
                return;
            }
            Some(found) => {
                self.differs(
                    &unique.name,
                    format!("the unique constraint of {table} is {}", found.definition),
                );
                Some(found)
            }
            None => {
                self.differs(
                    &unique.name,
                    format!("the unique constraint is missing from {table}"),
                );
                None
            }
        };
        let ready = live.ready_index(&unique.columns);
        if replaced
            .as_ref()
            .is_none_or(|replaced| replaced.name != unique.name)
            && let Some(why) = self.name_in_the_way(live, &unique.name, ready)
        {
            self.refuse(&unique.name, why);
            return;
        }
        if replaced.is_some()
            && let Some(key) = self.referring(live, &unique.columns)
        {
            self.refuse(
                &unique.name,
                format!("{key} refers to it: drop that one, run schema-push, and make it again"),
            );
            return;
        }
        if live.kind == "p" {
            self.refuse(
                &unique.name,
                format!("{table} is partitioned: make it by hand"),
            );
            return;
        }
        let quoted = quote_identifier(&unique.name);
        let title = match &replaced {
            Some(_) => format!("replace unique constraint {}", unique.name),
            None => format!("add unique constraint {}", unique.name),
        };
        let undo = self.drop_constraint(table, &unique.name);
        let removal = replaced
            .as_ref()
            .map(|old| self.drop_constraint(table, &old.name));
        let again = replaced.as_ref().map(|old| {
            let name = quote_identifier(&old.name);
            self.alter(table, &format!("ADD CONSTRAINT {name} {}", old.definition))
        });
        if self.is_unusable(table, &unique.columns) {
            self.refuse(&unique.name, "the type of its column is not as desired");
            return;
        }
        if !live.has_rows && ready.is_none() {
            let mut step = Step::new(
                Stage::Structure,
                title,
                self.alter(table, &format!("ADD {}", ddl::unique(unique))),
            )
            .undone_by(undo)
            .locking(table, LockMode::AccessExclusive);
            step.sql.splice(0..0, removal);
            step.sql.splice(0..0, self.leftover(live, &unique.name));
            step.inverse.extend(again);
            self.plan.steps.push(step);
            return;
        }
        // The one to be replaced has the name until it goes; the constraint gives the index its own.
        let built = match &replaced {
            Some(_) => clipped(&format!("sunset_ux_{}", unique.name)),
            None => unique.name.clone(),
        };
        let index = ready.map_or(&built, |index| &index.name);
        if ready.is_none() {
            self.build_unique_index(live, &built, &unique.columns, None);
        }
        let mut step = Step::new(
            Stage::Keys,
            title,
            self.alter(
                table,
                &format!(
                    "ADD CONSTRAINT {quoted} UNIQUE USING INDEX {}",
                    quote_identifier(index)
                ),
            ),
        )
        .undone_by(undo)
        .locking(table, LockMode::AccessExclusive);
        // The constraint takes the index over, and takes it away when it goes.
        step.inverse
            .extend(ready.map(|index| index.definition.clone()));
        step.sql.splice(0..0, removal);
        step.inverse.extend(again);
        if unique
            .columns
            .iter()
            .all(|column| live.column(column).is_some())
        {
            step = step.guarded(self.no_duplicates(live, &unique.columns));
        }
        self.plan.steps.push(step);
    }

    /// A unique index built while others read and write.
    fn build_unique_index(
        &mut self,
        live: &LiveTable,
        name: &str,
        columns: &[String],
        guard: Option<&Guard>,
    ) {
        let namespace = &self.desired.namespace;
        let drop = format!(
            "DROP INDEX CONCURRENTLY IF EXISTS {}",
            qualified(namespace, name)
        );
        let create = format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})",
            quote_identifier(name),
            qualified(namespace, &live.name),
            quote_list(columns)
        );
        let leftover = self.leftover(live, name).is_some();
        let mut step = Step::new(Stage::Index, format!("build unique index {name}"), create)
            .undone_by(drop.clone())
            .locking(&live.name, LockMode::ShareUpdateExclusive)
            .working(Work::Scans)
            .making(Effect::CreatesIndex {
                index: name.to_owned(),
            });
        if leftover {
            step.sql.insert(0, drop);
        }
        if columns.iter().all(|column| live.column(column).is_some()) {
            let guard = guard.cloned();
            step = step.guarded(guard.unwrap_or_else(|| self.no_duplicates(live, columns)));
        }
        self.plan.steps.push(step);
    }

    /// The constraint of a kind on exactly these columns, preferably of that name.
    pub(super) fn constraint_on(
        &self,
        live: &LiveTable,
        kind: ConstraintKind,
        columns: &[String],
        name: &str,
    ) -> Option<LiveConstraint> {
        let mut fitting = live
            .constraints
            .iter()
            .filter(|constraint| constraint.kind == kind && constraint.columns == columns);
        let first = fitting.clone().find(|constraint| constraint.name == name);
        first.or_else(|| fitting.next()).cloned()
    }

    /// A constraint that is right but for its name.
    pub(super) fn rename_constraint(
        &mut self,
        live: &LiveTable,
        found: &LiveConstraint,
        name: &str,
    ) {
        if found.name == name {
            return;
        }
        let in_the_way = match live.constraint(name) {
            // A foreign key or a check has no index, and shares its name with no table.
            None if matches!(
                found.kind,
                ConstraintKind::ForeignKey | ConstraintKind::Check
            ) =>
            {
                None
            }
            _ => self
                .name_in_the_way(live, name, None)
                .or_else(|| self.leftover(live, name)),
        };
        if let Some(why) = in_the_way {
            self.differs(
                name,
                format!("the constraint of {} is named {}", live.name, found.name),
            );
            self.refuse(name, why);
            return;
        }
        self.differs(
            name,
            format!("the constraint of {} is named {}", live.name, found.name),
        );
        let (old, new) = (quote_identifier(&found.name), quote_identifier(name));
        let step = Step::new(
            Stage::Structure,
            format!("rename constraint {} to {name}", found.name),
            self.alter(&live.name, &format!("RENAME CONSTRAINT {old} TO {new}")),
        )
        .undone_by(self.alter(&live.name, &format!("RENAME CONSTRAINT {new} TO {old}")))
        .locking(&live.name, LockMode::AccessExclusive);
        self.plan.steps.push(step);
    }

    pub(super) fn is_unusable(&self, table: &str, columns: &[String]) -> bool {
        columns
            .iter()
            .any(|column| self.unusable.contains(&(table.to_owned(), column.clone())))
    }
}
