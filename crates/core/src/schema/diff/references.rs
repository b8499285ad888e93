//! Foreign keys.

use super::{Claims, Planner};
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveConstraint, LiveTable};
use crate::schema::model::{ForeignKey, Table};
use crate::schema::name::{qualified, quote_identifier};
use crate::schema::steps::{Effect, LockMode, Stage, Step, Verdict, Work};

impl Planner<'_> {
    pub(super) fn reference(&mut self, table: &Table, key: &ForeignKey) {
        let live = self.live.table(&table.name).cloned();
        let target = self.live.table(&key.target).cloned();
        let coming = self.directions.leave.renamed_from(&table.name).is_some();
        if live.is_none() && (coming || self.directions.only.is_some())
            || live
                .as_ref()
                .is_some_and(|live| !live.is_table() || live.kind == "p" && !table.established)
        {
            return;
        }
        let found = live.as_ref().and_then(|live| self.reference_on(live, key));
        if let (Some(found), Some(live)) = (&found, &live)
            && self.points_as_desired(found, key)
        {
            self.rename_constraint(live, found, &key.name);
            self.drop_others(live, found, key);
            if !found.validated {
                self.differs(
                    &key.name,
                    format!("the foreign key of {} is not validated", live.name),
                );
                self.validate_reference(live, key);
            }
            return;
        }
        match &found {
            Some(found) => self.differs(
                &key.name,
                format!("the foreign key of {} is {}", table.name, found.definition),
            ),
            None => self.differs(
                &key.name,
                format!("the foreign key is missing from {}", table.name),
            ),
        }
        if live.is_none() && !self.is_made(&table.name) {
            // The table is refused, and with it all that it would have.
            return;
        }
        if target.is_none()
            && (self.desired.table(&key.target)).is_none_or(|table| table.established)
        {
            self.refuse(&key.name, format!("{} is missing", key.target));
            return;
        }
        if let Some(old) = self.directions.leave.renamed_from(&key.target)
            && target.is_none()
        {
            self.defer(
                &key.name,
                format!("fix-schema makes {} of {old} first", key.target),
            );
            return;
        }
        if target.is_none() && self.directions.only.is_none() && !self.is_made(&key.target) {
            self.refuse(&key.name, format!("{} is missing", key.target));
            return;
        }
        if let Some(other) = live.as_ref().and_then(|live| live.constraint(&key.name))
            && found
                .as_ref()
                .is_none_or(|replaced| replaced.name != other.name)
        {
            self.refuse(
                &key.name,
                format!(
                    "another constraint of {} has this name ({}); rename or drop it",
                    table.name, other.definition
                ),
            );
            return;
        }
        if self.is_unusable(&table.name, &key.columns)
            || self.is_unusable(&key.target, &key.target_columns)
        {
            let claimed = key
                .columns
                .iter()
                .any(|column| Claims::claims(&self.directions.leave.types, &table.name, column));
            if claimed {
                self.defer(&key.name, "fix-schema changes the type of its column first");
            } else {
                self.refuse(&key.name, "the type of its column is not as desired");
            }
            return;
        }
        if target.is_none() && self.directions.only.is_some() {
            self.refuse(
                &key.name,
                format!("{} is missing; run schema-push", key.target),
            );
            return;
        }
        if target.as_ref().is_some_and(|target| !target.is_table()) {
            self.refuse(&key.name, format!("{} is no table", key.target));
            return;
        }
        if let Some(why) = self.unfit(table, key, target.as_ref()) {
            self.refuse(&key.name, why);
            return;
        }
        if let (Some(live), Some(found)) = (&live, &found) {
            self.drop_others(live, found, key);
        }
        self.add_reference(table, live.as_ref(), target.as_ref(), key, found.as_ref());
    }

    /// Why PostgreSQL would not have a foreign key: types that do not compare, or no key to refer
    /// to and no step that makes one.
    fn unfit(&self, table: &Table, key: &ForeignKey, target: Option<&LiveTable>) -> Option<String> {
        for (own, other) in key.columns.iter().zip(&key.target_columns) {
            let (own_type, other_type) = (
                self.type_after(&table.name, own)?,
                self.type_after(&key.target, other)?,
            );
            if family(&own_type) != family(&other_type) {
                return Some(format!(
                    "{}.{own} is {own_type}, and {}.{other} is {other_type}: bring both to the same type by hand",
                    table.name, key.target
                ));
            }
        }
        let comes = |wanted: &Table| {
            let uniques = wanted.uniques.iter().map(|unique| &unique.columns);
            let mut keys = uniques.chain([&wanted.primary_key]);
            keys.any(|columns| *columns == key.target_columns)
        };
        let has_key = match target {
            Some(target) => {
                target.has_key(&key.target_columns)
                    || self
                        .step_that_makes(&key.target, &key.target_columns)
                        .is_some()
            }
            None => self.desired.table(&key.target).is_some_and(comes),
        };
        (!has_key).then(|| {
            format!(
                "{} has no key ({}) to refer to",
                key.target,
                key.target_columns.join(", ")
            )
        })
    }

    /// The type that a column has when this plan is carried out.
    fn type_after(&self, table: &str, column: &str) -> Option<String> {
        let wanted = self
            .desired
            .table(table)
            .and_then(|wanted| wanted.column(column))
            .map(|wanted| wanted.column_type.sql(&self.desired.namespace));
        let live = self.live.table(table);
        let found = live
            .and_then(|live| live.column(column))
            .map(|found| found.type_name.clone());
        let left = !self.directions.concerns(table)
            || live.is_some_and(|live| live.kind == "p")
            || self.is_unusable(table, &[column.to_owned()]);
        if left {
            found.or(wanted)
        } else {
            wanted.or(found)
        }
    }

    /// Further foreign keys on the same columns that point elsewhere: a row would have to be in
    /// both tables.
    fn drop_others(&mut self, live: &LiveTable, kept: &LiveConstraint, key: &ForeignKey) {
        let others: Vec<_> = live
            .constraints
            .iter()
            .filter(|other| {
                other.kind == ConstraintKind::ForeignKey
                    && other.columns == key.columns
                    && other.name != kept.name
                    && !self.points_as_desired(other, key)
            })
            .cloned()
            .collect();
        for other in others {
            self.differs(
                &other.name,
                format!(
                    "a second foreign key of {}, {}",
                    live.name, other.definition
                ),
            );
            let mut step = Step::new(
                Stage::Structure,
                format!("drop foreign key {}", other.name),
                self.drop_constraint(&live.name, &other.name),
            )
            .undone_by(self.make_again(&live.name, &other))
            .locking(&live.name, LockMode::AccessExclusive)
            .making(freeing(&live.name, &other))
            .verdict(Verdict::NeedsAttention(format!(
                "stands beside {}: {}",
                key.name, other.definition
            )));
            if let Some((schema, target)) = self.other_end(&live.name, &other) {
                step = step.locking_in(schema.as_deref(), &target, LockMode::AccessExclusive);
            }
            self.plan.steps.push(step);
        }
    }

    /// A constraint that is dropped, as its inverse adds it.
    pub(super) fn make_again(&self, table: &str, old: &LiveConstraint) -> String {
        let name = quote_identifier(&old.name);
        self.alter(table, &format!("ADD CONSTRAINT {name} {}", old.definition))
    }

    /// The other table that dropping a foreign key locks, with its schema where that is another.
    pub(super) fn other_end(
        &self,
        table: &str,
        key: &LiveConstraint,
    ) -> Option<(Option<String>, String)> {
        let target = key.target.as_ref()?;
        let here = target.namespace == self.desired.namespace;
        let schema = (!here).then(|| target.namespace.clone());
        (!here || target.table != table).then(|| (schema, target.table.clone()))
    }

    /// Whether this plan makes a table.
    fn is_made(&self, name: &str) -> bool {
        self.plan
            .steps
            .iter()
            .any(|step| matches!(&step.effect, Effect::CreatesTable { table } if table == name))
    }

    pub(super) fn reference_on(
        &self,
        live: &LiveTable,
        key: &ForeignKey,
    ) -> Option<LiveConstraint> {
        let right = live.constraints.iter().find(|constraint| {
            constraint.kind == ConstraintKind::ForeignKey
                && constraint.columns == key.columns
                && self.points_as_desired(constraint, key)
        });
        right.cloned().or_else(|| {
            self.constraint_on(live, ConstraintKind::ForeignKey, &key.columns, &key.name)
        })
    }

    pub(super) fn points_as_desired(&self, found: &LiveConstraint, key: &ForeignKey) -> bool {
        found.target.as_ref().is_some_and(|target| {
            target.namespace == self.desired.namespace
                && target.table == key.target
                && target.columns == key.target_columns
                && target.on_delete == key.on_delete
                && target.plain
        })
    }

    fn add_reference(
        &mut self,
        table: &Table,
        live: Option<&LiveTable>,
        target: Option<&LiveTable>,
        key: &ForeignKey,
        replaced: Option<&LiveConstraint>,
    ) {
        let name = &table.name;
        let rows = live.is_some_and(|live| live.has_rows);
        // The key that it refers to may have to be made first; an index that is there already and
        // becomes that key would be held by it, and could not be given back before it goes.
        let made = self.step_that_makes(&key.target, &key.target_columns);
        let keyless = target.is_some_and(|target| {
            target.unlogged || made.is_some() || !target.has_key(&key.target_columns)
        });
        let mut sql = ddl::add_foreign_key(&self.desired.namespace, name, key);
        if rows {
            sql.push_str(" NOT VALID");
        }
        let stage = if rows || keyless {
            Stage::References
        } else {
            Stage::Structure
        };
        let mut step = Step::new(stage, format!("add foreign key {}", key.name), sql)
            .undone_by(self.drop_constraint(name, &key.name));
        step.needs.extend(made.filter(|_| keyless));
        if let Some(old) = replaced {
            step.sql.insert(0, self.drop_constraint(name, &old.name));
            step = step
                .undone_by(self.make_again(name, old))
                .making(freeing(name, old))
                .verdict(Verdict::NeedsAttention(format!(
                    "replaces {}: {}",
                    old.name, old.definition
                )));
        }
        if live.is_some() {
            step = step.locking(name, LockMode::ShareRowExclusive);
        }
        if target.is_some() && key.target != *name {
            step = step.locking(&key.target, LockMode::ShareRowExclusive);
        }
        if let Some(old) = replaced {
            step = step.locking(name, LockMode::AccessExclusive);
            if let Some((schema, target)) = self.other_end(name, old) {
                step = step.locking_in(schema.as_deref(), &target, LockMode::AccessExclusive);
            }
        }
        let title = step.title.clone();
        self.plan.steps.push(step);
        if let Some(live) = live.filter(|live| live.has_rows) {
            self.validate_reference(live, key);
            if let Some(validated) = self.plan.steps.last_mut() {
                validated.needs.push(title);
            }
        }
    }

    /// The title of the step that makes the key to which a foreign key refers.
    fn step_that_makes(&self, table: &str, columns: &[String]) -> Option<String> {
        let wanted = self.desired.table(table)?;
        let unique = wanted.uniques.iter().find(|each| each.columns == columns);
        let ends: Vec<String> = if wanted.primary_key == columns {
            vec![format!("add the primary key of {table}")]
        } else {
            let name = &unique?.name;
            vec![
                format!("add unique constraint {name}"),
                format!("replace unique constraint {name}"),
            ]
        };
        let made = self
            .plan
            .steps
            .iter()
            .find(|step| ends.contains(&step.title));
        made.map(|step| step.title.clone())
    }

    fn validate_reference(&mut self, live: &LiveTable, key: &ForeignKey) {
        let mut step = Step::new(
            Stage::Validate,
            format!("validate foreign key {}", key.name),
            self.alter(
                &live.name,
                &format!("VALIDATE CONSTRAINT {}", quote_identifier(&key.name)),
            ),
        )
        .locking(&live.name, LockMode::ShareUpdateExclusive)
        .working(Work::Scans);
        let known = key
            .columns
            .iter()
            .all(|column| live.column(column).is_some());
        if known && self.live.table(&key.target).is_some() || self.directions.only.is_some() {
            let mut guard = self.no_orphans(live, key);
            let references = &self.directions.leave.references;
            if key
                .columns
                .iter()
                .any(|column| Claims::claims(references, &live.name, column))
            {
                guard.advice = "fix-schema lists them, and says what to do: run it".to_owned();
                guard.for_repair = true;
            }
            step = step.guarded(guard);
        }
        self.plan.steps.push(step);
    }
}

