//! Rows that refer to rows which are to go.

use std::collections::{BTreeMap, HashSet};

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;

use super::scope::{Filter, ROWS};
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::rows::table::{ForeignKeys, quote_literal};

/// Those of `ids` that some row refers to. A foreign key with ON DELETE CASCADE counts like any
/// other: what hangs on a row of ours is somebody's.
pub(super) async fn referenced(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &ForeignKeys,
    table: &str,
    ids: &[String],
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for key in keys.0.iter().filter(|key| key.parent == table) {
        let column = quote_identifier(&key.child_column);
        let statement = format!(
            "SELECT DISTINCT {column}::text FROM {} WHERE {column} = ANY ($1)",
            public_table(&key.child)
        );
        found.extend(texts(transaction, statement, ids).await?);
    }
    Ok(found)
}

/// As [`referenced`], before anything was removed: rows that will go themselves do not count, nor
/// those that will refer to others again, unless they are among `staying` (table → ids).
pub(super) async fn referenced_by_staying(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    keys: &ForeignKeys,
    staying: &BTreeMap<String, Vec<String>>,
    table: &str,
    ids: &[String],
) -> Result<HashSet<String>> {
    let failed = |cause| error(cause, "cannot look for rows that refer to others");
    let mut found = HashSet::new();
    for key in keys.0.iter().filter(|key| key.parent == table) {
        let column = quote_identifier(&key.child_column);
        let text = match &key.child_key {
            Some(id) => format!("c.{}::text", quote_identifier(id)),
            // A row without a key is nobody's of ours.
            None => "NULL::text".to_owned(),
        };
        let statement = format!(
            "SELECT DISTINCT c.{column}::text FROM {} AS c WHERE c.{column} = ANY ($5) AND NOT (\
             EXISTS (SELECT FROM sunset.provenance AS p WHERE p.table_name = $6 \
             AND p.row_id = {text} AND {ROWS} AND (p.action = 'inserted' \
             AND ($1::int8[] IS NULL OR p.created_run = ANY ($1)) \
             OR (SELECT b.image ->> {} FROM sunset.before_images AS b \
             WHERE b.table_name = p.table_name AND b.row_id = p.row_id \
             AND ($1::int8[] IS NULL OR b.run = ANY ($1)) ORDER BY b.id LIMIT 1) \
             <> c.{column}::text)) \
             AND coalesce({text} <> ALL ($7), true))",
            public_table(&key.child),
            quote_literal(&key.child_column),
        );
        let none = Vec::new();
        let rows = filter
            .bind(crate::postgres::query(AssertSqlSafe(statement)))
            .bind(ids)
            .bind(&key.child)
            .bind(staying.get(&key.child).unwrap_or(&none))
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        for row in rows {
            found.insert(row.try_get(0).map_err(failed)?);
        }
    }
    Ok(found)
}

async fn texts(
    transaction: &mut Transaction<'_, Postgres>,
    statement: String,
    ids: &[String],
) -> Result<Vec<String>> {
    let failed = |cause| error(cause, "cannot look for rows that refer to others");
    crate::postgres::query_scalar(AssertSqlSafe(statement))
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)
}
