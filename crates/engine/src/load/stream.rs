//! From deliveries to batches of items, and from there through the writer.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::{Emission, Resolution};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::{Item, ItemKey, ItemOutcome, LoadOutcome, RowCounts};
use sunset_core::report::LoadReport;

use crate::retry::{Retries, retry};

use super::handover::{Handover, HeldUp};
use super::{Destination, LoadOptions, Surveyed};

/// Chunks that are mapped at the same time, ahead of the writing: more of them make nothing faster
/// on few processors, and each thread that maps holds memory of its own.
const MAPPING_AHEAD: usize = 2;

/// Maps a chunk of deliveries. Of what is [`Emission::Twin`] the caller keeps the first.
fn map_documents(resolution: &dyn Resolution, chunk: Vec<Delivery>) -> Vec<Emission> {
    chunk
        .into_iter()
        .map(|delivery| match delivery {
            Delivery::Document(document) => resolution.emit(document),
            Delivery::Bad(bad) => Emission::Item(Box::new(resolution.emit_bad(bad))),
        })
        .collect()
}

/// The items of phase `index`, in batches: those of the documents of some of its collections, then
/// those made of several.
pub(crate) fn items<'a>(
    source: &'a dyn DocumentSource,
    surveyed: &'a Surveyed,
    index: usize,
    collections: &[&str],
    batch_size: usize,
) -> BoxStream<'a, Result<Vec<Item>>> {
    let mut twins_seen = HashSet::new();
    let deliveries = if collections.is_empty() {
        Box::pin(stream::empty())
    } else {
        source.read(collections)
    };
    let mapped = emissions(deliveries, &surveyed.resolution)
        .map_ok(move |emissions| keep_counting(emissions, &mut twins_seen));
    let derived = stream::iter(surveyed.resolution.derived(index)).map(|item| Ok(vec![item]));
    Box::pin(rebatch(mapped.chain(derived), batch_size.max(1)))
}

/// What becomes of deliveries.
fn emissions<'a>(
    deliveries: BoxStream<'a, Result<Vec<Delivery>>>,
    resolution: &Arc<dyn Resolution>,
) -> impl futures::Stream<Item = Result<Vec<Emission>>> + Send + 'a {
    let resolution = Arc::clone(resolution);
    deliveries
        .map_ok(move |chunk| {
            let resolution = Arc::clone(&resolution);
            async move {
                tokio::task::spawn_blocking(move || map_documents(resolution.as_ref(), chunk))
                    .await
                    .map_err(|error| {
                        Error::new(ErrorKind::Internal, "mapping a chunk of documents failed")
                            .cause(error)
                            .remedy("this is a fault of sunset: please report it")
                    })
            }
        })
        .try_buffered(MAPPING_AHEAD)
}

/// The items of one slice of a phase's documents, in batches. Those that other slices may hold too
/// are put into `twins`.
pub(super) fn slice_items<'a>(
    deliveries: BoxStream<'a, Result<Vec<Delivery>>>,
    resolution: &Arc<dyn Resolution>,
    batch_size: usize,
    twins: &'a Mutex<Vec<Item>>,
) -> BoxStream<'a, Result<Vec<Item>>> {
    let mut seen = HashSet::new();
    let mapped = emissions(deliveries, resolution).map_ok(move |emissions| {
        let mut items = Vec::with_capacity(emissions.len());
        for emission in emissions {
            match emission {
                Emission::Item(item) => items.push(*item),
                Emission::Twin(item) if seen.insert(item.key.clone()) => {
                    let mut twins = twins.lock().unwrap_or_else(PoisonError::into_inner);
                    twins.push(*item);
                }
                Emission::Twin(_) | Emission::Repeated => {}
            }
        }
        items
    });
    Box::pin(rebatch(mapped, batch_size.max(1)))
}

/// Items that are at hand, in batches.
pub(super) fn batches<'a>(
    items: impl Iterator<Item = Item> + Send + 'a,
    batch_size: usize,
) -> BoxStream<'a, Result<Vec<Item>>> {
    let items = stream::iter(items).map(|item| Ok(vec![item]));
    Box::pin(rebatch(items, batch_size.max(1)))
}

/// The items of the deliveries that count.
fn keep_counting(emissions: Vec<Emission>, twins_seen: &mut HashSet<ItemKey>) -> Vec<Item> {
    emissions
        .into_iter()
        .filter_map(|emission| match emission {
            Emission::Item(item) => Some(*item),
            Emission::Twin(item) => twins_seen.insert(item.key.clone()).then_some(*item),
            Emission::Repeated => None,
        })
        .collect()
}

/// Cuts a stream of chunks of any size into batches of `size`.
fn rebatch<'a>(
    chunks: impl futures::Stream<Item = Result<Vec<Item>>> + Send + 'a,
    size: usize,
) -> impl futures::Stream<Item = Result<Vec<Item>>> + Send + 'a {
    let state = (Box::pin(chunks), Vec::new(), false);
    stream::try_unfold(
        state,
        move |(mut chunks, mut waiting, mut ended)| async move {
            while waiting.len() < size && !ended {
                match chunks.next().await {
                    Some(chunk) => waiting.extend(chunk?),
                    None => ended = true,
                }
            }
            if waiting.is_empty() {
                return Ok(None);
            }
            let rest = waiting.split_off(waiting.len().min(size));
            Ok(Some((waiting, (chunks, rest, ended))))
        },
    )
}

