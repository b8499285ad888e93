//! Rollback: step by step, then proven.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use sunset_core::error::Result;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rollback::{
    Before, Fingerprint, RollbackOptions, RollbackReport, Scope, TableProof, UndoPosition,
    UndoWriter, Undone,
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
    let of_others = |others_untouched| TableProof {
        others_untouched,
        as_before: None,
        not_compared: None,
    };
    let mut proof: BTreeMap<String, TableProof> = BTreeMap::new();
    for table in expected.keys().chain(found.keys()) {
        let untouched = expected.get(table) == found.get(table);
        proof.insert(table.clone(), of_others(untouched));
    }
    if scope.is_everything() || scope.is_one_run() {
        for (table, before) in retry(retries, || writer.baselines(scope.run)).await? {
            let of_table = proof.entry(table).or_insert(of_others(true));
            match before {
                Before::Known { then, now } => of_table.as_before = Some(then == now),
                Before::Unknown(why) => of_table.not_compared = Some(why),
            }
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
