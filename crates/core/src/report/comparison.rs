//! V3 against V2, row by row.

use std::collections::{BTreeMap, HashSet};

use crate::ports::rows::{Item, ItemKey};
use crate::ports::runs::RunId;
use crate::ports::verify::{LedgerFault, RowDifference};
use crate::report::Examples;

/// How many differences are kept with both values; all are counted.
const KEPT: usize = 10_000;

/// How many documents of one reason or code are kept by name; all are counted.
const NAMED: usize = 1_000;

/// `collection/id`
fn named(key: &ItemKey) -> String {
    format!("{}/{}", key.collection, key.id)
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
    /// A rollback took them back, and they were not migrated again.
    pub taken_back: u64,
    /// Outside of the sample that was asked for.
    pub not_compared: u64,
    /// Embedded parts that a document supersedes.
    pub superseded: u64,
}

/// Rows of documents that a rollback took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenRows {
    /// They are missing or differ.
    pub differing: u64,
    /// The ledger has no entry of them.
    pub unbooked: u64,
}

/// What was compared, and what differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Per collection.
    pub collections: BTreeMap<String, CollectionProof>,
    /// Rows that the mapping says, per table.
    pub rows: BTreeMap<String, u64>,
    /// Rows that were compared, per table: all of them, or those of a sample.
    pub compared: BTreeMap<String, u64>,
    /// Rows that differ, per table.
    pub differing: BTreeMap<String, u64>,
    /// The first of them.
    pub differences: Vec<RowDifference>,
    /// Documents that a rollback took back and that were not migrated again, per run of it. What
    /// differs of them counts here alone.
    pub taken_back: BTreeMap<RunId, Examples>,
    /// Their rows, per table.
    pub their_rows: BTreeMap<String, TakenRows>,
    /// Rows that differed and were written again, per table.
    pub repaired: BTreeMap<String, u64>,
    /// The first of them, as they were.
    pub repairs: Vec<RowDifference>,
    /// Documents of which the ledger's entries were looked at, with those of their rows.
    pub accounts: u64,
    /// Entries of the ledger that are missing or say something else.
    pub ledger: u64,
    /// The first of them.
    pub ledger_faults: Vec<LedgerFault>,
    /// Where files of V2 end within a line: what stood behind it was not compared.
    pub broken_off: Vec<String>,
    /// Documents that were read otherwise when they were booked, and that give the same.
    pub read_otherwise: Examples,
    /// Entries that were booked again.
    pub booked: u64,
    /// How many documents were asked for, when not all.
    pub sample: Option<u64>,
    /// Quarantined documents, per reason, with what exactly.
    pub quarantine: BTreeMap<String, Examples>,
    /// Documents with warnings, per code, with the path of the field.
    pub warnings: BTreeMap<String, Examples>,
    /// Documents that the ledger counts as in quarantine and V2 no longer has.
    pub departed: u64,
    /// Items of which V3 holds something and V2 no longer has the document.
    pub gone: u64,
    /// The first of them.
    pub gone_items: Vec<ItemKey>,
}

impl Comparison {
    /// Accounts for an item, whether its rows are compared or not.
    pub fn note(&mut self, item: &Item) {
        let proof = self.proof(item);
        if item.key.is_derived() {
            // Made of several documents: what is made is what is read.
            proof.read += 1;
        }
        let name = named(&item.key);
        if let Some(quarantine) = &item.quarantine {
            proof.quarantined += 1;
            let of_reason = self
                .quarantine
                .entry(quarantine.reason.clone())
                .or_default();
            of_reason.note(NAMED, || format!("{name}: {}", quarantine.detail));
        }
        for row in &item.rows {
            *self.rows.entry(row.shape.table.clone()).or_default() += 1;
        }
        for warning in &item.warnings {
            let of_code = self.warnings.entry(warning.code.clone()).or_default();
            of_code.note(NAMED, || format!("{name}: {}", warning.path));
        }
    }

