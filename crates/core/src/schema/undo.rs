//! Taking back what was pushed: the recorded steps in reverse order, each by its inverse.

use serde::{Deserialize, Serialize};

use super::name::{qualified, quote_identifier, quote_literal};
use super::steps::{Effect, Guard, Note, Stage, Step};
use super::taken::MIGRATED_TO;

pub use super::remaining::Remaining;
pub use super::taken::{KeptRows, TakenFirst};

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
    /// What it made, by the names of today: `later` are the steps behind it that are not undone.
    pub(super) fn effect_now(&self, later: &[RecordedStep]) -> Effect {
        self.by_names_of_today(self.effect.clone(), later)
    }

    pub(super) fn by_names_of_today(&self, mut effect: Effect, later: &[RecordedStep]) -> Effect {
        let mut behind: Vec<_> = later.iter().filter(|step| step.id > self.id).collect();
        behind.sort_by_key(|step| step.id);
        for step in behind {
            if let Effect::Renames { table, old, new } = &step.effect {
                effect = effect.with_renamed(table.as_deref(), old, new);
            }
        }
        effect
    }

    /// Steps of its own transaction that kept what it converts, and give it back behind it.
    #[must_use]
    pub fn companions(&self, plan: &[RecordedStep]) -> Vec<RecordedStep> {
        let of_one = |step: &&RecordedStep| {
            self.stage == Stage::Convert
                && step.stage == Stage::Convert
                && (step.run, &step.namespace) == (self.run, &self.namespace)
                && step.id < self.id
        };
        plan.iter().filter(of_one).cloned().collect()
    }

    /// ` AND NOT …` for every step behind this one that wrote a column of `table` (or whole rows),
    /// and whose inverse takes that away before this one's turn comes, or that gives it back behind
    /// it. The row is `t`.
    fn but_for(&self, table: &str, column: Option<&str>, later: &[RecordedStep]) -> String {
        let mut conditions = String::new();
        let companions = self.companions(later);
        let behind = later.iter().filter(|step| step.id > self.id);
        for step in behind.chain(&companions) {
            let Effect::Keeps {
                table: kept,
                column: of,
                unchanged,
                ..
            } = &step.effect
            else {
                continue;
            };
            // Its condition names columns as they were called when it ran.
            let renamed = later.iter().any(|each| {
                each.id > step.id
                    && matches!(&each.effect, Effect::Renames { table: Some(t), .. } if t == kept)
            });
            if kept == table && !renamed && (of.is_none() || of.as_deref() == column) {
                conditions.push_str(&format!(
                    " AND NOT EXISTS (SELECT 1 FROM sunset.schema_kept AS k WHERE k.step = {} AND k.row_id = t.id::text AND ({unchanged}))",
                    step.id
                ));
            }
        }
        conditions
    }

    /// A table of its schema, as it is told.
    fn shown(&self, table: &str) -> String {
        match self.namespace.as_str() {
            MIGRATED_TO => table.to_owned(),
            other => format!("{other}.{table}"),
        }
    }

    /// The rows that would be lost with what this step made; `None` when none can be. What the
    /// steps behind it (`later`) brought goes with them, and is not counted.
    /// Neither is what is taken back `first`.
    pub fn carries(&self, later: &[RecordedStep], first: TakenFirst<'_>) -> Option<Guard> {
        let but_for = |table: &str, column: Option<&str>| {
            let mut conditions = self.but_for(table, column, later);
            conditions.push_str(&first.but_for(&self.namespace, table, column));
            conditions
        };
        match &self.effect_now(later) {
            Effect::CreatesTable { table } => {
                let relation = qualified(&self.namespace, table);
                let rest = but_for(table, None);
                Some(Guard {
                    violators: format!(
                        "SELECT t::text AS item FROM {relation} AS t WHERE true{rest}"
                    ),
                    what: format!("rows in {}, which did not exist before", self.shown(table)),
                    advice: "run rollback first, or keep them, or say --force".to_owned(),
                    for_repair: false,
                })
            }
            Effect::AddsColumn {
                table,
                column,
                default,
                varying_default,
                now_as,
                now,
            } => {
                let relation = qualified(&self.namespace, table);
                let rest = but_for(table, Some(column));
                let name = format!("t.{}", quote_identifier(column));
                let other = match (default, now_as, now) {
                    (Some(default), _, _) => format!("{name} IS DISTINCT FROM {default}"),
                    (None, Some(now_as), Some(now)) => format!(
                        "{name} IS DISTINCT FROM {}::timestamp with time zone::{now_as}",
                        quote_literal(now)
                    ),
                    (None, _, _) if *varying_default => {
                        format!(
                            "{name}::text IS DISTINCT FROM {}",
                            missing(&relation, column)
                        )
                    }
                    (None, _, _) => format!("{name} IS NOT NULL"),
                };
                Some(Guard {
                    violators: format!(
                        "SELECT {name}::text AS item FROM {relation} AS t WHERE {other}{rest}"
                    ),
                    what: format!(
                        "values in {}.{column}, which did not exist before",
                        self.shown(table)
                    ),
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
                let rest = but_for(table, Some(column));
                let name = quote_identifier(column);
                // There and back again: what is the same then is not lost on the way.
                Some(Guard {
                    violators: format!(
                        "SELECT s.written::text AS item FROM \
                         (SELECT {name} AS written, {back} AS {name} FROM {relation} AS t WHERE true{rest}) AS s \
                         WHERE ({using}) IS DISTINCT FROM s.written"
                    ),
                    what: format!(
                        "values in {}.{column} that its type of before cannot hold as they are",
                        self.shown(table)
                    ),
                    advice: "shorten or round them by hand, or say --force".to_owned(),
                    for_repair: false,
                })
            }
            _ => None,
        }
    }
}

/// What the rows that were there got when a column was added, as PostgreSQL keeps it until the table
/// is written anew; NULL where nothing says so any more, or each row got something of its own.
fn missing(relation: &str, column: &str) -> String {
    format!(
        "(SELECT (a.attmissingval::text::text[])[1] FROM pg_catalog.pg_attribute AS a \
         WHERE a.attrelid = {}::pg_catalog.regclass AND a.attname = {})",
        quote_literal(relation),
        quote_literal(column)
    )
}

/// What undoing will do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UndoPlan {
    /// The steps to undo, the last one first.
    pub steps: Vec<RecordedStep>,
    /// What has no inverse and stays, by title.
    pub permanent: Vec<String>,
    /// Steps whose table or column is gone since, by number: nothing of them is left to undo.
    #[serde(default)]
    pub gone: Vec<i64>,
    /// What undoing each of them costs, in their order; what is gone is left out.
    #[serde(default)]
    pub costs: Vec<Step>,
    /// What was made since and stands in the way of undoing, so that nothing at all is undone.
    #[serde(default)]
    pub hindered: Vec<Note>,
    /// Rows that steps brought and that would stay, for they are somebody else's by now.
    #[serde(default)]
    pub remaining: Vec<Remaining>,
}

