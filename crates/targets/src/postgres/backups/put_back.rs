//! Whole tables as a backup holds them.

use serde_json::json;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::ports::backups::{BackupRecord, CopiedTable};
use sunset_core::schema::name::{qualified, quote_identifier};
use sunset_core::{Error, ErrorKind, Result};

use super::keys::{referred, would_hold};
use super::tables::{LEDGER, copy_of, is_table};
use super::{BackupStore, DIGEST, unsigned};
use crate::postgres::connection::Database;
use crate::postgres::fault::{breaks_a_rule, error, is_foreign_key};
use crate::postgres::runs::audit;
use crate::postgres::statement::execute;

const WHAT: &str = "cannot restore the backup";

const RULE: &str = "rows of the backup break a rule that the table has got since; nothing was changed. Take the rule away \
     (ALTER TABLE … DROP CONSTRAINT …, or ALTER COLUMN … DROP NOT NULL), and restore the backup again";

/// What restoring one table came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutBack {
    /// The table.
    pub table: String,
    /// Rows that came or were changed since: they go.
    pub going: u64,
    /// Rows that were changed or deleted since: they come back.
    pub coming: u64,
    /// Rows that the table then has.
    pub rows: u64,
}

/// One table and its copy.
pub(super) struct Pair {
    table: String,
    ledger: bool,
    pub relation: String,
    /// `None` for a table that was not there when the backup was taken.
    pub copy: Option<Held>,
}

/// What a copy holds.
pub(super) struct Held {
    pub relation: String,
    /// The names of its columns.
    pub names: Vec<String>,
    columns: String,
    writable: String,
    rows: u64,
    digest: String,
}

impl Database {
    /// What restoring whole tables would come to. Nothing is written.
    ///
    /// # Errors
    /// `Refused` where it would lose something that the backup does not hold; `Conflict` as
    /// [`BackupStore::put_back`]; those of the database.
    pub async fn would_put_back(&self, backup: &BackupRecord) -> Result<Vec<PutBack>> {
        let look = || async {
            let mut transaction = self.begin_reading().await?;
            let pairs = pairs(&mut transaction, backup).await?;
            let mut tables = Vec::new();
            for pair in pairs.iter().filter(|pair| !pair.ledger) {
                tables.push(pair.difference(&mut transaction).await?);
            }
            would_hold(&mut transaction, &pairs).await?;
            Ok(tables)
        };
        self.steadily(look).await
    }
}

impl BackupStore {
    /// Makes whole tables, and what the ledger says of their rows, what a backup holds: all in one
    /// transaction, in which nobody else reads or writes them, and which compares every table with
    /// the digest of the backup before it commits.
    ///
    /// # Errors
    /// As [`Database::would_put_back`]; `Contended` when somebody does not let go of a table;
    /// `Conflict` when rows of other tables refer to rows that would go, or rows of the backup to
    /// rows of other tables that are gone; `Mismatch` when a table
    /// would not be as it was. Nothing is changed then.
    pub async fn put_back(&self, backup: &BackupRecord) -> Result<Vec<PutBack>> {
        let failed = |cause| error(cause, WHAT);
        let mut transaction = self.lease.begin().await?;
        execute(&mut transaction, "SET LOCAL lock_timeout = '10s'", WHAT).await?;
        let pairs = pairs(&mut transaction, backup).await?;
        let relations: Vec<String> = pairs.iter().map(|pair| pair.relation.clone()).collect();
        for relation in &relations {
            let lock = format!("LOCK TABLE {relation} IN ACCESS EXCLUSIVE MODE");
            execute(&mut transaction, &lock, WHAT).await?;
        }
        let mut tables = Vec::new();
        for pair in pairs.iter().filter(|pair| !pair.ledger) {
            tables.push(pair.difference(&mut transaction).await?);
        }
        let in_the_way = crate::postgres::query(include_str!("in_the_way.sql"))
            .bind(&relations)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        for each in &in_the_way {
            let away: String = each.try_get("away").map_err(failed)?;
            execute(&mut transaction, &away, WHAT).await?;
        }
        if !relations.is_empty() {
            let empty = format!("TRUNCATE {}", relations.join(", "));
            execute(&mut transaction, &empty, WHAT).await?;
        }
        for pair in &pairs {
            pair.fill(&mut transaction).await?;
        }
        for each in &in_the_way {
            let again: String = each.try_get("again").map_err(failed)?;
            let outward: bool = each.try_get("outward").map_err(failed)?;
            let told = |fault| of_key(fault, outward);
            execute(&mut transaction, &again, WHAT)
                .await
                .map_err(told)?;
        }
        for pair in &pairs {
            pair.compare(&mut transaction).await?;
        }
        crate::postgres::query(include_str!("close_runs.sql"))
            .bind(backup.run)
            .bind(self.lease.run)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        crate::postgres::query(include_str!("reopen_runs.sql"))
            .bind(backup.run)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let told: Vec<_> = tables
            .iter()
            .map(|table| json!({"table": table.table, "going": table.going, "coming": table.coming, "rows": table.rows}))
            .collect();
        let detail = json!({"level": "data", "backup": backup.id, "tables": told});
        audit(&mut transaction, self.lease.run, "rollback", &detail).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(tables)
    }
}

