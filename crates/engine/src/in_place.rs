//! Plans that change a database where it stands: their steps, their checks, and taking them back.
//! A plan is a description; no plan is known here by name.

mod backups;
mod columns;
mod fixes;
mod kept;
mod opening;
mod pace;
mod questions;
mod rows;
mod sets;
mod undo;
mod values;

pub use columns::may_work;
pub use fixes::{Repair, repair};
pub use opening::{DayOf, Opened, open};
pub use questions::{final_sections, preconditions, sections};
pub use undo::{ROWS_SHOWN, TakenReport, plan_take_back, take_back};

use std::collections::BTreeMap;

use sunset_core::check::Section;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::plans::in_place::{
    BatchSizes, InPlacePlan, Labels, PlanStep, Work, schema_sections,
};
use sunset_core::ports::backups::BackupWriter;
use sunset_core::ports::in_place::{InPlaceReader, InPlaceWriter, Witness};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::schema::{SchemaReader, SchemaWriter};
use sunset_core::schema::diff::Directions;
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::steps::SchemaPlan;

use crate::retry::Retries;
use crate::schema;

/// How many items of a warning or quarantine reason a report names.
const EXAMPLES: usize = 20;

/// What the flow looks at and writes with.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Looks at the schema.
    pub schema: &'a dyn SchemaReader,
    /// Looks at rows.
    pub rows: &'a dyn InPlaceReader,
    /// Writes; none in a dry run.
    pub writer: Option<Writers<'a>>,
    /// Is shown the rows that a dry run would change.
    pub witness: Option<&'a dyn Witness>,
    /// Shows how far it has come.
    pub progress: &'a dyn Progress,
}

/// What writes.
#[derive(Clone, Copy)]
pub struct Writers<'a> {
    /// The schema.
    pub schema: &'a dyn SchemaWriter,
    /// Rows.
    pub rows: &'a dyn InPlaceWriter,
    /// Copies of tables.
    pub backups: &'a dyn BackupWriter,
}

/// How a flow goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPlaceOptions {
    /// Rows a transaction, at most.
    pub batches: BatchSizes,
    /// Transactions that change rows by SQL at once, each on a connection of its own.
    pub connections: usize,
    /// When the run began.
    pub began: Instant,
    /// How often a passing fault is tried again.
    pub retries: Retries,
    /// What kept tables hold is recorded anew, also where the schema is the plan's already.
    pub again: bool,
}

/// The schema as it is, and with what the plan will bring of it.
#[derive(Clone, Copy)]
struct Sight<'a> {
    real: &'a LiveSchema,
    foreseen: &'a LiveSchema,
}

/// What a step did, or would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepReport {
    /// Output lines: what was counted, and how many: `ACTIVE customers updated`, 3512.
    pub counts: Vec<(String, u64)>,
    /// Warnings by code: how many, and the first rows.
    pub warnings: BTreeMap<String, (u64, Vec<String>)>,
    /// Quarantined rows by reason: how many, and the first.
    pub quarantined: BTreeMap<String, (u64, Vec<String>)>,
    /// What was checked.
    pub sections: Vec<Section>,
    /// The schema's plan, before anything was done.
    pub schema: Option<SchemaPlan>,
    /// Titles of the schema's steps that were done.
    pub schema_done: Vec<String>,
    /// Rows written, or that would be.
    pub written: u64,
    /// A word about the step: why it is left out.
    pub remark: Option<String>,
}

impl StepReport {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.sections.iter().all(Section::passed)
    }

    fn count(&mut self, label: impl Into<String>, number: u64) {
        self.counts.push((label.into(), number));
    }

    /// The line that counts everything that a change wrote, or would.
    fn count_all(&mut self, labels: &Labels, written: bool, number: u64) {
        let label = if written {
            &labels.done
        } else {
            &labels.planned
        };
        self.counts.push((label.clone(), number));
    }

    fn warn(&mut self, code: &str, count: u64, items: &[String]) {
        examples(&mut self.warnings, code, count, items);
    }
}

fn examples(
    found: &mut BTreeMap<String, (u64, Vec<String>)>,
    name: &str,
    count: u64,
    items: &[String],
) {
    let entry = found.entry(name.to_owned()).or_default();
    entry.0 += count;
    let room = EXAMPLES.saturating_sub(entry.1.len());
    entry.1.extend(items.iter().take(room).cloned());
}

