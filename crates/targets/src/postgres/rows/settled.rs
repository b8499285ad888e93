//! What the ledger knows of items from earlier runs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::rows::{
    Accounted, CollectionRecord, Item, ItemKey, Settled, SettledItems, TableRow,
};

use super::RowStore;
use super::held;
use super::state::{columns_of, known_items, optional_digest};
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

#[async_trait]
impl SettledItems for RowStore {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>> {
        let settled = async { settled_in(&mut self.begin().await?, keys).await };
        self.lease.database.watched(settled).await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        let accounted = async { accounted_items(&mut self.begin().await?, after, limit).await };
        self.lease.database.watched(accounted).await
    }

    async fn collection(&self, name: &str, examples: u32) -> Result<CollectionRecord> {
        let record = async { collection(&mut self.begin().await?, name, examples).await };
        self.lease.database.watched(record).await
    }

    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>> {
        let rows = async { held::rows_of(&mut self.begin().await?, keys).await };
        self.lease.database.watched(rows).await
    }

    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>> {
        let held = async { held::held(&mut self.begin().await?, keys).await };
        self.lease.database.watched(held).await
    }
}

/// Looks without a run, for what only shows what it would do.
#[async_trait]
impl SettledItems for Ledger {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>> {
        let settled =
            || async { settled_in(&mut self.database().begin_reading().await?, keys).await };
        self.database().steadily(settled).await
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        let look = || async {
            accounted_items(&mut self.database().begin_reading().await?, after, limit).await
        };
        self.database().steadily(look).await
    }

    async fn collection(&self, name: &str, examples: u32) -> Result<CollectionRecord> {
        let look = || async {
            collection(&mut self.database().begin_reading().await?, name, examples).await
        };
        self.database().steadily(look).await
    }

    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>> {
        let look =
            || async { held::rows_of(&mut self.database().begin_reading().await?, keys).await };
        self.database().steadily(look).await
    }

    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>> {
        let look = || async { held::held(&mut self.database().begin_reading().await?, keys).await };
        self.database().steadily(look).await
    }
}

impl RowStore {
    /// See [`sunset_core::ports::rows::RowWriter::confirm`].
    pub(super) async fn confirm_basis(&self, items: &[Item]) -> Result<()> {
        let failed = |cause| error(cause, "cannot record what documents were mapped by");
        let (collections, ids) = columns_of(items.iter().map(|item| &item.key));
        let bytes = items.iter().map(|item| item.outcome_digest.as_bytes());
        let outcomes: Vec<&[u8]> = bytes.collect();
        let bytes = items.iter().map(|item| item.basis.as_ref());
        let bases: Vec<Option<&[u8]>> = bytes
            .map(|basis| basis.map(|basis| basis.as_bytes()))
            .collect();
        let sources = items.iter().map(|item| item.source_digest.as_bytes());
        let mut transaction = self.begin().await?;
        crate::postgres::query(include_str!("confirm_items.sql"))
            .bind(collections)
            .bind(ids)
            .bind(outcomes)
            .bind(bases)
            .bind(sources.collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

async fn settled_in(
    transaction: &mut Transaction<'static, Postgres>,
    keys: &[ItemKey],
) -> Result<Vec<Option<Settled>>> {
    let known = known_items(transaction, keys.iter()).await?;
    let settled = known.into_iter().map(|item| {
        let item = item.filter(|item| item.state != "conflict")?;
        Some(Settled {
            outcome: item.outcome_digest?,
            basis: item.basis,
        })
    });
    Ok(settled.collect())
}

pub(in crate::postgres) async fn accounted_items(
    transaction: &mut Transaction<'static, Postgres>,
    after: Option<&ItemKey>,
    limit: u32,
) -> Result<Vec<Accounted>> {
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
            Ok(Accounted {
                key: ItemKey {
                    collection: row.try_get("collection")?,
                    id: row.try_get("document_id")?,
                },
                has_rows: row.try_get("has_rows")?,
                quarantined: row.try_get("quarantined")?,
                basis: optional_digest(row, "basis")?,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

async fn collection(
    transaction: &mut Transaction<'static, Postgres>,
    name: &str,
    examples: u32,
) -> Result<CollectionRecord> {
    let states = counted(transaction, include_str!("collection_items.sql"), name).await?;
    let of = |state: &str| states.get(state).copied().unwrap_or_default();
    let warnings = include_str!("collection_warnings.sql");
    let quarantine = include_str!("collection_quarantine.sql");
    Ok(CollectionRecord {
        migrated: of("migrated"),
        quarantined: of("quarantined"),
        rows: counted(transaction, include_str!("collection_rows.sql"), name).await?,
        held: held::held_of_collection(transaction, name).await?,
        warnings: sampled(transaction, warnings, name, examples).await?,
        quarantine: sampled(transaction, quarantine, name, examples).await?,
    })
}

/// Names with their counts.
async fn counted(
    transaction: &mut Transaction<'static, Postgres>,
    statement: &'static str,
    collection: &str,
) -> Result<BTreeMap<String, u64>> {
    let failed = |cause| error(cause, "cannot count what the ledger has of a collection");
    let rows = crate::postgres::query(statement)
        .bind(collection)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs())))
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

type Samples = BTreeMap<String, (u64, Vec<ItemKey>)>;

/// Names with their counts and the first documents.
async fn sampled(
    transaction: &mut Transaction<'static, Postgres>,
    statement: &'static str,
    collection: &str,
    examples: u32,
) -> Result<Samples> {
    let failed = |cause| error(cause, "cannot read what the ledger has of a collection");
    let rows = crate::postgres::query(statement)
        .bind(collection)
        .bind(i64::from(examples))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut samples = Samples::new();
    let mut add = |row: &sqlx::postgres::PgRow| -> sqlx::Result<()> {
        let total: i64 = row.try_get("total")?;
        let (count, keys) = samples.entry(row.try_get("name")?).or_default();
        *count = total.unsigned_abs();
        keys.push(ItemKey {
            collection: collection.to_owned(),
            id: row.try_get("document_id")?,
        });
        Ok(())
    };
    rows.iter().try_for_each(&mut add).map_err(failed)?;
    Ok(samples)
}
