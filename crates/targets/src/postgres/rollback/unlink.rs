//! Cells that audio migration replaced hold again what they held before.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value as JsonValue, json};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rollback::{KeptReason, KeptRow, RollbackOptions, Undone};
use sunset_core::ports::runs::RunId;

use super::scope::{Filter, LINKS};
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::rows::shapes::{Lock, digests_over_shape};

struct Link {
    table: String,
    row_id: String,
    column: String,
    mapped: Option<String>,
    linked: String,
    /// What the cell held before the runs of the scope linked it, where an earlier run had: its
    /// link, and the links before that.
    earlier: Option<Earlier>,
    shape: Option<i32>,
    written: Option<Digest>,
    collection: Option<String>,
    document_id: Option<String>,
}

/// A link that comes back.
struct Earlier {
    mapped: Option<String>,
    linked: String,
    run: RunId,
    before: JsonValue,
}

impl Earlier {
    /// The last of these links that none of `runs` made.
    fn of(links: Option<String>, runs: &[RunId]) -> Option<Self> {
        let links: Vec<JsonValue> = serde_json::from_str(&links?).ok()?;
        let run_of = |link: &JsonValue| link.get("run_id").and_then(JsonValue::as_i64);
        let others = |link: &JsonValue| run_of(link).is_some_and(|run| !runs.contains(&run));
        let place = links.iter().position(others)?;
        let link = links.get(place)?;
        let text = |name: &str| link.get(name).and_then(JsonValue::as_str);
        Some(Self {
            mapped: text("mapped").map(ToOwned::to_owned),
            linked: text("linked")?.to_owned(),
            run: run_of(link)?,
            before: links.get(place + 1..)?.into(),
        })
    }
}

impl Link {
    /// What the cell held before.
    fn before(&self) -> Option<&str> {
        match &self.earlier {
            Some(earlier) => Some(&earlier.linked),
            None => self.mapped.as_deref(),
        }
    }

    fn key(&self) -> (String, String) {
        (self.table.clone(), self.row_id.clone())
    }
}

/// What one batch of links came to.
pub(super) struct Batch {
    pub undone: Undone,
    /// The last link looked at; `None` when there was none.
    pub last: Option<Vec<String>>,
    /// The rows whose cells changed, by table.
    pub rows: BTreeMap<String, Vec<String>>,
}

/// Looks at the next links, and takes them back unless `lock` says that this only shows.
pub(super) async fn next(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    keys: &BTreeMap<String, String>,
    (after, most): (&[String], i64),
    lock: Lock,
) -> Result<Batch> {
    let links = read(transaction, filter, after, most).await?;
    let last = links
        .last()
        .map(|link| vec![link.table.clone(), link.row_id.clone(), link.column.clone()]);
    let mut batch = Batch {
        undone: Undone::default(),
        last,
        rows: BTreeMap::new(),
    };
    let mut columns: BTreeMap<(String, String), Vec<&Link>> = BTreeMap::new();
    for link in &links {
        let key = (link.table.clone(), link.column.clone());
        columns.entry(key).or_default().push(link);
    }
    let untouched = untouched(transaction, &links, lock).await?;
    for ((table, column), links) in columns {
        let Some(key) = keys.get(&table) else {
            continue;
        };
        let current = cells(transaction, &table, key, &column, &links, lock).await?;
        let mut back = Vec::new();
        let counts = batch.undone.tables.entry(table.clone()).or_default();
        for link in links {
            match current.get(&link.row_id) {
                None => {}
                // Also where the same link stays, for the run sent the recording anew.
                Some(value) if value.as_deref() == link.before() => back.push(link),
                Some(value) if value.as_deref() == Some(&link.linked) || options.force => {
                    counts.unlinked += 1;
                    back.push(link);
                }
                Some(_) => {
                    counts.kept += 1;
                    batch.undone.kept.push(KeptRow {
                        table: table.clone(),
                        row_id: link.row_id.clone(),
                        collection: link.collection.clone().unwrap_or_default(),
                        document_id: link.document_id.clone().unwrap_or_default(),
                        reason: KeptReason::Changed,
                    });
                }
            }
        }
        if lock == Lock::Rows {
            put_back(transaction, &table, key, &column, &back).await?;
            let rows = batch.rows.entry(table).or_default();
            rows.extend(back.iter().map(|link| link.row_id.clone()));
        }
    }
    if lock == Lock::Rows {
        record(transaction, &links, &untouched).await?;
    }
    Ok(batch)
}

