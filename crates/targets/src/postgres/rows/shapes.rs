//! Lists of columns as the ledger numbers them.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::digest::Digest;
use sunset_core::row::{CellKind, Shape};
use sunset_core::{Error, ErrorKind, Result};

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
    .fetch_optional(&mut **transaction)
    .await
    .map_err(failed)?
    .ok_or_else(|| lost(shape))?;
    Ok(Columns {
        table: row.try_get(0).map_err(failed)?,
        names: row.try_get(1).map_err(failed)?,
        json: row.try_get(2).map_err(failed)?,
    })
}

fn lost(shape: i32) -> Error {
    Error::new(
        ErrorKind::Mismatch,
        "the ledger has lost a list of columns, and with it what its digests are of",
    )
    .item(format!("sunset.shapes {shape}"))
    .remedy(
        "final-check --repair books again what is in V3 as the mapping says; the rest needs \
         sunset.shapes from a backup of the database",
    )
}

/// Which of some numbers are recorded.
pub(super) async fn known(
    transaction: &mut Transaction<'_, Postgres>,
    shapes: impl Iterator<Item = i32>,
) -> Result<Vec<i32>> {
    let failed = |cause| error(cause, "cannot read the ledger's columns");
    let wanted: Vec<i32> = shapes.collect();
    if wanted.is_empty() {
        return Ok(wanted);
    }
    crate::postgres::query_scalar("SELECT id FROM sunset.shapes WHERE id = ANY($1)")
        .bind(wanted)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)
}

/// The number of a list of columns, without recording it; `None` for one that is not recorded.
pub(in crate::postgres) async fn number_of(
    transaction: &mut Transaction<'_, Postgres>,
    shape: &Shape,
) -> Result<Option<i32>> {
    let failed = |cause| error(cause, "cannot read the ledger's columns");
    let (columns, json) = lists(shape);
    let row = crate::postgres::query(
        "SELECT id FROM sunset.shapes WHERE table_name = $1 AND columns = $2 AND json_columns = $3",
    )
    .bind(&shape.table)
    .bind(columns)
    .bind(json)
    .fetch_optional(&mut **transaction)
    .await
    .map_err(failed)?;
    row.map(|row| row.try_get(0)).transpose().map_err(failed)
}

/// The names of all columns, and of those that are `jsonb`, as the ledger lists them.
pub(super) fn lists(shape: &Shape) -> (Vec<String>, Vec<String>) {
    let columns = shape.columns.iter().map(|(name, _)| name.clone()).collect();
    let json = shape.columns.iter();
    let json = json.filter(|(_, kind)| *kind == CellKind::Json);
    (columns, json.map(|(name, _)| name.clone()).collect())
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
