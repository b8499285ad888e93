//! Rows as a backup holds them.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::backups::BackupRecord;
use sunset_core::schema::name::qualified;
use sunset_core::{Error, ErrorKind, Result};

use super::parts::{Parts, all_parts, listed};
use super::{BackupStore, DIGEST, unsigned};
use crate::postgres::connection::Database;
use crate::postgres::fault::error;
use crate::postgres::statement::execute;
use crate::postgres::triggers::{Triggers, Writing};

pub(super) const WHAT: &str = "cannot restore the backup";

/// Kept rows that are named.
const NAMED: usize = 1_000;

/// What restoring one table came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoredTable {
    /// The table.
    pub table: String,
    /// Rows that are as they were.
    pub restored: u64,
    /// Rows that the plan had made and that are gone.
    pub removed: u64,
    /// Rows that were deleted since and are there again.
    pub inserted: u64,
    /// Rows that somebody changed or deleted since, and that stay so.
    pub kept: u64,
    /// The first of them, and what of them is otherwise.
    pub kept_rows: Vec<String>,
    /// Rows that were to be as they were and are not, because a trigger, a rule or a column that
    /// takes no value hindered it.
    pub hindered: u64,
    /// The first of them, and what of them is otherwise.
    pub hindered_rows: Vec<String>,
}

impl Database {
    /// What restoring a backup would come to. Nothing is written.
    ///
    /// # Errors
    /// `Mismatch` when a copy is not what it was; those of the database.
    pub async fn would_restore(
        &self,
        backup: &BackupRecord,
        force: bool,
    ) -> Result<Vec<RestoredTable>> {
        let look = || async {
            let mut transaction = self.begin_reading().await?;
            check_copies(&mut transaction, backup).await?;
            let mut tables = Vec::new();
            for parts in all_parts(&mut transaction, backup).await? {
                let source = format!("({})", parts.verdicts);
                tables.push(sums(&mut transaction, &parts, &source, force).await?);
            }
            transaction
                .rollback()
                .await
                .map_err(|cause| error(cause, WHAT))?;
            Ok(tables)
        };
        self.steadily(look).await
    }
}

impl BackupStore {
    /// Restores a backup, all tables in one transaction, and forgets the changes that it undid.
    /// Nobody else writes to the tables meanwhile.
    ///
    /// # Errors
    /// `Mismatch` when a copy is not what it was; `Contended` when somebody does not let go of a
    /// table; those of the database.
    pub async fn restore(&self, backup: &BackupRecord, force: bool) -> Result<Vec<RestoredTable>> {
        let failed = |cause| error(cause, WHAT);
        let mut transaction = self.lease.begin().await?;
        execute(
            &mut transaction,
            "SET LOCAL lock_timeout = '10s'".to_owned(),
            WHAT,
        )
        .await?;
        check_copies(&mut transaction, backup).await?;
        let all = all_parts(&mut transaction, backup).await?;
        for parts in &all {
            let lock = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", parts.relation);
            execute(&mut transaction, lock, WHAT).await?;
        }
        let mut triggers = Vec::new();
        for parts in &all {
            let relation = &parts.relation;
            let off = Triggers::switch_off(&mut transaction, relation, Writing::UpdateAndInsert);
            triggers.push(off.await?);
        }
        let mut tables = Vec::new();
        for (at, parts) in all.iter().enumerate() {
            let judge = format!(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS {}",
                verdicts_of(at),
                parts.verdicts
            );
            execute(&mut transaction, judge, WHAT).await?;
            tables.push(sums(&mut transaction, parts, &verdicts_of(at), force).await?);
        }
        for (at, parts) in all.iter().enumerate() {
            for statement in parts.statements(&verdicts_of(at), force) {
                execute(&mut transaction, statement, WHAT).await?;
            }
        }
        for each in triggers {
            each.switch_on(&mut transaction).await?;
        }
        // Behind all of them: what is written to one table may change another by a trigger.
        for (at, (parts, sum)) in all.iter().zip(&mut tables).enumerate() {
            mark_hindered(&mut transaction, parts, (&verdicts_of(at), force), sum).await?;
            let sql = format!(
                include_str!("forget.sql"),
                verdicts = verdicts_of(at),
                kept = listed(kept(force)),
            );
            crate::postgres::query(AssertSqlSafe(sql))
                .bind(&backup.plan)
                .bind(backup.last_change)
                .bind(&parts.table)
                .bind(&backup.namespace)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        execute(
            &mut transaction,
            "DELETE FROM sunset.changes WHERE keys = '{}'".to_owned(),
            WHAT,
        )
        .await?;
        transaction.commit().await.map_err(failed)?;
        Ok(tables)
    }
}

/// Checks that the copies are what the catalogue says of them: what somebody changed in one would
/// come back as if it had been there.
async fn check_copies(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
) -> Result<()> {
    let failed = |cause| error(cause, WHAT);
    for copied in &backup.tables {
        let copy = qualified(&backup.schema, &copied.table);
        let sql = format!("SELECT count(*) AS rows, {DIGEST} AS digest FROM {copy} AS t");
        let row = crate::postgres::query(AssertSqlSafe(sql))
            .fetch_one(&mut **transaction)
            .await
            .map_err(failed)?;
        let rows = unsigned(row.try_get("rows").map_err(failed)?);
        let digest: String = row.try_get("digest").map_err(failed)?;
        if rows != copied.rows || digest != copied.digest {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!(
                    "the copy of {} is not what it was: {rows} rows with digest {digest}, not {} with {}; nothing was changed",
                    copied.table, copied.rows, copied.digest
                ),
            )
            .remedy("the copy, or a type of a column, was changed since; restore by hand from the schema of the backup"));
        }
    }
    Ok(())
}

