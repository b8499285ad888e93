//! Primary keys, unique constraints and checks.

use super::Planner;
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveConstraint, LiveIndex, LiveTable};
use crate::schema::model::{Table, Unique, index_key};
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
                Some(found) if !found.validated => {
                    self.differs(&check.name, "the check is not validated");
                    self.validate(live, &check.name);
                }
                Some(_) => {}
                None => {
                    self.differs(
                        &check.name,
                        format!("the check is missing from {}", live.name),
                    );
                    let not_valid = if live.has_rows { " NOT VALID" } else { "" };
                    let action = format!("ADD {}{not_valid}", ddl::check(check));
                    let step = Step::new(
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
                    self.plan.steps.push(step);
                    if live.has_rows {
                        self.validate(live, &check.name);
                    }
                }
            }
        }
    }

    fn validate(&mut self, live: &LiveTable, name: &str) {
        let step = Step::new(
            Stage::Validate,
            format!("validate {name}"),
            self.alter(
                &live.name,
                &format!("VALIDATE CONSTRAINT {}", quote_identifier(name)),
            ),
        )
        .locking(&live.name, LockMode::ShareUpdateExclusive)
        .working(Work::Scans);
        self.plan.steps.push(step);
    }

    fn primary_key(&mut self, table: &Table, live: &LiveTable) {
        let name = clipped(&format!("{}_pkey", table.name));
        match live.primary_key() {
            Some(key) if key.columns == table.primary_key => return,
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
            step.inverse = undo;
            self.plan.steps.push(step);
            return;
        }
        let guard = self.makes_a_key(live, &table.primary_key);
        let ready = ready_index(live, &table.primary_key);
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
        if let Some(found) = found {
            self.rename_constraint(live, &found, &unique.name);
            return;
        }
        self.differs(
            &unique.name,
            format!("the unique constraint is missing from {table}"),
        );
        let quoted = quote_identifier(&unique.name);
        let title = format!("add unique constraint {}", unique.name);
        let undo = self.drop_constraint(table, &unique.name);
        if self.is_unusable(table, &unique.columns) {
            self.refuse(&unique.name, "the type of its column is not as desired");
            return;
        }
        let ready = ready_index(live, &unique.columns);
        if !live.has_rows && ready.is_none() {
            let step = Step::new(
                Stage::Structure,
                title,
                self.alter(table, &format!("ADD {}", ddl::unique(unique))),
            )
            .undone_by(undo)
            .locking(table, LockMode::AccessExclusive);
            self.plan.steps.push(step);
            return;
        }
        let index = ready.map_or(&unique.name, |index| &index.name);
        if ready.is_none() {
            self.build_unique_index(live, &unique.name, &unique.columns, None);
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
        let leftover = live
            .indexes
            .iter()
            .any(|index| index.name == name && !index.valid);
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

/// A unique index on exactly these columns that belongs to no constraint yet.
fn ready_index<'a>(live: &'a LiveTable, columns: &[String]) -> Option<&'a LiveIndex> {
    let keys: Vec<_> = columns.iter().map(|column| index_key(column)).collect();
    live.indexes.iter().find(|index| {
        index.valid
            && index.unique
            && !index.of_constraint
            && index.condition.is_none()
            && index.method == "btree"
            && index.keys == keys
    })
}
