//! Lists of columns as the ledger numbers them.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;

pub(in crate::postgres) use super::table::ROW;
use crate::postgres::digest::digest_over;
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

/// The columns that a digest was taken over.
#[derive(Debug, Clone)]
pub(in crate::postgres) struct Columns {
    pub table: String,
    /// The first is the primary key.
    pub names: Vec<String>,
    /// Those that are `jsonb`.
    pub json: Vec<String>,
}

impl Columns {
    /// The primary key, quoted.
    pub fn key(&self) -> String {
        quote_identifier(self.names.first().map_or("id", String::as_str))
    }

    /// The digest of [`ROW`].
    pub fn digest(&self) -> String {
        digest_over(ROW, &self.names, &self.json)
    }
}

/// Reads the columns of a number.
pub(in crate::postgres) async fn read(
    transaction: &mut Transaction<'_, Postgres>,
    shape: i32,
) -> Result<Columns> {
    let failed = |cause| error(cause, "cannot read the ledger's columns");
    let row = crate::postgres::query(
        "SELECT table_name, columns, json_columns FROM sunset.shapes WHERE id = $1",
    )
    .bind(shape)
    .fetch_one(&mut **transaction)
    .await
    .map_err(failed)?;
    Ok(Columns {
        table: row.try_get(0).map_err(failed)?,
        names: row.try_get(1).map_err(failed)?,
        json: row.try_get(2).map_err(failed)?,
    })
}

/// Whether rows that are looked at are kept from changing until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::postgres) enum Lock {
    /// They are.
    Rows,
    /// They are not: the transaction only reads.
    Nothing,
}

/// Digests of rows by their ids.
pub(in crate::postgres) async fn digests(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    key: &str,
    expression: &str,
    ids: &[String],
    lock: Lock,
) -> Result<HashMap<String, Digest>> {
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let failed = |cause| error(cause, "cannot read the rows that are there");
    let locked = match lock {
        Lock::Rows => " FOR NO KEY UPDATE",
        Lock::Nothing => "",
    };
    let statement = format!(
        "SELECT {ROW}.{key}::text, {expression} FROM {} AS {ROW} WHERE {ROW}.{key} = ANY($1){locked}",
        public_table(table)
    );
    let rows = crate::postgres::query(AssertSqlSafe(statement))
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in rows {
        let id: String = row.try_get(0).map_err(failed)?;
        let bytes: Vec<u8> = row.try_get(1).map_err(failed)?;
        found.insert(id, Digest::from_slice(&bytes).unwrap_or(Digest([0; 32])));
    }
    Ok(found)
}

/// Digests over the columns of a number.
pub(in crate::postgres) async fn digests_over_shape(
    transaction: &mut Transaction<'_, Postgres>,
    shape: i32,
    ids: &[String],
    lock: Lock,
) -> Result<HashMap<String, Digest>> {
    let columns = read(transaction, shape).await?;
    digests(
        transaction,
        &columns.table,
        &columns.key(),
        &columns.digest(),
        ids,
        lock,
    )
    .await
}
