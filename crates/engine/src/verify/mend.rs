//! Writing again what differs and what nobody changed. The writer decides about every row as it
//! does in a migration: a row that somebody changed or removed stays, and every row that is written
//! has its before-image and its provenance, so that a rollback stays exact.

use std::collections::HashSet;

use sunset_core::error::Result;
use sunset_core::ports::rows::{Item, RowWriter};
use sunset_core::row::Row;

use super::{Batch, Verification};
use crate::retry::retry;

impl Verification<'_> {
    /// Writes the items of a batch of which a row differs that nobody changed, and looks again.
    pub(super) async fn mend(&self, writer: &dyn RowWriter, batch: &mut Batch) -> Result<()> {
        let mendable: HashSet<(&str, &str)> = batch
            .differences
            .iter()
            .filter(|difference| !difference.changed_since)
            .map(|difference| (difference.table.as_str(), difference.id.as_str()))
            .collect();
        let items: Vec<Item> = batch
            .items
            .iter()
            .filter(|item| {
                item.rows
                    .iter()
                    .any(|row| mendable.contains(&(row.shape.table.as_str(), row.id())))
            })
            .cloned()
            .collect();
        if items.is_empty() {
            return Ok(());
        }
        retry(self.options.retries, || writer.load(&items)).await?;
        let rows: Vec<Row> = items.iter().flat_map(|item| item.rows.clone()).collect();
        let again = self.verifier.compare(&rows).await?.differences;
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
        Ok(())
    }
}
