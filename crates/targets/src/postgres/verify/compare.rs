//! The rows of one table against what they must be.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::verify::{CellDifference, Compared, RowDifference, RowFault};
use sunset_core::row::{Cell, CellKind, Row, Shape};

use super::Verifier;
use crate::postgres::digest::digest_expression;
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

impl Verifier {
    pub(super) async fn compare_table(
        &self,
        transaction: &mut Transaction<'static, Postgres>,
        mut rows: Vec<Row>,
    ) -> Result<Compared> {
        let Some(shape) = rows.first().map(|row| Arc::clone(&row.shape)) else {
            return Ok(Compared::default());
        };
        let what = format!("cannot compare the rows of {}", shape.table);
        let failed = |cause| error(cause, what.as_str());
        let ids: Vec<String> = rows.iter().map(|row| row.id().to_owned()).collect();
        if self.ledger {
            self.follow_links(transaction, &shape, &ids, &mut rows)
                .await?;
        }
        let digests: Vec<Digest> = rows.iter().map(Row::digest).collect();
        let bytes: Vec<&[u8]> = digests.iter().map(|digest| digest.as_bytes()).collect();
        let from = public_table(&shape.table);
        let digest = digest_expression("t", &shape);
        let written = if self.ledger {
            "(SELECT p.written FROM sunset.provenance AS p \
              WHERE p.table_name = $3 AND p.row_id = e.id)"
        } else {
            "NULL::bytea"
        };
        let nulls = nulls_expression("t", &shape);
        let sql = format!(
            "SELECT e.id, t.id IS NULL AS missing, to_jsonb(t)::text AS cells, {nulls} AS nulls, \
             coalesce({written} <> coalesce({digest}, ''), false) AS changed_since \
             FROM unnest($1::text[], $2::bytea[]) AS e(id, digest) \
             LEFT JOIN {from} AS t ON t.id = e.id \
             WHERE t.id IS NULL OR {digest} <> e.digest ORDER BY e.id"
        );
        let mut query = crate::postgres::query(sqlx::AssertSqlSafe(sql))
            .bind(&ids)
            .bind(&bytes);
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
                let nulls: Vec<bool> = row.try_get("nulls").map_err(failed)?;
                let expected = by_id.get(id.as_str());
                RowFault::Different(
                    expected.map_or_else(Vec::new, |row| cell_faults(row, &cells, &nulls)),
                )
            };
            differences.push(RowDifference {
                table: shape.table.clone(),
                id,
                fault,
                changed_since: row.try_get("changed_since").map_err(failed)?,
            });
        }
        Ok(Compared {
            differences,
            digests,
        })
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
        let links = crate::postgres::query(include_str!("linked_cells.sql"))
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

/// Which `jsonb` columns hold no value at all, in their order.
fn nulls_expression(alias: &str, shape: &Shape) -> String {
    let nulls: Vec<String> = shape
        .columns
        .iter()
        .filter(|(_, kind)| *kind == CellKind::Json)
        .map(|(name, _)| format!("{alias}.{} IS NULL", quote_identifier(name)))
        .collect();
    format!("ARRAY[{}]::boolean[]", nulls.join(", "))
}

/// Both values of every cell that differs, shortened where they are long.
fn cell_faults(expected: &Row, found: &str, nulls: &[bool]) -> Vec<CellDifference> {
    let found: serde_json::Value = serde_json::from_str(found).unwrap_or_default();
    let mut faults = Vec::new();
    let mut nulls = nulls.iter().copied();
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
        // NULL and JSON's null look alike in JSON.
        let is_json = *kind == CellKind::Json;
        let (no_value, no_value_there) = match is_json {
            true => (*cell == Cell::Null, nulls.next().unwrap_or(false)),
            false => (false, false),
        };
        if wanted != there || no_value != no_value_there {
            let text = |value: &serde_json::Value, no_value: bool| {
                if is_json && value.is_null() && !no_value {
                    "JSON's null".to_owned()
                } else {
                    shortened(&value.to_string())
                }
            };
            faults.push(CellDifference {
                column: name.clone(),
                expected: text(&wanted, no_value),
                found: text(&there, no_value_there),
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
