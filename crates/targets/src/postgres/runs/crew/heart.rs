//! A worker's heartbeat, and its ear for those of the others.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgConnection, Row as _};
use sunset_core::Result;
use tokio::sync::Mutex;

use super::SILENCE;
use crate::postgres::fault::error;
use crate::postgres::runs::Lease;
use crate::postgres::runs::lock::{Hold, PULSE, in_time, try_lock};

const HEARTBEAT: Duration = Duration::from_secs(3);
/// Heartbeats in a row after which a worker trusts its ear. When the server itself was away,
/// everybody was silent, and nobody is to blame.
const STEADY: u32 = 6;

/// Shows that the worker lives, keeps its share of the run lock, and gives the units of silent
/// workers back.
pub(super) async fn beat(lease: Lease, worker: i64, lock: Arc<Mutex<Option<PgConnection>>>) {
    let mut steady = 0;
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let backend = match keep_lock(&lease, &lock).await {
            Ok(backend) => backend,
            Err(fault) => {
                tracing::warn!(error = %fault, "the connection that holds the run lock broke");
                None
            }
        };
        match tokio::time::timeout(PULSE, show_life(&lease, worker, backend)).await {
            Ok(Ok(true)) => steady += 1,
            // The next transaction tells it, and ends the work.
            Ok(Ok(false)) => return,
            Ok(Err(fault)) => {
                steady = 0;
                tracing::warn!(error = %fault, "cannot show that this worker lives");
            }
            Err(_) => {
                steady = 0;
                tracing::warn!("cannot show that this worker lives: the database does not answer");
            }
        }
        if steady >= STEADY
            && let Err(fault) = fence_silent(&lease).await
        {
            tracing::warn!(error = %fault, "cannot look for silent workers");
        }
    }
}

/// Gives the number of the server process that holds the lock where that is another than before.
async fn keep_lock(lease: &Lease, lock: &Mutex<Option<PgConnection>>) -> Result<Option<i32>> {
    let mut held = lock.lock().await;
    if let Some(connection) = held.as_mut() {
        let asked = sqlx::raw_sql("SELECT 1").execute(connection);
        if matches!(tokio::time::timeout(PULSE, asked).await, Ok(Ok(_))) {
            return Ok(None);
        }
    }
    *held = None;
    let mut connection = lease.database.dedicated().await?;
    let version = lease.database.server_version();
    // Refused while a run that is not shared has it: then this one is over, and its token void.
    let taken = in_time(try_lock(&mut connection, version, Hold::Together)).await?;
    if taken.is_some() {
        *held = Some(connection);
    }
    Ok(taken)
}

/// Whether the worker's units are still its own.
async fn show_life(lease: &Lease, worker: i64, backend: Option<i32>) -> Result<bool> {
    let failed = |cause| error(cause, "cannot write a heartbeat");
    let mut transaction = lease.database.begin().await?;
    let lives: bool = crate::postgres::query(include_str!("beat.sql"))
        .bind(worker)
        .bind(&*lease.token)
        .bind(backend)
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(lives)
}

async fn fence_silent(lease: &Lease) -> Result<()> {
    let failed = |cause| error(cause, "cannot take over from a silent worker");
    let mut transaction = lease.database.begin().await?;
    crate::postgres::query(include_str!("end_silent.sql"))
        .bind(lease.run)
        .bind(SILENCE)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let row = crate::postgres::query(include_str!("fence.sql"))
        .bind(lease.run)
        .bind(SILENCE)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    let workers: Option<Vec<i64>> = row.try_get("workers").map_err(failed)?;
    let units: i64 = row.try_get("units").map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    if let Some(workers) = workers {
        tracing::warn!(?workers, units, "workers fell silent; others do their work");
    }
    Ok(())
}
