//! Writing what was decided to the V3 tables.

use sqlx::{AssertSqlSafe, Postgres, Transaction};
use sunset_core::Result;
use sunset_core::ports::runs::RunId;

use super::encode::CopyIn;
use super::judge::Judgement;
use super::state::State;
use super::table::{ROW, Table, json_nulls, type_name};
use super::verdict::{Reason, Verdict};
use crate::postgres::fault::{error, is_foreign_key, is_swallowed, swallowed};
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::statement::execute;

const WHAT: &str = "cannot write rows";

/// Statements that name temporary tables of one transaction.
const STAGE: &str = "pg_temp.\"sunset_stage\"";

/// Writes new rows and changes, in order of rank.
pub(super) async fn write_rows(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    run: RunId,
) -> Result<()> {
    release(transaction, state, judgement, run).await?;
    for position in 0..state.tables.len() {
        insert(transaction, state, judgement, position).await?;
        update(transaction, state, judgement, position, run).await?;
    }
    Ok(())
}

fn chosen<'s>(
    state: &'s State<'_>,
    judgement: &'s Judgement,
    table: usize,
    wanted: fn(Verdict) -> bool,
) -> impl Iterator<Item = &'s sunset_core::row::Row> + Clone {
    state
        .cases
        .iter()
        .enumerate()
        .filter(move |(position, case)| {
            case.table == table && judgement.effective(*position, case).is_some_and(wanted)
        })
        .map(|(_, case)| &*case.row)
}

/// New rows go straight into their table: nothing there can refuse them that was not looked at,
/// and what slips through is sorted out item by item.
async fn insert(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    position: usize,
) -> Result<()> {
    let Some(table) = state.tables.get(position) else {
        return Ok(());
    };
    let rows = chosen(state, judgement, position, |verdict| {
        verdict == Verdict::Insert
    });
    let wanted = rows.clone().count();
    let copied = copy_rows(transaction, &table.copy, rows.clone()).await?;
    if copied >= wanted as u64 {
        return Ok(());
    }
    // A trigger may have led rows elsewhere, to a part of the table.
    let ids: Vec<&str> = rows.map(sunset_core::row::Row::id).collect();
    let found = present(transaction, &table.name(), &table.key(), &ids).await?;
    match wanted.saturating_sub(found) {
        0 => Ok(()),
        missing => Err(swallowed(&table.shape.table, missing)),
    }
}

/// How many rows of some ids are there.
async fn present(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    key: &str,
    ids: &[&str],
) -> Result<usize> {
    let statement = format!("SELECT count(*) FROM {table} WHERE {key} = ANY($1)");
    let found: i64 = crate::postgres::query_scalar(AssertSqlSafe(statement))
        .bind(ids)
        .fetch_one(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot count rows"))?;
    Ok(usize::try_from(found).unwrap_or(0))
}

async fn copy_rows<'r>(
    transaction: &mut Transaction<'_, Postgres>,
    statement: &str,
    rows: impl Iterator<Item = &'r sunset_core::row::Row> + Clone,
) -> Result<u64> {
    if rows.clone().next().is_none() {
        return Ok(0);
    }
    let mut copy = CopyIn::begin(transaction, statement, WHAT).await?;
    for row in rows {
        let fields = copy.row(row.cells.len()).await?;
        for cell in &row.cells {
            fields.cell(cell);
        }
    }
    copy.finish().await
}

/// Changes go through a staging table into one statement, their before-images first.
async fn update(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    position: usize,
    run: RunId,
) -> Result<()> {
    let Some(table) = state.tables.get(position) else {
        return Ok(());
    };
    let rows = chosen(state, judgement, position, |verdict| {
        matches!(verdict, Verdict::Update | Verdict::Overwrite)
    });
    if rows.clone().next().is_none() {
        return Ok(());
    }
    let ids: Vec<&str> = rows.clone().map(sunset_core::row::Row::id).collect();
    keep_before_images(transaction, table, &ids, run).await?;
    let columns: Vec<String> = table
        .shape
        .columns
        .iter()
        .map(|(name, kind)| format!("{} {}", quote_identifier(name), type_name(*kind)))
        .collect();
    run_statement(
        transaction,
        format!(
            "CREATE TEMPORARY TABLE \"sunset_stage\" ({}) ON COMMIT DROP",
            columns.join(", ")
        ),
    )
    .await?;
    let names: Vec<String> = table
        .shape
        .columns
        .iter()
        .map(|(name, _)| quote_identifier(name))
        .collect();
    let statement = format!(
        "COPY {STAGE} ({}) FROM STDIN (FORMAT binary)",
        names.join(", ")
    );
    copy_rows(transaction, &statement, rows).await?;
    let set: Vec<String> = names
        .iter()
        .skip(1)
        .map(|name| format!("{name} = stage.{name}"))
        .collect();
    let key = table.key();
    let statement = format!(
        "UPDATE {} AS {ROW} SET {} FROM {STAGE} AS stage WHERE {ROW}.{key} = stage.{key}",
        table.name(),
        set.join(", ")
    );
    let changed = execute(transaction, statement, WHAT).await?;
    let changed = usize::try_from(changed).unwrap_or(usize::MAX);
    if changed < ids.len() {
        return Err(swallowed(&table.shape.table, ids.len() - changed));
    }
    run_statement(transaction, format!("DROP TABLE {STAGE}")).await
}

