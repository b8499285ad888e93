//! Taking back what was pushed and repaired.

use std::collections::HashMap;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::schema::{FoundRows, SchemaReader, SchemaWriter, Turn};
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::steps::{Guard, Note, Verdict};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::{RecordedStep, Remaining, TakenFirst, UndoPlan};

use super::patience::{patiently, told};

/// A recorded step that stays because rows carry data since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The step.
    pub title: String,
    /// What would be lost.
    pub what: String,
    /// How much of it.
    pub rows: FoundRows,
}

/// What undoing came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Undone {
    /// Titles of the steps that are undone, the last one first.
    pub steps: Vec<String>,
    /// Steps whose table or column is gone since, so that there was nothing to undo.
    pub gone: Vec<String>,
    /// Steps that stay, with everything that was made before them.
    pub kept: Vec<Kept>,
    /// What has no inverse.
    pub permanent: Vec<String>,
    /// Rows that stay of steps that are undone otherwise; those stand here and not under `steps`.
    pub remaining: Vec<Remaining>,
}

/// Which recorded steps would be undone, what that costs, and which carry data since, once what
/// comes `first` is taken back.
///
/// # Errors
/// Those of the database.
pub async fn plan_undo(
    reader: &dyn SchemaReader,
    recorded: Vec<RecordedStep>,
    first: TakenFirst<'_>,
) -> Result<(UndoPlan, Vec<Kept>)> {
    let mut plan = UndoPlan::of(recorded);
    let mut kept = Vec::new();
    let mut schemas: HashMap<String, LiveSchema> = HashMap::new();
    for step in &plan.steps {
        if !schemas.contains_key(&step.namespace) {
            let weighed = weighed(&plan.steps, &step.namespace);
            let live = reader.read(&step.namespace, Some(&weighed)).await?;
            schemas.insert(step.namespace.clone(), live);
        }
        let Some(live) = schemas.get(&step.namespace) else {
            continue;
        };
        if live.read_only && plan.hindered.is_empty() {
            plan.hindered.push(read_only());
        }
        if step.is_gone(live, &plan.steps) {
            plan.gone.push(step.id);
            continue;
        }
        plan.hindered.extend(step.hindered_by(live, &plan.steps));
        let mut cost = step.undoing(live, &plan.steps);
        if let Some(guard) = step.broken_by(&plan.steps, first) {
            match asked(reader, &guard).await? {
                Ok(rows) if rows.count == 0 => {}
                Ok(rows) => plan.hindered.push(Note {
                    object: step.title.clone(),
                    text: format!(
                        "{} {} ({}): {}",
                        rows.count,
                        guard.what,
                        rows.sample.join(", "),
                        guard.advice
                    ),
                }),
                Err(why) => plan.hindered.push(unanswered(step, why)),
            }
        }
        let along = step.takes_along(live, &plan.steps);
        if !along.is_empty() {
            kept.push(Kept {
                title: step.title.clone(),
                what:
                    "constraints or indexes that were made since on what would go, and go with it"
                        .to_owned(),
                rows: FoundRows {
                    count: along.len() as u64,
                    sample: along,
                },
            });
        }
        if let Some(guard) = step.carries(&plan.steps, first) {
            match asked(reader, &guard).await? {
                Ok(rows) if rows.count == 0 => {}
                Ok(rows) => {
                    cost =
                        cost.verdict(Verdict::LosesData(format!("{} {}", rows.count, guard.what)));
                    kept.push(Kept {
                        title: step.title.clone(),
                        what: guard.what,
                        rows,
                    });
                }
                Err(why) => plan.hindered.push(unanswered(step, why)),
            }
        }
        let stay = remaining(reader, step, step.would_leave(live, &plan.steps, first)).await?;
        if !stay.is_empty() {
            let why = "rows that somebody changed since, or that others refer to, stay";
            cost = cost.verdict(Verdict::NeedsAttention(why.to_owned()));
        }
        plan.remaining.extend(stay);
        plan.costs.push(cost);
    }
    Ok((plan, kept))
}

/// The rows that stay of what a step brought. What cannot be asked beforehand, under names of then,
/// is said when it is undone.
async fn remaining(
    reader: &dyn SchemaReader,
    step: &RecordedStep,
    guards: Vec<Guard>,
) -> Result<Vec<Remaining>> {
    let mut remaining = Vec::new();
    for guard in guards {
        if let Ok(rows) = asked(reader, &guard).await?
            && rows.count > 0
        {
            remaining.push(Remaining {
                title: step.title.clone(),
                what: guard.what,
                count: rows.count,
                sample: rows.sample,
                advice: guard.advice,
            });
        }
    }
    Ok(remaining)
}

/// Tables that matter as to whether they have rows: a change of their type is quick without any.
fn weighed(steps: &[RecordedStep], namespace: &str) -> Vec<String> {
    let own = steps.iter().filter(|step| step.namespace == namespace);
    let tables = own.filter_map(|step| step.effect.table().map(str::to_owned));
    let mut tables: Vec<String> = tables.collect();
    tables.sort();
    tables.dedup();
    tables
}

