//! Entries that others take the place of, and those of other buckets.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::audio::record::ObjectRecord;
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::runs::RunId;

use super::ObjectBook;
use crate::postgres::fault::error;
use crate::postgres::runs::Lease;

impl ObjectBook {
    /// Keys under which something stood when this run was to write there, and of which the ledger
    /// had no entry.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn found_by(&self, run: RunId) -> Result<u64> {
        let failed = |cause| error(cause, "cannot read what stood in the bucket before");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let count = "SELECT count(*) FROM sunset.objects_found WHERE target = $1 AND run = $2";
            let count: i64 = crate::postgres::query_scalar(count)
                .bind(self.target.as_str())
                .bind(run)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        self.database.steadily(look).await
    }
}

/// What was copied under the keys of these proven objects before does not count as copied any more;
/// what of it had other bytes is noted, for it cannot come back. Called before these are written.
pub(super) async fn supersede(
    transaction: &mut Transaction<'_, Postgres>,
    (target, lease): (&TargetIdentity, &Lease),
    proven: &[ObjectRecord],
) -> Result<()> {
    let failed = |cause| error(cause, "cannot record what was stored under a key before");
    let keys = proven.iter().map(|record| record.key.as_deref());
    let keys: Vec<Option<&str>> = keys.collect();
    let etags = proven.iter().map(|record| record.etag.as_deref());
    crate::postgres::query(include_str!("replaced.sql"))
        .bind(target.as_str())
        .bind(lease.run)
        .bind(&keys)
        .bind(etags.collect::<Vec<_>>())
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let uris = proven.iter().map(|record| record.source_uri.as_str());
    let ids = proven.iter();
    let ids = ids.map(|record| record.conversation_id.as_deref().unwrap_or_default());
    crate::postgres::query(include_str!("supersede.sql"))
        .bind(target.as_str())
        .bind(&keys)
        .bind(uris.collect::<Vec<_>>())
        .bind(ids.collect::<Vec<_>>())
        .bind(lease.run)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}

/// Drops entries, see [`sunset_core::ports::objects::ObjectJournal::discard`].
pub(super) async fn discard(
    transaction: &mut Transaction<'_, Postgres>,
    target: &TargetIdentity,
    names: &[(String, Option<String>)],
) -> Result<()> {
    let uris = names.iter().map(|(uri, _)| uri.as_str());
    let ids = names
        .iter()
        .map(|(_, id)| id.as_deref().unwrap_or_default());
    crate::postgres::query(include_str!("discard.sql"))
        .bind(target.as_str())
        .bind(uris.collect::<Vec<_>>())
        .bind(ids.collect::<Vec<_>>())
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot drop entries of recordings"))
}

/// Copies in other buckets than `target`.
pub(super) async fn elsewhere(
    transaction: &mut Transaction<'_, Postgres>,
    target: &TargetIdentity,
) -> Result<Vec<(String, u64)>> {
    let failed = |cause| error(cause, "cannot read which buckets hold recordings");
    let rows = crate::postgres::query(include_str!("elsewhere.sql"))
        .bind(target.as_str())
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let bucket = |row: &sqlx::postgres::PgRow| {
        let objects: i64 = row.try_get("objects")?;
        Ok::<_, sqlx::Error>((row.try_get("target")?, u64::try_from(objects).unwrap_or(0)))
    };
    let buckets = rows.iter().map(bucket).collect::<sqlx::Result<_>>();
    buckets.map_err(failed)
}
