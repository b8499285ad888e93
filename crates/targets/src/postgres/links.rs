//! Cells that a later step replaces for good: the URI of a recording by its URL.

use std::collections::{BTreeMap, HashMap};

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;

use super::fault::error;
use super::identifier::{public_table, quote_identifier};
use super::rows::{baselines, shapes};
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
    /// nor a rollback takes the new value for somebody else's. No two links are of one row.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn link_cells(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        links: &[CellLink],
    ) -> Result<Vec<LinkOutcome>> {
        link_cells(transaction, links, self.id()).await
    }
}

/// What the ledger knows of a row and of its cell.
struct Entry {
    shape: Option<i32>,
    written: Option<Digest>,
    earlier: Option<String>,
}

/// A row as it is, and is kept until the transaction ends.
struct Held {
    current: Option<String>,
    /// Whether it is as migration left it.
    ours: bool,
}

/// As [`ActiveRun::link_cells`]: a handful of statements for each column, however many links.
pub(super) async fn link_cells(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[CellLink],
    run: i64,
) -> Result<Vec<LinkOutcome>> {
    let mut columns: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, link) in links.iter().enumerate() {
        let column = (link.table.as_str(), link.column.as_str());
        columns.entry(column).or_default().push(index);
    }
    let mut outcomes = vec![LinkOutcome::Missing; links.len()];
    for indexes in columns.into_values() {
        let of_column = indexes.iter().filter_map(|index| links.get(*index));
        let of_column: Vec<_> = of_column.collect();
        let linked = link_column(transaction, &of_column, run).await?;
        for (index, outcome) in indexes.into_iter().zip(linked) {
            if let Some(place) = outcomes.get_mut(index) {
                *place = outcome;
            }
        }
    }
    Ok(outcomes)
}

/// Links of one column of one table.
async fn link_column(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[&CellLink],
    run: i64,
) -> Result<Vec<LinkOutcome>> {
    let entries = entries(transaction, links).await?;
    let is_new = |link: &&&CellLink| {
        let earlier = entries.get(&link.row_id);
        earlier.and_then(|entry| entry.earlier.as_ref()) != Some(&link.linked)
    };
    if let Some(link) = links.iter().find(is_new) {
        // Before rows are locked: reading a large table takes its time.
        baselines::take(transaction, &link.table, run).await?;
    }
    // Rows of one shape have one key, and one expression for their digest.
    let mut shapes: BTreeMap<Option<i32>, Vec<&CellLink>> = BTreeMap::new();
    for link in links {
        let shape = entries.get(&link.row_id).and_then(|entry| entry.shape);
        shapes.entry(shape).or_default().push(link);
    }
    let mut outcomes = HashMap::new();
    for (shape, links) in shapes {
        let columns = match shape {
            Some(shape) => Some(shapes::read(transaction, shape).await?),
            None => None,
        };
        let rows = held(transaction, &links, &entries, columns.as_ref()).await?;
        let judged = links.iter().map(|link| {
            let row = rows.get(&link.row_id);
            let entry = entries.get(&link.row_id);
            (*link, judge(link, row, entry))
        });
        let judged: Vec<_> = judged.collect();
        let of = |wanted: LinkOutcome| {
            let of_it = judged.iter().filter(move |(_, outcome)| *outcome == wanted);
            of_it.map(|(link, _)| *link).collect::<Vec<_>>()
        };
        let (new, known) = (of(LinkOutcome::Linked), of(LinkOutcome::Unchanged));
        let key = columns
            .as_ref()
            .map_or_else(|| quote_identifier("id"), shapes::Columns::key);
        if let Some(first) = new.first() {
            baselines::take(transaction, &first.table, run).await?;
        }
        put(transaction, &new, &key).await?;
        if let Some(columns) = &columns {
            let ours = new.iter().chain(&known);
            let ours = ours.filter(|link| rows.get(&link.row_id).is_some_and(|row| row.ours));
            let ids: Vec<String> = ours.map(|link| link.row_id.clone()).collect();
            follow(transaction, &ids, columns).await?;
        }
        let all: Vec<&CellLink> = new.into_iter().chain(known).collect();
        record(transaction, &all, &rows, run).await?;
        for (link, outcome) in judged {
            outcomes.insert(link.row_id.as_str(), outcome);
        }
    }
    let outcome = |link: &&CellLink| outcomes.get(link.row_id.as_str()).copied();
    let outcomes = links
        .iter()
        .map(|link| outcome(link).unwrap_or(LinkOutcome::Missing));
    Ok(outcomes.collect())
}

/// What is to become of a link.
fn judge(link: &CellLink, row: Option<&Held>, entry: Option<&Entry>) -> LinkOutcome {
    let Some(row) = row else {
        return LinkOutcome::Missing;
    };
    let earlier = entry.and_then(|entry| entry.earlier.as_ref());
    if row.current.as_ref() == Some(&link.linked) {
        LinkOutcome::Unchanged
    } else if row.current == link.mapped || (earlier.is_some() && row.current.as_ref() == earlier) {
        LinkOutcome::Linked
    } else {
        LinkOutcome::Foreign
    }
}

