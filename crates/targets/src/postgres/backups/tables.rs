//! Copies of whole tables, with what the ledger says of their rows.

use std::collections::BTreeSet;

use serde_json::{Value as JsonValue, json};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::instant::Instant;
use sunset_core::ports::backups::{BackupRecord, BackupSort};
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};
use sunset_core::{Error, ErrorKind, Result};

use super::{BackupStore, DIGEST, Entry, WHAT, free_name, unsigned};
use crate::postgres::connection::Database;
use crate::postgres::fault::{error, state_of};
use crate::postgres::statement::execute;

/// What the name of the schema begins with; the backup's id, `backup_…`, follows.
pub(super) const PREFIX: &str = "sunset_";

/// The schema of the ledger.
pub(super) const LEDGER: &str = "sunset";

const NOT_ALLOWED: &str = "this role may not make a backup of the tables; nothing was written";

/// Tables of the ledger that tell of rows. Runs, steps of the schema and the audit tell what was
/// done, and objects what is in the bucket: they hold whatever becomes of the rows.
const OF_ROWS: [&str; 13] = [
    "items",
    "taken_back",
    "provenance",
    "before_images",
    "assigned_numbers",
    "warnings",
    "quarantine",
    "conflicts",
    "linked_cells",
    "baselines",
    "run_baselines",
    "changes",
    "kept_tables",
];

/// The name of a copy. No table of a plan has a dot in its name.
pub(super) fn copy_of(schema: &str, namespace: &str, table: &str) -> String {
    if namespace == LEDGER {
        qualified(schema, &format!("{LEDGER}.{table}"))
    } else {
        qualified(schema, table)
    }
}

/// One table that is copied.
struct Copy {
    table: String,
    ledger: bool,
    relation: String,
    copy: String,
}

/// How many rows there are, and the sum of their digests.
type Sum = (i64, String);

impl Database {
    /// That this role may make a schema to copy tables into: asked before a ledger, a run or
    /// anything else is written.
    ///
    /// # Errors
    /// `Denied` when it may not; those of the database.
    pub async fn check_may_copy_tables(&self) -> Result<()> {
        let failed = |cause| error(cause, "cannot ask what this role may do");
        let look = || async {
            let mut transaction = self.begin_reading().await?;
            let row = crate::postgres::query(
                "SELECT has_database_privilege(current_database(), 'CREATE') AS may, \
                 quote_ident(current_database()) AS database, quote_ident(current_user) AS role",
            )
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
            transaction.rollback().await.map_err(failed)?;
            if row.try_get("may").map_err(failed)? {
                return Ok(());
            }
            let text = |column| row.try_get::<String, _>(column).map_err(failed);
            let (database, role) = (text("database")?, text("role")?);
            Err(Error::new(ErrorKind::Denied, NOT_ALLOWED)
                .item(format!("{role} in {}", self.describe()))
                .remedy(format!(
                    "let it make a schema (GRANT CREATE ON DATABASE {database} TO {role}), or use the \
                     owner's role; --backup none goes on without one"
                )))
        };
        self.steadily(look).await
    }
}

