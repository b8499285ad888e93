//! Items of the ledger whose documents V2 has no longer: reported, and removed where that was
//! asked for. Of one in quarantine there is nothing to remove; it is noted that it counts no more.

use std::collections::{BTreeMap, HashMap};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::DocumentPlan;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::{Accounted, Item, ItemKey, ItemOutcome, RowWriter, TableRow};
use sunset_core::report::LoadReport;

use super::{Destination, LoadOptions, Surveyed};
use crate::retry::retry;

const PAGE: u32 = 5_000;

/// Collections in the reverse order of their writing, so that rows go before those they refer to.
type Stages = BTreeMap<std::cmp::Reverse<(usize, bool)>, Vec<ItemKey>>;

/// Items whose documents V2 has no longer.
#[derive(Default)]
pub(super) struct Removal {
    found: Vec<Found>,
    /// Items in quarantine, of which V3 holds nothing.
    departed: Vec<ItemKey>,
    /// Where nothing is written: whose each of their rows is. Another document may take it over.
    rows: HashMap<TableRow, usize>,
}

/// An item of which V3 may have rows.
struct Found {
    key: ItemKey,
    /// When the plan writes its collection.
    stage: (usize, bool),
    /// Its rows, where nothing is written.
    rows: usize,
}

/// Goes through the ledger's items once, shows each to `look`, and finds those that the survey
/// has not seen. What becomes of them is told by [`Removal::carry_out`].
///
/// # Errors
/// `Refused` when they may be there all the same: the source holds something unreadable, a file of
/// it is not whole, or it holds nothing at all of their collection.
pub(super) async fn find(
    plan: &dyn DocumentPlan,
    surveyed: &Surveyed,
    destination: &Destination,
    options: &LoadOptions,
    report: &mut LoadReport,
    mut look: impl FnMut(&Accounted) + Send,
) -> Result<Removal> {
    if options.prune {
        check_whole(surveyed)?;
    }
    let mut removal = Removal::default();
    let mut after: Option<ItemKey> = None;
    loop {
        let page = retry(options.retries, || {
            destination.accounted(after.as_ref(), PAGE)
        })
        .await?;
        for item in &page {
            look(item);
            let Accounted { key, has_rows, .. } = item;
            let stage = stage_of(plan, key).filter(|_| !surveyed.knows(key));
            let Some(stage) = stage else {
                continue;
            };
            if !has_rows {
                // Nothing is lost by it, so nobody is asked; in doubt it stays what it is.
                if check_absence(surveyed, key, options).is_ok() {
                    report.gone.departed += 1;
                    removal.departed.push(key.clone());
                }
                continue;
            }
            if options.prune {
                check_absence(surveyed, key, options)?;
            }
            removal.found.push(Found {
                key: key.clone(),
                stage,
                rows: 0,
            });
        }
        match page.last() {
            Some(last) => after = Some(last.key.clone()),
            None => break,
        }
    }
    if matches!(destination, Destination::Nowhere(_)) {
        removal.note_rows(destination, options).await?;
    }
    Ok(removal)
}

/// What stood behind the end of a file that is not whole would be taken for gone, or for
/// something that another document has no longer.
fn check_whole(surveyed: &Surveyed) -> Result<()> {
    let places = surveyed.broken_off();
    if places.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        "nothing is removed: V2 was not read whole, a file breaks off within a line",
    )
    .item(places.join(", "))
    .remedy("copy the file once more, whole, or run without --prune"))
}

/// That a document was not delivered says that V2 has it no longer only if V2 was read whole.
fn check_absence(surveyed: &Surveyed, key: &ItemKey, options: &LoadOptions) -> Result<()> {
    let item = format!("{}/{}", key.collection, key.id);
    if surveyed.unreadable.nameless > 0 {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "nothing is removed: {} deliveries of V2 are unreadable and without an id, and a \
                 document that seems to be gone may be one of them",
                surveyed.unreadable.nameless
            ),
        )
        .item(item)
        .remedy("mend the source (data-migrate without --prune puts what is unreadable into quarantine, with its place), or run without --prune"));
    }
    let collection = key.collection.split('#').next().unwrap_or_default();
    let empty = surveyed.resolution.tally(collection).read == 0;
    if empty && !options.may_be_empty.iter().any(|name| name == collection) {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "nothing is removed: V2 gives no document of collection {collection} at all, and \
                 V3 holds rows made of some"
            ),
        )
        .item(item)
        .remedy(format!("see whether the source is whole; if the collection is meant to be empty, add --prune-empty {collection}")));
    }
    Ok(())
}

impl Removal {
    /// Remembers whose the rows are of what was found.
    async fn note_rows(&mut self, destination: &Destination, options: &LoadOptions) -> Result<()> {
        let size = options.batch_size.max(1);
        for (page, found) in self.found.chunks_mut(size).enumerate() {
            let keys: Vec<ItemKey> = found.iter().map(|found| found.key.clone()).collect();
            let rows = retry(options.retries, || destination.rows_of(&keys)).await?;
            for (place, (found, rows)) in found.iter_mut().zip(rows).enumerate() {
                found.rows = rows.len();
                let whose = page * size + place;
                self.rows.extend(rows.into_iter().map(|row| (row, whose)));
            }
        }
        Ok(())
    }

