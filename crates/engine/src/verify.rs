//! V3 against V2, whole: every row that the mapping says is looked for, and every item that the
//! ledger accounts for must still be in V2.

mod mend;
mod sample;
mod taken_back;

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use sunset_core::digest::Digest;
use sunset_core::error::Result;
use sunset_core::plans::DocumentPlan;
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::{Accounted, Item, ItemKey, RowWriter};
use sunset_core::ports::runs::RunId;
use sunset_core::ports::verify::{LeafSink, LedgerFault, RowDifference, RowVerifier};
use sunset_core::proof::TreeKind;
use sunset_core::report::{Comparison, TakenRows};
use sunset_core::row::Row;

use self::sample::Sample;
use crate::load::{Surveyed, gone, stream};
use crate::retry::{Retries, retry};

/// How to compare.
#[derive(Debug, Clone, Copy)]
pub struct VerifyOptions {
    /// Documents a comparison.
    pub batch_size: usize,
    /// Comparisons under way at once.
    pub connections: usize,
    /// Compare the rows of so many documents only.
    pub sample: Option<usize>,
    /// How often a passing fault is tried again.
    pub retries: Retries,
}

/// One comparison: what with what, and who may write.
pub struct Verification<'a> {
    /// V2.
    pub source: &'a dyn DocumentSource,
    /// How it becomes rows.
    pub plan: &'a dyn DocumentPlan,
    /// V2, read once.
    pub surveyed: &'a Surveyed,
    /// V3.
    pub verifier: &'a dyn RowVerifier,
    /// Writes rows again that differ and that nobody changed in V3; without it nothing is written.
    pub writer: Option<&'a dyn RowWriter>,
    /// How.
    pub options: VerifyOptions,
    /// Who looks on.
    pub progress: &'a dyn Progress,
}

/// A batch, compared.
struct Batch {
    items: Vec<Item>,
    /// Of their rows, in their order, as they must be in the tables.
    digests: Vec<Digest>,
    /// What differs in the end.
    differences: Vec<RowDifference>,
    /// What differed before it was written again.
    repaired: Vec<RowDifference>,
    /// What the ledger says otherwise in the end; none where there is no ledger.
    ledger: Option<Vec<LedgerFault>>,
    /// Entries of the ledger that were booked again.
    booked: u64,
    /// Documents that a rollback took back, with its run; neither their rows nor their entries are
    /// named beside.
    taken_back: Vec<(ItemKey, RunId)>,
    /// How many of their rows are missing or differ, and how many have no entry, per table.
    their_rows: BTreeMap<String, TakenRows>,
}

