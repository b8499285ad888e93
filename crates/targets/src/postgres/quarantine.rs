//! The ledger's quarantine, looked at.

use std::collections::{BTreeMap, HashSet};

use sqlx::Row as _;
use sunset_core::ports::rows::ItemKey;
use sunset_core::{Error, ErrorKind, Result};

use super::fault::error;
use super::ledger::Ledger;

impl Ledger {
    /// How many documents are in quarantine, by reason; those that V2 has no longer do not count.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn quarantine_reasons(&self) -> Result<BTreeMap<String, u64>> {
        let failed = |cause| error(cause, "cannot read the quarantine");
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            crate::postgres::query(
                "SELECT reason, count(*) FROM sunset.quarantine WHERE gone_run IS NULL GROUP BY reason",
            )
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?
            .iter()
            .map(|row| {
                let count: i64 = row.try_get(1)?;
                Ok((row.try_get(0)?, u64::try_from(count).unwrap_or(0)))
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
        };
        self.database().steadily(look).await
    }

    /// The documents in quarantine, those of one reason if one is given.
    ///
    /// # Errors
    /// `Configuration` when nothing is there for that reason, but for others; those of the
    /// database.
    pub async fn quarantined(&self, reason: Option<&str>) -> Result<HashSet<ItemKey>> {
        let failed = |cause| error(cause, "cannot read the quarantine");
        if let Some(reason) = reason {
            let reasons = self.quarantine_reasons().await?;
            if !reasons.is_empty() && !reasons.contains_key(reason) {
                let there: Vec<String> = reasons
                    .iter()
                    .map(|(name, count)| format!("{name} ({count})"))
                    .collect();
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!("no document is in quarantine for the reason {reason:?}"),
                )
                .remedy(format!("the reasons there are: {}", there.join(", "))));
            }
        }
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            crate::postgres::query(
                "SELECT collection, document_id FROM sunset.quarantine \
                 WHERE gone_run IS NULL AND ($1::text IS NULL OR reason = $1)",
            )
            .bind(reason)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?
            .iter()
            .map(|row| {
                Ok(ItemKey {
                    collection: row.try_get(0)?,
                    id: row.try_get(1)?,
                })
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
        };
        self.database().steadily(look).await
    }
}
