//! Reads V3 to compare it with what the mapping says. Digests are taken in the database; only
//! rows that differ travel.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::rows::ItemKey;
use sunset_core::ports::verify::{
    CellDifference, ForeignKey, Found, RowDifference, RowFault, RowVerifier,
};
use sunset_core::row::{Cell, CellKind, Row, Shape};

use super::connection::Database;
use super::digest::digest_expression;
use super::fault::error;
use super::identifier::{public_table, quote_identifier};

/// How many ids an answer names; all are counted.
const NAMED: i64 = 50;

/// Compares with one database.
#[derive(Debug, Clone)]
pub struct Verifier {
    database: Database,
    /// Whether there is a ledger to look into.
    ledger: bool,
}

impl Verifier {
    /// A verifier; `ledger` says whether the database has one.
    pub fn new(database: Database, ledger: bool) -> Self {
        Self { database, ledger }
    }

    async fn fetch(&self, sql: String, what: &str, ids: &[String]) -> Result<Vec<PgRow>> {
        let mut transaction = self.database.begin_reading().await?;
        let mut query = crate::postgres::query(sqlx::AssertSqlSafe(sql));
        if !ids.is_empty() {
            query = query.bind(ids);
        }
        query
            .fetch_all(&mut *transaction)
            .await
            .map_err(|cause| error(cause, what))
    }

    async fn found(&self, table: &str, ids: &str, condition: &str, what: &str) -> Result<Found> {
        let from = public_table(table);
        let rows = self
            .fetch(
                format!(
                    "SELECT count(*) OVER () AS total, {ids} AS id FROM {from} AS t \
                     WHERE {condition} ORDER BY 2 LIMIT {NAMED}"
                ),
                what,
                &[],
            )
            .await?;
        read_found(&rows, what)
    }
}

fn read_found(rows: &[PgRow], what: &str) -> Result<Found> {
    let failed = |cause| error(cause, what);
    let mut found = Found::default();
    for row in rows {
        let total: i64 = row.try_get("total").map_err(failed)?;
        found.count = u64::try_from(total).unwrap_or(0);
        found.ids.push(row.try_get("id").map_err(failed)?);
    }
    Ok(found)
}

#[async_trait]
impl RowVerifier for Verifier {
    async fn compare(&self, rows: &[Row]) -> Result<Vec<RowDifference>> {
        let mut tables: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for row in rows {
            tables
                .entry(&row.shape.table)
                .or_default()
                .push(row.clone());
        }
        let mut transaction = self.database.begin_reading().await?;
        let mut differences = Vec::new();
        for rows in tables.into_values() {
            differences.extend(self.compare_table(&mut transaction, rows).await?);
        }
        Ok(differences)
    }

    async fn missing_tables(&self, tables: &[String]) -> Result<Vec<String>> {
        let what = "cannot list the tables";
        let rows = self
            .fetch(
                include_str!("verify/missing_tables.sql").into(),
                what,
                tables,
            )
            .await?;
        rows.iter()
            .map(|row| row.try_get(0).map_err(|cause| error(cause, what)))
            .collect()
    }

    async fn count(&self, table: &str) -> Result<u64> {
        let what = format!("cannot count the rows of {table}");
        let from = public_table(table);
        let rows = self
            .fetch(format!("SELECT count(*) FROM {from}"), &what, &[])
            .await?;
        first_count(&rows, &what)
    }

    async fn accounted(&self, table: &str) -> Result<u64> {
        if !self.ledger {
            return Ok(0);
        }
        let what = "cannot count the rows in the ledger";
        let rows = self
            .fetch(
                "SELECT count(*) FROM sunset.provenance WHERE table_name = ANY($1)".into(),
                what,
                &[table.to_owned()],
            )
            .await?;
        first_count(&rows, what)
    }

    async fn dangling(&self, key: &ForeignKey) -> Result<Found> {
        let column = quote_identifier(&key.column);
        let target = public_table(&key.target);
        self.found(
            &key.table,
            "t.id",
            &format!(
                "t.{column} IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM {target} AS r WHERE r.id = t.{column})"
            ),
            "cannot check the references",
        )
        .await
    }

