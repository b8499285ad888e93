//! Documents into rows: read twice, map, write in batches.
//!
//! The first reading surveys all documents; the second maps each and writes it. Without a writer
//! the second reading counts what would be written, and that is the whole of `--dry-run`.

mod report;
mod stream;

use std::sync::Arc;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::{DocumentPlan, RecordedNumbers, Resolution};
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use sunset_core::ports::rows::RowWriter;

pub use report::{CollectionCounts, Examples, LoadReport, PhaseReport};

use futures::StreamExt;
use sunset_core::document::Delivery;
use sunset_core::ports::progress::Progress;

/// How to load.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions {
    /// Documents a batch, and so a transaction.
    pub batch_size: usize,
    /// Batches under way at once, and so connections.
    pub connections: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            batch_size: 1_000,
            connections: 2,
        }
    }
}

/// A source whose documents have all been seen, and what becomes of each.
pub struct Surveyed {
    /// Where and as of when it was read.
    pub snapshot: Snapshot,
    /// What becomes of every document.
    pub resolution: Arc<dyn Resolution>,
    /// Collections that the source holds and the plan does not name.
    pub not_planned: Vec<String>,
}

/// Reads everything once.
///
/// # Errors
/// When the source cannot be read to its end: nothing may be decided from a part.
pub async fn survey(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    owner: &str,
    recorded: &RecordedNumbers,
    progress: &dyn Progress,
) -> Result<Surveyed> {
    let snapshot = source.open().await?;
    let mut survey = plan.survey(owner);
    let mut deliveries = source.read(plan.collections());
    progress.start("Survey", None);
    while let Some(chunk) = deliveries.next().await {
        let chunk = chunk?;
        let count = chunk.len() as u64;
        for delivery in chunk {
            match delivery {
                Delivery::Document(document) => survey.see(document)?,
                Delivery::Bad(bad) => survey.see_bad(&bad),
            }
        }
        progress.advance(count);
    }
    progress.finish();
    let not_planned = source.not_planned(plan.collections()).await?;
    let resolution = Arc::from(survey.resolve(recorded));
    Ok(Surveyed {
        snapshot,
        resolution,
        not_planned,
    })
}

/// Maps every document of a surveyed source, phase by phase, and writes it where there is a writer.
///
/// # Errors
/// When the source cannot be read to its end, a batch cannot be written, or the counts of a
/// collection do not add up.
pub async fn load(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    surveyed: &Surveyed,
    writer: Option<Arc<dyn RowWriter>>,
    options: LoadOptions,
    progress: &dyn Progress,
) -> Result<LoadReport> {
    let mut report = LoadReport::new(surveyed, plan);
    for (index, phase) in plan.phases().iter().enumerate() {
        let total: u64 = phase
            .collections
            .iter()
            .map(|name| surveyed.resolution.tally(name).read)
            .sum();
        progress.start(phase.label, Some(total));
        report.begin_phase(phase.label);
        let items = stream::items(source, surveyed, index, phase, options.batch_size);
        stream::write(items, writer.clone(), options, &mut report, progress).await?;
        progress.finish();
    }
    conserve(&report)?;
    Ok(report)
}

/// read = repeated + written + unchanged + conflicting + quarantined, for every collection.
fn conserve(report: &LoadReport) -> Result<()> {
    for (collection, counts) in &report.collections {
        let settled = counts.repeated
            + counts.written
            + counts.unchanged
            + counts.conflicting
            + counts.quarantined;
        if counts.read != settled {
            return Err(Error::new(
                ErrorKind::Internal,
                format!(
                    "of {} documents read, {settled} are accounted for: {} repeated, {} written, {} unchanged, {} in conflict, {} quarantined",
                    counts.read,
                    counts.repeated,
                    counts.written,
                    counts.unchanged,
                    counts.conflicting,
                    counts.quarantined
                ),
            )
            .item(collection.clone())
            .remedy("the source gave other documents on the second reading: freeze it, or read from an export or a snapshot, and run again"));
        }
    }
    Ok(())
}
