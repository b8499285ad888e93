//! Numbers that earlier runs assigned.

use sqlx::Row as _;
use sunset_core::Result;
use sunset_core::plans::RecordedNumbers;
use sunset_core::ports::rows::ItemKey;
use sunset_core::ports::runs::RunId;

use super::fault::error;
use super::ledger::Ledger;

impl Ledger {
    /// All assigned numbers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recorded_numbers(&self) -> Result<RecordedNumbers> {
        self.numbers_of(None).await
    }

    /// All numbers but those that `run` assigned itself: what it began with, however far it has
    /// come.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn numbers_before(&self, run: RunId) -> Result<RecordedNumbers> {
        self.numbers_of(Some(run)).await
    }

    async fn numbers_of(&self, but: Option<RunId>) -> Result<RecordedNumbers> {
        let failed = |cause| error(cause, "cannot read the assigned numbers");
        let fetch = || async {
            let mut transaction = self.database().begin_reading().await?;
            crate::postgres::query(
                "SELECT kind, collection, document_id, number FROM sunset.assigned_numbers \
                 WHERE run IS DISTINCT FROM $1",
            )
            .bind(but)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)
        };
        let rows = self.database().steadily(fetch).await?;
        let mut recorded = RecordedNumbers::default();
        for row in rows {
            let key = ItemKey {
                collection: row.try_get(1).map_err(failed)?,
                id: row.try_get(2).map_err(failed)?,
            };
            let kind: String = row.try_get(0).map_err(failed)?;
            recorded.insert(&kind, key, row.try_get(3).map_err(failed)?);
        }
        Ok(recorded)
    }
}
