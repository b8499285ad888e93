//! V3 against V2, whole: every row that the mapping says is looked for, and every item that the
//! ledger accounts for must still be in V2.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use sunset_core::error::Result;
use sunset_core::plans::{DocumentPlan, Resolution};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::ports::verify::{RowDifference, RowVerifier};
use sunset_core::row::Row;

use crate::load::{Surveyed, stream};

/// How many differences are kept with both values; all are counted.
const KEPT: usize = 100;

/// How to compare.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// Documents a comparison.
    pub batch_size: usize,
    /// Comparisons under way at once.
    pub connections: usize,
}

/// What became of the documents of one collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectionProof {
    /// Delivered by the source.
    pub read: u64,
    /// Delivered again; another delivery counts.
    pub repeated: u64,
    /// All their rows are in V3 as the mapping says.
    pub in_place: u64,
    /// The mapping quarantines them.
    pub quarantined: u64,
    /// A row is missing or differs.
    pub differing: u64,
    /// Embedded parts that a document supersedes.
    pub superseded: u64,
}

/// What was compared, and what differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Per collection.
    pub collections: BTreeMap<String, CollectionProof>,
    /// Rows that the mapping says, per table.
    pub rows: BTreeMap<String, u64>,
    /// Rows that differ, per table.
    pub differing: BTreeMap<String, u64>,
    /// The first of them.
    pub differences: Vec<RowDifference>,
    /// Quarantined documents, per reason.
    pub quarantine: BTreeMap<String, u64>,
    /// Warnings, per code.
    pub warnings: BTreeMap<String, u64>,
    /// Items that the ledger accounts for and V2 no longer has.
    pub gone: u64,
    /// The first of them.
    pub gone_items: Vec<ItemKey>,
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
        let proof = comparison.collections.entry((*name).to_owned()).or_default();
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

impl Comparison {
    fn count(&mut self, batch: &[Item], differences: Vec<RowDifference>) {
        for item in batch {
            let proof = self
                .collections
                .entry(item.key.collection.clone())
                .or_default();
            if item.key.collection.contains('#') {
                proof.read += 1;
            }
            let differs = differences.iter().any(|difference| {
                item.rows
                    .iter()
                    .any(|row| row.shape.table == difference.table && row.id() == difference.id)
            });
            if let Some(quarantine) = &item.quarantine {
                proof.quarantined += 1;
                *self.quarantine.entry(quarantine.reason.clone()).or_default() += 1;
            } else if differs {
                proof.differing += 1;
            } else {
                proof.in_place += 1;
            }
            for row in &item.rows {
                *self.rows.entry(row.shape.table.clone()).or_default() += 1;
            }
            for warning in &item.warnings {
                *self.warnings.entry(warning.code.clone()).or_default() += 1;
            }
        }
        for difference in differences {
            *self.differing.entry(difference.table.clone()).or_default() += 1;
            if self.differences.len() < KEPT {
                self.differences.push(difference);
            }
        }
    }
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
            if !resolution.knows(key) {
                comparison.gone += 1;
                if comparison.gone_items.len() < KEPT {
                    comparison.gone_items.push(key.clone());
                }
            }
        }
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.clone());
    }
}
