//! What was made, renamed or dropped since a step, so that its inverse would fail.

use super::effect::Effect;
use super::live::{ConstraintKind, LiveSchema, LiveTable};
use super::name::quote_identifier;
use super::steps::{Guard, Note, Stage};
use super::undo::{KeptRows, RecordedStep, not_migrated};

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

    /// Whether the table or the column that it concerns is gone, and with it all that could be
    /// undone.
    pub fn is_gone(&self, live: &LiveSchema, later: &[RecordedStep]) -> bool {
        let Some(table) = self.table_now(later) else {
            return false;
        };
        let Some(table) = live.table(&table) else {
            return true;
        };
        match &self.effect_now(later) {
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
                let in_the_way = |who| note(object.clone(), format!("{who} uses it: {DO_IT}"));
                users
                    .unwrap_or_default()
                    .into_iter()
                    .map(in_the_way)
                    .collect()
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
            _ => Vec::new(),
        }
    }

    /// Rows that break a constraint that its inverse adds again.
    pub fn broken_by(
        &self,
        later: &[RecordedStep],
        rows_first: Option<&KeptRows>,
    ) -> Option<Guard> {
        let Effect::Frees {
            table,
            broken,
            definition,
        } = self.effect_now(later)
        else {
            return None;
        };
        let relation = super::name::qualified(&self.namespace, &table);
        let rest = rows_first.map(|kept| not_migrated(&table, kept));
        Some(Guard {
            violators: format!(
                "SELECT coalesce(to_jsonb(t) ->> 'id', t.ctid::text) AS item FROM {relation} AS t WHERE {broken}{}",
                rest.unwrap_or_default()
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
fn altered(sql: &str, namespace: &str) -> Option<String> {
    let begins = format!("ALTER TABLE {}.\"", quote_identifier(namespace));
    let rest = sql.split_once(&begins)?.1;
    let mut name = String::new();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '"' {
            name.push(letter);
        } else if letters.next_if_eq(&'"').is_some() {
            name.push('"');
        } else {
            return Some(name);
        }
    }
    None
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
