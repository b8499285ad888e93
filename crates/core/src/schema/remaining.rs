//! Rows that a step brought, and that stay when it is taken back: somebody changed them, or refers
//! to them, since.

use serde::{Deserialize, Serialize};

use super::effect::Effect;
use super::live::{LiveSchema, LiveTable};
use super::name::{qualified, quote_identifier};
use super::steps::Guard;
use super::undo::{RecordedStep, TakenFirst};

/// Rows that stay when the step that brought them is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remaining {
    /// The step.
    pub title: String,
    /// What they are, and why they stay.
    pub what: String,
    /// How many.
    pub count: u64,
    /// The first of them, by their ids.
    pub sample: Vec<String>,
    /// What can be done about them.
    pub advice: String,
}

impl RecordedStep {
    /// Questions for the rows that this step brought and that its inverse leaves, by why it does:
    /// before it is undone, with the steps that are not undone (`later`) and what is taken back
    /// `first`.
    #[must_use]
    pub fn would_leave(
        &self,
        live: &LiveSchema,
        later: &[Self],
        first: TakenFirst<'_>,
    ) -> Vec<Guard> {
        let Effect::Keeps {
            table,
            column: None,
            unchanged,
            ..
        } = self.effect_now(later)
        else {
            return Vec::new();
        };
        if self.goes_with_its_table(&table, later) {
            return Vec::new();
        }
        let mut unchanged = unchanged;
        let mut left = "md5(t::text)".to_owned();
        if let Some(found) = live.table(&table) {
            let before = self.row_of_before(found, later);
            unchanged = unchanged.replace(&left, &before);
            left = before;
        }
        for other in &live.tables {
            let but_for = first.but_for(&self.namespace, &other.name, None);
            if but_for.is_empty() {
                continue;
            }
            // Rows that are taken back first refer to nothing any more.
            let relation = qualified(&self.namespace, &other.name);
            unchanged = unchanged.replace(
                &format!(" FROM {relation} AS c WHERE "),
                &format!(" FROM (SELECT * FROM {relation} AS t WHERE true{but_for}) AS c WHERE "),
            );
        }
        let but_for = first.but_for(&self.namespace, &table, None);
        self.left_over(&table, &unchanged, &left, &but_for)
    }

    /// The same, when it is undone: names and columns are those of then.
    #[must_use]
    pub fn has_left(&self, plan: &[Self]) -> Vec<Guard> {
        match &self.effect {
            Effect::Keeps {
                table,
                column: None,
                unchanged,
                ..
            } if !self.goes_with_its_table(table, plan) => {
                self.left_over(table, unchanged, "md5(t::text)", "")
            }
            _ => Vec::new(),
        }
    }

    /// Whether a step before this one made the table, and takes it away when its turn comes.
    fn goes_with_its_table(&self, table: &str, plan: &[Self]) -> bool {
        plan.iter().any(|step| {
            step.id < self.id
                && step.namespace == self.namespace
                && !step.inverse.is_empty()
                && matches!(&step.effect, Effect::CreatesTable { table: made } if made == table)
        })
    }

    /// What a row of the table is without the columns that later steps added, and that are gone when
    /// this step's turn comes.
    fn row_of_before(&self, table: &LiveTable, later: &[Self]) -> String {
        let added = |column: &str| {
            later.iter().any(|step| {
                step.id > self.id
                    && step.namespace == self.namespace
                    && matches!(step.effect_now(later), Effect::AddsColumn { table: of, column: added, .. }
                        if of == table.name && added == column)
            })
        };
        if !table.columns.iter().any(|column| added(&column.name)) {
            return "md5(t::text)".to_owned();
        }
        let stay = table.columns.iter().filter(|column| !added(&column.name));
        let names: Vec<String> = stay
            .map(|column| format!("t.{}", quote_identifier(&column.name)))
            .collect();
        format!("md5(ROW({})::text)", names.join(", "))
    }

    fn left_over(&self, table: &str, unchanged: &str, left: &str, but_for: &str) -> Vec<Guard> {
        let relation = qualified(&self.namespace, table);
        let changed = format!("k.value IS NOT NULL AND k.value IS DISTINCT FROM {left}");
        let rows = |condition: &str| {
            format!(
                "SELECT t.id::text AS item FROM {relation} AS t JOIN sunset.schema_kept AS k \
                 ON k.step = {} AND k.row_id = t.id::text WHERE {condition}{but_for}",
                self.id
            )
        };
        let remove = format!(
            "DELETE FROM {relation} AS t USING sunset.schema_kept AS k WHERE k.step = {} AND k.row_id = t.id::text",
            self.id
        );
        let guard = |condition: &str, what: String, advice: String| Guard {
            violators: rows(condition),
            what,
            advice,
            for_repair: false,
        };
        vec![
            guard(
                &changed,
                format!("rows of {table} that were changed since, and so stay"),
                format!("where nobody needs them, remove them by hand: {remove}"),
            ),
            guard(
                &format!("NOT ({changed}) AND NOT ({unchanged})"),
                format!("rows of {table} that other rows refer to, and so stay"),
                format!(
                    "where nobody needs them, change or remove by hand what refers to them, then them: {remove}"
                ),
            ),
        ]
    }
}
