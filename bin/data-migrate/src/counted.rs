//! A writer that counts what it writes, for Prometheus.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use sunset_cli::Metrics;
use sunset_core::error::Result;
use sunset_core::ports::rows::{
    Accounted, CollectionRecord, Item, ItemKey, ItemOutcome, LoadOutcome, RowWriter, Settled,
    SettledItems, TableRow,
};

/// Counts what `writer` does.
pub struct Counted {
    pub writer: Arc<dyn RowWriter>,
    pub metrics: Metrics,
}

#[async_trait]
impl SettledItems for Counted {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>> {
        self.writer.settled(keys).await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        self.writer.accounted(after, limit).await
    }

    async fn collection(&self, name: &str, examples: u32) -> Result<CollectionRecord> {
        self.writer.collection(name, examples).await
    }

    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>> {
        self.writer.rows_of(keys).await
    }

    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>> {
        self.writer.held(keys).await
    }
}

#[async_trait]
impl RowWriter for Counted {
    async fn load(&self, items: &[Item]) -> Result<LoadOutcome> {
        let begun = Instant::now();
        let outcome = self.writer.load(items).await?;
        self.metrics.batch(begun.elapsed());
        for (what, name) in [
            (ItemOutcome::Written, "written"),
            (ItemOutcome::Unchanged, "unchanged"),
            (ItemOutcome::Quarantined, "quarantined"),
            (ItemOutcome::Conflict, "conflict"),
        ] {
            let count = outcome.items.iter().filter(|item| **item == what).count();
            self.metrics.documents(name, count as u64);
        }
        for (table, rows) in &outcome.rows {
            for (name, count) in [
                ("inserted", rows.inserted),
                ("updated", rows.updated),
                ("unchanged", rows.unchanged),
                ("conflict", rows.conflicting),
                ("removed", rows.removed),
                ("held", rows.held),
            ] {
                self.metrics.rows(table, name, count);
            }
        }
        Ok(outcome)
    }

    async fn confirm(&self, items: &[Item]) -> Result<()> {
        self.writer.confirm(items).await
    }
}