impl UndoPlan {
    /// When a step is undone, as what it is sorted by. A foreign key goes before the values that it
    /// forbids come back: what a repair put right stands behind the key in the record.
    pub(super) fn turn(step: &RecordedStep) -> (bool, std::cmp::Reverse<i64>) {
        (!step.only_drops_constraints(), std::cmp::Reverse(step.id))
    }

    /// Of all recorded steps that are not undone, in any order.
    pub fn of(mut recorded: Vec<RecordedStep>) -> Self {
        recorded.sort_by_key(Self::turn);
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
            ..Self::default()
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
            now_as: None,
            now: None,
        };
        let guard = recorded(1, effect, &["a"])
            .carries(&[], TakenFirst::Nothing)
            .unwrap();
        assert!(
            guard
                .violators
                .ends_with("WHERE t.\"c\" IS DISTINCT FROM 'x'")
        );
    }

    #[test]
    fn what_a_later_step_takes_away_is_not_lost_and_names_are_those_of_today() {
        let effect = Effect::AddsColumn {
            table: "t".into(),
            column: "c".into(),
            default: None,
            varying_default: false,
            now_as: None,
            now: None,
        };
        let fill = Effect::Keeps {
            table: "t".into(),
            column: Some("c".into()),
            unchanged: "t.c = t.id".into(),
            swept: true,
        };
        let renames = Effect::Renames {
            table: None,
            old: "t".into(),
            new: "u".into(),
        };
        let first = recorded(1, effect, &["a"]);
        let guard = first
            .carries(&[recorded(2, fill, &["b"])], TakenFirst::Nothing)
            .unwrap();
        assert!(
            guard
                .violators
                .ends_with("WHERE k.step = 2 AND k.row_id = t.id::text AND (t.c = t.id))"),
            "{}",
            guard.violators
        );
        let guard = first
            .carries(&[recorded(2, renames, &["b"])], TakenFirst::Nothing)
            .unwrap();
        assert!(
            guard.violators.contains("\"public\".\"u\""),
            "{}",
            guard.violators
        );
    }
}
