//! What the database holds of a batch before anything is written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::row::{Cell, Row};

use super::lookups::{current_rows, parents, unique_holders, untouched_rows};
use super::table::Table;
use crate::postgres::fault::error;
use crate::postgres::runs::without_nul;

/// What the ledger knows of an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownItem {
    pub outcome_digest: Option<Digest>,
    pub basis: Option<Digest>,
    pub state: String,
    /// The run that settled it.
    pub run: i64,
}

/// The ledger's entry of a row.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub table: String,
    pub row_id: String,
    pub collection: String,
    pub document_id: String,
    pub mapped: Digest,
    pub written: Digest,
    pub shape: i32,
}

/// One row of a batch with all that is known of it.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// Position of its item in the batch.
    pub item: usize,
    /// Position of its table in [`State::tables`].
    pub table: usize,
    /// The row with linked cells in place.
    pub row: Cow<'a, Row>,
    pub mapped: Digest,
    pub desired: Digest,
    pub entry: Option<Entry>,
    pub current: Option<Digest>,
    pub untouched: bool,
    /// Columns whose link no longer holds, because the mapping says something else.
    pub broken_links: Vec<String>,
}

impl Case<'_> {
    pub fn id(&self) -> &str {
        self.row.id()
    }
}

/// A row that its item gave before and gives no longer.
#[derive(Debug)]
pub(super) struct Stale {
    pub item: usize,
    pub entry: Entry,
    pub present: bool,
    pub untouched: bool,
}

/// A batch, read.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub items: &'a [Item],
    /// In order of rank.
    pub tables: Vec<Arc<Table>>,
    pub known: Vec<Option<KnownItem>>,
    pub cases: Vec<Case<'a>>,
    pub stale: Vec<Stale>,
    /// Who has a unique value: (table, column position, value) → row id.
    pub holders: HashMap<(usize, usize, String), String>,
    /// Values that exist in a parent's column: (table, column) → values.
    pub parents: HashMap<(String, String), HashSet<String>>,
}

impl<'a> State<'a> {
    /// The state of items whose rows are not looked at.
    pub fn without_rows(items: &'a [Item], known: Vec<Option<KnownItem>>) -> Self {
        Self {
            items,
            tables: Vec::new(),
            known,
            cases: Vec::new(),
            stale: Vec::new(),
            holders: HashMap::new(),
            parents: HashMap::new(),
        }
    }
}

impl State<'_> {
    /// Whether a row is one of a document that is in quarantine now: it cannot be mapped today,
    /// which says nothing against what was migrated before.
    pub fn holds(&self, stale: &Stale) -> bool {
        self.items
            .get(stale.item)
            .is_some_and(|item| item.quarantine.is_some())
    }
}

/// Reads the ledger's view of some items, in their order.
pub(super) async fn known_items(
    transaction: &mut Transaction<'_, Postgres>,
    keys: impl Iterator<Item = &ItemKey> + Clone,
) -> Result<Vec<Option<KnownItem>>> {
    let failed = |cause| error(cause, "cannot read the ledger's items");
    let mut known = vec![None; keys.clone().count()];
    let (collections, ids) = columns_of(keys);
    let rows = crate::postgres::query(include_str!("known_items.sql"))
        .bind(collections)
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in rows {
        let ordinal: i64 = row.try_get("ordinal").map_err(failed)?;
        let place = usize::try_from(ordinal - 1).ok();
        if let Some(slot) = place.and_then(|place| known.get_mut(place)) {
            *slot = Some(KnownItem {
                outcome_digest: digest(&row, "outcome_digest").map_err(failed)?,
                basis: optional_digest(&row, "basis").map_err(failed)?,
                state: row.try_get("state").map_err(failed)?,
                run: row.try_get("run").map_err(failed)?,
            });
        }
    }
    Ok(known)
}

/// Two columns for `unnest`.
pub(in crate::postgres) fn columns_of<'k>(
    keys: impl Iterator<Item = &'k ItemKey>,
) -> (Vec<String>, Vec<String>) {
    keys.map(|key| {
        (
            without_nul(&key.collection).into_owned(),
            without_nul(&key.id).into_owned(),
        )
    })
    .unzip()
}

fn digest(row: &PgRow, column: &str) -> sqlx::Result<Option<Digest>> {
    Ok(Digest::from_slice(row.try_get(column)?))
}

/// Of a column that may be NULL.
pub(super) fn optional_digest(row: &PgRow, column: &str) -> sqlx::Result<Option<Digest>> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    Ok(bytes.and_then(Digest::from_slice))
}

