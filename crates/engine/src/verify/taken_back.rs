//! Documents that a rollback took back: they are told as such, and nothing of them is a fault of
//! its own.

use std::collections::{HashMap, HashSet};

use sunset_core::error::Result;
use sunset_core::ports::rows::ItemKey;
use sunset_core::ports::verify::{LedgerDamage, RowFault};

use super::{Batch, Verification};
use crate::retry::retry;

impl Verification<'_> {
    /// Asks for the documents of which something is missing or otherwise, and takes what was found
    /// of those that were taken back out of the rest.
    pub(super) async fn set_apart(&self, batch: &mut Batch) -> Result<()> {
        let differing: HashSet<(&str, &str)> = batch
            .differences
            .iter()
            .map(|difference| (difference.table.as_str(), difference.id.as_str()))
            .collect();
        let unbooked: HashSet<&ItemKey> = batch
            .ledger
            .iter()
            .flatten()
            .filter(|fault| fault.what == LedgerDamage::Missing && fault.row.is_none())
            .map(|fault| &fault.key)
            .collect();
        let suspects: Vec<&ItemKey> = batch
            .items
            .iter()
            .filter(|item| {
                let mut rows = item.rows.iter();
                unbooked.contains(&item.key)
                    || rows.any(|row| differing.contains(&(row.shape.table.as_str(), row.id())))
            })
            .map(|item| &item.key)
            .collect();
        if suspects.is_empty() {
            return Ok(());
        }
        let runs = retry(self.options.retries, || self.verifier.taken_back(&suspects)).await?;
        let taken = suspects.into_iter().zip(runs);
        let taken = taken.filter_map(|(key, run)| Some((key.clone(), run?)));
        batch.taken_back = taken.collect();
        if batch.taken_back.is_empty() {
            return Ok(());
        }
        let keys: HashSet<&ItemKey> = batch.taken_back.iter().map(|(key, _)| key).collect();
        let theirs: HashMap<&str, HashSet<&str>> = batch
            .items
            .iter()
            .filter(|item| keys.contains(&item.key))
            .flat_map(|item| &item.rows)
            .fold(HashMap::new(), |mut tables, row| {
                let of_table: &mut HashSet<&str> =
                    tables.entry(row.shape.table.as_str()).or_default();
                of_table.insert(row.id());
                tables
            });
        let of = |table: &str, id: &str| theirs.get(table).is_some_and(|ids| ids.contains(id));
        let rows = &mut batch.their_rows;
        batch.differences.retain(|difference| {
            if !of(&difference.table, &difference.id) {
                return true;
            }
            let rows = rows.entry(difference.table.clone()).or_default();
            rows.differing += 1;
            rows.unbooked += u64::from(difference.fault == RowFault::Missing);
            false
        });
        if let Some(faults) = &mut batch.ledger {
            faults.retain(|fault| {
                if !keys.contains(&fault.key) {
                    return true;
                }
                if let (Some((table, _)), LedgerDamage::Missing) = (&fault.row, &fault.what) {
                    rows.entry(table.clone()).or_default().unbooked += 1;
                }
                false
            });
        }
        Ok(())
    }
}
