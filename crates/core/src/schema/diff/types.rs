//! Other types of columns.

use super::references::family;
use super::{Claims, Planner, dotted};
use crate::schema::conversion::Conversion;
use crate::schema::live::{ConstraintKind, LiveColumn, LiveTable};
use crate::schema::model::Column;
use crate::schema::steps::{Effect, LockMode, Stage, Step, Verdict, Work};

impl Planner<'_> {
    /// Says whether the type is as desired in the end, and whether the default is done with it.
    pub(super) fn column_type(
        &mut self,
        live: &LiveTable,
        column: &Column,
        found: &LiveColumn,
    ) -> (bool, bool) {
        let namespace = &self.desired.namespace;
        if column.column_type.matches(namespace, &found.type_name) {
            return (true, false);
        }
        let object = dotted(&live.name, &column.name);
        let target = column.column_type.sql(namespace);
        self.differs(&object, format!("is {}, not {target}", found.type_name));
        let stays = |planner: &mut Self| {
            planner
                .unusable
                .insert((live.name.clone(), column.name.clone()));
        };
        if Claims::claims(&self.directions.leave.types, &live.name, &column.name) {
            self.defer(
                &object,
                format!("fix-schema makes {target} of {}", found.type_name),
            );
            stays(self);
            return (false, true);
        }
        let used_by = [found.used_by.as_slice(), &live.row_used_by].concat();
        if !used_by.is_empty() {
            self.refuse(
                &object,
                format!(
                    "{} uses it, and forbids another type: note how it is made, drop it, run schema-push again, make it again",
                    used_by.join(", ")
                ),
            );
            stays(self);
            return (false, true);
        }
        let conversion = Conversion::between(
            namespace,
            &column.name,
            &found.type_name,
            found.is_enum,
            &column.column_type,
        );
        let tied = self.tied(&live.name, &column.name);
        let moves = conversion.is_some() && family(&found.type_name) != family(&target);
        if moves && let Some(why) = tied.apart(self) {
            self.refuse(
                &object,
                format!("{} does not become {target} alone: {why}", found.type_name),
            );
            stays(self);
            return (false, true);
        }
        let in_key = live.constraints.iter().any(|constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey | ConstraintKind::ForeignKey
            ) && constraint.columns.contains(&column.name)
        });
        let usable =
            conversion.filter(|c| !found.generated && (!in_key || !c.rewrites || !live.has_rows));
        let Some(conversion) = usable else {
            self.refuse(
                &object,
                format!(
                    "{} does not become {target} without a person: values or keys would be lost",
                    found.type_name
                ),
            );
            stays(self);
            return (false, true);
        };
        self.convert(live, column, found, &conversion);
        if moves && let Some(step) = self.plan.steps.pop() {
            let step = tied.bound(self, (&live.name, &column.name), step);
            self.plan.steps.push(step);
        }
        (true, true)
    }

    fn convert(
        &mut self,
        live: &LiveTable,
        column: &Column,
        found: &LiveColumn,
        conversion: &Conversion,
    ) {
        let table = &live.name;
        let name = &column.name;
        let target = column.column_type.sql(&self.desired.namespace);
        // Checks are made again of the new type, and look at every row under the lock.
        let checked = live
            .constraints
            .iter()
            .any(|check| check.kind == ConstraintKind::Check && check.columns.contains(name));
        let rebuilt: Vec<&str> = live
            .indexes
            .iter()
            .filter(|index| !conversion.rewrites && index.depends_on_type(live, name))
            .map(|index| index.name.as_str())
            .collect();
        let long = live.has_rows && (conversion.rewrites || checked || !rebuilt.is_empty());
        let mut sql = Vec::new();
        let mut inverse = Vec::new();
        if found.default.is_some() {
            sql.push(self.alter_column(table, name, "DROP DEFAULT"));
        }
        sql.push(self.alter_column(
            table,
            name,
            &format!("TYPE {target} USING {}", conversion.using),
        ));
        if let Some(default) = &column.default {
            sql.push(self.alter_column(table, name, &format!("SET DEFAULT {}", default.sql())));
            inverse.push(self.alter_column(table, name, "DROP DEFAULT"));
        }
        inverse.push(self.alter_column(
            table,
            name,
            &format!("TYPE {} USING {}", found.type_name, conversion.back),
        ));
        if let Some(default) = &found.default {
            inverse.push(self.alter_column(table, name, &format!("SET DEFAULT {default}")));
        }
        let mut step = Step::new(
            if long {
                Stage::Rewrite
            } else {
                Stage::Structure
            },
            format!(
                "change column {} from {} to {target}",
                dotted(table, name),
                found.type_name
            ),
            String::new(),
        )
        .locking(table, LockMode::AccessExclusive)
        .working(match (long, conversion.rewrites) {
            (true, true) => Work::Rewrites,
            (true, false) => Work::Scans,
            (false, _) => Work::Catalog,
        });
        for partner in self.partners(live, name) {
            step = step.locking(&partner, LockMode::AccessExclusive);
        }
        for key in live.outer_keys.iter().filter(|k| k.columns.contains(name)) {
            let schema = Some(key.namespace.as_str());
            step = step.locking_in(schema, &key.table, LockMode::AccessExclusive);
        }
        let outer = live
            .constraints
            .iter()
            .filter(|key| key.columns.contains(name));
        for target in outer.filter_map(|key| key.target.as_ref()) {
            if target.namespace != self.live.namespace {
                let schema = Some(target.namespace.as_str());
                step = step.locking_in(schema, &target.table, LockMode::AccessExclusive);
            }
        }
        step.sql = sql;
        step.inverse = inverse;
        step.effect = Effect::ChangesType {
            table: table.clone(),
            column: name.clone(),
            using: conversion.using.clone(),
            back: conversion.back.clone(),
        };
        if let Some(why) = conversion.attention {
            step = step.verdict(Verdict::NeedsAttention(why.to_owned()));
        } else if long {
            let why = match (conversion.rewrites, rebuilt.as_slice()) {
                (true, _) => "the table is locked while every row is written anew".to_owned(),
                (false, []) => "the table is locked while its checks look at every row".to_owned(),
                (false, some) => format!(
                    "the table is locked while indexes are built anew over every row: {}",
                    some.join(", ")
                ),
            };
            step = step.verdict(Verdict::NeedsAttention(why));
        }
        if let Some(condition) = &conversion.violators {
            step = step.guarded(self.convertible(live, name, condition));
        }
        self.plan.steps.push(step);
    }

    /// Tables at the other ends of the foreign keys of a column: these are made again with its
    /// type, and both ends are locked for it.
    fn partners(&self, live: &LiveTable, column: &str) -> Vec<String> {
        let here = |namespace: &str| namespace == self.live.namespace;
        let mut partners = Vec::new();
        for table in &self.live.tables {
            for key in &table.constraints {
                let Some(target) = key.target.as_ref().filter(|t| here(&t.namespace)) else {
                    continue;
                };
                if table.name == live.name && key.columns.iter().any(|c| c == column) {
                    partners.push(target.table.clone());
                }
                if target.table == live.name && target.columns.iter().any(|c| c == column) {
                    partners.push(table.name.clone());
                }
            }
        }
        partners.retain(|partner| *partner != live.name);
        partners.sort();
        partners.dedup();
        partners
    }
}