async fn read(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    after: &[String],
    most: i64,
) -> Result<Vec<Link>> {
    let failed = |cause| error(cause, "cannot read the linked cells");
    let statement = format!(include_str!("links.sql"), scope = LINKS);
    let part = |position: usize| after.get(position).cloned().unwrap_or_default();
    filter
        .bind(crate::postgres::query(AssertSqlSafe(statement)))
        .bind(part(0))
        .bind(part(1))
        .bind(part(2))
        .bind(most)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            let written: Option<Vec<u8>> = row.try_get("written")?;
            Ok(Link {
                table: row.try_get("table_name")?,
                row_id: row.try_get("row_id")?,
                column: row.try_get("column_name")?,
                mapped: row.try_get("mapped")?,
                linked: row.try_get("linked")?,
                earlier: match &filter.runs {
                    Some(runs) => Earlier::of(row.try_get("earlier")?, runs),
                    None => None,
                },
                shape: row.try_get("shape")?,
                written: written.as_deref().and_then(Digest::from_slice),
                collection: row.try_get("collection")?,
                document_id: row.try_get("document_id")?,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

/// The rows that are as this tool left them: their entries follow the change.
async fn untouched(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[Link],
    lock: Lock,
) -> Result<HashSet<(String, String)>> {
    let current = digests(transaction, links, lock).await?;
    Ok(links
        .iter()
        .filter(|link| link.written.is_some() && current.get(&link.key()) == link.written.as_ref())
        .map(Link::key)
        .collect())
}

async fn digests(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[Link],
    lock: Lock,
) -> Result<HashMap<(String, String), Digest>> {
    let mut shapes: BTreeMap<i32, (String, Vec<String>)> = BTreeMap::new();
    for link in links {
        if let Some(shape) = link.shape {
            let (_, ids) = shapes
                .entry(shape)
                .or_insert_with(|| (link.table.clone(), Vec::new()));
            ids.push(link.row_id.clone());
        }
    }
    let mut all = HashMap::new();
    for (shape, (table, ids)) in shapes {
        for (id, digest) in digests_over_shape(transaction, shape, &ids, lock).await? {
            all.insert((table.clone(), id), digest);
        }
    }
    Ok(all)
}

async fn cells(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    key: &str,
    column: &str,
    links: &[&Link],
    lock: Lock,
) -> Result<HashMap<String, Option<String>>> {
    let failed = |cause| error(cause, "cannot read the linked cells");
    let locked = if lock == Lock::Rows {
        " FOR NO KEY UPDATE"
    } else {
        ""
    };
    let key = quote_identifier(key);
    let statement = format!(
        "SELECT {key}::text, {}::text FROM {} WHERE {key} = ANY ($1){locked}",
        quote_identifier(column),
        public_table(table)
    );
    let ids: Vec<&str> = links.iter().map(|link| link.row_id.as_str()).collect();
    crate::postgres::query(AssertSqlSafe(statement))
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

async fn put_back(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    key: &str,
    column: &str,
    links: &[&Link],
) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let failed = |cause| error(cause, "cannot put linked cells back");
    let ids: Vec<&str> = links.iter().map(|link| link.row_id.as_str()).collect();
    let values: Vec<Option<&str>> = links.iter().map(|link| link.before()).collect();
    let (name, key) = (quote_identifier(column), quote_identifier(key));
    let statement = format!(
        "UPDATE {} AS t SET {name} = b.held FROM unnest($1::text[], $2::text[]) AS b (id, held) \
         WHERE t.{key} = b.id AND t.{name} IS DISTINCT FROM b.held",
        public_table(table)
    );
    crate::postgres::query(AssertSqlSafe(statement))
        .bind(&ids)
        .bind(values)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let earlier: Vec<JsonValue> = links.iter().map(|link| entry(link)).collect();
    crate::postgres::query(include_str!("put_back_links.sql"))
        .bind(table)
        .bind(column)
        .bind(JsonValue::Array(earlier).to_string())
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}

/// What the ledger is to say of a cell that was put back.
fn entry(link: &Link) -> JsonValue {
    let earlier = link.earlier.as_ref();
    json!({
        "row_id": link.row_id,
        "mapped": earlier.and_then(|earlier| earlier.mapped.as_deref()),
        "linked": earlier.map(|earlier| &earlier.linked),
        "run_id": earlier.map(|earlier| earlier.run),
        "earlier": earlier.map(|earlier| &earlier.before),
    })
}

/// The entries of untouched rows follow their cells.
async fn record(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[Link],
    untouched: &HashSet<(String, String)>,
) -> Result<()> {
    let current = digests(transaction, links, Lock::Rows).await?;
    let mut tables = Vec::new();
    let mut ids = Vec::new();
    let mut written = Vec::new();
    for ((table, id), digest) in &current {
        if untouched.contains(&(table.clone(), id.clone())) {
            tables.push(table.as_str());
            ids.push(id.as_str());
            written.push(digest.as_bytes());
        }
    }
    if tables.is_empty() {
        return Ok(());
    }
    crate::postgres::query(
        "UPDATE sunset.provenance AS p SET written = n.written \
         FROM unnest($1::text[], $2::text[], $3::bytea[]) AS n (table_name, row_id, written) \
         WHERE p.table_name = n.table_name AND p.row_id = n.row_id",
    )
    .bind(tables)
    .bind(ids)
    .bind(written)
    .execute(&mut **transaction)
    .await
    .map(drop)
    .map_err(|cause| error(cause, "cannot record the cells that were put back"))
}