impl Verification<'_> {
    /// Maps every document again and compares every row, or those of a sample. Documents and rows go
    /// to `leaves`, but not those of a sample.
    ///
    /// # Errors
    /// When the source or the database cannot be read to the end: a part proves nothing.
    pub async fn run(&self, mut leaves: Option<&mut dyn LeafSink>) -> Result<Comparison> {
        let mut comparison = self.expected();
        let mut sample = self.options.sample.map(Sample::new);
        for (index, phase) in self.plan.phases().iter().enumerate() {
            let total = self.surveyed.items_of(index, phase);
            self.progress.start(&phase.label, Some(total));
            let collections: Vec<&str> = phase.collections.iter().map(String::as_str).collect();
            let batches = stream::items(
                self.source,
                self.surveyed,
                index,
                &collections,
                self.options.batch_size,
            );
            match &mut sample {
                Some(sample) => self.choose(batches, sample, &mut comparison).await?,
                None => {
                    let mut compared = batches
                        .map_ok(|items| self.compare(items))
                        .try_buffer_unordered(self.options.connections.max(1))
                        .boxed();
                    while let Some(batch) = compared.try_next().await? {
                        self.progress.advance(batch.items.len() as u64);
                        batch.items.iter().for_each(|item| comparison.note(item));
                        if let Some(leaves) = leaves.as_deref_mut() {
                            prove(leaves, &batch)?;
                        }
                        settle(&mut comparison, batch);
                    }
                }
            }
            self.progress.finish();
        }
        if let Some(sample) = sample {
            for items in sample.into_batches(self.options.batch_size) {
                settle(&mut comparison, self.compare(items).await?);
            }
        }
        find_gone(self.plan, self.surveyed, self.verifier, &mut comparison).await?;
        Ok(comparison)
    }

    /// Nothing compared yet, and everything that was read.
    fn expected(&self) -> Comparison {
        let mut comparison = Comparison {
            broken_off: self.surveyed.broken_off(),
            sample: self.options.sample.map(|count| count as u64),
            ..Comparison::default()
        };
        for name in self.plan.collections() {
            let tally = self.surveyed.resolution.tally(name);
            let proof = comparison
                .collections
                .entry((*name).to_owned())
                .or_default();
            proof.read = tally.read;
            proof.repeated = tally.repeated;
            proof.superseded = tally.superseded;
        }
        for shape in self.plan.shapes() {
            comparison.rows.insert(shape.table.clone(), 0);
            comparison.compared.insert(shape.table.clone(), 0);
        }
        comparison
    }

    /// Maps the documents of a phase, and keeps those of the sample for later.
    async fn choose(
        &self,
        mut batches: futures::stream::BoxStream<'_, Result<Vec<Item>>>,
        sample: &mut Sample,
        comparison: &mut Comparison,
    ) -> Result<()> {
        while let Some(items) = batches.try_next().await? {
            self.progress.advance(items.len() as u64);
            for item in items {
                comparison.note(&item);
                if let Some(left) = sample.offer(item) {
                    comparison.pass_over(&left);
                }
            }
        }
        Ok(())
    }

    async fn compare(&self, items: Vec<Item>) -> Result<Batch> {
        let rows: Vec<Row> = items.iter().flat_map(|item| item.rows.clone()).collect();
        let retries = self.options.retries;
        let compared = retry(retries, || self.verifier.compare(&rows)).await?;
        let ledger = retry(retries, || self.verifier.accounts(&items, &compared)).await?;
        let mut batch = Batch {
            items,
            digests: compared.digests,
            differences: compared.differences,
            repaired: Vec::new(),
            ledger,
            booked: 0,
            taken_back: Vec::new(),
            their_rows: BTreeMap::new(),
        };
        if let Some(writer) = self.writer {
            self.mend(writer, &mut batch).await?;
        }
        self.set_apart(&mut batch).await?;
        Ok(batch)
    }
}

/// Hands on the documents and rows of a batch. Rows made of several documents belong to none.
fn prove(leaves: &mut dyn LeafSink, batch: &Batch) -> Result<()> {
    let mut digests = batch.digests.iter();
    for item in &batch.items {
        if !item.key.is_derived() {
            let (collection, id) = (&item.key.collection, &item.key.id);
            leaves.add(TreeKind::Collection, collection, id, item.source_digest)?;
        }
        for (row, digest) in item.rows.iter().zip(digests.by_ref()) {
            leaves.add(TreeKind::Table, &row.shape.table, row.id(), *digest)?;
        }
    }
    Ok(())
}

fn settle(comparison: &mut Comparison, batch: Batch) {
    if let Some(faults) = batch.ledger {
        comparison.account(batch.items.len() as u64, faults);
    }
    comparison.booked += batch.booked;
    comparison.take_back(&batch.taken_back, batch.their_rows);
    comparison.place(&batch.items, batch.differences, &batch.taken_back);
    for was in batch.repaired {
        comparison.repair(was);
    }
}

/// Items of the ledger that the survey has not seen.
async fn find_gone(
    plan: &dyn DocumentPlan,
    surveyed: &Surveyed,
    verifier: &dyn RowVerifier,
    comparison: &mut Comparison,
) -> Result<()> {
    const PAGE: u32 = 5_000;
    let mut after: Option<ItemKey> = None;
    loop {
        let page = verifier.accounted_items(after.as_ref(), PAGE).await?;
        for Accounted { key, has_rows, .. } in &page {
            if gone::is_gone(plan, surveyed, key) {
                if *has_rows {
                    comparison.count_gone(key);
                } else {
                    comparison.departed += 1;
                }
            }
        }
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.key.clone());
    }
}
