//! Proving that a rollback touched nothing else, and recording its end.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::rollback::{
    Before, Fingerprint, NotCompared, RollbackOptions, Scope, Undone,
};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use super::scope::{Filter, IMAGES, LINKS, ROWS};
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};
use crate::postgres::rows::table::ROW;

fn fingerprint(row: &PgRow) -> Result<Fingerprint> {
    let failed = |cause| error(cause, "cannot take the digest of a table");
    let sum: String = row.try_get(1).map_err(failed)?;
    Ok(Fingerprint {
        rows: row.try_get(0).map_err(failed)?,
        sum: sum.parse().map_err(|cause| {
            Error::new(ErrorKind::Internal, "the digest of a table is no number").cause(cause)
        })?,
    })
}

/// The rows of a table, all or those of `ids`, that the scope does not cover.
pub(super) async fn others(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    table: &str,
    key: &str,
    ids: Option<&[String]>,
) -> Result<Fingerprint> {
    let statement = format!(
        include_str!("others.sql"),
        table = public_table(table),
        row = ROW,
        key = quote_identifier(key),
        rows = ROWS,
        links = LINKS,
        images = IMAGES
    );
    let row = filter
        .bind(crate::postgres::query(AssertSqlSafe(statement)))
        .bind(table)
        .bind(ids)
        .fetch_one(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot take the digest of a table"))?;
    fingerprint(&row)
}

/// What the tables were before the first run, or before these attempts of one, beside what they
/// are.
pub(super) async fn baselines(
    transaction: &mut Transaction<'_, Postgres>,
    runs: Option<Vec<RunId>>,
) -> Result<BTreeMap<String, Before>> {
    let failed = |cause| error(cause, "cannot read the tables' digests of before");
    let query = match runs {
        None => crate::postgres::query(include_str!("baselines.sql")),
        Some(runs) => crate::postgres::query(include_str!("run_baselines.sql")).bind(runs),
    };
    let rows = query.fetch_all(&mut **transaction).await.map_err(failed)?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let table: String = row.try_get("table_name").map_err(failed)?;
        let taken: bool = row.try_get("taken").map_err(failed)?;
        let same_columns: bool = row.try_get("same_columns").map_err(failed)?;
        let before = if !taken {
            Before::Unknown(NotCompared::Large)
        } else if same_columns {
            Before::Known {
                then: fingerprint(row)?,
                now: today(transaction, &table).await?,
            }
        } else {
            Before::Unknown(NotCompared::Columns)
        };
        found.insert(table, before);
    }
    Ok(found)
}

/// A table as it is.
async fn today(transaction: &mut Transaction<'_, Postgres>, table: &str) -> Result<Fingerprint> {
    let statement = format!(
        "SELECT count(*), coalesce(sum(hashtextextended({ROW}::text, 0)::numeric), 0)::text \
         FROM {} AS {ROW}",
        public_table(table)
    );
    let now = crate::postgres::query(AssertSqlSafe(statement))
        .fetch_one(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot take the digest of a table"))?;
    fingerprint(&now)
}

/// Forgets documents, numbers, images and runs that were taken back.
pub(super) async fn forget(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    options: RollbackOptions,
    run: RunId,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot record the end of the rollback");
    filter
        .bind(crate::postgres::query(include_str!("settle_items.sql")))
        .bind(run)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut tables = vec!["warnings", "quarantine", "conflicts"];
    if options.release_numbers {
        tables.push("assigned_numbers");
    }
    for table in tables {
        let statement = format!(include_str!("settle.sql"), table = table);
        filter
            .bind(crate::postgres::query(AssertSqlSafe(statement)))
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    filter
        .bind(crate::postgres::query(include_str!("unmark_departed.sql")))
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let everything = filter.scope.is_everything();
    let one_run = Scope {
        run: filter.scope.run,
        ..Scope::default()
    };
    if everything || (filter.runs.is_some() && filter.scope == one_run) {
        crate::postgres::query(include_str!("close_runs.sql"))
            .bind(filter.runs.clone())
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    if everything {
        sqlx::raw_sql(include_str!("forget_rest.sql"))
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// For the audit.
pub(super) fn detail(scope: &Scope, options: RollbackOptions, undone: &Undone) -> Value {
    let tables: serde_json::Map<String, Value> = undone
        .tables
        .iter()
        .map(|(table, counts)| {
            let counts = json!({
                "deleted": counts.deleted, "restored": counts.restored,
                "released": counts.released, "gone": counts.gone,
                "unlinked": counts.unlinked, "kept": counts.kept,
            });
            (table.clone(), counts)
        })
        .collect();
    json!({
        "run": scope.run, "collection": scope.collection, "id": scope.id,
        "audio_urls_only": scope.audio_urls_only, "force": options.force,
        "release_numbers": options.release_numbers, "tables": tables,
    })
}