    /// Notes documents that a rollback took back, and their rows.
    pub fn take_back(&mut self, taken: &[(ItemKey, RunId)], rows: BTreeMap<String, TakenRows>) {
        for (key, run) in taken {
            let of_run = self.taken_back.entry(*run).or_default();
            of_run.note(NAMED, || named(key));
        }
        for (table, more) in rows {
            let rows = self.their_rows.entry(table).or_default();
            rows.differing += more.differing;
            rows.unbooked += more.unbooked;
        }
    }

    /// Accounts for items whose rows were compared, for what differs of them, and for those of them
    /// that a rollback took back.
    pub fn place(
        &mut self,
        items: &[Item],
        differences: Vec<RowDifference>,
        taken: &[(ItemKey, RunId)],
    ) {
        let taken: HashSet<&ItemKey> = taken.iter().map(|(key, _)| key).collect();
        let differing: HashSet<(&str, &str)> = differences
            .iter()
            .map(|difference| (difference.table.as_str(), difference.id.as_str()))
            .collect();
        for item in items.iter().filter(|item| item.quarantine.is_none()) {
            let differs = item
                .rows
                .iter()
                .any(|row| differing.contains(&(row.shape.table.as_str(), row.id())));
            let proof = self.proof(item);
            if taken.contains(&item.key) {
                proof.taken_back += 1;
            } else if differs {
                proof.differing += 1;
            } else {
                proof.in_place += 1;
            }
            for row in &item.rows {
                *self.compared.entry(row.shape.table.clone()).or_default() += 1;
            }
        }
        for difference in differences {
            *self.differing.entry(difference.table.clone()).or_default() += 1;
            if self.differences.len() < KEPT {
                self.differences.push(difference);
            }
        }
    }

    /// Accounts for what the ledger says of `documents`.
    pub fn account(&mut self, documents: u64, faults: Vec<LedgerFault>) {
        self.accounts += documents;
        for fault in faults {
            if fault.is_note() {
                self.read_otherwise.note(NAMED, || named(&fault.key));
                continue;
            }
            self.ledger += 1;
            if self.ledger_faults.len() < KEPT {
                self.ledger_faults.push(fault);
            }
        }
    }

    /// Accounts for an item whose rows are not compared.
    pub fn pass_over(&mut self, item: &Item) {
        if item.quarantine.is_none() {
            self.proof(item).not_compared += 1;
        }
    }

    /// Notes a row that differed and was written again.
    pub fn repair(&mut self, was: RowDifference) {
        *self.repaired.entry(was.table.clone()).or_default() += 1;
        if self.repairs.len() < KEPT {
            self.repairs.push(was);
        }
    }

    fn proof(&mut self, item: &Item) -> &mut CollectionProof {
        self.collections
            .entry(item.key.collection.clone())
            .or_default()
    }

    /// Notes an item of which V3 holds something and V2 no longer has the document.
    pub fn count_gone(&mut self, key: &ItemKey) {
        self.gone += 1;
        if self.gone_items.len() < KEPT {
            self.gone_items.push(key.clone());
        }
    }

    /// Rows that were compared, over all tables.
    pub fn compared_rows(&self) -> u64 {
        self.compared.values().sum()
    }

    /// Rows that differ or are missing, over all tables, but for those that were taken back.
    pub fn differing_rows(&self) -> u64 {
        self.differing.values().sum()
    }

    /// Rows that are as the mapping says, over all tables.
    pub fn equal_rows(&self) -> u64 {
        let taken: u64 = self.their_rows.values().map(|rows| rows.differing).sum();
        let other = self.differing_rows() + taken;
        self.compared_rows().saturating_sub(other)
    }

    /// Rows of a table that differ or are missing, those that were taken back among them.
    pub fn otherwise(&self, table: &str) -> u64 {
        let taken = self.their_rows.get(table).map_or(0, |rows| rows.differing);
        self.differing.get(table).copied().unwrap_or(0) + taken
    }

    /// Rows that were written again, over all tables.
    pub fn repaired_rows(&self) -> u64 {
        self.repaired.values().sum()
    }

    /// Documents in quarantine.
    pub fn quarantined(&self) -> u64 {
        self.quarantine.values().map(|found| found.count).sum()
    }
}
