//! What the ledger knows of items from earlier runs.

use async_trait::async_trait;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{ItemKey, SettledItems};

use super::RowStore;
use super::state::known_items;
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

async fn settled_in(
    transaction: &mut Transaction<'static, Postgres>,
    keys: &[ItemKey],
) -> Result<Vec<Option<Digest>>> {
    let known = known_items(transaction, keys.iter()).await?;
    Ok(known
        .into_iter()
        .map(|item| item.filter(|item| item.state != "conflict"))
        .map(|item| item.and_then(|item| item.outcome_digest))
        .collect())
}

#[async_trait]
impl SettledItems for RowStore {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Digest>>> {
        let settled = async { settled_in(&mut self.begin().await?, keys).await };
        self.lease.database.watched(settled).await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<ItemKey>> {
        let accounted = async { accounted_items(&mut self.begin().await?, after, limit).await };
        self.lease.database.watched(accounted).await
    }
}

/// Looks without a run, for what only shows what it would do.
#[async_trait]
impl SettledItems for Ledger {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Digest>>> {
        let settled =
            || async { settled_in(&mut self.database().begin_reading().await?, keys).await };
        self.database().steadily(settled).await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<ItemKey>> {
        accounted_items(&mut self.database().begin_reading().await?, after, limit).await
    }
}

async fn accounted_items(
    transaction: &mut Transaction<'static, Postgres>,
    after: Option<&ItemKey>,
    limit: u32,
) -> Result<Vec<ItemKey>> {
    let failed = |cause| error(cause, "cannot read the items of the ledger");
    let rows = crate::postgres::query(include_str!("accounted_items.sql"))
        .bind(after.map(|key| key.collection.as_str()))
        .bind(after.map(|key| key.id.as_str()))
        .bind(i64::from(limit))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok(ItemKey {
                collection: row.try_get(0)?,
                id: row.try_get(1)?,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}
