//! Bringing a database to the desired schema.

use std::collections::HashMap;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::schemas::PlanSchema;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::schema::{FoundRows, SchemaReader, SchemaWriter, Turn};
use sunset_core::schema::diff::{self, Directions};
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::preflight::preflight;
use sunset_core::schema::repair::{self, Fault};
use sunset_core::schema::steps::{Blocked, Guard, Note, SchemaPlan, Step, batches};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::{KeptRows, RecordedStep, UndoPlan};

pub use self::patience::LOCK_RETRIES;
use self::patience::{patiently, told};

mod patience;

/// Reads the live schema and plans the way to the desired one; what `fix-schema` repairs is left
/// to it. Steps that rows stand in the way of are withheld and listed.
///
/// # Errors
/// `Configuration` for directions that make no sense; those of the database.
pub async fn plan(
    reader: &dyn SchemaReader,
    wanted: &PlanSchema,
    directions: &Directions,
) -> Result<(SchemaPlan, LiveSchema)> {
    let live = look(reader, wanted, directions).await?;
    directions.check(&wanted.schema, &live)?;
    let directions = Directions {
        leave: repair::claims(&wanted.schema, &wanted.faults, &live),
        ..directions.clone()
    };
    let mut plan = diff::plan(&wanted.schema, &live, &directions);
    withhold(reader, &mut plan).await?;
    Ok((plan, live))
}

/// The live schema; whether tables have rows is looked at in those that the plan may change.
pub(crate) async fn look(
    reader: &dyn SchemaReader,
    wanted: &PlanSchema,
    directions: &Directions,
) -> Result<LiveSchema> {
    let desired = wanted.schema.tables.iter().map(|table| table.name.clone());
    let renamed = directions.renames.iter().map(|rename| {
        let table = rename.table.as_ref();
        table.unwrap_or(&rename.old).clone()
    });
    let old = wanted.faults.iter().filter_map(|fault| match fault {
        Fault::OldTable { old, .. } => Some((*old).to_owned()),
        _ => None,
    });
    let tables: Vec<String> = desired.chain(renamed).chain(old).collect();
    reader.read(&wanted.schema.namespace, Some(&tables)).await
}

/// Asks every guard of a plan, and takes out the steps that rows stand in the way of.
pub(crate) async fn withhold(reader: &dyn SchemaReader, plan: &mut SchemaPlan) -> Result<()> {
    let mut found: HashMap<String, FoundRows> = HashMap::new();
    for guard in plan.steps.iter().filter_map(|step| step.guard.as_ref()) {
        if !found.contains_key(&guard.violators) {
            let rows = reader.find(&plan.asked_now(&guard.violators)).await?;
            found.insert(guard.violators.clone(), rows);
        }
    }
    plan.withhold(|violators| {
        found
            .get(violators)
            .map(|rows| (rows.count, rows.sample.clone()))
    });
    Ok(())
}

/// What executing steps came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executed {
    /// Titles of the steps that were done.
    pub done: Vec<String>,
    /// Steps that rows stood in the way of when their turn came.
    pub blocked: Vec<Blocked>,
}

/// Executes steps in their order. A guard is asked once more when its step's turn comes.
///
/// # Errors
/// Those of the database; what was done before stays done, and planning again gives the rest.
pub async fn execute(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    namespace: &str,
    steps: &[Step],
    progress: &dyn Progress,
) -> Result<Executed> {
    let mut executed = Executed::default();
    // Steps that could not be done, and with them all that comes behind them.
    let mut gone: Vec<&str> = Vec::new();
    for batch in batches(steps) {
        let mut attempts = 0;
        let done = loop {
            let sensible =
                |step: &&Step| step.needs.iter().all(|need| !gone.contains(&need.as_str()));
            let mut ready = SchemaPlan {
                steps: batch.iter().filter(sensible).cloned().collect(),
                ..SchemaPlan::default()
            };
            withhold(reader, &mut ready).await?;
            let left_out = batch.iter().filter(|step| !ready.steps.contains(step));
            gone.extend(left_out.map(|step| step.title.as_str()));
            for blocked in ready.blocked {
                let known = executed
                    .blocked
                    .iter()
                    .any(|each| each.what == blocked.what);
                if !known {
                    executed.blocked.push(blocked);
                }
            }
            match in_turn(reader, writer, namespace, &ready.steps, progress).await? {
                Turn::Done => break ready.steps,
                // Rows came while locks were waited for: those are asked for once more.
                Turn::Hindered(rows) => {
                    attempts += 1;
                    if attempts > LOCK_RETRIES.0 {
                        return Err(come_and_go(&ready.steps, &rows));
                    }
                }
            }
        };
        progress.advance(batch.len() as u64);
        executed
            .done
            .extend(done.into_iter().map(|step| step.title));
    }
    Ok(executed)
}

/// Does steps that run together.
async fn in_turn(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    namespace: &str,
    steps: &[Step],
    progress: &dyn Progress,
) -> Result<Turn> {
    match steps {
        [] => Ok(Turn::Done),
        [step] if step.effect.sweeps().is_some() => {
            progress.doing(&step.title);
            let mut at = Sweep::default();
            while !at.done {
                at = patiently(progress, || writer.sweep(namespace, step, at)).await?;
            }
            Ok(Turn::Done)
        }
        [step, ..] => {
            let work = patiently(progress, || writer.apply(namespace, steps));
            told(reader, progress, (&step.title, &step.effect), work).await
        }
    }
}