/// What a fault of a key means; any other stays as it is.
fn of_key(fault: Error, outward: bool) -> Error {
    if is_foreign_key(&fault) {
        referred(outward).cause(fault)
    } else {
        fault
    }
}

async fn pairs(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
) -> Result<Vec<Pair>> {
    nothing_elsewhere(transaction, backup).await?;
    let mut pairs = Vec::new();
    for (namespace, copied) in backup
        .tables
        .iter()
        .map(|copied| (backup.namespace.as_str(), copied))
        .chain(backup.ledger.iter().map(|copied| (LEDGER, copied)))
    {
        let relation = qualified(namespace, &copied.table);
        let copy = copy_of(&backup.schema, namespace, &copied.table);
        if !is_table(transaction, &relation).await? {
            return Err(Error::new(
                ErrorKind::Refused,
                "a table that the backup holds is not there any more; nothing was changed",
            )
            .item(copied.table.clone())
            .remedy(
                "make it again with schema-push, or, where a push took it away, take that back with \
                 rollback --schema; then restore the backup",
            ));
        }
        let (names, writable) = columns(transaction, copied, &relation, &copy).await?;
        if copied.rows > 0 {
            has_all_values(transaction, &copied.table, &relation, &copy).await?;
        }
        let columns: Vec<String> = names.iter().map(|name| quote_identifier(name)).collect();
        pairs.push(Pair {
            table: copied.table.clone(),
            ledger: namespace == LEDGER,
            relation,
            copy: Some(Held {
                relation: copy,
                columns: columns.join(", "),
                writable,
                names,
                rows: copied.rows,
                digest: copied.digest.clone(),
            }),
        });
    }
    for table in &backup.absent {
        let relation = qualified(&backup.namespace, table);
        if is_table(transaction, &relation).await? {
            pairs.push(Pair {
                table: table.clone(),
                ledger: false,
                relation,
                copy: None,
            });
        }
    }
    Ok(pairs)
}

fn changed(what: String) -> Error {
    Error::new(
        ErrorKind::Refused,
        format!("the tables are not as they were when the backup was taken: {what}"),
    )
    .remedy("take back the changes of the schema first: rollback --schema; then restore the backup")
}

/// What other tables' rows the ledger tells of since.
async fn nothing_elsewhere(
    transaction: &mut Transaction<'_, Postgres>,
    backup: &BackupRecord,
) -> Result<()> {
    let copied = backup.tables.iter().map(|copied| copied.table.clone());
    let known: Vec<String> = copied.chain(backup.absent.iter().cloned()).collect();
    let names: Vec<String> = crate::postgres::query_scalar(include_str!("written_elsewhere.sql"))
        .bind(backup.run)
        .bind(backup.last_change)
        .bind(&known)
        .fetch_all(&mut **transaction)
        .await
        .map_err(|cause| error(cause, WHAT))?;
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        "since the backup was taken, runs wrote to tables that it does not hold",
    )
    .item(names.join(", "))
    .remedy(
        "take those runs back first (rollback --list-runs, rollback --run ID), or restore an \
         earlier backup that holds these tables",
    ))
}

