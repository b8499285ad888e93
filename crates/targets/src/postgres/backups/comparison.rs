//! Rows held against the last backup that has them.

use sqlx::Row as _;
use sunset_core::Result;
use sunset_core::plans::in_place::{BackupComparison, SqlText};
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};

use crate::postgres::connection::Database;
use crate::postgres::fault::error;

/// How many backups are looked into, the last ones.
const BACKUPS: usize = 20;

/// A query of the rows that are not as they were, as `item`; `None` without a backup.
pub(in crate::postgres) async fn comparison(
    database: &Database,
    namespace: &str,
    comparison: &BackupComparison,
) -> Result<Option<SqlText>> {
    let copies = copies(database, namespace, &comparison.table).await?;
    let Some(key) = comparison.columns.first() else {
        return Ok(None);
    };
    if copies.is_empty() {
        return Ok(None);
    }
    let cells: Vec<String> = comparison
        .columns
        .iter()
        .map(|column| format!("{}, t.{}", quote_literal(column), quote_identifier(column)))
        .collect();
    let cells = format!("jsonb_build_object({})", cells.join(", "));
    let key = format!("t.{}", quote_identifier(key));
    let chosen = comparison.rows.as_ref().map_or("true", |rows| &rows.sql);
    let held: Vec<String> = copies
        .iter()
        .enumerate()
        .map(|(age, copy)| {
            format!("SELECT {age} AS age, {key}::text AS row_key, {cells} AS cells FROM {copy} AS t WHERE {chosen}")
        })
        .collect();
    Ok(Some(SqlText {
        sql: format!(
            include_str!("differing.sql"),
            held = held.join(" UNION ALL "),
            relation = qualified(namespace, &comparison.table),
            key = key,
            cells = cells,
        ),
        binds: comparison
            .rows
            .as_ref()
            .map(|rows| rows.binds.clone())
            .unwrap_or_default(),
    }))
}

/// The copies of a table, the last first.
async fn copies(database: &Database, namespace: &str, table: &str) -> Result<Vec<String>> {
    let failed = |cause| error(cause, "cannot read the catalogue of backups");
    let look = || async {
        let mut transaction = database.begin_reading().await?;
        let there: bool =
            crate::postgres::query("SELECT to_regclass('sunset.backups') IS NOT NULL")
                .fetch_one(&mut *transaction)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(failed)?;
        if !there {
            return Ok(Vec::new());
        }
        let rows = crate::postgres::query(include_str!("list.sql"))
            .bind(None::<String>)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let mut copies = Vec::new();
        for row in &rows {
            let record = super::record(row).map_err(failed)?;
            if record.namespace == namespace && record.table(table).is_some() {
                copies.push(qualified(&record.schema, table));
            }
        }
        copies.truncate(BACKUPS);
        Ok(copies)
    };
    database.steadily(look).await
}
