//! Cells that a later step replaces for good: the URI of a recording by its URL.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;

use super::fault::error;
use super::identifier::{public_table, quote_identifier};
use super::rows::shapes;
use super::runs::ActiveRun;

/// One cell of a text column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellLink {
    /// The table, unquoted.
    pub table: String,
    /// The primary key.
    pub row_id: String,
    /// The column, unquoted.
    pub column: String,
    /// What the mapping says.
    pub mapped: Option<String>,
    /// What the table holds from now on.
    pub linked: String,
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOutcome {
    /// The cell holds the linked value now.
    Linked,
    /// It held it already.
    Unchanged,
    /// It holds something else, which somebody else wrote; it stays.
    Foreign,
    /// The row is not there.
    Missing,
}

impl ActiveRun {
    /// Replaces cells within a transaction of this run ([`ActiveRun::begin`]), so that the caller
    /// can record the object in the same one. A cell is replaced when it holds `mapped`, or what
    /// an earlier link put there. The rows' provenance follows: neither a repeated data-migrate
    /// nor a rollback takes the new value for somebody else's.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn link_cells(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        links: &[CellLink],
    ) -> Result<Vec<LinkOutcome>> {
        let mut outcomes = Vec::with_capacity(links.len());
        for link in links {
            outcomes.push(link_cell(transaction, link, self.id()).await?);
        }
        Ok(outcomes)
    }
}

pub(super) async fn link_cell(
    transaction: &mut Transaction<'_, Postgres>,
    link: &CellLink,
    run: i64,
) -> Result<LinkOutcome> {
    let failed = |cause| error(cause, "cannot put a link in its row");
    let entry = crate::postgres::query(include_str!("links/entry.sql"))
        .bind(&link.table)
        .bind(&link.row_id)
        .bind(&link.column)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed)?;
    let shape: Option<i32> = column(entry.as_ref(), "shape").map_err(failed)?;
    let written: Option<Vec<u8>> = column(entry.as_ref(), "written").map_err(failed)?;
    let earlier: Option<String> = column(entry.as_ref(), "linked").map_err(failed)?;
    let key = match shape {
        Some(shape) => shapes::read(transaction, shape).await?.key(),
        None => quote_identifier("id"),
    };
    let name = quote_identifier(&link.column);
    let table = public_table(&link.table);
    let row = crate::postgres::query(AssertSqlSafe(format!(
        "SELECT {name} FROM {table} WHERE {key} = $1 FOR UPDATE"
    )))
    .bind(&link.row_id)
    .fetch_optional(&mut **transaction)
    .await
    .map_err(failed)?;
    let Some(row) = row else {
        return Ok(LinkOutcome::Missing);
    };
    let current: Option<String> = row.try_get(0).map_err(failed)?;
    let linked_already = current.as_deref() == Some(link.linked.as_str());
    if !linked_already && current != link.mapped && (earlier.is_none() || current != earlier) {
        return Ok(LinkOutcome::Foreign);
    }
    let ours = match (shape, &written) {
        (Some(shape), Some(written)) => {
            digest(transaction, shape, &link.row_id).await? == Digest::from_slice(written)
        }
        _ => false,
    };
    if !linked_already {
        crate::postgres::query(AssertSqlSafe(format!(
            "UPDATE {table} SET {name} = $2 WHERE {key} = $1"
        )))
        .bind(&link.row_id)
        .bind(&link.linked)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    }
    if let (true, Some(shape)) = (ours, shape) {
        let digest = digest(transaction, shape, &link.row_id).await?;
        crate::postgres::query(
            "UPDATE sunset.provenance SET written = $3 WHERE table_name = $1 AND row_id = $2",
        )
        .bind(&link.table)
        .bind(&link.row_id)
        .bind(digest.map(|digest| digest.as_bytes().to_vec()))
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    }
    crate::postgres::query(include_str!("links/record.sql"))
        .bind(&link.table)
        .bind(&link.row_id)
        .bind(&link.column)
        .bind(link.mapped.as_deref())
        .bind(&link.linked)
        .bind(run)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(if linked_already {
        LinkOutcome::Unchanged
    } else {
        LinkOutcome::Linked
    })
}

fn column<'r, T>(row: Option<&'r sqlx::postgres::PgRow>, name: &str) -> sqlx::Result<Option<T>>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.map_or(Ok(None), |row| row.try_get(name))
}

async fn digest(
    transaction: &mut Transaction<'_, Postgres>,
    shape: i32,
    row_id: &str,
) -> Result<Option<Digest>> {
    let ids = [row_id.to_owned()];
    let found = shapes::digests_over_shape(transaction, shape, &ids, shapes::Lock::Rows).await?;
    Ok(found.get(row_id).copied())
}
