//! Statements: with bound values, and without.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryScalar};
use sqlx::{AssertSqlSafe, FromRow, Postgres, SqlSafeStr, Transaction};
use sunset_core::Result;

use super::fault::error;

/// A statement with bound values, to be sent within a transaction.
///
/// It is never given a name on the server: behind a pooler in transaction mode the next
/// transaction meets another server connection, where the name is unknown or means another
/// statement. Within one transaction an unnamed statement is right everywhere.
pub fn query<'q>(sql: impl SqlSafeStr) -> Query<'q, Postgres, PgArguments> {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    sqlx::query(sql).persistent(false)
}

/// As [`query`], where only the first column of the rows is wanted.
pub fn query_scalar<'q, T>(sql: impl SqlSafeStr) -> QueryScalar<'q, Postgres, T, PgArguments>
where
    (T,): for<'r> FromRow<'r, PgRow>,
{
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    sqlx::query_scalar(sql).persistent(false)
}

/// Carries out a statement without values, or several; gives how many rows they changed. `what`
/// says what was being done: `"cannot write rows"`.
pub(super) async fn execute(
    transaction: &mut Transaction<'_, Postgres>,
    sql: impl Into<String>,
    what: &'static str,
) -> Result<u64> {
    sqlx::raw_sql(AssertSqlSafe(sql.into()))
        .execute(&mut **transaction)
        .await
        .map(|done| done.rows_affected())
        .map_err(|cause| error(cause, what))
}