/// What undoing must know of a foreign key that goes: rows that it would forbid when it comes back.
fn freeing(table: &str, key: &LiveConstraint) -> Effect {
    let Some(target) = key.target.as_ref().filter(|_| key.validated) else {
        return Effect::Other;
    };
    let pairs: Vec<(String, String)> = key
        .columns
        .iter()
        .zip(&target.columns)
        .map(|(own, other)| {
            (
                format!("t.{}", quote_identifier(own)),
                quote_identifier(other),
            )
        })
        .collect();
    let present: Vec<String> = pairs
        .iter()
        .map(|(own, _)| format!("{own} IS NOT NULL"))
        .collect();
    let same: Vec<String> = pairs
        .iter()
        .map(|(own, other)| format!("o.{other}::text = {own}::text"))
        .collect();
    Effect::Frees {
        table: table.to_owned(),
        broken: format!(
            "{} AND NOT EXISTS (SELECT 1 FROM {} AS o WHERE {})",
            present.join(" AND "),
            qualified(&target.namespace, &target.table),
            same.join(" AND ")
        ),
        definition: format!("{}: {}", key.name, key.definition),
    }
}

/// Types of one family compare with each other by one index.
pub(super) fn family(type_name: &str) -> &str {
    match type_name.split('(').next().unwrap_or(type_name).trim() {
        "text" | "character varying" | "character" => "text",
        "smallint" | "integer" | "bigint" | "numeric" => "number",
        _ if type_name.starts_with("timestamp") => "time",
        other => other,
    }
}