/// Reads everything that the decisions about `items` need, and locks the rows concerned.
pub(super) async fn read<'a>(
    transaction: &mut Transaction<'_, Postgres>,
    items: &'a [Item],
    tables: &[Arc<Table>],
) -> Result<State<'a>> {
    let known = known_items(transaction, items.iter().map(|item| &item.key)).await?;
    let mut entries = entries(transaction, items).await?;
    let links = links(transaction, &entries).await?;
    let mut used: Vec<Arc<Table>> = Vec::new();
    let mut cases = Vec::new();
    for (position, item) in items.iter().enumerate() {
        for (row, mapped) in item.rows.iter().zip(&item.row_digests) {
            let Some(table) = tables.iter().find(|table| table.shape == row.shape) else {
                continue;
            };
            if !used.iter().any(|other| Arc::ptr_eq(other, table)) {
                used.push(Arc::clone(table));
            }
            let key = (row.shape.table.clone(), row.id().to_owned());
            let (linked, broken_links) = apply_links(row, links.get(&key));
            cases.push(Case {
                item: position,
                table: 0,
                desired: match &linked {
                    Cow::Borrowed(_) => *mapped,
                    Cow::Owned(row) => row.digest(),
                },
                row: linked,
                mapped: *mapped,
                entry: entries.remove(&key),
                current: None,
                untouched: false,
                broken_links,
            });
        }
    }
    used.sort_by_key(|table| table.rank);
    for case in &mut cases {
        case.table = used
            .iter()
            .position(|table| table.shape == case.row.shape)
            .unwrap_or(0);
    }
    let places: HashMap<(String, String), usize> = items
        .iter()
        .enumerate()
        .map(|(position, item)| {
            let key = (
                without_nul(&item.key.collection).into_owned(),
                without_nul(&item.key.id).into_owned(),
            );
            (key, position)
        })
        .collect();
    let stale = entries
        .into_values()
        .filter_map(|entry| {
            let key = (entry.collection.clone(), entry.document_id.clone());
            Some(Stale {
                item: *places.get(&key)?,
                entry,
                present: false,
                untouched: false,
            })
        })
        .collect();
    let mut state = State::without_rows(items, known);
    state.tables = used;
    state.cases = cases;
    state.stale = stale;
    current_rows(transaction, &mut state).await?;
    untouched_rows(transaction, &mut state).await?;
    unique_holders(transaction, &mut state).await?;
    parents(transaction, &mut state).await?;
    Ok(state)
}

type RowKey = (String, String);

/// The entries of the batch's rows, and of rows that its items gave before.
async fn entries(
    transaction: &mut Transaction<'_, Postgres>,
    items: &[Item],
) -> Result<HashMap<RowKey, Entry>> {
    let failed = |cause| error(cause, "cannot read the ledger's rows");
    let (tables, ids): (Vec<String>, Vec<String>) = items
        .iter()
        .flat_map(|item| &item.rows)
        .map(|row| (row.shape.table.clone(), row.id().to_owned()))
        .unzip();
    // Of unknown items too: a rollback forgets documents whose rows it puts back or leaves.
    let (collections, document_ids) = columns_of(items.iter().map(|item| &item.key));
    let rows = crate::postgres::query(include_str!("provenance.sql"))
        .bind(tables)
        .bind(ids)
        .bind(collections)
        .bind(document_ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut entries = HashMap::with_capacity(rows.len());
    for row in &rows {
        let entry = entry(row).map_err(failed)?;
        entries.insert((entry.table.clone(), entry.row_id.clone()), entry);
    }
    Ok(entries)
}

fn entry(row: &PgRow) -> sqlx::Result<Entry> {
    let zero = Digest([0; 32]);
    Ok(Entry {
        table: row.try_get("table_name")?,
        row_id: row.try_get("row_id")?,
        collection: row.try_get("collection")?,
        document_id: row.try_get("document_id")?,
        mapped: digest(row, "mapped")?.unwrap_or(zero),
        written: digest(row, "written")?.unwrap_or(zero),
        shape: row.try_get("shape")?,
    })
}

struct Link {
    column: String,
    mapped: Option<String>,
    linked: String,
}

async fn links(
    transaction: &mut Transaction<'_, Postgres>,
    entries: &HashMap<RowKey, Entry>,
) -> Result<HashMap<RowKey, Vec<Link>>> {
    let mut links: HashMap<RowKey, Vec<Link>> = HashMap::new();
    if entries.is_empty() {
        return Ok(links);
    }
    let failed = |cause| error(cause, "cannot read the linked cells");
    let (tables, ids): (Vec<String>, Vec<String>) = entries.keys().cloned().unzip();
    let rows = crate::postgres::query(include_str!("links.sql"))
        .bind(tables)
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in rows {
        let read = || -> sqlx::Result<(RowKey, Link)> {
            Ok((
                (row.try_get("table_name")?, row.try_get("row_id")?),
                Link {
                    column: row.try_get("column_name")?,
                    mapped: row.try_get("mapped")?,
                    linked: row.try_get("linked")?,
                },
            ))
        };
        let (key, link) = read().map_err(failed)?;
        links.entry(key).or_default().push(link);
    }
    Ok(links)
}

/// Puts linked values in place of the mapped ones they were made of; tells the columns where the
/// mapping now says something else.
fn apply_links<'a>(row: &'a Row, links: Option<&Vec<Link>>) -> (Cow<'a, Row>, Vec<String>) {
    let mut row = Cow::Borrowed(row);
    let mut broken = Vec::new();
    for link in links.into_iter().flatten() {
        let Some(position) = row.shape.position(&link.column) else {
            continue;
        };
        let holds = match row.cells.get(position) {
            Some(Cell::Text(text)) => Some(text) == link.mapped.as_ref(),
            Some(Cell::Null) => link.mapped.is_none(),
            _ => false,
        };
        if !holds {
            broken.push(link.column.clone());
        } else if let Some(cell) = row.to_mut().cells.get_mut(position) {
            *cell = Cell::Text(link.linked.clone());
        }
    }
    (row, broken)
}