    async fn without_value(&self, table: &str, column: &str) -> Result<Found> {
        let column = quote_identifier(column);
        self.found(
            table,
            "t.id",
            &format!("t.{column} IS NULL"),
            "cannot check the required fields",
        )
        .await
    }

    async fn duplicated(&self, table: &str, column: &str) -> Result<Found> {
        let what = "cannot look for duplicates";
        let from = public_table(table);
        let column = quote_identifier(column);
        let rows = self
            .fetch(
                format!(
                    "SELECT count(*) OVER () AS total, {column}::text AS id FROM {from} \
                     WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1 \
                     ORDER BY 2 LIMIT {NAMED}"
                ),
                what,
                &[],
            )
            .await?;
        read_found(&rows, what)
    }

    async fn migrated_items(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<ItemKey>> {
        if !self.ledger {
            return Ok(Vec::new());
        }
        let what = "cannot read the items of the ledger";
        let failed = |cause| error(cause, what);
        let mut transaction = self.database.begin_reading().await?;
        let (collection, id) = after.map_or((None, None), |key| {
            (Some(key.collection.as_str()), Some(key.id.as_str()))
        });
        let rows = crate::postgres::query(include_str!("verify/migrated_items.sql"))
            .bind(collection)
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        rows.iter()
            .map(|row| {
                Ok(ItemKey {
                    collection: row.try_get(0).map_err(failed)?,
                    id: row.try_get(1).map_err(failed)?,
                })
            })
            .collect()
    }

    async fn wrong_numbers(&self, kind: &str, table: &str, column: &str) -> Result<Found> {
        if !self.ledger {
            return Ok(Found::default());
        }
        let what = "cannot check the assigned numbers";
        let from = public_table(table);
        let column = quote_identifier(column);
        let rows = self
            .fetch(
                format!(
                    "SELECT count(*) OVER () AS total, a.number AS id \
                     FROM sunset.assigned_numbers AS a \
                     JOIN sunset.items AS i USING (collection, document_id) \
                     LEFT JOIN {from} AS t ON t.id = a.document_id \
                     WHERE a.kind = ANY($1) AND i.state = 'migrated' \
                       AND t.{column} IS DISTINCT FROM a.number \
                     ORDER BY 2 LIMIT {NAMED}"
                ),
                what,
                &[kind.to_owned()],
            )
            .await?;
        read_found(&rows, what)
    }

    async fn missing_columns(&self, shape: &Shape) -> Result<Vec<String>> {
        let what = "cannot list the columns";
        let names: Vec<String> = shape
            .columns
            .iter()
            .map(|(name, _)| format!("{}.{name}", shape.table))
            .collect();
        let rows = self
            .fetch(
                include_str!("verify/missing_columns.sql").into(),
                what,
                &names,
            )
            .await?;
        rows.iter()
            .map(|row| row.try_get(0).map_err(|cause| error(cause, what)))
            .collect()
    }
}

fn first_count(rows: &[PgRow], what: &str) -> Result<u64> {
    let Some(row) = rows.first() else {
        return Ok(0);
    };
    let count: i64 = row.try_get(0).map_err(|cause| error(cause, what))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

impl Verifier {
    async fn compare_table(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        mut rows: Vec<Row>,
    ) -> Result<Vec<RowDifference>> {
        let Some(shape) = rows.first().map(|row| Arc::clone(&row.shape)) else {
            return Ok(Vec::new());
        };
        let what = format!("cannot compare the rows of {}", shape.table);
        let failed = |cause| error(cause, what.as_str());
        let ids: Vec<String> = rows.iter().map(|row| row.id().to_owned()).collect();
        if self.ledger {
            self.follow_links(transaction, &shape, &ids, &mut rows)
                .await?;
        }
        let digests: Vec<Vec<u8>> = rows
            .iter()
            .map(|row| row.digest().as_bytes().to_vec())
            .collect();
        let from = public_table(&shape.table);
        let digest = digest_expression("t", &shape);
        let written = if self.ledger {
            "(SELECT p.written FROM sunset.provenance AS p \
              WHERE p.table_name = $3 AND p.row_id = e.id)"
        } else {
            "NULL::bytea"
        };
        let sql = format!(
            "SELECT e.id, t.id IS NULL AS missing, to_jsonb(t)::text AS cells, \
             coalesce({written} <> coalesce({digest}, ''), false) AS changed_since \
             FROM unnest($1::text[], $2::bytea[]) AS e(id, digest) \
             LEFT JOIN {from} AS t ON t.id = e.id \
             WHERE t.id IS NULL OR {digest} <> e.digest ORDER BY e.id"
        );
        let mut query = crate::postgres::query(sqlx::AssertSqlSafe(sql))
            .bind(&ids)
            .bind(&digests);
        if self.ledger {
            query = query.bind(&shape.table);
        }
        let found = query.fetch_all(&mut **transaction).await.map_err(failed)?;
        let by_id: HashMap<&str, &Row> = rows.iter().map(|row| (row.id(), row)).collect();
        let mut differences = Vec::with_capacity(found.len());
        for row in found {
            let id: String = row.try_get("id").map_err(failed)?;
            let fault = if row.try_get("missing").map_err(failed)? {
                RowFault::Missing
            } else {
                let cells: String = row.try_get("cells").map_err(failed)?;
                let expected = by_id.get(id.as_str());
                RowFault::Different(expected.map_or_else(Vec::new, |row| cell_faults(row, &cells)))
            };
            differences.push(RowDifference {
                table: shape.table.clone(),
                id,
                fault,
                changed_since: row.try_get("changed_since").map_err(failed)?,
            });
        }
        Ok(differences)
    }

    /// A cell that was linked (an audio URL in place of a source URI) is expected as linked, as
    /// long as the mapping still says what the link was made from.
    async fn follow_links(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        shape: &Shape,
        ids: &[String],
        rows: &mut [Row],
    ) -> Result<()> {
        let failed = |cause| error(cause, "cannot read the linked cells");
        let links = crate::postgres::query(include_str!("verify/linked_cells.sql"))
            .bind(&shape.table)
            .bind(ids)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let mut by_row: HashMap<String, Vec<(usize, Option<String>, String)>> = HashMap::new();
        for link in links {
            let column: String = link.try_get("column_name").map_err(failed)?;
            let Some(position) = shape.position(&column) else {
                continue;
            };
            by_row
                .entry(link.try_get("row_id").map_err(failed)?)
                .or_default()
                .push((
                    position,
                    link.try_get("mapped").map_err(failed)?,
                    link.try_get("linked").map_err(failed)?,
                ));
        }
        for row in rows {
            for (position, mapped, linked) in by_row.remove(row.id()).unwrap_or_default() {
                let cell = &mut row.cells[position];
                if *cell == Cell::text(mapped) {
                    *cell = Cell::Text(linked);
                }
            }
        }
        Ok(())
    }
}

/// Both values of every cell that differs, shortened where they are long.
fn cell_faults(expected: &Row, found: &str) -> Vec<CellDifference> {
    let found: serde_json::Value = serde_json::from_str(found).unwrap_or_default();
    let mut faults = Vec::new();
    for ((name, kind), cell) in expected.shape.columns.iter().zip(&expected.cells) {
        let there = found.get(name).cloned().unwrap_or_default();
        let wanted: serde_json::Value = match cell {
            Cell::Null => serde_json::Value::Null,
            Cell::Json(text) => serde_json::from_str(text).unwrap_or_default(),
            Cell::Text(text) => serde_json::Value::String(text.clone()),
            Cell::Integer(value) => (*value).into(),
            Cell::Boolean(value) => (*value).into(),
            Cell::Timestamp(micros) => sunset_core::instant::Instant::from_micros(*micros)
                .to_timestamp_text()
                .into(),
        };
        // NULL and JSON's null look alike here; the digest told them apart.
        let null_or_json = *kind == CellKind::Json && wanted.is_null() != there.is_null();
        if wanted != there || null_or_json {
            faults.push(CellDifference {
                column: name.clone(),
                expected: shortened(&wanted.to_string()),
                found: shortened(&there.to_string()),
            });
        }
    }
    faults
}

fn shortened(text: &str) -> String {
    const LONG: usize = 200;
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONG).collect();
    format!("{head}…")
}
