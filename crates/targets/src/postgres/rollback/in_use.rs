//! Values that rows still hold.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::Result;

use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::ledger::Ledger;

impl Ledger {
    /// Those of `values` that some row, whoever wrote it, holds in a column.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn values_in_use(
        &self,
        table: &str,
        column: &str,
        values: &[String],
    ) -> Result<HashSet<String>> {
        let failed = |cause| error(cause, "cannot look for values in use");
        let mut transaction = self.database().begin_reading().await?;
        let column = quote_identifier(column);
        let statement = format!(
            "SELECT DISTINCT {column}::text FROM {} WHERE {column} = ANY ($1)",
            public_table(table)
        );
        crate::postgres::query(AssertSqlSafe(statement))
            .bind(values)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?
            .iter()
            .map(|row| row.try_get(0))
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}
