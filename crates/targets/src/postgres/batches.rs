//! How long batches take, booked with what they write.

use sqlx::{Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::runs::RunId;

use super::fault::error;

/// How much a batch was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    /// Documents, or rows that were looked at.
    pub items: u64,
    /// Rows written.
    pub written: u64,
}

/// Books a batch, as the last statement of its transaction.
pub(super) async fn book(
    transaction: &mut Transaction<'_, Postgres>,
    run: RunId,
    step: &str,
    size: Size,
) -> Result<()> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO sunset.batches (run, step, items, written) VALUES ($1, $2, $3, $4)";
    crate::postgres::query(sql)
        .bind(run)
        .bind(step)
        .bind(signed(size.items))
        .bind(signed(size.written))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot book a batch"))
}
