//! Recordings whose place under their keys a run took: what of it cannot be taken back.

use sunset_core::Result;
use sunset_core::ports::rollback::Scope;

use super::scope::Filter;
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

impl Ledger {
    /// How many recordings of earlier runs the run of the scope took the place of, with other bytes.
    /// None where the scope is no run: nothing of before is asked back then.
    ///
    /// # Errors
    /// `NotFound` for a run that the ledger does not know; those of the database.
    pub async fn replaced_recordings(&self, scope: &Scope) -> Result<u64> {
        if scope.run.is_none() {
            return Ok(0);
        }
        let failed = |cause| error(cause, "cannot read which recordings were replaced");
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let filter = Filter::read(&mut transaction, scope).await?;
            let count = "SELECT count(DISTINCT (target, key)) FROM sunset.objects_replaced WHERE run = ANY ($1)";
            let count: i64 = crate::postgres::query_scalar(count)
                .bind(filter.runs)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        self.database().steadily(look).await
    }
}
