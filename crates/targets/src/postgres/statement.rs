//! Statements with bound values.

use sqlx::Postgres;
use sqlx::SqlSafeStr;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

/// A statement with bound values, to be sent within a transaction.
///
/// It is never given a name on the server: behind a pooler in transaction mode the next
/// transaction meets another server connection, where the name is unknown or means another
/// statement. Within one transaction an unnamed statement is right everywhere.
pub fn query<'q>(sql: impl SqlSafeStr) -> Query<'q, Postgres, PgArguments> {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    sqlx::query(sql).persistent(false)
}
