//! V3 against V2, row by row.

use std::collections::BTreeMap;

use crate::ports::rows::{Item, ItemKey};
use crate::ports::verify::RowDifference;

/// How many differences are kept with both values; all are counted.
const KEPT: usize = 100;

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

impl Comparison {
    /// Accounts for a batch of items and what differs of their rows.
    pub fn count(&mut self, batch: &[Item], differences: Vec<RowDifference>) {
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
                *self
                    .quarantine
                    .entry(quarantine.reason.clone())
                    .or_default() += 1;
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

    /// Notes an item that the ledger accounts for and V2 no longer has.
    pub fn count_gone(&mut self, key: &ItemKey) {
        self.gone += 1;
        if self.gone_items.len() < KEPT {
            self.gone_items.push(key.clone());
        }
    }

    /// Rows that differ or are missing, over all tables.
    pub fn differing_rows(&self) -> u64 {
        self.differing.values().sum()
    }

    /// Documents in quarantine.
    pub fn quarantined(&self) -> u64 {
        self.quarantine.values().sum()
    }
}