/// The order in which the steps named in `wanted` are done (all, where it is empty): the schema's
/// step is drawn to the front of the first that needs a column that is not there yet, or an enum's
/// values.
///
/// # Errors
/// `Configuration` for a step that the plan does not have; those of the database.
pub async fn order<'p>(
    plan: &'p InPlacePlan,
    wanted: &[String],
    reader: &dyn SchemaReader,
) -> Result<Vec<&'p PlanStep>> {
    let strange: Vec<_> = wanted
        .iter()
        .filter(|name| plan.step(name).is_none())
        .collect();
    if let Some(name) = strange.first() {
        let names: Vec<_> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no step {name}", plan.name),
        )
        .remedy(format!("its steps are: {}", names.join(", "))));
    }
    let mut steps: Vec<&PlanStep> = plan
        .steps
        .iter()
        .filter(|step| wanted.is_empty() || wanted.contains(&step.name))
        .collect();
    let live = reader.read(&plan.namespace, None).await?;
    let is_missing = |step: &PlanStep| {
        first_missing(step, &live).is_some() || values::missing(plan, step, &live).is_some()
    };
    let schema = steps
        .iter()
        .position(|step| matches!(step.work, Work::Schema));
    let needy = steps.iter().position(|step| is_missing(step));
    if let (Some(schema), Some(needy)) = (schema, needy)
        && needy < schema
    {
        let step = steps.remove(schema);
        steps.insert(needy, step);
    }
    Ok(steps)
}

fn first_missing<'s>(step: &'s PlanStep, live: &LiveSchema) -> Option<&'s (String, String)> {
    step.needs.iter().find(|(table, column)| {
        live.table(table)
            .is_none_or(|table| table.column(column).is_none())
    })
}

/// Whether something that a step needs is there, under a name that the plan's renames change.
fn waits_for_a_name(plan: &InPlacePlan, step: &PlanStep, live: &LiveSchema) -> bool {
    let mut due = plan
        .schema
        .renames
        .iter()
        .filter(|rename| rename.is_due(live));
    due.any(|rename| {
        step.needs
            .iter()
            .any(|(table, column)| match &rename.table {
                Some(of) => of == table && rename.new == *column,
                None => rename.new == *table,
            })
    })
}

/// Does one step, or shows what it would do where there is nothing to write with.
///
/// # Errors
/// `NotFound` for a column that is not there; `Mismatch` for a schema that cannot be had; those of
/// the database. What was done before stays done, and starting again goes on.
pub async fn step(
    plan: &InPlacePlan,
    step: &PlanStep,
    ports: Ports<'_>,
    options: InPlaceOptions,
) -> Result<StepReport> {
    let real = ports.schema.read(&plan.namespace, None).await?;
    let mut report = StepReport::default();
    let mut live = real.clone();
    if let Some((table, column)) = first_missing(step, &real) {
        live = live.with(&plan.schema.schema);
        // A type that is yet to come cannot be spoken of, and what is called otherwise as yet is
        // not NULL.
        let foreseen = plan.steps.iter().any(|s| matches!(s.work, Work::Schema))
            && plan.schema.schema.enums.is_empty()
            && !waits_for_a_name(plan, step, &real)
            && first_missing(step, &live).is_none();
        if ports.writer.is_none() && foreseen {
            // What the schema's step brings is taken for NULL.
        } else if ports.writer.is_none() {
            report.remark = Some(format!(
                "{table}.{column} is not there yet; nothing can be counted before it is"
            ));
            return Ok(report);
        } else {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("{table} has no column {column}, which this step needs"),
            )
            .remedy(if matches!(step.work, Work::Schema) {
                "check that the URL names the application's database; the plan knows its columns by these names".to_owned()
            } else {
                format!("run schema-push --plan {} first", plan.named)
            }));
        }
    }
    if let Some(missing) = values::missing(plan, step, &real) {
        if ports.writer.is_some() {
            return Err(missing.error(&plan.named));
        }
        report.remark = Some(missing.remark());
        return Ok(report);
    }
    let live = Sight {
        real: &real,
        foreseen: &live,
    };
    match &step.work {
        Work::Schema => push_schema(plan, ports, &mut report).await?,
        Work::VerifySchema => {
            if ports.writer.is_none() {
                report.remark = Some("there is nothing to verify in a dry run".to_owned());
            } else {
                report.sections = schema_sections(&plan.schema.schema, &real);
            }
        }
        Work::Keep => kept::keep(plan, ports, options, &mut report).await?,
        Work::VerifyKept => {
            if ports.writer.is_none() {
                report.remark = Some("there is nothing to verify in a dry run".to_owned());
            } else {
                report.sections = vec![kept::section(plan, &real, ports.rows).await?];
            }
        }
        Work::Set(updates) => {
            for update in updates {
                sets::set(step, update, live, ports, options, &mut report).await?;
            }
        }
        Work::Rows(updates) => {
            for update in updates {
                rows::change(step, update, live, ports, options, &mut report).await?;
            }
        }
        Work::Merge(merges) => {
            for merge in merges {
                rows::merge(step, merge, live, ports, options, &mut report).await?;
            }
        }
        Work::Backup(spec) => {
            backups::back_up(plan, spec, live, ports, options, &mut report).await?;
        }
        Work::Validate(specs) => {
            report.sections = sections(ports.rows, &plan.namespace, specs).await;
        }
        Work::Verify(specs) => {
            if ports.writer.is_none() {
                report.remark = Some("there is nothing to verify in a dry run".to_owned());
            } else {
                report.sections = sections(ports.rows, &plan.namespace, specs).await;
            }
        }
        Work::Record => {}
    }
    Ok(report)
}

