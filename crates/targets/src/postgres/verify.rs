//! Reads V3 to compare it with what the mapping says. Digests are taken in the database; only
//! rows that differ travel.

mod accounts;
mod compare;

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{Accounted, Item, ItemKey};
use sunset_core::ports::runs::RunId;
use sunset_core::ports::verify::{Compared, ForeignKey, Found, LedgerFault, Required, RowVerifier};
use sunset_core::row::{Row, Shape};

use super::connection::Database;
use super::fault::error;
use super::identifier::{public_table, quote_identifier};
use super::outside::Outside;
use super::rows::{accounted_items, columns_of};

/// How many ids an answer names; all are counted.
const NAMED: i64 = 50;

/// How many rows an answer names of which somebody filled a cell.
const FILLED_NAMED: i64 = 10_000;

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
        let fetch = || async {
            let mut transaction = self.database.begin_reading().await?;
            let mut query = crate::postgres::query(sqlx::AssertSqlSafe(sql.clone()));
            if !ids.is_empty() {
                query = query.bind(ids);
            }
            query
                .fetch_all(&mut *transaction)
                .await
                .map_err(|cause| error(cause, what))
        };
        self.database.steadily(fetch).await
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

pub(super) fn read_found(rows: &[PgRow], what: &str) -> Result<Found> {
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
    async fn compare(&self, rows: &[Row]) -> Result<Compared> {
        self.database.steadily(|| self.compare_once(rows)).await
    }

    async fn accounts(
        &self,
        items: &[Item],
        compared: &Compared,
    ) -> Result<Option<Vec<LedgerFault>>> {
        if !self.ledger {
            return Ok(None);
        }
        let look = || self.accounts_once(items, compared);
        self.database.steadily(look).await.map(Some)
    }

    async fn taken_back(&self, keys: &[&ItemKey]) -> Result<Vec<Option<RunId>>> {
        let mut runs = vec![None; keys.len()];
        if !self.ledger || keys.is_empty() {
            return Ok(runs);
        }
        let look = || async {
            let failed = |cause| error(cause, "cannot look for what was taken back");
            let (collections, ids) = columns_of(keys.iter().copied());
            let mut transaction = self.database.begin_reading().await?;
            let rows = crate::postgres::query(include_str!("verify/taken_back.sql"))
                .bind(collections)
                .bind(ids)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            let found = |row: &PgRow| Ok((row.try_get("ordinal")?, row.try_get("run")?));
            rows.iter()
                .map(found)
                .collect::<sqlx::Result<Vec<(i64, RunId)>>>()
                .map_err(failed)
        };
        for (ordinal, run) in self.database.steadily(look).await? {
            let place = usize::try_from(ordinal - 1).ok();
            if let Some(of_key) = place.and_then(|place| runs.get_mut(place)) {
                *of_key = Some(run);
            }
        }
        Ok(runs)
    }

    async fn filled(&self, shape: &Shape) -> Result<Found> {
        if !self.ledger {
            return Ok(Found::default());
        }
        let what = "cannot look at the columns that V2 does not fill";
        let failed = |cause| error(cause, what);
        let names: Vec<String> = shape.columns.iter().map(|(name, _)| name.clone()).collect();
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let outside = Outside::read(&mut transaction, &shape.table, &names).await?;
            if outside.is_empty() {
                return Ok(Found::default());
            }
            let (filled, words) = outside.expressions("t");
            let statement = format!(
                include_str!("verify/filled.sql"),
                words = words,
                filled = filled,
                table = public_table(&shape.table),
                limit = FILLED_NAMED
            );
            let rows = crate::postgres::query(sqlx::AssertSqlSafe(statement))
                .bind(&shape.table)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            read_found(&rows, what)
        };
        self.database.steadily(look).await
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
            &format!("t.{}::text", quote_identifier(&key.row_key)),
            // A column may have come to be of another type.
            &format!(
                "t.{column} IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM {target} AS r WHERE r.id::text = t.{column}::text)"
            ),
            "cannot check the references",
        )
        .await
    }

    async fn without_value(&self, required: &Required) -> Result<Found> {
        self.found(
            &required.table,
            &format!("t.{}::text", quote_identifier(&required.row_key)),
            &format!("t.{} IS NULL", quote_identifier(&required.column)),
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

    async fn accounted_items(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        if !self.ledger {
            return Ok(Vec::new());
        }
        let fetch = || async {
            accounted_items(&mut self.database.begin_reading().await?, after, limit).await
        };
        self.database.steadily(fetch).await
    }

    async fn wrong_numbers(&self, kind: &str, table: &str, column: &str) -> Result<Found> {
        if !self.ledger {
            return Ok(Found::default());
        }
        let what = "cannot check the assigned numbers";
        // A row that a later run wrote with another number has it from V2, where the document has
        // come to carry its own; that it is that number is shown where rows are compared.
        let from = public_table(table);
        let column = quote_identifier(column);
        let rows = self
            .fetch(
                format!(
                    "SELECT count(*) OVER () AS total, a.number AS id \
                     FROM sunset.assigned_numbers AS a \
                     JOIN sunset.items AS i USING (collection, document_id) \
                     LEFT JOIN {from} AS t ON t.id = a.document_id \
                     LEFT JOIN sunset.provenance AS p \
                            ON p.table_name = ($1::text[])[2] AND p.row_id = a.document_id \
                     WHERE a.kind = ($1::text[])[1] AND i.state = 'migrated' \
                       AND t.{column}::text IS DISTINCT FROM a.number \
                       AND (p.run IS NULL OR p.run <= a.run) \
                     ORDER BY 2 LIMIT {NAMED}"
                ),
                what,
                &[kind.to_owned(), table.to_owned()],
            )
            .await?;
        read_found(&rows, what)
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
    async fn compare_once(&self, rows: &[Row]) -> Result<Compared> {
        let mut tables: BTreeMap<&str, Vec<(usize, Row)>> = BTreeMap::new();
        for (position, row) in rows.iter().enumerate() {
            tables
                .entry(&row.shape.table)
                .or_default()
                .push((position, row.clone()));
        }
        let mut transaction = self.database.begin_reading().await?;
        let mut compared = Compared {
            differences: Vec::new(),
            digests: vec![Digest([0; 32]); rows.len()],
        };
        for rows in tables.into_values() {
            let (positions, rows): (Vec<usize>, Vec<Row>) = rows.into_iter().unzip();
            let of_table = self.compare_table(&mut transaction, rows).await?;
            compared.differences.extend(of_table.differences);
            for (position, digest) in positions.into_iter().zip(of_table.digests) {
                compared.digests[position] = digest;
            }
        }
        Ok(compared)
    }
}
