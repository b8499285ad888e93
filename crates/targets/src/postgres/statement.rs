//! Statements with bound values.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryScalar};
use sqlx::{FromRow, Postgres, SqlSafeStr};

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
