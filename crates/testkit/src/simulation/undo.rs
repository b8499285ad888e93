//! Taking back, by the same rules as the database: what somebody changed stays, what stood there
//! before comes back, and what nobody of ours wrote is not touched.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use sunset_core::digest::Digest;
use sunset_core::error::Result;
use sunset_core::ports::rollback::{
    Before, Fingerprint, KeptReason, KeptRow, RollbackOptions, Scope, UndoPosition, UndoStep,
    UndoWriter, Undone,
};
use sunset_core::ports::runs::RunId;

use super::ports::Seat;
use super::{RowName, State};

/// Rows of a step, so that even a small world has many.
const ROWS: u32 = 3;

fn fingerprint(digest: &Digest) -> Fingerprint {
    let first = digest.as_bytes().first_chunk().copied().unwrap_or_default();
    Fingerprint {
        rows: 1,
        sum: i128::from(i64::from_be_bytes(first)),
    }
}

fn by_table<'a>(
    rows: impl Iterator<Item = (&'a RowName, &'a Digest)>,
) -> BTreeMap<String, Fingerprint> {
    let mut tables: BTreeMap<String, Fingerprint> = BTreeMap::new();
    for ((table, _), digest) in rows {
        let table = tables.entry(table.clone()).or_default();
        table.add(&fingerprint(digest));
    }
    tables
}

/// Takes back one row that migration wrote.
fn take_back(state: &mut State, name: &RowName, options: RollbackOptions, step: &mut UndoStep) {
    let Some((key, written)) = state.provenance.get(name).cloned() else {
        return;
    };
    let (table, row_id) = name.clone();
    let counts = step.undone.tables.entry(table.clone()).or_default();
    let now = state.rows.get(name).copied();
    if now.is_some_and(|now| now != written) && !options.force {
        counts.kept += 1;
        step.undone.kept.push(KeptRow {
            table,
            row_id,
            collection: key.collection,
            document_id: key.id,
            reason: KeptReason::Changed,
        });
        return;
    }
    state.provenance.remove(name);
    *state.taken_back.entry(name.clone()).or_default() += 1;
    if let Some(stood) = state.before.remove(name) {
        counts.restored += 1;
        state.rows.insert(name.clone(), stood);
        step.released
            .entry(table)
            .or_default()
            .add(&fingerprint(&stood));
    } else if now.is_some() {
        counts.deleted += 1;
        state.rows.remove(name);
    } else {
        counts.gone += 1;
    }
}

#[async_trait]
impl UndoWriter for Seat {
    /// Whether it was committed is asked for when its answer is lost, as the database's does: what
    /// it gave back is told all the same.
    async fn step(
        &self,
        _scope: &Scope,
        options: RollbackOptions,
        position: &UndoPosition,
    ) -> Result<UndoStep> {
        let (done, _) = self
            .call_asking(|state, _| {
                let after = match position.after.as_slice() {
                    [table, row] => Bound::Excluded((table.clone(), row.clone())),
                    _ => Bound::Unbounded,
                };
                let behind = state.provenance.range((after, Bound::Unbounded));
                let most = position.most.clamp(1, ROWS) as usize;
                let names: Vec<RowName> = behind.map(|(name, _)| name.clone()).take(most).collect();
                let mut step = UndoStep::default();
                for name in &names {
                    take_back(state, name, options, &mut step);
                }
                step.next = names.last().map(|(table, row)| UndoPosition {
                    after: vec![table.clone(), row.clone()],
                    ..position.clone()
                });
                Ok(step)
            })
            .await;
        done
    }

    async fn others(&self, _scope: &Scope) -> Result<BTreeMap<String, Fingerprint>> {
        self.call(|state, _| {
            let rows = state.rows.iter();
            Ok(by_table(
                rows.filter(|(name, _)| !state.provenance.contains_key(*name)),
            ))
        })
        .await
    }

    async fn baselines(&self, _run: Option<RunId>) -> Result<BTreeMap<String, Before>> {
        self.call(|state, _| {
            let then = by_table(state.baseline.iter().flatten());
            let now = by_table(state.rows.iter());
            let of = |tables: &BTreeMap<String, Fingerprint>, name: &str| {
                tables.get(name).copied().unwrap_or_default()
            };
            let before = |name: &String| Before::Known {
                then: of(&then, name),
                now: of(&now, name),
            };
            let names = then.keys().chain(now.keys());
            Ok(names.map(|name| (name.clone(), before(name))).collect())
        })
        .await
    }

    async fn settle(
        &self,
        _scope: &Scope,
        _options: RollbackOptions,
        _undone: &Undone,
    ) -> Result<()> {
        self.call(|state, _| {
            // What has a row left is remembered, for that a later rollback knows it.
            let of: std::collections::BTreeSet<_> =
                state.provenance.values().map(|(key, _)| key).collect();
            state.items.retain(|key, _| of.contains(key));
            state.given.retain(|key, _| of.contains(key));
            Ok(())
        })
        .await
    }
}