/// Takes the unique values that rows of the batch take over from rows which are to go, and which
/// others still refer to: those will refer to the new ones.
pub(super) async fn hand_over(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    stale: &[usize],
    run: RunId,
) -> Result<Vec<usize>> {
    let mut handed = Vec::new();
    for position in stale {
        let Some(entry) = state.stale.get(*position).map(|stale| &stale.entry) else {
            continue;
        };
        for (place, table) in state.tables.iter().enumerate() {
            if table.shape.table != entry.table {
                continue;
            }
            for unique in &table.unique {
                let taken = (place, *unique, entry.row_id.clone());
                if judgement.taken_over.contains(&taken) {
                    release_column(transaction, table, *unique, &[&entry.row_id], run).await?;
                    handed.push(*position);
                }
            }
        }
    }
    Ok(handed)
}

/// Takes unique values from rows that other rows of the batch take over. They get values of their
/// own within the same transaction; until then NULL, or where that cannot be, what nobody has.
async fn release(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    run: RunId,
) -> Result<()> {
    for (position, table) in state.tables.iter().enumerate() {
        for unique in &table.unique {
            let ids: Vec<&str> = judgement
                .releases
                .iter()
                .filter(|(_, column)| column == unique)
                .filter_map(|(case, _)| state.cases.get(*case))
                .filter(|case| case.table == position)
                .map(|case| case.id())
                .collect();
            if !ids.is_empty() {
                release_column(transaction, table, *unique, &ids, run).await?;
            }
        }
    }
    Ok(())
}

/// Gives a column of some rows no value, or where that cannot be, one that nobody has.
async fn release_column(
    transaction: &mut Transaction<'_, Postgres>,
    table: &Table,
    unique: usize,
    ids: &[&str],
    run: RunId,
) -> Result<()> {
    keep_before_images(transaction, table, ids, run).await?;
    let column = table.column(unique);
    let key = table.key();
    let meanwhile = if table.required.contains(column) {
        format!("'sunset:' || {key}::text")
    } else {
        "NULL".to_owned()
    };
    let statement = format!(
        "UPDATE {} SET {} = {meanwhile} WHERE {key} = ANY($1)",
        table.name(),
        quote_identifier(column),
    );
    crate::postgres::query(AssertSqlSafe(statement))
        .bind(ids)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot move a unique value"))
}

async fn keep_before_images(
    transaction: &mut Transaction<'_, Postgres>,
    table: &Table,
    ids: &[&str],
    run: RunId,
) -> Result<()> {
    let statement = image_statement(
        &table.shape.table,
        &table.key(),
        &table.digest,
        &table.json_nulls,
    );
    crate::postgres::query(AssertSqlSafe(statement))
        .bind(run)
        .bind(&table.shape.table)
        .bind(ids)
        .bind(table.shape_id)
        .execute(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot keep rows as they were"))?;
    Ok(())
}

/// Binds the run, the table's name, ids and the shape's number. Within one run the first image
/// counts.
fn image_statement(table: &str, key: &str, digest: &str, json_nulls: &str) -> String {
    format!(
        include_str!("before_images.sql"),
        table = public_table(table),
        row = ROW,
        key = key,
        digest = digest,
        json_nulls = json_nulls
    )
}

/// Removes rows that their items give no longer, children first. Returns the positions (in
/// [`State::stale`]) of those that stay: others refer to them, or a trigger keeps them.
pub(super) async fn remove_stale(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    candidates: &[usize],
    ranks: &std::collections::BTreeMap<String, usize>,
    run: RunId,
) -> Result<Vec<(usize, Reason)>> {
    let mut order: Vec<(usize, &super::state::Stale)> = candidates
        .iter()
        .filter_map(|position| Some((*position, state.stale.get(*position)?)))
        .filter(|(_, stale)| stale.present)
        .collect();
    order.sort_by_key(|(_, stale)| {
        std::cmp::Reverse(ranks.get(&stale.entry.table).copied().unwrap_or(0))
    });
    let mut staying = Vec::new();
    for (position, stale) in order {
        run_statement(transaction, "SAVEPOINT sunset_stale".to_owned()).await?;
        match remove(transaction, &stale.entry, run).await {
            Ok(()) => {
                run_statement(transaction, "RELEASE SAVEPOINT sunset_stale".to_owned()).await?;
            }
            Err(fault) if is_foreign_key(&fault) || is_swallowed(&fault) => {
                run_statement(transaction, "ROLLBACK TO SAVEPOINT sunset_stale".to_owned()).await?;
                let reason = if is_swallowed(&fault) {
                    Reason::Refused
                } else {
                    Reason::Referenced
                };
                staying.push((position, reason));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(staying)
}

async fn remove(
    transaction: &mut Transaction<'_, Postgres>,
    entry: &super::state::Entry,
    run: RunId,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot remove a row that V2 gives no longer");
    let columns = super::shapes::read(transaction, entry.shape).await?;
    let key = columns.key();
    let statement = image_statement(
        &entry.table,
        &key,
        &columns.digest(),
        &json_nulls(ROW, columns.json.iter().map(String::as_str)),
    );
    crate::postgres::query(AssertSqlSafe(statement))
        .bind(run)
        .bind(&entry.table)
        .bind(vec![entry.row_id.as_str()])
        .bind(entry.shape)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let table = public_table(&entry.table);
    let statement = format!("DELETE FROM {table} WHERE {key} = $1");
    let removed = crate::postgres::query(AssertSqlSafe(statement))
        .bind(&entry.row_id)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    if removed.rows_affected() == 0
        && present(transaction, &table, &key, &[&entry.row_id]).await? > 0
    {
        return Err(swallowed(&entry.table, 1));
    }
    Ok(())
}

pub(super) async fn run_statement(
    transaction: &mut Transaction<'_, Postgres>,
    statement: String,
) -> Result<()> {
    execute(transaction, statement, WHAT).await.map(drop)
}