fn come_and_go(steps: &[Step], rows: &FoundRows) -> Error {
    let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
    Error::new(
        ErrorKind::Contended,
        format!(
            "rows that stand in the way come and go ({}): {}",
            rows.sample.join(", "),
            titles.join(", ")
        ),
    )
    .remedy("stop what writes them, then start this command again: it goes on where it stopped")
}

/// Executes a plan and checks by a new look at the database that nothing is left to do.
///
/// # Errors
/// `Denied` before anything is done when a permission is missing; `Mismatch` when something is
/// left to do all the same; those of the database.
pub async fn push(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    wanted: &PlanSchema,
    (plan, live): (&SchemaPlan, &LiveSchema),
    progress: &dyn Progress,
) -> Result<(Executed, SchemaPlan)> {
    preflight(&plan.steps, live)?;
    progress.start("schema", Some(plan.steps.len() as u64));
    let namespace = &wanted.schema.namespace;
    let mut executed = execute(reader, writer, namespace, &plan.steps, progress).await?;
    let (mut after, _) = self::plan(reader, wanted, &Directions::default()).await?;
    // What was done may have cleared the way for what could not be.
    let withheld = !plan.blocked.is_empty() || !executed.blocked.is_empty();
    let hindered = !plan.refused.is_empty() || withheld;
    if hindered && !after.steps.is_empty() {
        let more = execute(reader, writer, namespace, &after.steps, progress).await?;
        executed.done.extend(more.done);
        after = self::plan(reader, wanted, &Directions::default()).await?.0;
    }
    progress.finish();
    if let Some(step) = after.steps.first() {
        return Err(Error::new(
            ErrorKind::Mismatch,
            format!(
                "the schema was pushed, and yet is not as desired: {} remains to be done",
                step.title
            ),
        )
        .remedy("somebody may have changed it meanwhile; run schema-push again"));
    }
    Ok((executed, after))
}

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
    /// Steps that stay, with everything that was made before them.
    pub kept: Vec<Kept>,
    /// What has no inverse.
    pub permanent: Vec<String>,
}

/// Which recorded steps would be undone, and which carry data since; with `rows_first`, once what
/// was migrated is taken back, but for these rows.
///
/// # Errors
/// Those of the database.
pub async fn plan_undo(
    reader: &dyn SchemaReader,
    recorded: Vec<RecordedStep>,
    rows_first: Option<&KeptRows>,
) -> Result<(UndoPlan, Vec<Kept>)> {
    let mut plan = UndoPlan::of(recorded);
    let mut kept = Vec::new();
    let mut schemas: HashMap<String, LiveSchema> = HashMap::new();
    for step in &plan.steps {
        if !schemas.contains_key(&step.namespace) {
            let live = reader.read(&step.namespace, Some(&[])).await?;
            schemas.insert(step.namespace.clone(), live);
        }
        let Some(live) = schemas.get(&step.namespace) else {
            continue;
        };
        if step.is_gone(live, &plan.steps) {
            plan.gone.push(step.id);
            continue;
        }
        plan.hindered.extend(step.hindered_by(live, &plan.steps));
        if let Some(guard) = step.broken_by(&plan.steps, rows_first) {
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
        if let Some(guard) = step.carries(&plan.steps, rows_first) {
            match asked(reader, &guard).await? {
                Ok(rows) if rows.count == 0 => {}
                Ok(rows) => kept.push(Kept {
                    title: step.title.clone(),
                    what: guard.what,
                    rows,
                }),
                Err(why) => plan.hindered.push(unanswered(step, why)),
            }
        }
    }
    Ok((plan, kept))
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

fn unanswered(step: &RecordedStep, why: String) -> Note {
    Note {
        object: step.title.clone(),
        text: format!("{why}; put that right, then run rollback again"),
    }
}

/// What `plan_undo` found to be in the way, as the error that keeps everything as it is.
///
/// # Errors
/// `Refused`: what stands in the way of the inverses themselves, whatever is forced; without
/// `force`, what would be lost.
pub fn may_undo(plan: &UndoPlan, kept: &[Kept], force: bool) -> Result<()> {
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
    let (plan, kept) = plan_undo(reader, recorded, None).await?;
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
        } else if step.effect.sweeps().is_some() {
            let mut at = Sweep::default();
            while !at.done {
                at = patiently(progress, || writer.sweep_back(step, at)).await?;
            }
        } else {
            // What came behind it is undone by now, and names are those of then again.
            let lost = step.carries(&[], None).filter(|_| !force);
            let guard = step.broken_by(&[], None).or(lost);
            let work = patiently(progress, || writer.undo(step, guard.as_ref()));
            let turn = told(reader, progress, (&step.title, &step.effect), work).await?;
            if let (Turn::Hindered(rows), Some(guard)) = (turn, guard) {
                return Err(would_lose(format!(
                    "{} {}, which came while this ran",
                    rows.count, guard.what
                )));
            }
        }
        undone.steps.push(step.title.clone());
        progress.advance(1);
    }
    progress.finish();
    Ok(undone)
}
