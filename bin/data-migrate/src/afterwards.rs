//! What a plan does once its documents are rows: steps by SQL, within the run that loaded them.

use std::time::Instant as Clock;

use sunset_cli::Palette;
use sunset_cli::render::{self, StepText};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::plans::DocumentPlan;
use sunset_core::plans::in_place::{BatchSizes, InPlacePlan, Parameters};
use sunset_engine::in_place::{self, InPlaceOptions, Ports, Writers};
use sunset_targets::postgres::{ActiveRun, InPlaceLook, LiveReader};

use crate::Arguments;
use crate::in_place::text_of;
use crate::migrate::Flow;

/// The plan's steps, where it has any.
fn steps_of(plan: &dyn DocumentPlan, began: Instant) -> Result<Option<InPlacePlan>> {
    let parameters = Parameters {
        ledger: true,
        ..Parameters::new("public", began)
    };
    let steps = plan.afterwards(&parameters)?;
    Ok(steps.filter(|plan| !plan.steps.is_empty()))
}

/// Says that several workers cannot share what one run does behind its documents.
///
/// # Errors
/// `Configuration`, for a plan with steps and several workers.
pub fn refuse_workers(arguments: &Arguments, plan: &dyn DocumentPlan) -> Result<()> {
    if arguments.worker.is_none() || steps_of(plan, Instant::MIN)?.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!(
            "the plan {} has steps behind its documents, which workers do not share",
            plan.name()
        ),
    )
    .item("--worker")
    .remedy("leave --worker out; --connections N writes with several connections at once"))
}

/// Does the steps; all of what they write is this run's, and taken back with it.
///
/// # Errors
/// Those of the database. What was done before stays done, and starting again goes on.
pub async fn carry_out(flow: &Flow, run: &ActiveRun) -> Result<Vec<StepText>> {
    let began = sunset_cli::now();
    let Some(plan) = steps_of(flow.plan.as_ref(), began)? else {
        return Ok(Vec::new());
    };
    let schema = LiveReader::new(flow.database.clone());
    let rows = InPlaceLook::new(flow.database.clone());
    let writers = (run.schema(), run.in_place(), run.backups());
    let progress = flow.session.progress();
    let ports = Ports {
        schema: &schema,
        rows: &rows,
        writer: Some(Writers {
            schema: &writers.0,
            rows: &writers.1,
            backups: &writers.2,
        }),
        witness: None,
        progress: progress.as_ref(),
    };
    let batches = flow.arguments.batch_size;
    let options = InPlaceOptions {
        batches: batches.map_or(plan.batches, |rows| BatchSizes { rows, sets: rows }),
        connections: flow.options.connections,
        began,
        retries: flow.options.retries,
        again: false,
    };
    let mut texts = Vec::new();
    for step in &plan.steps {
        let begun = Clock::now();
        let report = in_place::step(&plan, step, ports, options).await?;
        let mut text = text_of(&plan, step, report);
        text.elapsed = begun.elapsed();
        texts.push(text);
    }
    Ok(texts)
}

/// The lines of the steps, behind those of the documents.
pub fn tell(flow: &Flow, steps: &[StepText]) {
    let palette = Palette::of(&flow.session);
    for step in steps {
        let heading = format!("[{}]", step.title);
        let text = render::step_text(step, palette, flow.session.is_verbose());
        flow.session
            .print(&format!("{heading}\n{}", text.trim_end()));
    }
}

/// Says what would be done, which nobody can count before the documents are rows.
///
/// # Errors
/// None that reading the plan did not have.
pub fn foretell(flow: &Flow) -> Result<()> {
    let Some(plan) = steps_of(flow.plan.as_ref(), sunset_cli::now())? else {
        return Ok(());
    };
    for step in &plan.steps {
        flow.session.print(&format!(
            "[{}] would follow, and can be counted once the documents are rows",
            step.title
        ));
    }
    Ok(())
}
