//! What was made, renamed or dropped since a step, so that its inverse would fail.

use super::effect::Effect;
use super::hold::Hold;
use super::inverse::named_behind;
use super::live::{ConstraintKind, LiveSchema, LiveTable};
use super::name::quote_identifier;
use super::readded::keys;
use super::renamed::token;
use super::steps::{Guard, Note, Stage};
use super::undo::{RecordedStep, TakenFirst, UndoPlan};

const DO_IT: &str = "note how it is made, drop it, run rollback again, make it again";

impl RecordedStep {
    /// Whether its inverse does nothing but drop constraints that rows were checked by.
    pub(super) fn only_drops_constraints(&self) -> bool {
        self.stage == Stage::References
            && !self.inverse.is_empty()
            && self
                .inverse
                .iter()
                .all(|sql| sql.contains(" DROP CONSTRAINT IF EXISTS "))
    }

    /// The table that it concerns, by its name of today.
    fn table_now(&self, later: &[RecordedStep]) -> Option<String> {
        let then = match self.effect.table() {
            Some(table) => table.to_owned(),
            None => altered(self.inverse.first()?, &self.namespace)?,
        };
        let named = Effect::CreatesTable { table: then };
        let now = self.by_names_of_today(named, later);
        now.table().map(str::to_owned)
    }

    /// Whether a step behind it dropped that column, or its table, and so makes it again before.
    fn dropped_by(&self, later: &[RecordedStep], table: &str, column: &str) -> bool {
        let behind = later.iter().filter(|step| step.id > self.id);
        behind
            .map(|step| step.effect_now(later))
            .any(|effect| match effect {
                Effect::Drops {
                    table: of,
                    column: what,
                } => of == table && what.is_none_or(|what| what == column),
                _ => false,
            })
    }

    /// Whether the table or the column that it concerns is gone, and with it all that could be
    /// undone.
    pub fn is_gone(&self, live: &LiveSchema, later: &[RecordedStep]) -> bool {
        let now = self.effect_now(later);
        // What was dropped and is there again is not made another time.
        if let Effect::Drops { table, column } = &now {
            let found = live.table(table);
            return match column {
                Some(column) => found.map_or_else(
                    || !self.dropped_by(later, table, column),
                    |table| table.column(column).is_some(),
                ),
                None => found.is_some(),
            };
        }
        if let Effect::AddsColumn { table, column, .. } = &now
            && self.dropped_by(later, table, column)
        {
            return false;
        }
        let Some(table) = self.table_now(later) else {
            return false;
        };
        let Some(table) = live.table(&table) else {
            return true;
        };
        match &now {
            Effect::AddsColumn { column, .. }
            | Effect::ChangesType { column, .. }
            | Effect::Keeps {
                column: Some(column),
                ..
            }
            | Effect::Renames {
                table: Some(_),
                new: column,
                ..
            } => table.column(column).is_none(),
            _ => false,
        }
    }

    /// What is in the way of its inverse, of all that `plan` undoes.
    pub fn hindered_by(&self, live: &LiveSchema, plan: &[RecordedStep]) -> Vec<Note> {
        let note = |object: String, text: String| Note { object, text };
        match &self.effect_now(plan) {
            Effect::CreatesTable { table } => {
                let Some(found) = live.table(table) else {
                    return Vec::new();
                };
                let mut users = found.used_by.clone();
                let held = live.holds_of_table(table).filter(|hold| hold.key.is_none());
                users.extend(self.held(held, plan));
                users.sort();
                users.dedup();
                users.extend(keys_to(live, found, plan));
                if found.has_children {
                    users.push("a table that inherits from it".to_owned());
                }
                let in_the_way = |who| note(table.clone(), format!("{who} uses it: {DO_IT}"));
                users.into_iter().map(in_the_way).collect()
            }
            Effect::AddsColumn { table, column, .. } if !is_made(plan, table) => {
                let object = format!("{table}.{column}");
                let found = live.table(table).and_then(|table| table.column(column));
                let users = found.map(|column| column.used_by.clone());
                let mut users = users.unwrap_or_default();
                users.extend(self.held(live.holds_of_column(table, column), plan));
                users.sort();
                users.dedup();
                let in_the_way = |who| note(object.clone(), format!("{who} uses it: {DO_IT}"));
                users.into_iter().map(in_the_way).collect()
            }
            Effect::ChangesType { table, column, .. } => {
                let object = format!("{table}.{column}");
                let found = live.table(table);
                let users = found.and_then(|table| {
                    let column = table.column(column)?;
                    Some([column.used_by.as_slice(), &table.row_used_by].concat())
                });
                let in_the_way = |who| {
                    let text = format!("{who} uses it, and forbids another type: {DO_IT}");
                    note(object.clone(), text)
                };
                users
                    .unwrap_or_default()
                    .into_iter()
                    .map(in_the_way)
                    .collect()
            }
            Effect::Renames { table, old, new } => {
                let later = plan.iter().filter(|step| step.id > self.id);
                let ours = later.map(|step| &step.effect).any(|effect| match effect {
                    Effect::CreatesTable { table: made } => table.is_none() && made == old,
                    Effect::AddsColumn {
                        table: of, column, ..
                    } => table.as_deref() == Some(of) && column == old,
                    Effect::Renames { table: of, new, .. } => of == table && new == old,
                    _ => false,
                });
                let taken = match table {
                    None => {
                        live.table(old).is_some()
                            || live
                                .names
                                .iter()
                                .any(|name| name.is_relation() && name.name == *old)
                    }
                    Some(table) => live
                        .table(table)
                        .is_some_and(|table| table.column(old).is_some()),
                };
                if ours || !taken {
                    return Vec::new();
                }
                let what = table
                    .as_deref()
                    .map_or(String::new(), |table| format!("{table}."));
                let text = format!(
                    "{new} gets this name back, and something else has it by now: rename or drop that, then run rollback again"
                );
                vec![note(format!("{what}{old}"), text)]
            }
            Effect::Other => {
                let mut notes = self.enum_in_use(live, plan);
                notes.extend(self.key_in_use(live, plan));
                notes
            }
            _ => Vec::new(),
        }
    }

