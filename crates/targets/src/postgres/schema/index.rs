//! What there is of an index that is to be built.

use sqlx::Row as _;
use sunset_core::Result;
use sunset_core::schema::steps::Step;

use super::reader::end;
use crate::postgres::fault::error;
use crate::postgres::runs::Lease;

/// What there is of an index that is to be built.
pub(super) struct IndexState {
    /// Whether it is valid, where it is there at all.
    pub(super) whole: Option<bool>,
    /// The step by which this run began to build it before.
    pub(super) attempt: Option<i64>,
}

impl Lease {
    pub(super) async fn index_state(
        &self,
        namespace: &str,
        index: &str,
        step: &Step,
    ) -> Result<IndexState> {
        let failed = |cause| error(cause, "cannot look at an index");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let row = crate::postgres::query(include_str!("index_state.sql"))
                .bind(namespace)
                .bind(index)
                .bind(self.run)
                .bind(&step.title)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            let state = IndexState {
                whole: row.try_get("whole").map_err(failed)?,
                attempt: row.try_get("attempt").map_err(failed)?,
            };
            end(transaction).await?;
            Ok(state)
        };
        self.database.steadily(look).await
    }
}
