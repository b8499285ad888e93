//! V3 against V2, whole: every row that the mapping says is looked for, and every item that the
//! ledger accounts for must still be in V2.

use futures::{StreamExt, TryStreamExt};
use sunset_core::error::Result;
use sunset_core::plans::{DocumentPlan, Resolution};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::ItemKey;
use sunset_core::ports::verify::RowVerifier;
use sunset_core::report::Comparison;
use sunset_core::row::Row;

use crate::load::{Surveyed, stream};

/// How to compare.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// Documents a comparison.
    pub batch_size: usize,
    /// Comparisons under way at once.
    pub connections: usize,
}

/// Maps every document again and compares every row.
///
/// # Errors
/// When the source or the database cannot be read to the end: a part proves nothing.
pub async fn compare(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    surveyed: &Surveyed,
    verifier: &dyn RowVerifier,
    options: VerifyOptions,
    progress: &dyn Progress,
) -> Result<Comparison> {
    let mut comparison = Comparison::default();
    for name in plan.collections() {
        let tally = surveyed.resolution.tally(name);
        let proof = comparison
            .collections
            .entry((*name).to_owned())
            .or_default();
        proof.read = tally.read;
        proof.repeated = tally.repeated;
        proof.superseded = tally.superseded;
    }
    for shape in plan.shapes() {
        comparison.rows.insert(shape.table.clone(), 0);
    }
    for (index, phase) in plan.phases().iter().enumerate() {
        let total = phase
            .collections
            .iter()
            .map(|name| surveyed.resolution.tally(name).read)
            .sum();
        progress.start(phase.label, Some(total));
        let mut compared = stream::items(source, surveyed, index, phase, options.batch_size)
            .map_ok(|batch| async move {
                let rows: Vec<Row> = batch.iter().flat_map(|item| item.rows.clone()).collect();
                let differences = verifier.compare(&rows).await?;
                Ok((batch, differences))
            })
            .try_buffer_unordered(options.connections.max(1))
            .boxed();
        while let Some((batch, differences)) = compared.try_next().await? {
            progress.advance(batch.len() as u64);
            comparison.count(&batch, differences);
        }
        progress.finish();
    }
    find_gone(surveyed.resolution.as_ref(), verifier, &mut comparison).await?;
    Ok(comparison)
}

/// Items of the ledger that the survey has not seen.
async fn find_gone(
    resolution: &dyn Resolution,
    verifier: &dyn RowVerifier,
    comparison: &mut Comparison,
) -> Result<()> {
    const PAGE: u32 = 5_000;
    let mut after: Option<ItemKey> = None;
    loop {
        let page = verifier.migrated_items(after.as_ref(), PAGE).await?;
        for key in &page {
            // What belongs to no document (the owner) has a collection of its own.
            if !key.collection.starts_with('#') && !resolution.knows(key) {
                comparison.count_gone(key);
            }
        }
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.clone());
    }
}
