//! Rows that the ledger has of documents: of those in quarantine they are of an earlier time, and
//! stay.

use std::collections::{BTreeMap, HashMap};

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::rows::{ItemKey, TableRow};

use super::shapes;
use super::state::columns_of;
use crate::postgres::fault::error;
use crate::postgres::identifier::public_table;

/// The entries of each of some items.
pub(super) async fn rows_of(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &[ItemKey],
) -> Result<Vec<Vec<TableRow>>> {
    let failed = |cause| error(cause, "cannot read the ledger's rows");
    let mut found = vec![Vec::new(); keys.len()];
    for row in &entries(transaction, keys).await? {
        let ordinal: i64 = row.try_get("ordinal").map_err(failed)?;
        let place = usize::try_from(ordinal - 1).ok();
        if let Some(rows) = place.and_then(|place| found.get_mut(place)) {
            let table = row.try_get("table_name").map_err(failed)?;
            rows.push((table, row.try_get("row_id").map_err(failed)?));
        }
    }
    Ok(found)
}

/// How many rows of some items are in their tables.
pub(super) async fn held(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &[ItemKey],
) -> Result<BTreeMap<String, u64>> {
    let rows = entries(transaction, keys).await?;
    present(transaction, &rows).await
}

/// The same of everything in quarantine of a collection.
pub(super) async fn held_of_collection(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
) -> Result<BTreeMap<String, u64>> {
    let rows = crate::postgres::query(include_str!("collection_held.sql"))
        .bind(name)
        .fetch_all(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot read the ledger's rows"))?;
    present(transaction, &rows).await
}

async fn entries(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &[ItemKey],
) -> Result<Vec<PgRow>> {
    let (collections, ids) = columns_of(keys.iter());
    crate::postgres::query(include_str!("rows_of_items.sql"))
        .bind(collections)
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot read the ledger's rows"))
}

async fn present(
    transaction: &mut Transaction<'_, Postgres>,
    entries: &[PgRow],
) -> Result<BTreeMap<String, u64>> {
    let failed = |cause| error(cause, "cannot count rows of documents in quarantine");
    let mut of_shapes: HashMap<(String, i32), Vec<String>> = HashMap::new();
    for row in entries {
        let table = row.try_get("table_name").map_err(failed)?;
        let shape = row.try_get("shape").map_err(failed)?;
        let id = row.try_get("row_id").map_err(failed)?;
        of_shapes.entry((table, shape)).or_default().push(id);
    }
    let mut held = BTreeMap::new();
    for ((table, shape), ids) in of_shapes {
        let key = shapes::read(transaction, shape).await?.key();
        let statement = format!(
            "SELECT count(*) FROM {} WHERE {key} = ANY($1)",
            public_table(&table)
        );
        let count: i64 = crate::postgres::query(AssertSqlSafe(statement))
            .bind(ids)
            .fetch_one(&mut **transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
        if count > 0 {
            *held.entry(table).or_default() += count.unsigned_abs();
        }
    }
    Ok(held)
}
