//! Along which schemas names are looked up.

use sqlx::{Postgres, Transaction};
use sunset_core::Result;
use sunset_core::schema::name::quote_identifier;

use crate::postgres::fault::error;

/// None: types and expressions print qualified, and what a column's default calls is the server's
/// own.
pub(super) async fn plain_path(transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
    sqlx::raw_sql("SET LOCAL search_path = ''")
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot set search_path"))
}

/// The role's own, as the application's triggers and functions know it, and at its end the schema
/// that is changed. The server's own functions come first, whatever a role has set.
pub(super) async fn own_path(
    transaction: &mut Transaction<'_, Postgres>,
    namespace: &str,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot set search_path");
    sqlx::raw_sql("SET LOCAL search_path TO DEFAULT")
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    crate::postgres::query(include_str!("own_path.sql"))
        .bind(quote_identifier(namespace))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}