/// What a guard finds, or why it cannot even be asked: a value that the type of before does not
/// take, a table that is gone.
async fn asked(
    reader: &dyn SchemaReader,
    guard: &Guard,
) -> Result<std::result::Result<FoundRows, String>> {
    match reader.find(&guard.violators).await {
        Err(fault) if matches!(fault.kind(), ErrorKind::Malformed | ErrorKind::NotFound) => {
            Ok(Err(format!("{}: {}", guard.what, fault.what())))
        }
        found => found.map(Ok),
    }
}

/// A server, or a role, that nothing can be taken back with: why, and what helps.
const READ_ONLY: (&str, &str) = (
    "this server takes no writes: it is a replica, or read-only",
    "set DATABASE_URL to the primary, or lift default_transaction_read_only",
);

fn read_only() -> Note {
    Note {
        object: READ_ONLY.0.to_owned(),
        text: READ_ONLY.1.to_owned(),
    }
}

fn unanswered(step: &RecordedStep, why: String) -> Note {
    Note {
        object: step.title.clone(),
        text: format!("{why}; put that right, then run rollback again"),
    }
}

/// What `plan_undo` found to be in the way, as the error that keeps everything as it is.
///
/// # Errors
/// `Denied` where nothing can be written. `Refused`: what stands in the way of the inverses themselves, whatever is forced; without
/// `force`, what would be lost.
pub fn may_undo(plan: &UndoPlan, kept: &[Kept], force: bool) -> Result<()> {
    if plan.hindered.first() == Some(&read_only()) {
        return Err(Error::new(ErrorKind::Denied, READ_ONLY.0).remedy(READ_ONLY.1));
    }
    if !plan.hindered.is_empty() {
        let what: Vec<_> = plan
            .hindered
            .iter()
            .map(|note| format!("{}: {}", note.object, note.text))
            .collect();
        return Err(Error::new(
            ErrorKind::Refused,
            "what was made since stands in the way of undoing the schema; nothing was undone",
        )
        .item(what.join("; "))
        .remedy(
            "do what is said of each, then run rollback --schema again; --force does not help here",
        ));
    }
    if force || kept.is_empty() {
        return Ok(());
    }
    let what: Vec<_> = kept
        .iter()
        .map(|kept| format!("{} {}", kept.rows.count, kept.what))
        .collect();
    Err(would_lose(what.join("; ")))
}

fn would_lose(what: String) -> Error {
    Error::new(
        ErrorKind::Refused,
        "undoing the schema would lose data that came since",
    )
    .item(what)
    .remedy("keep it elsewhere, then remove it; or say --force to lose it")
}

/// Undoes every recorded step, the last one first. Nothing at all is undone while a table or
/// column carries data that was not there before, unless `force`.
///
/// # Errors
/// `Refused` without `force`, naming what would be lost; those of the database.
pub async fn undo(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    force: bool,
    progress: &dyn Progress,
) -> Result<Undone> {
    let recorded = writer.recorded().await?;
    undo_steps(reader, writer, recorded, force, progress).await
}

/// Undoes some of the recorded steps, as [`undo`] does all.
///
/// # Errors
/// As [`undo`].
pub async fn undo_steps(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    recorded: Vec<RecordedStep>,
    force: bool,
    progress: &dyn Progress,
) -> Result<Undone> {
    let (plan, kept) = plan_undo(reader, recorded, TakenFirst::Nothing).await?;
    may_undo(&plan, &kept, force)?;
    progress.start("undo", Some(plan.steps.len() as u64));
    let mut undone = Undone {
        permanent: plan.permanent,
        ..Undone::default()
    };
    for step in &plan.steps {
        if plan.gone.contains(&step.id) {
            let nothing = RecordedStep {
                inverse: Vec::new(),
                ..step.clone()
            };
            patiently(progress, || writer.undo(&nothing, None)).await?;
            undone.gone.push(step.title.clone());
            progress.advance(1);
            continue;
        }
        if step.effect.sweeps().is_some() {
            let mut at = Sweep::default();
            while !at.done {
                at = patiently(progress, || writer.sweep_back(step, at)).await?;
            }
        } else {
            // What came behind it is undone by now, and names are those of then again.
            let with = step.companions(&plan.steps);
            let lost = step.carries(&with, TakenFirst::Nothing).filter(|_| !force);
            let guard = Guard::both(step.broken_by(&[], TakenFirst::Nothing), lost);
            let work = patiently(progress, || writer.undo(step, guard.as_ref()));
            let turn = told(reader, progress, (&step.title, &step.effect), work).await?;
            if let (Turn::Hindered(rows), Some(guard)) = (turn, guard) {
                return Err(would_lose(format!(
                    "{} {}, which came while this ran",
                    rows.count, guard.what
                )));
            }
        }
        let stay = remaining(reader, step, step.has_left(&plan.steps)).await?;
        if stay.is_empty() {
            undone.steps.push(step.title.clone());
        }
        undone.remaining.extend(stay);
        progress.advance(1);
    }
    progress.finish();
    Ok(undone)
}
