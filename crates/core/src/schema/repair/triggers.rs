//! What the application's own triggers do while a repair changes rows.

use super::Planner;
use crate::schema::live::LiveTrigger;
use crate::schema::steps::{Step, Verdict};

/// What a step does to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change<'c> {
    /// Gives this column another value.
    Update(&'c str),
    /// Brings rows.
    Insert,
}

impl Change<'_> {
    fn fires(self, trigger: &LiveTrigger) -> bool {
        match self {
            Self::Insert => trigger.on_insert,
            Self::Update(column) => {
                let named = trigger.columns.iter().any(|each| each == column);
                trigger.on_update && (trigger.columns.is_empty() || named)
            }
        }
    }
}

impl Planner<'_> {
    fn fired(&self, table: &str, change: Change<'_>) -> Vec<&LiveTrigger> {
        let live = self.live.table(table);
        let all = live.into_iter().flat_map(|live| &live.triggers);
        all.filter(|trigger| change.fires(trigger)).collect()
    }

    /// Whether a trigger may change more of a row than the column that gets another value.
    pub(super) fn touched_by_triggers(&self, table: &str, column: &str) -> bool {
        let fired = self.fired(table, Change::Update(column));
        fired.iter().any(|trigger| trigger.changes_row)
    }

    /// The step with a word about the triggers that it fires.
    pub(super) fn with_triggers(&self, step: Step, table: &str, change: Change<'_>) -> Step {
        let fired = self.fired(table, change);
        if fired.is_empty() {
            return step;
        }
        let names: Vec<&str> = fired.iter().map(|trigger| trigger.name.as_str()).collect();
        let names = names.join(", ");
        let changes_row = fired.iter().any(|trigger| trigger.changes_row);
        let what = if changes_row && change != Change::Insert {
            format!(
                "triggers of {table} run for each of these rows ({names}): what they change besides in the row is kept and given back with it, what they write elsewhere stays"
            )
        } else {
            format!(
                "triggers of {table} run for each of these rows ({names}): what they write elsewhere stays"
            )
        };
        let why = match step.verdict.because() {
            Some(why) => format!("{why}; {what}"),
            None => what,
        };
        step.verdict(Verdict::NeedsAttention(why))
    }
}
