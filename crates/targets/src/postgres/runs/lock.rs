//! The connection that keeps the run lock, and who has it otherwise.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;

use super::Lease;
use crate::postgres::connection::Database;
use crate::postgres::dial::LONGEST_BEGIN;
use crate::postgres::fault::error;

/// Advisory locks are of one database, so one number is enough.
const RUN_LOCK: i64 = 0x7375_6e73_6574_0002;
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A holder whose session lives and that was silent this long has lost its machine or its network.
const SILENCE: f64 = 90.0;
/// Patience with one heartbeat on a busy server.
pub(super) const PULSE: Duration = Duration::from_secs(20);
/// The server needs a moment to notice that a killed process is gone.
const GRACE: Duration = Duration::from_millis(1_500);

/// Who else may have the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nobody.
    Alone,
    /// Other workers of a shared run.
    Together,
}

impl Hold {
    fn question(self) -> &'static str {
        match self {
            Self::Alone => "SELECT pg_try_advisory_xact_lock($1), pg_backend_pid()",
            Self::Together => "SELECT pg_try_advisory_xact_lock_shared($1), pg_backend_pid()",
        }
    }
}

/// Opens the connection that keeps the lock, and tells its server process.
pub(super) async fn acquire(database: &Database, hold: Hold) -> Result<(PgConnection, i32)> {
    let give_up = tokio::time::Instant::now() + GRACE;
    let mut asked_to_go = false;
    let version = database.server_version();
    let mut connection = database.dedicated().await?;
    loop {
        if let Some(backend) = in_time(try_lock(&mut connection, version, hold)).await? {
            return Ok((connection, backend));
        }
        let holder = holder(database).await?;
        if let Some(holder) = &holder
            && holder.silent > SILENCE
            && !asked_to_go
        {
            asked_to_go = true;
            dismiss(database, holder).await?;
        }
        if holder.as_ref().is_some_and(|holder| holder.released) {
            end_remnant(database).await?;
        }
        if tokio::time::Instant::now() > give_up {
            return Err(refusal(holder));
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// Begins the lock's transaction; `None`, and no transaction, when somebody else has the lock.
pub(super) async fn try_lock(
    connection: &mut PgConnection,
    server_version: i32,
    hold: Hold,
) -> Result<Option<i32>> {
    let failed = |cause| error(cause, "cannot take the run lock");
    // Nothing ends this transaction but its own end. It holds no snapshot, for which an index
    // that is built concurrently would wait.
    let transaction_timeout = if server_version >= 170_000 {
        ";\nSET LOCAL transaction_timeout = 0"
    } else {
        ""
    };
    let begin = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED;\n{}{transaction_timeout};\nSET LOCAL application_name = 'sunset/run-lock'",
        include_str!("../settings.sql")
    );
    sqlx::raw_sql(AssertSqlSafe(begin))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let row = crate::postgres::query(hold.question())
        .bind(RUN_LOCK)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if row.try_get(0).map_err(failed)? {
        return row.try_get(1).map(Some).map_err(failed);
    }
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(None)
}

struct Holder {
    run: RunId,
    program: String,
    host: String,
    pid: i64,
    since: String,
    backend: i32,
    silent: f64,
    released: bool,
}

async fn holder(database: &Database) -> Result<Option<Holder>> {
    let failed = |cause| error(cause, "cannot ask who holds the run lock");
    let look = || async {
        let mut transaction = database.begin_reading().await?;
        let row = crate::postgres::query(include_str!("holder.sql"))
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        row.map(|row| {
            Ok(Holder {
                run: row.try_get("id")?,
                program: row.try_get("program")?,
                host: row.try_get("host")?,
                pid: row.try_get("pid")?,
                since: row.try_get("since")?,
                backend: row.try_get("backend")?,
                silent: row.try_get("silent")?,
                released: row.try_get("released")?,
            })
        })
        .transpose()
        .map_err(failed)
    };
    database.steadily(look).await
}

/// Ends the session of a holder that fell silent; a role may end its own sessions.
async fn dismiss(database: &Database, holder: &Holder) -> Result<()> {
    tracing::warn!(
        run = holder.run,
        silent_seconds = holder.silent,
        "the holder of the run lock fell silent; ending its session"
    );
    let mut transaction = database.begin().await?;
    let ended = crate::postgres::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE (pid = $1 OR pid IN (SELECT backend FROM sunset.workers WHERE run = $2)) \
         AND application_name = 'sunset/run-lock' AND datname = current_database()",
    )
    .bind(holder.backend)
    .bind(holder.run)
    .execute(&mut *transaction)
    .await;
    if let Err(cause) = ended {
        tracing::warn!(error = %cause, "cannot end the session of the silent holder");
    }
    Ok(())
}

/// Ends a session that still has the lock of a run that gave it back: its connection broke, and
/// the server does not know.
async fn end_remnant(database: &Database) -> Result<()> {
    let failed = |cause| error(cause, "cannot end the session of a run that has ended");
    let mut transaction = database.begin().await?;
    crate::postgres::query(include_str!("end_remnant.sql"))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn refusal(holder: Option<Holder>) -> Error {
    let remedy = "wait for it to end, or stop it; then start this command again, nothing is lost";
    match holder.filter(|holder| !holder.released) {
        Some(holder) => Error::new(
            ErrorKind::Conflict,
            format!(
                "another run is writing to this database: run {} of {}, process {} on {}, since {}",
                holder.run, holder.program, holder.pid, holder.host, holder.since
            ),
        )
        .remedy(remedy),
        None => Error::new(
            ErrorKind::Conflict,
            "another run is about to write to this database",
        )
        .remedy(remedy),
    }
}

/// Shows that the run lives, and takes the lock again where the connection broke.
pub(super) async fn beat(lease: Lease, lock: Arc<Mutex<Option<PgConnection>>>) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let mut held = lock.lock().await;
        let alive = match held.as_mut() {
            Some(connection) => {
                let asked = sqlx::raw_sql("SELECT 1").execute(connection);
                matches!(tokio::time::timeout(PULSE, asked).await, Ok(Ok(_)))
            }
            None => false,
        };
        let backend = if alive {
            None
        } else {
            *held = None;
            match take_again(&lease).await {
                Ok(Some((connection, backend))) => {
                    *held = Some(connection);
                    Some(backend)
                }
                Ok(None) => None,
                Err(fault) => {
                    tracing::warn!(error = %fault, "the connection that holds the run lock broke");
                    continue;
                }
            }
        };
        drop(held);
        let shown = lease.database.watched(show_life(&lease, backend)).await;
        if let Err(fault) = shown {
            tracing::warn!(error = %fault, "cannot renew the run lock");
        }
    }
}