/// Refuses, before any of these steps is done, what the schema's step among them would refuse: nothing
/// is changed then that would have to be taken back. What rows stand in its way is asked when its
/// turn comes, for a step before it may change them.
///
/// # Errors
/// `Mismatch` for a schema that cannot be had; those of the database.
pub async fn may_push(
    plan: &InPlacePlan,
    steps: &[&PlanStep],
    reader: &dyn SchemaReader,
) -> Result<()> {
    let live = reader.read(&plan.namespace, None).await?;
    // A first step that cannot be done says more of why.
    let Some(false) = steps
        .first()
        .map(|step| matches!(step.work, Work::Schema) || first_missing(step, &live).is_some())
    else {
        return Ok(());
    };
    if !steps.iter().any(|step| matches!(step.work, Work::Schema)) {
        return Ok(());
    }
    let (wanted, _) = schema::plan(reader, &plan.schema, &Directions::default()).await?;
    let stays: Vec<String> = wanted
        .refused
        .iter()
        .map(|note| format!("{}: {}", note.object, note.text))
        .collect();
    if stays.is_empty() {
        return Ok(());
    }
    Err(cannot_be_had(plan, &stays))
}

fn cannot_be_had(plan: &InPlacePlan, stays: &[String]) -> Error {
    Error::new(
        ErrorKind::Mismatch,
        "the database cannot be brought to the plan's schema",
    )
    .item(stays.join("; "))
    .remedy(format!(
        "see the whole with schema-push --plan {} --dry-run; put right what it names, then run this again",
        plan.named
    ))
}

async fn push_schema(plan: &InPlacePlan, ports: Ports<'_>, report: &mut StepReport) -> Result<()> {
    let directions = Directions::default();
    let (wanted, live) = schema::plan(ports.schema, &plan.schema, &directions).await?;
    let stays: Vec<String> = wanted
        .refused
        .iter()
        .map(|note| format!("{}: {}", note.object, note.text))
        .chain(
            wanted
                .blocked
                .iter()
                .map(|b| format!("{}: {}", b.title, b.what)),
        )
        .collect();
    if !stays.is_empty() {
        return Err(cannot_be_had(plan, &stays));
    }
    let label = if ports.writer.is_some() {
        "changes of the schema"
    } else {
        "changes of the schema to be made"
    };
    report.count(label, wanted.steps.len() as u64);
    if let Some(writers) = ports.writer
        && !wanted.steps.is_empty()
    {
        let pushed = schema::push(
            ports.schema,
            writers.schema,
            &plan.schema,
            (&wanted, &live),
            ports.progress,
        );
        report.schema_done = pushed.await?.0.done;
    }
    report.schema = Some(wanted);
    Ok(())
}