/// The columns of a copy, and those that can be written, these quoted. Each of them is there still,
/// and takes the values of the copy, where it has any, as they are.
async fn columns(
    transaction: &mut Transaction<'_, Postgres>,
    copied: &CopiedTable,
    relation: &str,
    copy: &str,
) -> Result<(Vec<String>, String)> {
    let failed = |cause| error(cause, WHAT);
    let table = &copied.table;
    let rows = crate::postgres::query(include_str!("copy_columns.sql"))
        .bind(relation)
        .bind(copy)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let (mut all, mut writable) = (Vec::new(), Vec::new());
    for row in &rows {
        let name: String = row.try_get("name").map_err(failed)?;
        if !row.try_get::<bool, _>("there").map_err(failed)? {
            return Err(changed(format!("{table} has no column {name}")));
        }
        if copied.rows > 0 && !row.try_get::<bool, _>("fits").map_err(failed)? {
            let [then, now] = ["type_then", "type_now"].map(|of| row.try_get::<String, _>(of));
            let (then, now) = (then.map_err(failed)?, now.map_err(failed)?);
            return Err(changed(format!(
                "the column {name} of {table} was {then} and is {now} now"
            )));
        }
        if row.try_get("writable").map_err(failed)? {
            writable.push(quote_identifier(&name));
        }
        all.push(name);
    }
    Ok((all, writable.join(", ")))
}

/// That no column came since which must have a value, where neither the backup nor a default has
/// one.
async fn has_all_values(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
    relation: &str,
    copy: &str,
) -> Result<()> {
    let names: Vec<String> = crate::postgres::query_scalar(include_str!("must_have.sql"))
        .bind(relation)
        .bind(copy)
        .fetch_all(&mut **transaction)
        .await
        .map_err(|cause| error(cause, WHAT))?;
    if names.is_empty() {
        return Ok(());
    }
    let first = names.first().map_or("…", String::as_str);
    let first = quote_identifier(first);
    Err(Error::new(
        ErrorKind::Refused,
        "columns came since the backup was taken that must have a value, and neither the backup nor \
         a default has one; nothing was changed",
    )
    .item(format!("{table}: {}", names.join(", ")))
    .remedy(format!(
        "give each of them a default (ALTER TABLE {relation} ALTER COLUMN {first} SET DEFAULT …), let \
         it be empty (ALTER COLUMN {first} DROP NOT NULL), or drop it; then restore the backup"
    )))
}

impl Pair {
    async fn difference(&self, transaction: &mut Transaction<'_, Postgres>) -> Result<PutBack> {
        let failed = |cause| error(cause, WHAT);
        let sql = match &self.copy {
            Some(held) => format!(
                include_str!("put_back.sql"),
                columns = held.columns,
                relation = self.relation,
                copy = held.relation,
            ),
            None => format!(
                "SELECT count(*) AS going, 0::bigint AS coming FROM {}",
                self.relation
            ),
        };
        let row = crate::postgres::query(AssertSqlSafe(sql))
            .fetch_one(&mut **transaction)
            .await
            .map_err(failed)?;
        Ok(PutBack {
            table: self.table.clone(),
            going: unsigned(row.try_get("going").map_err(failed)?),
            coming: unsigned(row.try_get("coming").map_err(failed)?),
            rows: self.copy.as_ref().map_or(0, |held| held.rows),
        })
    }

    async fn fill(&self, transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
        let Some(held) = &self.copy else {
            return Ok(());
        };
        let sql = format!(
            "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}",
            self.relation,
            held.relation,
            columns = held.writable,
        );
        execute(transaction, &sql, WHAT)
            .await
            .map(drop)
            .map_err(|fault| {
                if breaks_a_rule(&fault) {
                    fault.remedy(RULE)
                } else {
                    fault
                }
            })
    }

    async fn compare(&self, transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
        let Some(held) = &self.copy else {
            return Ok(());
        };
        let failed = |cause| error(cause, WHAT);
        let sql = format!(
            "SELECT count(*) AS rows, {DIGEST} AS digest FROM (SELECT {} FROM {}) AS t",
            held.columns, self.relation
        );
        let row = crate::postgres::query(AssertSqlSafe(sql))
            .fetch_one(&mut **transaction)
            .await
            .map_err(failed)?;
        let rows = unsigned(row.try_get("rows").map_err(failed)?);
        let digest: String = row.try_get("digest").map_err(failed)?;
        if rows == held.rows && digest == held.digest {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Mismatch,
            format!(
                "{} would not be as the backup has it: {rows} rows with digest {digest}, not {} with {}; nothing was changed",
                self.table, held.rows, held.digest
            ),
        )
        .remedy("the copy, or a type of a column, was changed since; restore by hand from the schema of the backup"))
    }
}
