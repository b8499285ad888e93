//! When V3 took over from V2.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sunset_core::Result;
use sunset_core::ports::runs::CutOver;

use super::fault::error;
use super::ledger::Ledger;
use super::runs::ActiveRun;

impl Ledger {
    /// The last cut-over of a plan that was not taken back.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn cut_over(&self, plan: &str) -> Result<Option<CutOver>> {
        let failed = |cause| error(cause, "cannot read the cut-overs");
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let row = crate::postgres::query(include_str!("cut_over/last.sql"))
                .bind(plan)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(failed)?;
            row.map(|row| {
                Ok(CutOver {
                    run: row.try_get("run")?,
                    at: row.try_get("at")?,
                    by_whom: row.try_get("by_whom")?,
                    source: row.try_get("source")?,
                    read_time: row.try_get("read_time")?,
                })
            })
            .transpose()
            .map_err(failed)
        };
        self.database().steadily(look).await
    }
}

impl ActiveRun {
    /// Records that V3 took over, in this run. `accepted` is what was found and accepted: cells that
    /// users of V3 had filled, by table.
    ///
    /// # Errors
    /// As [`ActiveRun::begin`].
    pub async fn record_cut_over(
        &self,
        plan: &str,
        source: &str,
        read_time: Option<&str>,
        by_whom: Option<&str>,
        accepted: &BTreeMap<String, u64>,
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the cut-over");
        let mut transaction = self.begin().await?;
        crate::postgres::query(include_str!("cut_over/record.sql"))
            .bind(self.id())
            .bind(plan)
            .bind(source)
            .bind(read_time)
            .bind(by_whom)
            .bind((!accepted.is_empty()).then(|| serde_json::json!(accepted).to_string()))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}
