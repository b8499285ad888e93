//! Rows as a backup holds them.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::backups::BackupRecord;
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};
use sunset_core::{Error, ErrorKind, Result};

use super::{BackupStore, unsigned};
use crate::postgres::connection::Database;
use crate::postgres::fault::error;

const WHAT: &str = "cannot restore the backup";

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
}

/// What a table is restored by.
struct Parts {
    table: String,
    relation: String,
    copy: Option<String>,
    key: String,
    /// `(name, type, copied)` of columns that can be written, the key among them.
    columns: Vec<(String, String, bool)>,
    /// Columns that the plan wrote.
    written: Vec<String>,
    verdicts: String,
}

impl Database {
    /// What restoring a backup would come to. Nothing is written.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn would_restore(
        &self,
        backup: &BackupRecord,
        force: bool,
    ) -> Result<Vec<RestoredTable>> {
        let look = || async {
            let mut transaction = self.begin_reading().await?;
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
    /// `Contended` when somebody does not let go of a table; those of the database.
    pub async fn restore(&self, backup: &BackupRecord, force: bool) -> Result<Vec<RestoredTable>> {
        let failed = |cause| error(cause, WHAT);
        let mut transaction = self.lease.begin().await?;
        execute(
            &mut transaction,
            "SET LOCAL lock_timeout = '10s'".to_owned(),
        )
        .await?;
        let all = all_parts(&mut transaction, backup).await?;
        for parts in &all {
            let lock = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", parts.relation);
            execute(&mut transaction, lock).await?;
        }
        let mut tables = Vec::new();
        for parts in &all {
            execute(
                &mut transaction,
                format!(
                    "CREATE TEMPORARY TABLE sunset_restore ON COMMIT DROP AS {}",
                    parts.verdicts
                ),
            )
            .await?;
            let sum = sums(&mut transaction, parts, "pg_temp.sunset_restore", force).await?;
            for statement in parts.statements(force) {
                execute(&mut transaction, statement).await?;
            }
            let sql = format!(include_str!("forget.sql"), kept = listed(kept(force)));
            crate::postgres::query(AssertSqlSafe(sql))
                .bind(&backup.plan)
                .bind(backup.last_change)
                .bind(&parts.table)
                .bind(&backup.namespace)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
            execute(
                &mut transaction,
                "DROP TABLE pg_temp.sunset_restore".to_owned(),
            )
            .await?;
            tables.push(sum);
        }
        execute(
            &mut transaction,
            "DELETE FROM sunset.changes WHERE keys = '{}'".to_owned(),
        )
        .await?;
        transaction.commit().await.map_err(failed)?;
        Ok(tables)
    }
}

async fn execute(transaction: &mut Transaction<'_, Postgres>, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, WHAT))
}

/// Verdicts of rows that stay as they are.
fn kept(force: bool) -> &'static [&'static str] {
    if force {
        &[]
    } else {
        &["changed", "gone", "made_changed", "undo_changed"]
    }
}

fn listed(verdicts: &[&str]) -> String {
    let quoted: Vec<String> = verdicts
        .iter()
        .map(|verdict| quote_literal(verdict))
        .collect();
    format!("ARRAY[{}]::text[]", quoted.join(", "))
}

async fn all_parts(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
) -> Result<Vec<Parts>> {
    let failed = |cause| error(cause, WHAT);
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = crate::postgres::query(include_str!("written_tables.sql"))
        .bind(&backup.plan)
        .bind(backup.last_change)
        .bind(&backup.namespace)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    for row in &rows {
        let columns = row.try_get("columns").map_err(failed)?;
        written.insert(row.try_get("table_name").map_err(failed)?, columns);
    }
    for copied in &backup.tables {
        written.entry(copied.table.clone()).or_default();
    }
    let mut all = Vec::new();
    for (table, columns) in written {
        all.extend(parts(transaction, backup, table, columns).await?);
    }
    Ok(all)
}