    /// What holds something and is there still when this step's turn to be undone comes.
    fn held<'h>(
        &self,
        holds: impl Iterator<Item = &'h Hold>,
        plan: &[RecordedStep],
    ) -> Vec<String> {
        let before: Vec<_> = plan.iter().filter(|step| self.is_behind(step)).collect();
        let gone = |hold: &&Hold| {
            let by_name = |key: &String| self.key_is_gone(key, plan);
            let with_table = before.iter().any(|step| {
                let made = step.effect_now(plan);
                matches!(made, Effect::CreatesTable { table } if hold.is_part_of(&step.namespace, &table))
            });
            with_table || hold.key.as_ref().is_some_and(by_name)
        };
        holds
            .filter(|hold| !gone(hold))
            .map(|hold| match (&hold.key, &hold.namespace, &hold.of) {
                (Some(key), Some(space), Some(of)) if *space == self.namespace => {
                    format!("foreign key {key} of {of}")
                }
                (Some(key), Some(space), Some(of)) => format!("foreign key {key} of {space}.{of}"),
                _ => hold.what.clone(),
            })
            .collect()
    }

    /// Whether another step is undone before this one.
    fn is_behind(&self, other: &RecordedStep) -> bool {
        UndoPlan::turn(other) < UndoPlan::turn(self)
    }

    /// What refers to a unique constraint or index that its inverse drops.
    fn key_in_use(&self, live: &LiveSchema, plan: &[RecordedStep]) -> Vec<Note> {
        let Some(table) = self.table_now(plan).filter(|table| !is_made(plan, table)) else {
            return Vec::new();
        };
        let drop = " DROP CONSTRAINT IF EXISTS ";
        let names = self.inverse.iter().filter_map(|sql| sql.split_once(drop));
        let names: Vec<String> = names.filter_map(|(_, rest)| token(rest).1).collect();
        let mut notes = Vec::new();
        for name in names {
            let users = self.held(live.holds_of_index(&table, &name), plan);
            notes.extend(users.into_iter().map(|who| Note {
                object: format!("{table}.{name}"),
                text: format!("{who} uses it: {DO_IT}"),
            }));
        }
        notes
    }

    /// What uses an enum that its inverse drops, and is not dropped before.
    fn enum_in_use(&self, live: &LiveSchema, plan: &[RecordedStep]) -> Vec<Note> {
        let drop = format!("DROP TYPE IF EXISTS {}.", quote_identifier(&self.namespace));
        let dropped = self.inverse.iter().find_map(|sql| sql.strip_prefix(&drop));
        let Some(name) = dropped.and_then(|rest| token(rest).1) else {
            return Vec::new();
        };
        let ours = |table: &Option<String>, column: &Option<String>| {
            plan.iter().any(|step| match step.effect_now(plan) {
                Effect::CreatesTable { table: made } => Some(&made) == table.as_ref(),
                Effect::AddsColumn {
                    table: of,
                    column: made,
                    ..
                } => Some(&of) == table.as_ref() && Some(&made) == column.as_ref(),
                _ => false,
            })
        };
        let uses = live.enums.iter().filter(|each| each.name == name);
        uses.flat_map(|each| &each.uses)
            .filter(|each| !ours(&each.table, &each.column))
            .map(|each| Note {
                object: name.clone(),
                text: format!("{} uses it: {DO_IT}", each.what),
            })
            .collect()
    }

    /// Constraints and indexes that others have made on a column that its inverse drops, and that
    /// go with it.
    pub fn takes_along(&self, live: &LiveSchema, plan: &[RecordedStep]) -> Vec<String> {
        let Effect::AddsColumn { table, column, .. } = self.effect_now(plan) else {
            return Vec::new();
        };
        let Some(found) = live.table(&table).filter(|_| !is_made(plan, &table)) else {
            return Vec::new();
        };
        let ours = |name: &String| {
            let quoted = quote_identifier(name);
            let drops = plan.iter().flat_map(|step| &step.inverse);
            drops
                .filter(|sql| sql.contains("DROP CONSTRAINT ") || sql.starts_with("DROP INDEX "))
                .any(|sql| sql.ends_with(&quoted))
        };
        let constraints = found.constraints.iter();
        let constraints = constraints.filter(|each| each.is_about(&column));
        let indexes = found.indexes.iter();
        let indexes = indexes.filter(|each| !each.of_constraint && each.is_about(&column));
        constraints
            .map(|each| &each.name)
            .chain(indexes.map(|each| &each.name))
            .filter(|name| !ours(name))
            .cloned()
            .collect()
    }

    /// Rows that break a constraint that its inverse adds again.
    pub fn broken_by(&self, later: &[RecordedStep], first: TakenFirst<'_>) -> Option<Guard> {
        let frees = match &self.effect {
            Effect::Frees { .. } => vec![self.effect.clone()],
            _ => keys(&self.inverse, &self.namespace),
        };
        let guards = frees.into_iter().filter_map(|effect| {
            let now = self.by_names_of_today(effect, later);
            self.breaking(now, first)
        });
        guards.fold(None, |all, one| Guard::both(all, Some(one)))
    }

    fn breaking(&self, frees: Effect, first: TakenFirst<'_>) -> Option<Guard> {
        let Effect::Frees {
            table,
            broken,
            definition,
        } = frees
        else {
            return None;
        };
        let relation = super::name::qualified(&self.namespace, &table);
        let rest = first.but_for(&self.namespace, &table, None);
        Some(Guard {
            violators: format!(
                "SELECT coalesce(to_jsonb(t) ->> 'id', t.ctid::text) AS item FROM {relation} AS t WHERE {broken}{}",
                rest
            ),
            what: format!("rows of {table} that break {definition}, which undoing adds again"),
            advice: "correct or remove them, then run rollback again".to_owned(),
            for_repair: false,
        })
    }
}

