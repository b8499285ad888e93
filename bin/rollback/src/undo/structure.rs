//! The schema that `--schema` takes back with the rows.

use serde_json::{Value, json};
use sunset_cli::Session;
use sunset_cli::render::schema::undo_lines;
use sunset_core::error::Result;
use sunset_core::ports::rollback::Undone;
use sunset_core::schema::undo::{KeptRows, RecordedStep, TakenFirst, UndoPlan};
use sunset_engine::schema::{self, Kept};
use sunset_targets::postgres::{ActiveRun, Ledger, LiveReader};

use super::{Flow, SCHEMA_RUNS};
use crate::tell;

impl Flow {
    /// What `--schema` would undo, and what would keep it from that once the rows are taken back:
    /// without `--force`, data that came since and rows that the rollback keeps.
    pub(super) async fn plan_schema(
        &self,
        ledger: &Ledger,
        rows: &Undone,
    ) -> Result<(UndoPlan, Vec<Kept>)> {
        let steps = self.schema_steps(ledger).await?;
        let reader = LiveReader::new(self.database.clone());
        let mut stay = KeptRows::new();
        for row in &rows.kept {
            let of_table = stay.entry(row.table.clone()).or_default();
            of_table.push(row.row_id.clone());
        }
        let (undo, kept) = schema::plan_undo(&reader, steps, TakenFirst::Rows(&stay)).await?;
        if self.options.force {
            return Ok((undo, Vec::new()));
        }
        Ok((undo, kept))
    }

    /// The steps that `--schema` undoes: those of schema-push and fix-schema.
    async fn schema_steps(&self, ledger: &Ledger) -> Result<Vec<RecordedStep>> {
        if self.schema {
            ledger.schema_steps_of(SCHEMA_RUNS).await
        } else {
            Ok(Vec::new())
        }
    }

    /// Undoes them, once the rows are taken back.
    pub(super) async fn undo_schema(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
    ) -> Result<schema::Undone> {
        let steps = self.schema_steps(ledger).await?;
        if steps.is_empty() {
            return Ok(schema::Undone::default());
        }
        let reader = LiveReader::new(self.database.clone());
        let progress = self.session.progress();
        schema::undo_steps(
            &reader,
            &run.schema(),
            steps,
            self.options.force,
            progress.as_ref(),
        )
        .await
    }
}

/// What would become of the schema, and what is in the way. `detailed` adds to each step its SQL
/// and what it locks.
pub fn tell_schema(session: &Session, undo: &UndoPlan, kept: &[Kept], detailed: bool) {
    let say = |line: String| session.print(&line);
    for step in undo
        .steps
        .iter()
        .filter(|step| undo.gone.contains(&step.id))
    {
        say(format!("gone since, so nothing to undo: {}", step.title));
    }
    for step in &undo.costs {
        undo_lines(step, detailed).into_iter().for_each(say);
    }
    tell::remaining(session, "would be undone in part", &undo.remaining);
    for title in &undo.permanent {
        say(format!("stays, for it has no inverse: {title}"));
    }
    for kept in kept {
        say(format!(
            "stands in the way: {} {}",
            kept.rows.count, kept.what
        ));
    }
    for note in &undo.hindered {
        say(format!("stands in the way: {}: {}", note.object, note.text));
    }
    if !undo.hindered.is_empty() {
        say("so nothing would be taken back, with --force neither".to_owned());
    } else if !kept.is_empty() {
        say("so nothing would be taken back; --force takes it back all the same".to_owned());
    }
}

/// The same in a document.
pub fn planned_json(undo: &UndoPlan, kept: &[Kept]) -> Value {
    let gone = |step: &&RecordedStep| undo.gone.contains(&step.id);
    let gone: Vec<_> = undo
        .steps
        .iter()
        .filter(gone)
        .map(|step| &step.title)
        .collect();
    let in_the_way: Vec<_> = kept
        .iter()
        .map(|kept| json!({"what": kept.what, "count": kept.rows.count}))
        .collect();
    json!({
        "steps": undo.costs,
        "permanent": undo.permanent,
        "gone": gone,
        "in_the_way": in_the_way,
        "hindered": undo.hindered,
        "remaining": tell::remaining_json(&undo.remaining),
    })
}