impl BackupStore {
    /// See [`sunset_core::ports::backups::BackupWriter::take_tables`].
    pub(super) async fn copy_tables(
        &self,
        tables: &[String],
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord> {
        self.copy_all(tables, namespace, began)
            .await
            .map_err(in_words)
    }

    async fn copy_all(
        &self,
        tables: &[String],
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord> {
        let mut transaction = self.lease.begin().await?;
        let (id, schema) = free_name(&mut transaction, PREFIX, began).await?;
        execute(
            &mut transaction,
            format!("CREATE SCHEMA {}", quote_identifier(&schema)),
            WHAT,
        )
        .await?;
        let wanted: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
        let of_plan = wanted.iter().map(|table| (namespace, *table));
        let of_ledger = OF_ROWS.iter().map(|table| (LEDGER, *table));
        let (mut copies, mut absent) = (Vec::new(), Vec::new());
        for (namespace, table) in of_plan.chain(of_ledger) {
            let relation = qualified(namespace, table);
            if !is_table(&mut transaction, &relation).await? {
                absent.push(json!({"table": table, "absent": true}));
                continue;
            }
            let copy = copy_of(&schema, namespace, table);
            let create = format!("CREATE TABLE {copy} (LIKE {relation})");
            execute(&mut transaction, create, WHAT).await?;
            copies.push(Copy {
                table: table.to_owned(),
                ledger: namespace == LEDGER,
                relation,
                copy,
            });
        }
        let sums = fill(&mut transaction, &copies).await?;
        let mut listed: Vec<JsonValue> = Vec::new();
        for (copied, wanted) in copies.iter().zip(sums) {
            let (found, bytes) = measure(&mut transaction, copied).await?;
            compare(copied, &wanted, &found)?;
            let mut entry = json!({
                "table": copied.table, "noun": copied.table, "rows": found.0,
                "bytes": bytes, "digest": found.1,
            });
            if copied.ledger {
                entry["ledger"] = true.into();
            }
            listed.push(entry);
        }
        listed.extend(absent);
        let entry = Entry {
            id: &id,
            sort: BackupSort::Tables,
            namespace,
            schema: &schema,
            tables: JsonValue::Array(listed),
            branch: None,
        };
        let entered = self.enter(&mut transaction, &entry).await?;
        transaction
            .commit()
            .await
            .map_err(|cause| error(cause, WHAT))?;
        Ok(entered)
    }
}

/// Whether there is a table of that name.
pub(super) async fn is_table(
    transaction: &mut Transaction<'_, Postgres>,
    relation: &str,
) -> Result<bool> {
    crate::postgres::query(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c \
         WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p'))",
    )
    .bind(relation)
    .fetch_one(&mut **transaction)
    .await
    .and_then(|row| row.try_get(0))
    .map_err(|cause| error(cause, WHAT))
}

/// Copies all of them in one statement, so that rows that refer to each other are as of one
/// moment, and tells what was copied.
async fn fill(transaction: &mut Transaction<'_, Postgres>, copies: &[Copy]) -> Result<Vec<Sum>> {
    if copies.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |cause| error(cause, WHAT);
    let (mut inserts, mut sums) = (Vec::new(), Vec::new());
    for (place, each) in copies.iter().enumerate() {
        let Copy { relation, copy, .. } = each;
        inserts.push(format!(
            "c{place} AS (INSERT INTO {copy} SELECT t.* FROM {relation} AS t)"
        ));
        sums.push(format!(
            "SELECT {place} AS place, count(*) AS rows, {DIGEST} AS digest FROM {relation} AS t"
        ));
    }
    let sql = format!(
        "WITH {} SELECT s.rows, s.digest FROM ({}) AS s ORDER BY s.place",
        inserts.join(", "),
        sums.join(" UNION ALL ")
    );
    let rows = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((row.try_get("rows")?, row.try_get("digest")?)))
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

async fn measure(transaction: &mut Transaction<'_, Postgres>, copied: &Copy) -> Result<(Sum, u64)> {
    let failed = |cause| error(cause, format!("{WHAT} {}", copied.table));
    let sql = format!(
        "SELECT count(*) AS rows, {DIGEST} AS digest, pg_total_relation_size({}::regclass) AS bytes FROM {} AS t",
        quote_literal(&copied.copy),
        copied.copy
    );
    let row = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let sum = (
        row.try_get("rows").map_err(failed)?,
        row.try_get("digest").map_err(failed)?,
    );
    Ok((sum, unsigned(row.try_get("bytes").map_err(failed)?)))
}

fn compare(copied: &Copy, wanted: &Sum, found: &Sum) -> Result<()> {
    if wanted == found {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Mismatch,
        format!(
            "the copy of {} is not like it: {} rows with digest {}, not {} with {}",
            copied.table, found.0, found.1, wanted.0, wanted.1
        ),
    )
    .remedy("nothing was changed; a rule may stand in the way of an exact copy"))
}

/// What stands in the way of a copy, and what else there is.
fn in_words(fault: Error) -> Error {
    match state_of(&fault).as_deref() {
        Some("53100" | "54000") => Error::new(
            fault.kind(),
            "there is no room for a backup of the tables; nothing was written",
        )
        .cause(fault)
        .remedy(
            "make room on the server, or take the backup elsewhere: --backup neon-branch on Neon, \
             or the program backup; --backup none goes on without one",
        ),
        Some("42501") => Error::new(fault.kind(), NOT_ALLOWED).cause(fault).remedy(
            "let it make a schema (GRANT CREATE ON DATABASE … TO …) and read the tables, or use \
             the owner's role; --backup none goes on without one",
        ),
        _ => fault,
    }
}
