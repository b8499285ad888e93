//! Rollback: step by step, then proven.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};

use sunset_core::audio::record::{ObjectRecord, State};
use sunset_core::error::Result;
use sunset_core::ports::objects::{ObjectJournal, ObjectWriter, StoredHead};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rollback::{
    Fingerprint, RollbackOptions, RollbackReport, Scope, TableProof, UndoPosition, UndoWriter,
    Undone,
};

use crate::retry::{Retries, retry};

/// Rows may refer to each other in ways that one pass cannot untie; each pass must get further.
const PASSES: usize = 8;
/// Rows of a step where nothing is in its way.
const ROWS: u32 = 1_000;
/// A step that failed is repeated with a quarter of its rows, down to so many: what a connection
/// that breaks again and again never lets through whole gets through in parts.
const LEAST_ROWS: u32 = 10;

/// Takes back what `scope` covers.
///
/// # Errors
/// When a step cannot be done even after `retries`. What was done until then is done, and starting
/// again goes on.
pub async fn rollback(
    writer: &dyn UndoWriter,
    scope: &Scope,
    options: RollbackOptions,
    retries: Retries,
    progress: &dyn Progress,
) -> Result<RollbackReport> {
    let mut expected = retry(retries, || writer.others(scope)).await?;
    let mut undone = Undone::default();
    progress.start("Rollback", None);
    for _ in 0..PASSES {
        let pass = pass(writer, scope, options, retries, progress, &mut expected).await?;
        let moved = pass.tables.values().any(|counts| counts.writes());
        let kept = !pass.kept.is_empty();
        // Only the last pass tells what stays.
        undone.kept.clear();
        for counts in undone.tables.values_mut() {
            counts.kept = 0;
        }
        undone.add(pass);
        if !moved || !kept {
            break;
        }
    }
    progress.finish();
    undone.kept.sort();
    let found = retry(retries, || writer.others(scope)).await?;
    let mut proof: BTreeMap<String, TableProof> = BTreeMap::new();
    for table in expected.keys().chain(found.keys()) {
        let others_untouched = expected.get(table) == found.get(table);
        proof.insert(
            table.clone(),
            TableProof {
                others_untouched,
                as_before: None,
            },
        );
    }
    if scope.is_everything() || scope.is_one_run() {
        for (table, (then, now)) in retry(retries, || writer.baselines(scope.run)).await? {
            proof
                .entry(table)
                .or_insert(TableProof {
                    others_untouched: true,
                    as_before: None,
                })
                .as_before = Some(then == now);
        }
    }
    retry(retries, || writer.settle(scope, options, &undone)).await?;
    Ok(RollbackReport { undone, proof })
}

async fn pass(
    writer: &dyn UndoWriter,
    scope: &Scope,
    options: RollbackOptions,
    retries: Retries,
    progress: &dyn Progress,
    expected: &mut BTreeMap<String, Fingerprint>,
) -> Result<Undone> {
    let mut undone = Undone::default();
    let mut position = Some(UndoPosition::default());
    let rows = AtomicU32::new(ROWS);
    while let Some(here) = position {
        let attempt = || async {
            let most = rows.load(Ordering::Relaxed);
            let here = UndoPosition {
                most,
                ..here.clone()
            };
            let step = writer.step(scope, options, &here).await;
            let next = match step {
                Ok(_) => most.saturating_mul(2).min(ROWS),
                Err(_) => (most / 4).max(LEAST_ROWS),
            };
            rows.store(next, Ordering::Relaxed);
            step
        };
        let step = retry(retries, attempt).await?;
        for (table, fingerprint) in &step.released {
            expected.entry(table.clone()).or_default().add(fingerprint);
        }
        let rows = step
            .undone
            .tables
            .values()
            .map(|counts| counts.deleted + counts.restored + counts.unlinked)
            .sum();
        progress.advance(rows);
        undone.add(step.undone);
        position = step.next;
    }
    Ok(undone)
}

/// What became of the copied objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Removed from the bucket.
    pub removed: u64,
    /// Removed by somebody else already.
    pub gone: u64,
    /// Keys of objects that stay, because they are no longer what migration stored, with why.
    pub kept: Vec<(String, &'static str)>,
}

/// Removes copied objects from the new bucket, and records that they are not there any more. Those
/// whose address is in `in_use` stay, and those that somebody stored anew: an object is looked at
/// before it is removed, and must have the size, the ETag and the SHA-256 that were recorded.
///
/// # Errors
/// When an object cannot be looked at or removed even after `retries`; those removed until then
/// are recorded, and starting again goes on.
pub async fn erase_objects(
    bucket: &dyn ObjectWriter,
    journal: &dyn ObjectJournal,
    objects: &[ObjectRecord],
    in_use: &HashSet<String>,
    retries: Retries,
    progress: &dyn Progress,
) -> Result<Erased> {
    let erasable = erasable_objects(objects, in_use);
    progress.start("Objects", Some(erasable.len() as u64));
    let mut erased = Erased::default();
    for object in erasable {
        let Some(key) = &object.key else {
            continue;
        };
        match retry(retries, || bucket.head(key)).await? {
            None => erased.gone += 1,
            Some(head) => {
                if let Some(why) = no_longer_ours(object, &head) {
                    erased.kept.push((key.clone(), why));
                    progress.advance(1);
                    continue;
                }
                retry(retries, || bucket.delete(key)).await?;
                erased.removed += 1;
            }
        }
        let gone = ObjectRecord {
            state: State::Listed,
            detail: Some("removed by rollback".into()),
            key: None,
            etag: None,
            url: None,
            upload: None,
            took_ms: None,
            ..object.clone()
        };
        let gone = [gone];
        retry(retries, || journal.record(&gone)).await?;
        progress.advance(1);
    }
    progress.finish();
    erased.kept.sort();
    Ok(erased)
}

/// Why an object is not what migration stored, if it is not.
fn no_longer_ours(object: &ObjectRecord, head: &StoredHead) -> Option<&'static str> {
    if object.size.is_some_and(|size| size != head.size) {
        return Some("it has another size");
    }
    if object.etag.is_some() && head.etag.is_some() && object.etag != head.etag {
        return Some("it has other bytes (another ETag)");
    }
    let recorded = object.sha256.map(|sha256| sha256.to_string());
    match (&recorded, &head.sha256) {
        (_, None) => Some("migration did not store it (it names no SHA-256)"),
        (Some(recorded), Some(found)) if recorded != found => Some("it names another SHA-256"),
        _ => None,
    }
}

/// The objects that [`erase_objects`] removes.
pub fn erasable_objects<'o>(
    objects: &'o [ObjectRecord],
    in_use: &HashSet<String>,
) -> Vec<&'o ObjectRecord> {
    objects
        .iter()
        .filter(|object| object.state == State::Copied && object.key.is_some())
        .filter(|object| object.url.as_ref().is_none_or(|url| !in_use.contains(url)))
        .collect()
}