async fn take_again(lease: &Lease) -> Result<Option<(PgConnection, i32)>> {
    let mut connection = lease.database.dedicated().await?;
    let version = lease.database.server_version();
    let taken = in_time(try_lock(&mut connection, version, Hold::Alone)).await?;
    if taken.is_none() {
        // Perhaps it is still held by the session whose connection broke without a word.
        end_own(&mut connection, lease).await?;
    }
    Ok(taken.map(|backend| (connection, backend)))
}

/// Ends the session that held the lock for this run.
async fn end_own(connection: &mut PgConnection, lease: &Lease) -> Result<()> {
    let failed = |cause| error(cause, "cannot end the session that held the run lock");
    let begin = concat!("BEGIN;\n", include_str!("../settings.sql"));
    let mut transaction = connection.begin_with(begin).await.map_err(failed)?;
    crate::postgres::query(include_str!("end_own.sql"))
        .bind(&*lease.token)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

pub(super) async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| {
        Err(Error::new(
            ErrorKind::Unreachable,
            "the database does not answer on the connection of the run lock",
        ))
    };
    tokio::time::timeout(LONGEST_BEGIN, work)
        .await
        .unwrap_or_else(late)
}

async fn show_life(lease: &Lease, backend: Option<i32>) -> Result<()> {
    let failed = |cause| error(cause, "cannot renew the run lock");
    let mut transaction = lease.database.begin().await?;
    crate::postgres::query(
        "UPDATE sunset.lease SET heartbeat_at = clock_timestamp(), backend = coalesce($2, backend) \
         WHERE token = $1",
    )
    .bind(&*lease.token)
    .bind(backend)
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}
