//! The connection that keeps the run lock, and who has it otherwise.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgConnection, Row as _};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;

use super::Lease;
use crate::postgres::connection::Database;
use crate::postgres::fault::error;

/// Advisory locks are of one database, so one number is enough.
const RUN_LOCK: i64 = 0x7375_6e73_6574_0002;
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A holder whose session lives and that was silent this long has lost its machine or its network.
const SILENCE: f64 = 90.0;
/// The server needs a moment to notice that a killed process is gone.
const GRACE: Duration = Duration::from_millis(1_500);

/// Opens the connection that keeps the lock, and tells its server process.
pub(super) async fn acquire(database: &Database) -> Result<(PgConnection, i32)> {
    let give_up = tokio::time::Instant::now() + GRACE;
    let mut asked_to_go = false;
    let mut connection = database.dedicated().await?;
    loop {
        if let Some(backend) = try_lock(&mut connection).await? {
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
        if tokio::time::Instant::now() > give_up {
            return Err(refusal(holder));
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// Begins the lock's transaction; `None`, and no transaction, when somebody else has the lock.
async fn try_lock(connection: &mut PgConnection) -> Result<Option<i32>> {
    let failed = |cause| error(cause, "cannot take the run lock");
    sqlx::raw_sql(concat!(
        "BEGIN;\n",
        include_str!("../settings.sql"),
        ";\nSET LOCAL tcp_keepalives_idle = 30;\nSET LOCAL tcp_keepalives_interval = 10;\n",
        "SET LOCAL tcp_keepalives_count = 3;\nSET LOCAL application_name = 'sunset/run-lock'"
    ))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    let row = crate::postgres::query("SELECT pg_try_advisory_xact_lock($1), pg_backend_pid()")
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
         WHERE pid = $1 AND application_name = 'sunset/run-lock' AND datname = current_database()",
    )
    .bind(holder.backend)
    .execute(&mut *transaction)
    .await;
    if let Err(cause) = ended {
        tracing::warn!(error = %cause, "cannot end the session of the silent holder");
    }
    Ok(())
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
            Some(connection) => sqlx::raw_sql("SELECT 1").execute(connection).await.is_ok(),
            None => false,
        };
        let backend = if alive {
            None
        } else {
            *held = None;
            match take_again(&lease.database).await {
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
        if let Err(fault) = show_life(&lease, backend).await {
            tracing::warn!(error = %fault, "cannot renew the run lock");
        }
    }
}

async fn take_again(database: &Database) -> Result<Option<(PgConnection, i32)>> {
    let mut connection = database.dedicated().await?;
    Ok(try_lock(&mut connection)
        .await?
        .map(|backend| (connection, backend)))
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