    /// Looks at what other documents give: a document that moved takes its rows along.
    pub(super) fn see(&mut self, items: &[Item]) {
        if self.rows.is_empty() {
            return;
        }
        for row in items.iter().flat_map(|item| &item.rows) {
            let name = (row.shape.table.clone(), row.id().to_owned());
            let whose = self.rows.remove(&name);
            if let Some(found) = whose.and_then(|whose| self.found.get_mut(whose)) {
                found.rows -= 1;
            }
        }
    }

    /// How many rows each of what was found still has, now that everything else is written.
    async fn count_rows(&mut self, writer: &dyn RowWriter, options: &LoadOptions) -> Result<()> {
        for found in self.found.chunks_mut(options.batch_size.max(1)) {
            let keys: Vec<ItemKey> = found.iter().map(|found| found.key.clone()).collect();
            let rows = retry(options.retries, || writer.rows_of(&keys)).await?;
            for (found, rows) in found.iter_mut().zip(rows) {
                found.rows = rows.len();
            }
        }
        Ok(())
    }

    /// Tells what was found, and removes it where that was asked for. Of what has no row any more
    /// the ledger is told so, unless V2 may have it all the same.
    pub(super) async fn carry_out(
        mut self,
        surveyed: &Surveyed,
        destination: &Destination,
        options: &LoadOptions,
        report: &mut LoadReport,
        progress: &dyn Progress,
    ) -> Result<()> {
        let writer = match destination {
            Destination::Writer(writer) => Some(writer.as_ref()),
            Destination::Nowhere(_) => None,
        };
        if let Some(writer) = writer {
            self.count_rows(writer, options).await?;
        }
        let mut over = self.departed;
        let mut stages = Stages::new();
        for found in self.found {
            if found.rows > 0 {
                let stage = stages.entry(std::cmp::Reverse(found.stage)).or_default();
                stage.push(found.key);
            } else {
                report.count_without_rows(&found.key);
                if check_absence(surveyed, &found.key, options).is_ok() {
                    over.push(found.key);
                }
            }
        }
        let Some(writer) = writer.filter(|_| options.prune) else {
            let left = stages.values().rev().flatten();
            left.for_each(|key| report.count_gone(key));
            return forget(writer, &over, options).await;
        };
        forget(Some(writer), &over, options).await?;
        if !stages.is_empty() {
            let count = stages.values().map(Vec::len).sum::<usize>() as u64;
            progress.start("Gone", Some(count));
            remove(writer, stages, options, report, progress).await?;
            progress.finish();
        }
        Ok(())
    }
}

/// Tells the ledger of items of which V3 has nothing that V2 has them no longer.
async fn forget(
    writer: Option<&dyn RowWriter>,
    keys: &[ItemKey],
    options: &LoadOptions,
) -> Result<()> {
    let Some(writer) = writer else { return Ok(()) };
    for keys in keys.chunks(options.batch_size.max(1)) {
        let items: Vec<Item> = keys.iter().cloned().map(Item::gone).collect();
        retry(options.retries, || writer.load(&items)).await?;
    }
    Ok(())
}

/// Whether an item of the ledger is one of this plan, and V2 has its document no longer.
pub(crate) fn is_gone(plan: &dyn DocumentPlan, surveyed: &Surveyed, key: &ItemKey) -> bool {
    stage_of(plan, key).is_some() && !surveyed.knows(key)
}

/// When the plan writes the items of a collection: the phase, and whether they are made of
/// several documents and so come at its end. `None` for what is no document of this plan.
fn stage_of(plan: &dyn DocumentPlan, key: &ItemKey) -> Option<(usize, bool)> {
    let (collection, derived) = match key.collection.split_once('#') {
        Some((collection, _)) => (collection, true),
        None => (key.collection.as_str(), false),
    };
    plan.phases()
        .iter()
        .position(|phase| phase.collections.iter().any(|name| name == collection))
        .map(|phase| (phase, derived))
}

/// Removes what the items gave. A row that others refer to may be free once those are gone, so
/// what stayed is tried again as long as that helps.
async fn remove(
    writer: &dyn RowWriter,
    stages: Stages,
    options: &LoadOptions,
    report: &mut LoadReport,
    progress: &dyn Progress,
) -> Result<()> {
    let mut waiting: Vec<ItemKey> = stages.into_values().flatten().collect();
    loop {
        let before = waiting.len();
        let mut kept = Vec::new();
        for keys in waiting.chunks(options.batch_size.max(1)) {
            let items: Vec<Item> = keys.iter().cloned().map(Item::gone).collect();
            let outcome = retry(options.retries, || writer.load(&items)).await?;
            report.count_rows(&outcome.rows);
            for (key, outcome) in keys.iter().zip(outcome.items) {
                if outcome == ItemOutcome::Conflict {
                    kept.push(key.clone());
                } else {
                    report.count_pruned(key, outcome);
                    progress.advance(1);
                }
            }
        }
        if kept.is_empty() || kept.len() == before {
            for key in &kept {
                report.count_pruned(key, ItemOutcome::Conflict);
            }
            return Ok(());
        }
        waiting = kept;
    }
}