/// Where the verdicts of a table's rows are kept meanwhile.
fn verdicts_of(at: usize) -> String {
    format!("pg_temp.sunset_restore_{at}")
}

/// Takes from the sums what did not become what it was to be.
async fn mark_hindered(
    transaction: &mut Transaction<'_, Postgres>,
    parts: &Parts,
    (verdicts, force): (&str, bool),
    sum: &mut RestoredTable,
) -> Result<()> {
    let failed = |cause| error(cause, WHAT);
    let rows = crate::postgres::query(AssertSqlSafe(parts.marking(verdicts, force, NAMED)))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in &rows {
        let verdict: String = row.try_get("verdict").map_err(failed)?;
        let count = unsigned(row.try_get("rows").map_err(failed)?);
        let counted = match verdict.as_str() {
            "made" | "made_changed" => &mut sum.removed,
            "gone" => &mut sum.inserted,
            _ => &mut sum.restored,
        };
        *counted = counted.saturating_sub(count);
        sum.hindered += count;
        let named: Vec<String> = row.try_get("named").map_err(failed)?;
        let room = NAMED.saturating_sub(sum.hindered_rows.len());
        sum.hindered_rows.extend(named.into_iter().take(room));
    }
    Ok(())
}

/// Verdicts of rows that stay as they are.
fn kept(force: bool) -> &'static [&'static str] {
    if force {
        &["hindered"]
    } else {
        &[
            "changed",
            "gone",
            "made_changed",
            "undo_changed",
            "hindered",
        ]
    }
}

/// What the verdicts come to.
async fn sums(
    transaction: &mut Transaction<'_, Postgres>,
    parts: &Parts,
    source: &str,
    force: bool,
) -> Result<RestoredTable> {
    let failed = |cause| error(cause, WHAT);
    let sql = format!(
        "SELECT v.verdict, count(*) AS rows, \
         (array_agg(v.key || ': ' || coalesce(v.differing, 'deleted') ORDER BY v.key))[1:{NAMED}] AS named \
         FROM {source} AS v GROUP BY v.verdict ORDER BY v.verdict"
    );
    let rows = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let mut sum = RestoredTable {
        table: parts.table.clone(),
        ..RestoredTable::default()
    };
    for row in &rows {
        let verdict: String = row.try_get("verdict").map_err(failed)?;
        let count = unsigned(row.try_get("rows").map_err(failed)?);
        if kept(force).contains(&verdict.as_str()) {
            sum.kept += count;
            let named: Vec<String> = row.try_get("named").map_err(failed)?;
            let room = NAMED.saturating_sub(sum.kept_rows.len());
            sum.kept_rows.extend(named.into_iter().take(room));
            continue;
        }
        match verdict.as_str() {
            "restore" | "changed" | "undo" | "undo_changed" => sum.restored += count,
            "made" | "made_changed" => sum.removed += count,
            "gone" => sum.inserted += count,
            _ => {}
        }
    }
    Ok(sum)
}
