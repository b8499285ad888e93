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
use sunset_core::schema::steps::{Blocked, Note, SchemaPlan, Stage, Step, batches};
use sunset_core::schema::sweep::Sweep;

pub use self::patience::LOCK_RETRIES;
use self::patience::{came_meanwhile, come_and_go, patiently, told};
pub use self::undo::{Kept, Undone, may_undo, plan_undo, undo, undo_steps};

mod patience;
mod undo;

/// Reads the live schema and plans the way to the desired one, by the renames that the plan says and
/// those that were asked for; what `fix-schema` repairs is left to it. Steps that rows stand in the
/// way of are withheld and listed.
///
/// # Errors
/// `Configuration` for directions that make no sense; those of the database.
pub async fn plan(
    reader: &dyn SchemaReader,
    wanted: &PlanSchema,
    directions: &Directions,
) -> Result<(SchemaPlan, LiveSchema)> {
    let live = look(reader, wanted, directions).await?;
    let directions = Directions {
        written: wanted.renames.clone(),
        leave: repair::claims(&wanted.schema, &wanted.faults, &live),
        ..directions.clone()
    };
    directions.check(&wanted.schema, &live)?;
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
    let renames = directions.renames.iter().chain(&wanted.renames);
    let renamed = renames.map(|rename| {
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
    /// Steps that rows broke which came behind the question for them, as the server says.
    pub broken: Vec<Note>,
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
        let mut broken = None;
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
                // They are there now, to be asked for; where no question finds them, another plan may.
                Turn::Broken(said) if broken.is_none() => broken = Some(said),
                Turn::Broken(said) => {
                    for step in batch.iter().filter(|step| ready.steps.contains(step)) {
                        gone.push(&step.title);
                        executed.broken.push(Note {
                            object: step.title.clone(),
                            text: said.clone(),
                        });
                    }
                    break Vec::new();
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
        [step] if step.stage == Stage::Data && step.effect.sweeps().is_some() => {
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
    let hindered = !plan.refused.is_empty() || withheld || !executed.broken.is_empty();
    if hindered && !after.steps.is_empty() {
        let more = execute(reader, writer, namespace, &after.steps, progress).await?;
        executed.done.extend(more.done);
        executed.broken.extend(more.broken);
        after = self::plan(reader, wanted, &Directions::default()).await?.0;
    }
    progress.finish();
    if let Some(step) = after.steps.first() {
        let mut broken = executed.broken.iter().rev();
        if let Some(broken) = broken.find(|broken| broken.object == step.title) {
            return Err(came_meanwhile(broken));
        }
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
