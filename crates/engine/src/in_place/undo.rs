//! Taking changes back, a set of rows after the other, the last one first.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use sunset_core::error::Result;
use sunset_core::ports::in_place::{
    ChangePlanner, ChangeScope, ChangeSet, ChangeUndoer, KeptCell, TakenBack,
};
use sunset_core::ports::progress::Progress;

use crate::retry::{Retries, retry};
use crate::schema::LOCK_RETRIES;

/// Rows that stay are named up to this number, and all counted.
pub const ROWS_SHOWN: usize = 1_000;

/// Sets that are read from the ledger at once.
const PAGE: u32 = 100;

/// What taking back came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakenReport {
    /// By table and step: rows restored, deleted, gone, kept.
    pub tables: BTreeMap<(String, String), [u64; 4]>,
    /// The first rows that stay.
    pub kept: Vec<KeptCell>,
    /// What rows were counted, by the digest of each: one that a step wrote several times is one.
    counted: HashSet<u64>,
}

impl TakenReport {
    /// Rows restored and deleted.
    pub fn written(&self) -> u64 {
        self.tables
            .values()
            .map(|counts| counts[0] + counts[1])
            .sum()
    }

    /// Rows that stay.
    pub fn kept(&self) -> u64 {
        self.tables.values().map(|counts| counts[3]).sum()
    }

    /// Whether a row was not counted yet as restored, or as kept, by its step.
    fn is_new(&mut self, set: &ChangeSet, kept: bool, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        (&set.namespace, &set.table, &set.step, kept, key).hash(&mut hasher);
        self.counted.insert(hasher.finish())
    }

    fn add(&mut self, set: &ChangeSet, mut taken: TakenBack) {
        taken.restored.retain(|key| self.is_new(set, false, key));
        taken.kept.retain(|kept| self.is_new(set, true, &kept.key));
        let counts = self
            .tables
            .entry((set.table.clone(), set.step.clone()))
            .or_default();
        counts[0] += taken.restored.len() as u64;
        counts[1] += taken.deleted;
        counts[2] += taken.gone;
        counts[3] += taken.kept.len() as u64;
        let room = ROWS_SHOWN.saturating_sub(self.kept.len());
        self.kept.extend(taken.kept.into_iter().take(room));
    }
}

/// What taking a scope back would come to.
///
/// # Errors
/// Those of the database.
pub async fn plan_take_back(
    book: &dyn ChangePlanner,
    scope: &ChangeScope,
    retries: Retries,
) -> Result<TakenReport> {
    let mut report = TakenReport::default();
    let mut before = None;
    loop {
        let sets = retry(retries, || book.sets(scope, before, PAGE)).await?;
        for set in &sets {
            let taken = retry(retries, || book.would_take_back(scope, set)).await?;
            report.add(set, taken);
        }
        match sets.last() {
            Some(set) => before = Some(set.id),
            None => return Ok(report),
        }
    }
}

/// Takes a scope back. It can be stopped and started again: a set that was taken back is forgotten
/// in the same transaction.
///
/// # Errors
/// Those of the database; what was taken back until then is.
pub async fn take_back(
    book: &dyn ChangePlanner,
    undoer: &dyn ChangeUndoer,
    scope: &ChangeScope,
    retries: Retries,
    progress: &dyn Progress,
) -> Result<TakenReport> {
    let mut report = TakenReport::default();
    let mut before = None;
    progress.start("rollback", None);
    loop {
        let sets = retry(retries, || book.sets(scope, before, PAGE)).await?;
        for set in &sets {
            let taken = retry(LOCK_RETRIES, || undoer.take_back(scope, set)).await?;
            progress.advance(set.rows);
            report.add(set, taken);
        }
        match sets.last() {
            Some(set) => before = Some(set.id),
            None => break,
        }
    }
    progress.finish();
    Ok(report)
}
