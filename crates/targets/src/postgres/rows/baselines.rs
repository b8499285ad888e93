//! What tables were before anything was written to them, and before one run wrote to them.

use sqlx::{AssertSqlSafe, Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::runs::RunId;

use super::table::ROW;
use crate::postgres::fault::error;
use crate::postgres::identifier::public_table;

/// Bytes of a table, with what lies beside it, of which also a run takes the digest that is to keep
/// nobody waiting (`digests` among its options is `small`): some tenths of a second. Others take that
/// of every table that they change, however large.
const SMALL: i64 = 64 * 1024 * 1024;

/// Records what a table is, where neither was done yet. It must come before the run's first change
/// of the table: in the same transaction, or in one that is committed before.
pub(in crate::postgres) async fn take(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    run: RunId,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot take the digest of a table");
    let name = public_table(table);
    let first = format!(include_str!("baseline.sql"), row = ROW, table = name);
    crate::postgres::query(AssertSqlSafe(first))
        .bind(table)
        .bind(run)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let of_run = format!(include_str!("run_baseline.sql"), row = ROW, table = name);
    crate::postgres::query(AssertSqlSafe(of_run))
        .bind(table)
        .bind(run)
        .bind(SMALL)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}