fn failed(cause: sqlx::Error) -> sunset_core::Error {
    error(cause, "cannot put links in their rows")
}

fn ids(links: &[&CellLink]) -> Vec<String> {
    links.iter().map(|link| link.row_id.clone()).collect()
}

async fn entries(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[&CellLink],
) -> Result<HashMap<String, Entry>> {
    let Some(first) = links.first() else {
        return Ok(HashMap::new());
    };
    let rows = crate::postgres::query(include_str!("links/entries.sql"))
        .bind(&first.table)
        .bind(&first.column)
        .bind(ids(links))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let entry = |row: &sqlx::postgres::PgRow| {
        let written: Option<Vec<u8>> = row.try_get("written")?;
        let entry = Entry {
            shape: row.try_get("shape")?,
            written: written.as_deref().and_then(Digest::from_slice),
            earlier: row.try_get("linked")?,
        };
        Ok::<_, sqlx::Error>((row.try_get("row_id")?, entry))
    };
    let entries = rows.iter().map(entry).collect::<sqlx::Result<_>>();
    entries.map_err(failed)
}

/// The rows that are there, by their ids, in the order of these, locked.
async fn held(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[&CellLink],
    entries: &HashMap<String, Entry>,
    columns: Option<&shapes::Columns>,
) -> Result<HashMap<String, Held>> {
    let Some(first) = links.first() else {
        return Ok(HashMap::new());
    };
    let key = columns.map_or_else(|| quote_identifier("id"), shapes::Columns::key);
    let digest = columns.map_or_else(|| "NULL::bytea".to_owned(), shapes::Columns::digest);
    let (row, cell) = (shapes::ROW, quote_identifier(&first.column));
    let table = public_table(&first.table);
    let rows = crate::postgres::query(AssertSqlSafe(format!(
        "SELECT {row}.{key}::text, {row}.{cell}, {digest} FROM {table} AS {row} \
          WHERE {row}.{key} = ANY ($1) ORDER BY {row}.{key} FOR UPDATE"
    )))
    .bind(ids(links))
    .fetch_all(&mut **transaction)
    .await
    .map_err(failed)?;
    let held = |row: &sqlx::postgres::PgRow| {
        let id: String = row.try_get(0)?;
        let digest: Option<Vec<u8>> = row.try_get(2)?;
        let written = entries.get(&id).and_then(|entry| entry.written);
        let held = Held {
            current: row.try_get(1)?,
            ours: written.is_some() && digest.as_deref().and_then(Digest::from_slice) == written,
        };
        Ok::<_, sqlx::Error>((id, held))
    };
    let held = rows.iter().map(held).collect::<sqlx::Result<_>>();
    held.map_err(failed)
}

/// Puts the links in their cells.
async fn put(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[&CellLink],
    key: &str,
) -> Result<()> {
    let Some(first) = links.first() else {
        return Ok(());
    };
    let (table, cell) = (public_table(&first.table), quote_identifier(&first.column));
    let linked: Vec<&str> = links.iter().map(|link| link.linked.as_str()).collect();
    crate::postgres::query(AssertSqlSafe(format!(
        "UPDATE {table} AS held SET {cell} = new.linked \
           FROM unnest($1::text[], $2::text[]) AS new (id, linked) WHERE held.{key} = new.id"
    )))
    .bind(ids(links))
    .bind(linked)
    .execute(&mut **transaction)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Lets the provenance of rows follow what was put there.
async fn follow(
    transaction: &mut Transaction<'_, Postgres>,
    ids: &[String],
    columns: &shapes::Columns,
) -> Result<()> {
    let (table, key, digest) = (&columns.table, columns.key(), columns.digest());
    let lock = shapes::Lock::Rows;
    let digests = shapes::digests(transaction, table, &key, &digest, ids, lock).await?;
    if digests.is_empty() {
        return Ok(());
    }
    let (ids, digests): (Vec<String>, Vec<Vec<u8>>) = digests
        .into_iter()
        .map(|(id, digest)| (id, digest.as_bytes().to_vec()))
        .unzip();
    crate::postgres::query(include_str!("links/follow.sql"))
        .bind(table)
        .bind(ids)
        .bind(digests)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn record(
    transaction: &mut Transaction<'_, Postgres>,
    links: &[&CellLink],
    rows: &HashMap<String, Held>,
    run: i64,
) -> Result<()> {
    let Some(first) = links.first() else {
        return Ok(());
    };
    let held = links.iter().map(|link| rows.get(&link.row_id));
    let held: Vec<Option<&str>> = held.map(|row| row?.current.as_deref()).collect();
    let mapped: Vec<Option<&str>> = links.iter().map(|link| link.mapped.as_deref()).collect();
    let linked: Vec<&str> = links.iter().map(|link| link.linked.as_str()).collect();
    crate::postgres::query(include_str!("links/record.sql"))
        .bind(&first.table)
        .bind(&first.column)
        .bind(run)
        .bind(ids(links))
        .bind(mapped)
        .bind(linked)
        .bind(held)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(())
}
