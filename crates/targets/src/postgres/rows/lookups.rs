//! What the V3 tables hold of a batch: rows by their keys, unique values, parents.

use std::collections::{BTreeMap, HashSet};

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::row::Cell;

use super::shapes::{self, Lock, digests, digests_over_shape};
use super::state::State;
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

pub(super) async fn current_rows(
    transaction: &mut Transaction<'_, Postgres>,
    state: &mut State<'_>,
) -> Result<()> {
    for position in 0..state.tables.len() {
        let Some(table) = state.tables.get(position).cloned() else {
            continue;
        };
        let ids: Vec<String> = state
            .cases
            .iter()
            .filter(|case| case.table == position)
            .map(|case| case.id().to_owned())
            .collect();
        let found = digests(
            transaction,
            &table.shape.table,
            &table.key(),
            &table.digest,
            &ids,
            Lock::Rows,
        )
        .await?;
        for case in state.cases.iter_mut().filter(|case| case.table == position) {
            case.current = found.get(case.row.id()).copied();
            case.untouched = match (&case.entry, case.current) {
                (Some(entry), Some(current)) => {
                    entry.shape == table.shape_id && entry.written == current
                }
                _ => false,
            };
        }
    }
    Ok(())
}

/// Rows whose entry was made over other columns, and rows that are stale: compared over the
/// columns of their entry.
pub(super) async fn untouched_rows(
    transaction: &mut Transaction<'_, Postgres>,
    state: &mut State<'_>,
) -> Result<()> {
    let mut wanted: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for case in &state.cases {
        let (Some(entry), Some(table)) = (&case.entry, state.tables.get(case.table)) else {
            continue;
        };
        if case.current.is_some() && entry.shape != table.shape_id {
            wanted
                .entry(entry.shape)
                .or_default()
                .push(entry.row_id.clone());
        }
    }
    for stale in &state.stale {
        wanted
            .entry(stale.entry.shape)
            .or_default()
            .push(stale.entry.row_id.clone());
    }
    let known = shapes::known(transaction, wanted.keys().copied()).await?;
    for (shape, ids) in wanted {
        if !known.contains(&shape) {
            // What was written cannot be told any more: nothing is removed on its word.
            let stale = state.stale.iter_mut();
            for stale in stale.filter(|stale| stale.entry.shape == shape) {
                stale.present = true;
            }
            continue;
        }
        let found = digests_over_shape(transaction, shape, &ids, Lock::Rows).await?;
        for case in &mut state.cases {
            if let Some(entry) = case.entry.as_ref().filter(|entry| entry.shape == shape)
                && let Some(current) = found.get(&entry.row_id)
            {
                case.untouched = *current == entry.written;
            }
        }
        for stale in state
            .stale
            .iter_mut()
            .filter(|stale| stale.entry.shape == shape)
        {
            let current = found.get(&stale.entry.row_id);
            stale.present = current.is_some();
            stale.untouched = current == Some(&stale.entry.written);
        }
    }
    Ok(())
}

pub(super) async fn unique_holders(
    transaction: &mut Transaction<'_, Postgres>,
    state: &mut State<'_>,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot look for rows with the same unique value");
    for (position, table) in state.tables.iter().enumerate() {
        for unique in &table.unique {
            let values: Vec<&str> = state
                .cases
                .iter()
                .filter(|case| case.table == position && case.current != Some(case.desired))
                .filter_map(|case| match case.row.cells.get(*unique) {
                    Some(Cell::Text(value)) => Some(value.as_str()),
                    _ => None,
                })
                .collect();
            if values.is_empty() {
                continue;
            }
            let column = quote_identifier(table.column(*unique));
            let statement = format!(
                "SELECT {column}::text, {}::text FROM {} WHERE {column} = ANY($1)",
                table.key(),
                table.name()
            );
            let rows = crate::postgres::query(AssertSqlSafe(statement))
                .bind(values)
                .fetch_all(&mut **transaction)
                .await
                .map_err(failed)?;
            for row in rows {
                let value: String = row.try_get(0).map_err(failed)?;
                let id: String = row.try_get(1).map_err(failed)?;
                state.holders.insert((position, *unique, value), id);
            }
        }
    }
    Ok(())
}

pub(super) async fn parents(
    transaction: &mut Transaction<'_, Postgres>,
    state: &mut State<'_>,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot look for the rows that others refer to");
    let mut wanted: BTreeMap<(String, String), HashSet<&str>> = BTreeMap::new();
    for case in &state.cases {
        if case.current == Some(case.desired) {
            continue;
        }
        let parents = state.tables.get(case.table).map(|table| &table.parents);
        for parent in parents.into_iter().flatten() {
            if let Some(Cell::Text(value)) = case.row.cells.get(parent.position) {
                wanted
                    .entry((parent.table.clone(), parent.column.clone()))
                    .or_default()
                    .insert(value);
            }
        }
    }
    for ((table, column), values) in wanted {
        let name = quote_identifier(&column);
        let statement = format!(
            "SELECT {name}::text FROM {} WHERE {name} = ANY($1) FOR KEY SHARE",
            public_table(&table)
        );
        let values: Vec<&str> = values.into_iter().collect();
        let rows = crate::postgres::query(AssertSqlSafe(statement))
            .bind(values)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let found = rows
            .iter()
            .map(|row| row.try_get::<String, _>(0))
            .collect::<sqlx::Result<HashSet<_>>>()
            .map_err(failed)?;
        state.parents.insert((table, column), found);
    }
    Ok(())
}