/// Whether a plan's steps made that table.
fn is_made(plan: &[RecordedStep], table: &str) -> bool {
    let made = |step: &RecordedStep| matches!(step.effect_now(plan), Effect::CreatesTable { table: made } if made == table);
    plan.iter().any(made)
}

/// Foreign keys to a table that others have made.
fn keys_to(live: &LiveSchema, target: &LiveTable, plan: &[RecordedStep]) -> Vec<String> {
    // Of a table that has another name by now, the step is gone and its key is not.
    let ours = |namespace: &str, table: &str, name: &str| {
        let drops = format!("DROP CONSTRAINT IF EXISTS {}", quote_identifier(name));
        plan.iter().any(|step| {
            step.namespace == namespace
                && step.inverse.iter().any(|sql| sql.ends_with(&drops))
                && step.table_now(plan).is_some_and(|now| now == table)
        })
    };
    let mut keys = Vec::new();
    for table in &live.tables {
        if table.name == target.name || is_made(plan, &table.name) {
            continue;
        }
        for key in &table.constraints {
            let points = key.kind == ConstraintKind::ForeignKey
                && key
                    .target
                    .as_ref()
                    .is_some_and(|to| to.namespace == live.namespace && to.table == target.name);
            if points && !ours(&live.namespace, &table.name, &key.name) {
                keys.push(format!("foreign key {} of {}", key.name, table.name));
            }
        }
    }
    let outer = target.outer_keys.iter();
    for key in outer.filter(|key| !ours(&key.namespace, &key.table, &key.name)) {
        keys.push(format!(
            "foreign key {} of {}.{}",
            key.name, key.namespace, key.table
        ));
    }
    keys
}

/// The table that a statement of ours alters.
pub(super) fn altered(sql: &str, namespace: &str) -> Option<String> {
    named_behind(sql, "ALTER TABLE ", namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_altered_table_is_read_from_a_statement_with_its_quotes() {
        let of = |sql| altered(sql, "Our \"own\"");
        assert_eq!(
            of("ALTER TABLE \"Our \"\"own\"\"\".\"a \"\"b\"\" c\" DROP CONSTRAINT IF EXISTS \"x\""),
            Some("a \"b\" c".to_owned())
        );
        assert_eq!(of("ALTER TABLE \"public\".\"a\" DROP COLUMN \"b\""), None);
        assert_eq!(of("DROP INDEX \"a\""), None);
    }
}
