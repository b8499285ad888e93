//! Taking back what was pushed: the recorded steps in reverse order, each by its inverse.

use serde::{Deserialize, Serialize};

use super::live::LiveSchema;
use super::name::{qualified, quote_identifier};
use super::steps::{Effect, Guard, Stage};

/// A step as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedStep {
    /// Its number; steps were done in the order of their numbers.
    pub id: i64,
    /// The run that did it.
    pub run: i64,
    /// `schema-push` or `fix-schema`.
    pub program: String,
    /// The schema of the database that it changed.
    pub namespace: String,
    /// What it did.
    pub title: String,
    /// When it ran.
    pub stage: Stage,
    /// The statements that undo it; none where it cannot be undone.
    pub inverse: Vec<String>,
    /// What it made.
    pub effect: Effect,
    /// False when it was begun outside of a transaction and perhaps not ended.
    pub done: bool,
}

impl RecordedStep {
    /// Whether what it made is there still.
    pub fn is_there(&self, live: &LiveSchema) -> bool {
        match &self.effect {
            Effect::CreatesTable { table } => live.table(table).is_some(),
            Effect::AddsColumn { table, column, .. } => live
                .table(table)
                .is_some_and(|table| table.column(column).is_some()),
            Effect::ChangesType { .. } | Effect::CreatesIndex { .. } | Effect::Other => true,
        }
    }

    /// The rows that would be lost with what this step made; `None` when none can be.
    pub fn carries(&self) -> Option<Guard> {
        match &self.effect {
            Effect::CreatesTable { table } => {
                let relation = qualified(&self.namespace, table);
                Some(Guard {
                    violators: format!("SELECT t::text AS item FROM {relation} AS t"),
                    what: format!("rows in {table}, which did not exist before"),
                    advice: "run rollback first, or keep them, or say --force".to_owned(),
                    for_repair: false,
                })
            }
            Effect::AddsColumn {
                table,
                column,
                default,
                varying_default,
            } => {
                let relation = qualified(&self.namespace, table);
                let name = format!("t.{}", quote_identifier(column));
                let other = match (default, varying_default) {
                    (Some(default), _) => format!("{name} IS DISTINCT FROM {default}"),
                    // All rows got the same now() when the column was added.
                    (None, true) => format!(
                        "{name} IS DISTINCT FROM (SELECT min(f.{}) FROM {relation} AS f)",
                        quote_identifier(column)
                    ),
                    (None, false) => format!("{name} IS NOT NULL"),
                };
                Some(Guard {
                    violators: format!(
                        "SELECT {name}::text AS item FROM {relation} AS t WHERE {other}"
                    ),
                    what: format!("values in {table}.{column}, which did not exist before"),
                    advice: "keep them, or say --force".to_owned(),
                    for_repair: false,
                })
            }
            Effect::ChangesType {
                table,
                column,
                using,
                back,
            } => {
                let relation = qualified(&self.namespace, table);
                let name = quote_identifier(column);
                // There and back again: what is the same then is not lost on the way.
                Some(Guard {
                    violators: format!(
                        "SELECT s.written::text AS item FROM \
                         (SELECT {name} AS written, {back} AS {name} FROM {relation}) AS s \
                         WHERE ({using}) IS DISTINCT FROM s.written"
                    ),
                    what: format!(
                        "values in {table}.{column} that its type of before cannot hold as they are"
                    ),
                    advice: "shorten or round them by hand, or say --force".to_owned(),
                    for_repair: false,
                })
            }
            Effect::CreatesIndex { .. } | Effect::Other => None,
        }
    }
}

/// What undoing will do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UndoPlan {
    /// The steps to undo, the last one first.
    pub steps: Vec<RecordedStep>,
    /// What has no inverse and stays, by title.
    pub permanent: Vec<String>,
}

impl UndoPlan {
    /// Of all recorded steps that are not undone, in any order.
    pub fn of(mut recorded: Vec<RecordedStep>) -> Self {
        recorded.sort_by_key(|step| std::cmp::Reverse(step.id));
        let (steps, rest): (Vec<_>, Vec<_>) = recorded
            .into_iter()
            .partition(|step| !step.inverse.is_empty());
        // Checking rows, and what was there only for the checking, leaves nothing behind.
        let permanent = rest
            .into_iter()
            .filter(|step| !matches!(step.stage, Stage::Validate | Stage::Require));
        Self {
            steps,
            permanent: permanent.map(|step| step.title).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(id: i64, effect: Effect, inverse: &[&str]) -> RecordedStep {
        RecordedStep {
            id,
            run: 1,
            program: "schema-push".into(),
            namespace: "public".into(),
            title: format!("step {id}"),
            stage: Stage::Structure,
            inverse: inverse.iter().map(ToString::to_string).collect(),
            effect,
            done: true,
        }
    }

    #[test]
    fn the_last_step_is_undone_first() {
        let plan = UndoPlan::of(vec![
            recorded(1, Effect::Other, &["a"]),
            recorded(3, Effect::Other, &["c"]),
            recorded(2, Effect::Other, &[]),
        ]);
        assert_eq!(
            plan.steps.iter().map(|step| step.id).collect::<Vec<_>>(),
            [3, 1]
        );
        assert_eq!(plan.permanent, ["step 2"]);
    }

    #[test]
    fn a_default_is_no_data() {
        let effect = Effect::AddsColumn {
            table: "t".into(),
            column: "c".into(),
            default: Some("'x'".into()),
            varying_default: false,
        };
        let guard = recorded(1, effect, &["a"]).carries().unwrap();
        assert!(
            guard
                .violators
                .ends_with("WHERE t.\"c\" IS DISTINCT FROM 'x'")
        );
    }
}
