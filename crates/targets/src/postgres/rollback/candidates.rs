//! Rows that a rollback covers, and what becomes of each.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::ports::rollback::{KeptReason, KeptRow, RollbackOptions};

use super::scope::{Filter, ROWS};
use crate::postgres::fault::error;
use crate::postgres::outside::Outside;
use crate::postgres::rows::shapes::{self, Lock, digests_over_shape};

/// Rows a transaction.
pub(super) const BATCH: i64 = 1_000;

/// Rows of a transaction that was asked to be no larger.
pub(super) fn at_most(wanted: u32) -> i64 {
    match i64::from(wanted) {
        0 => BATCH,
        wanted => wanted.min(BATCH),
    }
}

/// What is to be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Migration wrote it: it goes.
    Delete,
    /// Migration changed it: this image comes back.
    Restore(i64),
    /// Migration never wrote it: the ledger forgets it.
    Release,
    /// Somebody removed it already: the ledger forgets it.
    Gone,
    /// It stays as it is.
    Keep(KeptReason),
}

/// A row of the ledger that a rollback covers.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub row_id: String,
    pub collection: String,
    pub document_id: String,
    pub fate: Fate,
    /// Whether it is to be restored, or would be if it were not kept.
    pub restores: bool,
}

impl Candidate {
    pub fn kept(&self, table: &str, reason: KeptReason) -> KeptRow {
        KeptRow {
            table: table.to_owned(),
            row_id: self.row_id.clone(),
            collection: self.collection.clone(),
            document_id: self.document_id.clone(),
            reason,
        }
    }
}

struct Entry {
    candidate: Candidate,
    written: Option<Digest>,
    shape: i32,
    later: bool,
}

/// The next rows of a table behind `after`, `most` of them, in the order of their ids.
pub(super) async fn next(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    table: &str,
    behind: (&str, i64),
    lock: Lock,
) -> Result<Vec<Candidate>> {
    some(transaction, filter, options, table, (behind, None), lock).await
}

/// Some rows of a table, locked.
pub(super) async fn of_ids(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    table: &str,
    ids: &[String],
) -> Result<Vec<Candidate>> {
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let which = (("", most), Some(ids));
    some(transaction, filter, options, table, which, Lock::Rows).await
}

async fn some(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    table: &str,
    ((after, most), ids): ((&str, i64), Option<&[String]>),
    lock: Lock,
) -> Result<Vec<Candidate>> {
    let failed = |cause| error(cause, "cannot read the ledger's rows");
    let statement = format!(include_str!("candidates.sql"), scope = ROWS);
    let rows = filter
        .bind(crate::postgres::query(AssertSqlSafe(statement)))
        .bind(table)
        .bind(after)
        .bind(most)
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut entries: Vec<Entry> = rows
        .iter()
        .map(|row| entry(row, filter))
        .collect::<sqlx::Result<_>>()
        .map_err(failed)?;
    let mut by_shape: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for entry in &entries {
        let ids = by_shape.entry(entry.shape).or_default();
        ids.push(entry.candidate.row_id.clone());
    }
    let mut current: HashMap<String, Digest> = HashMap::new();
    for (shape, ids) in by_shape {
        current.extend(digests_over_shape(transaction, shape, &ids, lock).await?);
    }
    let edited = match options.force {
        true => HashSet::new(),
        false => edited_outside(transaction, table, &entries, lock).await?,
    };
    for entry in &mut entries {
        let found = current.get(&entry.candidate.row_id).copied();
        entry.candidate.fate = match (found, entry.candidate.fate) {
            (None, _) => Fate::Gone,
            (Some(_), Fate::Release) => Fate::Release,
            (Some(_), fate) if options.force => fate,
            (found, _) if found != entry.written => Fate::Keep(KeptReason::Changed),
            _ if edited.contains(&entry.candidate.row_id) => Fate::Keep(KeptReason::Changed),
            (_, _) if entry.later => Fate::Keep(KeptReason::LaterRun),
            (_, fate) => fate,
        };
    }
    Ok(entries.into_iter().map(|entry| entry.candidate).collect())
}

/// Rows in which somebody entered something into columns that migration does not write.
async fn edited_outside(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    entries: &[Entry],
    lock: Lock,
) -> Result<HashSet<String>> {
    let mut edited = HashSet::new();
    // Before anything is done, what a plan's own steps filled stands there still; it is taken back
    // before the rows are.
    let filled = match lock {
        Lock::Nothing => filled_by_steps(transaction, table).await?,
        Lock::Rows => Vec::new(),
    };
    let shapes: BTreeSet<i32> = entries.iter().map(|entry| entry.shape).collect();
    for shape in shapes {
        let columns = shapes::read(transaction, shape).await?;
        let key = columns.names.first().map_or("id", String::as_str);
        let known = [columns.names.as_slice(), filled.as_slice()].concat();
        let outside = Outside::read(transaction, table, &known).await?;
        let of_shape = || entries.iter().filter(|entry| entry.shape == shape);
        let inserted: Vec<String> = of_shape()
            .filter(|entry| entry.candidate.fate == Fate::Delete)
            .map(|entry| entry.candidate.row_id.clone())
            .collect();
        let images: Vec<i64> = of_shape()
            .filter_map(|entry| match entry.candidate.fate {
                Fate::Restore(image) => Some(image),
                _ => None,
            })
            .collect();
        edited.extend(
            outside
                .filled_since_insert(transaction, key, &inserted)
                .await?,
        );
        edited.extend(
            outside
                .changed_since_image(transaction, key, &images)
                .await?,
        );
    }
    Ok(edited)
}

/// The columns of a table that steps of plans filled.
async fn filled_by_steps(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
) -> Result<Vec<String>> {
    let failed = |cause| error(cause, "cannot read what steps filled");
    crate::postgres::query(include_str!("filled_by_steps.sql"))
        .bind(table)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| row.try_get(0).map_err(failed))
        .collect()
}

/// What would become of a row that nobody changed.
fn entry(row: &sqlx::postgres::PgRow, filter: &Filter) -> sqlx::Result<Entry> {
    let action: String = row.try_get("action")?;
    let image: Option<i64> = row.try_get("image")?;
    let created: i64 = row.try_get("created_run")?;
    let last: i64 = row.try_get("run")?;
    let covers = |run: i64| filter.runs.as_ref().is_none_or(|runs| runs.contains(&run));
    let fate = match image {
        _ if action == "inserted" && covers(created) => Fate::Delete,
        Some(image) => Fate::Restore(image),
        None => Fate::Release,
    };
    Ok(Entry {
        candidate: Candidate {
            row_id: row.try_get("row_id")?,
            collection: row.try_get("collection")?,
            document_id: row.try_get("document_id")?,
            fate,
            restores: matches!(fate, Fate::Restore(_)),
        },
        written: Digest::from_slice(row.try_get("written")?),
        shape: row.try_get("shape")?,
        later: !covers(last),
    })
}
