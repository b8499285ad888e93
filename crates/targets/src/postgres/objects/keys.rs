//! Keys of the new bucket under which something of migration is stored, or may be.

use std::collections::{BTreeMap, HashSet};

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::audio::erasure::KnownKey;
use sunset_core::audio::record::{Intent, ObjectRecord};
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::Coming;

use super::record;
use crate::postgres::fault::error;
use crate::postgres::runs::Lease;

/// Keys a page: for each, the rows are looked through once for those that name its objects.
const PAGE: i64 = 10_000;

fn failed(cause: sqlx::Error) -> sunset_core::Error {
    error(cause, "cannot read what is stored in the bucket")
}

/// The next keys behind `after`.
pub(super) async fn next(
    transaction: &mut Transaction<'_, Postgres>,
    target: &TargetIdentity,
    after: &str,
    coming: Option<&Coming>,
) -> Result<Vec<KnownKey>> {
    let keys: Vec<String> = crate::postgres::query_scalar(include_str!("keys.sql"))
        .bind(target.as_str())
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut records: BTreeMap<String, Vec<ObjectRecord>> = BTreeMap::new();
    let rows = crate::postgres::query(include_str!("records_of_keys.sql"))
        .bind(target.as_str())
        .bind(&keys)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in &rows {
        let record = record(row).map_err(failed)?;
        let key = record.key.clone().unwrap_or_default();
        records.entry(key).or_default().push(record);
    }
    let mut intents: BTreeMap<String, Intent> = BTreeMap::new();
    let rows = crate::postgres::query(include_str!("intents_of_keys.sql"))
        .bind(target.as_str())
        .bind(&keys)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in &rows {
        let intent = intent(row).map_err(failed)?;
        intents.insert(intent.key.clone(), intent);
    }
    let stood = "SELECT key FROM sunset.objects_found WHERE target = $1 AND key = ANY ($2)";
    let stood: Vec<String> = crate::postgres::query_scalar(stood)
        .bind(target.as_str())
        .bind(&keys)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let stood: HashSet<String> = stood.into_iter().collect();
    let recorded = records.values().flatten();
    let recorded = recorded.filter_map(|record| record.url.clone());
    let urls = recorded.chain(intents.values().map(|intent| intent.url.clone()));
    let urls = in_use(transaction, &urls.collect::<Vec<_>>(), coming).await?;
    let known = keys.into_iter().map(|key| {
        let records = records.remove(&key).unwrap_or_default();
        let intent = intents.remove(&key);
        let of_records = records.iter().filter_map(|record| record.url.as_ref());
        let of_intent = intent.iter().map(|intent| &intent.url);
        let in_use = of_records.chain(of_intent).any(|url| urls.contains(url));
        KnownKey {
            stood: stood.contains(&key),
            key,
            records,
            intent,
            in_use,
        }
    });
    Ok(known.collect())
}

fn intent(row: &sqlx::postgres::PgRow) -> sqlx::Result<Intent> {
    Ok(Intent {
        source_uri: row.try_get("source_uri")?,
        key: row.try_get("key")?,
        url: row.try_get("url")?,
        found: row.try_get("found")?,
    })
}

/// Those of the URLs that rows name.
async fn in_use(
    transaction: &mut Transaction<'_, Postgres>,
    urls: &[String],
    coming: Option<&Coming>,
) -> Result<HashSet<String>> {
    let there = "SELECT to_regclass('public.conversations') IS NOT NULL";
    let there: bool = crate::postgres::query_scalar(there)
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    if !there {
        return Ok(HashSet::new());
    }
    let none = Coming::default();
    let after = coming.unwrap_or(&none);
    let named: Vec<String> = crate::postgres::query_scalar(include_str!("in_use.sql"))
        .bind(urls)
        .bind(coming.is_some())
        .bind(after.urls_only)
        .bind(after.kept_of("conversations"))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(named.into_iter().collect())
}

/// Records what is about to be stored.
pub(super) async fn intend(
    transaction: &mut Transaction<'_, Postgres>,
    (target, lease): (&TargetIdentity, &Lease),
    intents: &[Intent],
) -> Result<()> {
    let column = |of: fn(&Intent) -> &str| intents.iter().map(of).collect::<Vec<&str>>();
    let found = intents.iter().map(|intent| intent.found.as_deref());
    crate::postgres::query(include_str!("intend.sql"))
        .bind(target.as_str())
        .bind(column(|intent| &intent.key))
        .bind(column(|intent| &intent.source_uri))
        .bind(column(|intent| &intent.url))
        .bind(found.collect::<Vec<_>>())
        .bind(lease.run)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot record what is to be stored"))
}

/// Forgets what was to be stored under these keys.
pub(super) async fn settle(
    transaction: &mut Transaction<'_, Postgres>,
    target: &TargetIdentity,
    keys: &[&str],
) -> Result<()> {
    let forget = "DELETE FROM sunset.object_intents WHERE target = $1 AND key = ANY ($2)";
    crate::postgres::query(forget)
        .bind(target.as_str())
        .bind(keys)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot forget what was to be stored"))
}
