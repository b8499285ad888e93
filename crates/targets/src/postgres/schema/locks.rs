//! Locks of tables: taken all at once, and who holds them where they are not to be had.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::schema::name::qualified;
use sunset_core::schema::script::LOCK_TIMEOUT_MS;
use sunset_core::schema::steps::{LockMode, Step};
use sunset_core::{Error, ErrorKind, Result};

use super::reader::end;
use crate::postgres::connection::Database;
use crate::postgres::fault::{amid_changes, error};

/// All locks of a batch are asked for at once, and for no longer than this: who waits for a strong
/// lock keeps everybody behind it waiting, too.
const LOCKS_TIMEOUT_MS: u32 = 600;

/// How much longer than the server's `deadlock_timeout` an automatic vacuum is waited for.
const VACUUM_GIVES_WAY_MS: u32 = 1_000;

/// Takes all locks of a batch, the strongest of each table, before anything is changed. Tables of
/// other schemas are locked by the statements themselves: a role may be allowed those and no more.
pub(super) async fn lock(
    transaction: &mut Transaction<'_, Postgres>,
    namespace: &str,
    steps: &[Step],
) -> Result<()> {
    let locks = strongest(steps);
    if locks.is_empty() {
        return Ok(());
    }
    for (table, mode) in &locks {
        if *mode >= LockMode::ShareUpdateExclusive {
            send_vacuum_away(transaction, &qualified(namespace, table)).await?;
        }
    }
    // A time-out is one statement's: each gets what the ones before it left, for whoever waits
    // behind the first lock waits for all of them.
    let begun = std::time::Instant::now();
    let left = || {
        let spent = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        LOCKS_TIMEOUT_MS.saturating_sub(spent).max(1)
    };
    let limit = |ms: u32| format!("SET LOCAL statement_timeout = '{ms}ms'");
    let mut statements: Vec<String> = locks
        .iter()
        .map(|(table, mode)| {
            let table = qualified(namespace, table);
            format!("LOCK TABLE {table} IN {} MODE", mode.sql())
        })
        .collect();
    statements.push(limit(0));
    for statement in &statements {
        let statement = format!("{};\n{statement}", limit(left()));
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut **transaction)
            .await
            .map_err(|cause| amid_changes(cause, "cannot lock the tables to change"))?;
    }
    Ok(())
}

/// Makes an automatic vacuum of the table give way, and keeps others off until the transaction ends.
///
/// The server ends one as soon as somebody has waited for it as long as `deadlock_timeout`, a second
/// by default. Whoever waits so long for a strong lock makes everybody behind wait as long, and
/// whoever gives up before never gets the lock while a large table is vacuumed. This lock is the
/// weakest that a vacuum is in the way of: nobody who reads or writes waits behind it.
pub(super) async fn send_vacuum_away(
    transaction: &mut Transaction<'_, Postgres>,
    table: &str,
) -> Result<()> {
    let failed = |cause| amid_changes(cause, "cannot lock the tables to change");
    let asked = crate::postgres::query(include_str!("vacuum_patience.sql"))
        .bind(table)
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let lockable: bool = asked.try_get("lockable").map_err(failed)?;
    if !lockable {
        return Ok(());
    }
    let deadlock: i64 = asked.try_get("milliseconds").map_err(failed)?;
    let patience = deadlock.saturating_add(i64::from(VACUUM_GIVES_WAY_MS));
    let patience = patience.clamp(0, i64::from(i32::MAX));
    let mode = LockMode::ShareUpdateExclusive.sql();
    let statements = format!(
        "SET LOCAL lock_timeout = '{patience}ms'; LOCK TABLE {table} IN {mode} MODE; \
         SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'"
    );
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}

/// Locks one table against everybody, for as long as a lock may be waited for.
pub(super) async fn lock_wholly(
    transaction: &mut Transaction<'_, Postgres>,
    namespace: &str,
    table: &str,
) -> Result<()> {
    let table = qualified(namespace, table);
    let mode = LockMode::AccessExclusive.sql();
    sqlx::raw_sql(AssertSqlSafe(format!("LOCK TABLE {table} IN {mode} MODE")))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| amid_changes(cause, "cannot lock the table to change"))
}

/// The tables that steps lock, qualified.
pub(super) fn tables(namespace: &str, steps: &[Step]) -> Vec<String> {
    let mut names: Vec<String> = steps
        .iter()
        .flat_map(|step| &step.locks)
        .map(|lock| {
            let schema = lock.schema.as_deref().unwrap_or(namespace);
            qualified(schema, &lock.table)
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn strongest(steps: &[Step]) -> Vec<(String, LockMode)> {
    let mut locks: Vec<(String, LockMode)> = Vec::new();
    let own = steps.iter().flat_map(|step| &step.locks);
    for lock in own.filter(|lock| lock.schema.is_none()) {
        match locks.iter_mut().find(|(table, _)| *table == lock.table) {
            Some((_, mode)) => *mode = (*mode).max(lock.mode),
            None => locks.push((lock.table.clone(), lock.mode)),
        }
    }
    // Two pushes that lock in the same order do not lock each other out.
    locks.sort();
    locks
}

/// Says who is in the way, where a lock was not to be had: on these tables, or, where none are
/// named, on any of the schema. Another fault stays what it is.
pub(super) async fn in_use(
    database: &Database,
    fault: Error,
    namespace: &str,
    tables: Vec<String>,
) -> Error {
    if fault.kind() != ErrorKind::Contended {
        return fault;
    }
    let holders = holders(database, namespace, &tables).await.ok().flatten();
    let who = holders.unwrap_or_else(|| "somebody who is gone by now".to_owned());
    let told = Error::new(
        ErrorKind::Contended,
        format!("the tables are in use by {who}"),
    )
    .cause(fault)
    .remedy(
        "wait for it to end, or end it; then start this command again: it goes on where it stopped",
    );
    if tables.is_empty() {
        return told;
    }
    told.item(tables.join(", "))
}

async fn holders(
    database: &Database,
    namespace: &str,
    tables: &[String],
) -> Result<Option<String>> {
    let failed = |cause| error(cause, "cannot ask who holds the locks");
    let look = || async {
        let mut transaction = database.begin_reading().await?;
        let who = crate::postgres::query(include_str!("lock_holders.sql"))
            .bind(tables)
            .bind(namespace)
            .fetch_one(&mut *transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
        end(transaction).await?;
        Ok(who)
    };
    database.steadily(look).await
}
