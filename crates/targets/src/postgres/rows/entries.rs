//! The ledger's entries of rows: where each comes from, and what was written.

use sqlx::{Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::rows::ItemKey;

use super::book::Book;
use super::encode::CopyIn;
use super::judge::Judgement;
use super::state::{Case, State};
use super::verdict::Verdict;
use crate::postgres::fault::error;
use crate::postgres::runs::without_nul;

/// The tables that had no row before anything was written to them.
pub(super) async fn empty_before(
    transaction: &mut Transaction<'_, Postgres>,
) -> Result<Vec<String>> {
    let failed = |cause| error(cause, "cannot read what the tables were");
    let statement = "SELECT table_name FROM sunset.baselines WHERE row_count = 0";
    crate::postgres::query_scalar(statement)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)
}

fn owner<'a>(state: &State<'a>, case: &Case<'_>) -> Option<&'a ItemKey> {
    state.items.get(case.item).map(|item| &item.key)
}

/// Writes them.
pub(super) async fn write(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    book: &Book<'_>,
) -> Result<()> {
    let settled = || {
        state
            .cases
            .iter()
            .enumerate()
            .filter_map(|(position, case)| {
                let verdict = judgement.effective(position, case)?;
                (verdict != Verdict::Nothing).then_some((case, verdict))
            })
    };
    if settled().any(|(case, _)| case.entry.is_none()) {
        let mut copy = CopyIn::begin(
            transaction,
            include_str!("copy_provenance.sql"),
            "cannot record where rows come from",
        )
        .await?;
        for (case, verdict) in settled().filter(|(case, _)| case.entry.is_none()) {
            let (Some(key), Some(table)) = (owner(state, case), state.tables.get(case.table))
            else {
                continue;
            };
            let ours = verdict == Verdict::Adopt && book.empty_before.contains(&table.shape.table);
            let known = state.known.get(case.item).and_then(Option::as_ref);
            let run = known.filter(|_| ours).map_or(book.run, |known| known.run);
            let action = match verdict {
                Verdict::Insert => "inserted",
                Verdict::Adopt if ours => "inserted",
                Verdict::Overwrite => "overwritten",
                _ => "adopted",
            };
            copy.row(10)
                .await?
                .text(&table.shape.table)
                .text(case.id())
                .text(&without_nul(&key.collection))
                .text(&without_nul(&key.id))
                .digest(&case.mapped)
                .digest(&case.desired)
                .integer(table.shape_id)
                .text(action)
                .bigint(run)
                .bigint(run);
        }
        copy.finish().await?;
    }
    let mut columns = UpdatedEntries::default();
    for (case, verdict) in settled() {
        let (Some(entry), Some(key), Some(table)) = (
            &case.entry,
            owner(state, case),
            state.tables.get(case.table),
        ) else {
            continue;
        };
        columns.tables.push(entry.table.clone());
        columns.rows.push(entry.row_id.clone());
        columns
            .collections
            .push(without_nul(&key.collection).into_owned());
        columns.documents.push(without_nul(&key.id).into_owned());
        // A row that is left as somebody changed it keeps the digests of what was written.
        let (mapped, written, shape) = if verdict == Verdict::Leave {
            (entry.mapped, entry.written, entry.shape)
        } else {
            (case.mapped, case.desired, table.shape_id)
        };
        columns.mapped.push(mapped.as_bytes().to_vec());
        columns.written.push(written.as_bytes().to_vec());
        columns.shapes.push(shape);
        columns.runs.push(if verdict.writes() {
            Some(book.run)
        } else {
            None
        });
    }
    columns.write(transaction).await
}

#[derive(Default)]
struct UpdatedEntries {
    tables: Vec<String>,
    rows: Vec<String>,
    collections: Vec<String>,
    documents: Vec<String>,
    mapped: Vec<Vec<u8>>,
    written: Vec<Vec<u8>>,
    shapes: Vec<i32>,
    runs: Vec<Option<i64>>,
}

impl UpdatedEntries {
    async fn write(self, transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
        if self.tables.is_empty() {
            return Ok(());
        }
        crate::postgres::query(include_str!("update_provenance.sql"))
            .bind(self.tables)
            .bind(self.rows)
            .bind(self.collections)
            .bind(self.documents)
            .bind(self.mapped)
            .bind(self.written)
            .bind(self.shapes)
            .bind(self.runs)
            .execute(&mut **transaction)
            .await
            .map(drop)
            .map_err(|cause| error(cause, "cannot record where rows come from"))
    }
}
