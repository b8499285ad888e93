//! Writing again what differs and what nobody changed, and booking again what the ledger has lost. The writer decides about every row as it
//! does in a migration: a row that somebody changed or removed stays, and every row that is written
//! has its before-image and its provenance, so that a rollback stays exact.

use std::collections::HashSet;

use sunset_core::error::Result;
use sunset_core::ports::rows::{Item, ItemKey, RowWriter};
use sunset_core::ports::verify::LedgerFault;
use sunset_core::row::Row;

use super::{Batch, Verification};
use crate::retry::retry;

impl Verification<'_> {
    /// Writes the items of a batch of which a row differs that nobody changed, or of which the
    /// ledger has an entry that can be made again; and looks again.
    pub(super) async fn mend(&self, writer: &dyn RowWriter, batch: &mut Batch) -> Result<()> {
        let mendable: HashSet<(&str, &str)> = batch
            .differences
            .iter()
            .filter(|difference| !difference.changed_since)
            .map(|difference| (difference.table.as_str(), difference.id.as_str()))
            .collect();
        // Booking a document again takes away what it does not give: where the ledger wrongly says that
        // a row of V3 is its, that must not happen.
        let faults = || batch.ledger.iter().flatten();
        let wrong: HashSet<&ItemKey> = faults()
            .filter(|fault| !fault.is_bookable())
            .map(|fault| &fault.key)
            .collect();
        let bookable: HashSet<&ItemKey> = faults()
            .map(|fault| &fault.key)
            .filter(|key| !wrong.contains(key))
            .collect();
        let items: Vec<Item> = batch
            .items
            .iter()
            .filter(|item| {
                item.rows
                    .iter()
                    .any(|row| mendable.contains(&(row.shape.table.as_str(), row.id())))
                    || bookable.contains(&item.key)
            })
            .cloned()
            .collect();
        if items.is_empty() {
            return Ok(());
        }
        retry(self.options.retries, || writer.load(&items)).await?;
        let rows: Vec<Row> = items.iter().flat_map(|item| item.rows.clone()).collect();
        let compared = self.verifier.compare(&rows).await?;
        let accounts = self.verifier.accounts(&items, &compared).await?;
        let again = compared.differences;
        let written: HashSet<(String, String)> = items
            .iter()
            .flat_map(|item| &item.rows)
            .map(|row| (row.shape.table.clone(), row.id().to_owned()))
            .collect();
        let still: HashSet<(String, String)> = again
            .iter()
            .map(|difference| (difference.table.clone(), difference.id.clone()))
            .collect();
        let (looked_at, others): (Vec<_>, Vec<_>) =
            batch.differences.drain(..).partition(|difference| {
                written.contains(&(difference.table.clone(), difference.id.clone()))
            });
        batch.repaired = looked_at
            .into_iter()
            .filter(|was| !still.contains(&(was.table.clone(), was.id.clone())))
            .collect();
        batch.differences = others;
        batch.differences.extend(again);
        let loaded: HashSet<&ItemKey> = items.iter().map(|item| &item.key).collect();
        let faults = batch.ledger.take().unwrap_or_default();
        let (before, mut left): (Vec<LedgerFault>, Vec<LedgerFault>) = faults
            .into_iter()
            .partition(|fault| loaded.contains(&fault.key));
        let now = accounts.unwrap_or_default();
        let booked = before.iter().filter(|fault| !now.contains(fault)).count();
        batch.booked = booked as u64;
        left.extend(now);
        batch.ledger = Some(left);
        Ok(())
    }
}