/// Writes the items of one phase, or counts them where there is no writer.
pub(super) async fn write(
    items: BoxStream<'_, Result<Vec<Item>>>,
    destination: Destination,
    options: &LoadOptions,
    report: &mut LoadReport,
    progress: &dyn Progress,
    handover: &mut Handover<'_>,
) -> Result<()> {
    let begun = Instant::now();
    let (retries, prune) = (options.retries, options.prune);
    let mut held_up = HeldUp::new(options.batch_size);
    let mut written = items
        .map_ok(|batch| {
            let destination = destination.clone();
            async move { write_batch(destination, batch, retries, prune).await }
        })
        .try_buffer_unordered(options.connections.max(1));
    while let Some((batch, outcome)) = written.try_next().await? {
        progress.advance(batch.len() as u64);
        let before = report.quarantined();
        held_up.count(batch, outcome, report, handover);
        tell_quarantined(report, before, progress);
    }
    drop(written);
    while let Some(batch) = held_up.waiting() {
        let before = batch.len();
        let (batch, outcome) = write_batch(destination.clone(), batch, retries, prune).await?;
        if outcome.held_up.len() == before {
            // It did not help.
            held_up.close();
        }
        held_up.count(batch, outcome, report, handover);
    }
    report.end_phase(begun.elapsed());
    Ok(())
}

/// Tells how many more than `before` the report has in quarantine: what is told adds up to what it
/// says in the end.
pub(super) fn tell_quarantined(report: &LoadReport, before: u64, progress: &dyn Progress) {
    let more = report.quarantined().saturating_sub(before);
    if more > 0 {
        progress.quarantined(more);
    }
}

pub(super) async fn write_batch(
    destination: Destination,
    batch: Vec<Item>,
    retries: Retries,
    prune: bool,
) -> Result<(Vec<Item>, LoadOutcome)> {
    let keys: Vec<ItemKey> = batch.iter().map(|item| item.key.clone()).collect();
    let settled = retry(retries, || destination.settled(&keys)).await?;
    let (known, new): (Vec<_>, Vec<_>) =
        batch.into_iter().zip(settled).partition(|(item, settled)| {
            // A document in quarantine may have rows of an earlier time, which are to go.
            let pruned = prune && item.quarantine.is_some();
            settled.is_some_and(|settled| settled.outcome == item.outcome_digest) && !pruned
        });
    let (confirmed, elsewise): (Vec<_>, Vec<_>) = known
        .into_iter()
        .partition(|(item, settled)| settled.is_some_and(|settled| settled.basis == item.basis));
    let known: Vec<Item> = confirmed.into_iter().map(|(item, _)| item).collect();
    let elsewise: Vec<Item> = elsewise.into_iter().map(|(item, _)| item).collect();
    let new: Vec<Item> = new.into_iter().map(|(item, _)| item).collect();
    let mut outcome = match &destination {
        _ if new.is_empty() => LoadOutcome::default(),
        Destination::Writer(writer) => retry(retries, || writer.load(&new)).await?,
        Destination::Nowhere(_) => as_if_new(&new),
    };
    if let Destination::Writer(writer) = &destination
        && !elsewise.is_empty()
    {
        retry(retries, || writer.confirm(&elsewise)).await?;
    }
    let in_quarantine = known.iter().chain(&elsewise);
    let in_quarantine = in_quarantine.filter(|item| item.quarantine.is_some());
    let in_quarantine: Vec<ItemKey> = in_quarantine.map(|item| item.key.clone()).collect();
    if !in_quarantine.is_empty() {
        // What they gave earlier stays, and is told in every run.
        for (table, rows) in retry(retries, || destination.held(&in_quarantine)).await? {
            count_row(&mut outcome.rows, &table).held += rows;
        }
    }
    let mut all = new;
    for item in known.into_iter().chain(elsewise) {
        outcome.items.push(settled_outcome(&item));
        for row in &item.rows {
            count_row(&mut outcome.rows, &row.shape.table).unchanged += 1;
        }
        all.push(item);
    }
    Ok((all, outcome))
}

fn settled_outcome(item: &Item) -> ItemOutcome {
    if item.quarantine.is_some() {
        ItemOutcome::Quarantined
    } else {
        ItemOutcome::Unchanged
    }
}

pub(super) fn count_row<'a>(
    rows: &'a mut BTreeMap<String, RowCounts>,
    table: &str,
) -> &'a mut RowCounts {
    rows.entry(table.to_owned()).or_default()
}

/// What a writer would say to items that it has never seen.
fn as_if_new(batch: &[Item]) -> LoadOutcome {
    let mut outcome = LoadOutcome::default();
    for item in batch {
        outcome.items.push(if item.quarantine.is_some() {
            ItemOutcome::Quarantined
        } else {
            ItemOutcome::Written
        });
        for row in &item.rows {
            count_row(&mut outcome.rows, &row.shape.table).inserted += 1;
        }
    }
    outcome
}
