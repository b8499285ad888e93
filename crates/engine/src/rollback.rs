//! Rollback: step by step, then proven.

use std::collections::BTreeMap;

use sunset_core::error::Result;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rollback::{
    Fingerprint, RollbackOptions, Scope, UndoPosition, UndoWriter, Undone,
};

use crate::retry::{Retries, retry};

/// Rows may refer to each other in ways that one pass cannot untie; each pass must get further.
const PASSES: usize = 8;

/// What was done, and how it was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackReport {
    /// What was done, and what was kept.
    pub undone: Undone,
    /// By table.
    pub proof: BTreeMap<String, TableProof>,
}

/// What is known of a table after the rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableProof {
    /// The rows that were not ours to touch, and those given back, are as they were.
    pub others_untouched: bool,
    /// Whether the whole table is as it was before the first run; `None` where that was not
    /// recorded, or its columns are others now.
    pub as_before: Option<bool>,
}

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
    if scope.is_everything() {
        for (table, (then, now)) in retry(retries, || writer.baselines()).await? {
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
    while let Some(here) = position {
        let step = retry(retries, || writer.step(scope, options, &here)).await?;
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
