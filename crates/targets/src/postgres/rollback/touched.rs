//! Tables that a rollback may write to.

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::Result;
use sunset_core::ports::rollback::Scope;

use super::scope::{Filter, IMAGES, LINKS, ROWS};
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

impl Ledger {
    /// The tables of which a rollback of `scope` may remove, restore or unlink rows, whatever plan
    /// wrote them; the table of users is among them where the migration's own user goes.
    ///
    /// # Errors
    /// `NotFound` for a run that the ledger does not know; those of the database.
    pub async fn touched_tables(&self, scope: &Scope) -> Result<Vec<String>> {
        self.database().steadily(|| self.touched(scope)).await
    }

    async fn touched(&self, scope: &Scope) -> Result<Vec<String>> {
        let failed = |cause| error(cause, "cannot read which tables the rollback is about");
        let mut transaction = self.database().begin_reading().await?;
        let filter = Filter::read(&mut transaction, scope).await?;
        let statement = format!(
            include_str!("touched.sql"),
            rows = ROWS,
            images = IMAGES,
            links = LINKS
        );
        filter
            .bind(crate::postgres::query(AssertSqlSafe(statement)))
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?
            .iter()
            .map(|row| row.try_get(0))
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}