async fn parts(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
    table: String,
    written: Vec<String>,
) -> Result<Option<Parts>> {
    let failed = |cause| error(cause, WHAT);
    let relation = qualified(&backup.namespace, &table);
    let copy = backup
        .table(&table)
        .map(|_| qualified(&backup.schema, &table));
    let rows = crate::postgres::query(include_str!("restore_columns.sql"))
        .bind(&relation)
        .bind(copy.as_deref())
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut columns = Vec::new();
    let mut names = Vec::new();
    let mut key = None;
    for row in &rows {
        let name: String = row.try_get("name").map_err(failed)?;
        if row.try_get("key").map_err(failed)? {
            key = Some(name.clone());
        }
        names.push(name.clone());
        if row.try_get("writable").map_err(failed)? {
            let kind = row.try_get("type").map_err(failed)?;
            columns.push((name, kind, row.try_get("copied").map_err(failed)?));
        }
    }
    let key = key.ok_or_else(|| {
        Error::new(
            ErrorKind::Mismatch,
            format!("the primary key of {table} is not one column"),
        )
        .remedy("restore the table by hand from the schema of the backup")
    })?;
    let nulls: Vec<String> = names
        .iter()
        .map(|name| format!("({}, NULL)", quote_literal(name)))
        .collect();
    let nulls = format!(
        "(SELECT jsonb_object_agg(n, v) FROM (VALUES {}) AS none (n, v))",
        nulls.join(", ")
    );
    let empty = format!("(SELECT * FROM {relation} WHERE false)");
    let kept: Vec<String> = names.iter().map(|name| quote_literal(name)).collect();
    let lost = match &copy {
        Some(copy) => format!(
            "(SELECT coalesce(array_agg(a.attname::text), '{{}}') FROM pg_catalog.pg_attribute AS a \
             WHERE a.attrelid = {}::regclass AND a.attnum > 0 AND a.attname <> ALL (ARRAY[{}]::text[]))",
            quote_literal(copy),
            kept.join(", ")
        ),
        None => "'{}'::text[]".to_owned(),
    };
    let verdicts = format!(
        include_str!("verdicts.sql"),
        plan = quote_literal(&backup.plan),
        mark = backup.last_change,
        table = quote_literal(&table),
        namespace = quote_literal(&backup.namespace),
        key = quote_identifier(&key),
        nulls = nulls,
        lost = lost,
        copy = copy.as_deref().unwrap_or(&empty),
        relation = relation,
    );
    Ok(Some(Parts {
        table,
        relation,
        copy,
        key,
        columns,
        written,
        verdicts,
    }))
}

impl Parts {
    fn statements(&self, force: bool) -> Vec<String> {
        let mut statements = Vec::new();
        let key = quote_identifier(&self.key);
        let verdicts = |calm, forced| {
            if force {
                listed(&[calm, forced])
            } else {
                listed(&[calm])
            }
        };
        let relation = &self.relation;
        if let Some(copy) = &self.copy {
            let assigned: Vec<String> = self
                .columns
                .iter()
                .filter(|(name, _, copied)| {
                    *name != self.key && (*copied || self.written.contains(name))
                })
                .map(|(name, _, copied)| {
                    let name = quote_identifier(name);
                    if *copied {
                        format!("{name} = b.{name}")
                    } else {
                        format!("{name} = NULL")
                    }
                })
                .collect();
            if !assigned.is_empty() {
                statements.push(format!(
                    "UPDATE {relation} AS t SET {} FROM {copy} AS b, pg_temp.sunset_restore AS r \
                     WHERE r.verdict = ANY ({}) AND b.{key}::text = r.key AND t.{key} = b.{key}",
                    assigned.join(", "),
                    verdicts("restore", "changed"),
                ));
            }
            if force {
                let copied: Vec<String> = self
                    .columns
                    .iter()
                    .filter(|(_, _, copied)| *copied)
                    .map(|(name, _, _)| quote_identifier(name))
                    .collect();
                let copied = copied.join(", ");
                statements.push(format!(
                    "INSERT INTO {relation} ({copied}) OVERRIDING SYSTEM VALUE SELECT {copied} FROM {copy} AS b \
                     WHERE b.{key}::text IN (SELECT r.key FROM pg_temp.sunset_restore AS r WHERE r.verdict = 'gone')"
                ));
            }
        }
        let cells: Vec<&(String, String, bool)> = self
            .columns
            .iter()
            .filter(|(name, _, _)| self.written.contains(name) && *name != self.key)
            .collect();
        if !cells.is_empty() {
            let typed: Vec<String> = cells
                .iter()
                .map(|(name, kind, _)| format!("{} {kind}", quote_identifier(name)))
                .collect();
            let assigned: Vec<String> = cells
                .iter()
                .map(|(name, _, _)| {
                    let quoted = quote_identifier(name);
                    let literal = quote_literal(name);
                    format!("{quoted} = CASE WHEN r.before_cells ? {literal} THEN v.{quoted} ELSE t.{quoted} END")
                })
                .collect();
            statements.push(format!(
                "UPDATE {relation} AS t SET {} FROM pg_temp.sunset_restore AS r \
                 CROSS JOIN LATERAL jsonb_to_record(r.before_cells) AS v ({}) \
                 WHERE r.verdict = ANY ({}) AND t.{key}::text = r.key",
                assigned.join(", "),
                typed.join(", "),
                verdicts("undo", "undo_changed"),
            ));
        }
        statements.push(format!(
            "DELETE FROM {relation} AS t USING pg_temp.sunset_restore AS r \
             WHERE r.verdict = ANY ({}) AND t.{key}::text = r.key",
            verdicts("made", "made_changed"),
        ));
        statements
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
