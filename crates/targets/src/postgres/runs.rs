//! Runs and the lock that lets one of them write.
//!
//! The lock has two halves, so that neither a pooler nor a crash can break it:
//!
//! * An advisory lock *of a transaction* that a connection of its own keeps open without having
//!   written anything (it holds back no vacuum). Behind a pooler in transaction mode such a
//!   transaction keeps its server connection; when the process dies, the server ends it at once.
//! * The row `sunset.lease` with a token. Every batch checks the token and holds the row `FOR KEY
//!   SHARE` until it commits; who takes over locks it `FOR UPDATE`, waits for batches under way
//!   and changes the token. A run that lost its connection without noticing therefore cannot
//!   write a single row beside its successor.

mod crew;
mod history;
mod lock;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as JsonValue;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, Postgres, Row as _, Transaction};
use sunset_core::permit::WritePermit;
use sunset_core::ports::runs::{RunEnd, RunId, RunRecord, RunStart, RunState};
use sunset_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

pub use self::crew::{Crew, CrewTerms, Joined};
use self::lock::{Hold, acquire, beat};
use super::connection::Database;
use super::dial::ANSWER;
use super::fault::error;
use super::ledger::Ledger;

/// Records where a run reads from, and what it is therefore an attempt of.
const ATTEMPT_OF: &str = include_str!("runs/attempt_of.sql");

/// What a run that failed may take to record it.
const LAST_WORD: Duration = Duration::from_secs(10);

/// A run that may write. Dropping it without [`ActiveRun::finish`] is what a crash does: the lock
/// is free, and the next run records this one as interrupted.
pub struct ActiveRun {
    lease: Lease,
    lock: Arc<Mutex<Option<PgConnection>>>,
    heart: JoinHandle<()>,
}

/// What a batch needs to prove that its run may still write.
#[derive(Clone)]
pub(super) struct Lease {
    pub database: Database,
    pub run: RunId,
    pub token: Arc<str>,
    /// The worker in whose name it is written, where several share the run.
    pub worker: Option<i64>,
}

impl Lease {
    /// Begins a transaction that commits only while this run holds the lease, and while what its
    /// worker claimed was not given to another.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        if let Some(worker) = self.worker {
            return crew::begin(self, worker).await;
        }
        let mut transaction = self.database.begin().await?;
        let held =
            crate::postgres::query("SELECT 1 FROM sunset.lease WHERE token = $1 FOR KEY SHARE")
                .bind(&*self.token)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(|cause| error(cause, "cannot check the run lock"))?;
        if held.is_none() {
            return Err(self.lost());
        }
        Ok(transaction)
    }

    fn lost(&self) -> Error {
        Error::new(
            ErrorKind::Conflict,
            format!("run {} no longer holds the run lock", self.run),
        )
        .remedy(
            "another run took over while this one could not reach the database; let that one \
             finish, then start this command again",
        )
    }
}

impl Ledger {
    /// Begins a run, alone.
    ///
    /// # Errors
    /// `Conflict` while another run holds the lock, naming it; `Refused` for a foreign permit.
    pub async fn begin_run(&self, permit: &WritePermit, start: &RunStart) -> Result<ActiveRun> {
        permit.check(self.database().identity())?;
        let database = self.database().clone();
        let (connection, backend) = database
            .steadily(|| acquire(&database, Hold::Alone))
            .await?;
        let token: Arc<str> = uuid::Uuid::new_v4().to_string().into();
        let enter = || register(&database, start, &token, backend);
        let run = database.steadily(enter).await?;
        let lease = Lease {
            database,
            run,
            token,
            worker: None,
        };
        let lock = Arc::new(Mutex::new(Some(connection)));
        let heart = tokio::spawn(beat(lease.clone(), Arc::clone(&lock)));
        Ok(ActiveRun { lease, lock, heart })
    }

    /// All runs, in the order in which they began.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn runs(&self) -> Result<Vec<RunRecord>> {
        let failed = |cause| error(cause, "cannot read the runs");
        let fetch = || async {
            let mut transaction = self.database().begin_reading().await?;
            crate::postgres::query(include_str!("runs/list.sql"))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)
        };
        let rows = self.database().steadily(fetch).await?;
        rows.iter()
            .map(record)
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}

impl ActiveRun {
    /// The run's number.
    pub fn id(&self) -> RunId {
        self.lease.run
    }

    /// The database it writes to.
    pub fn database(&self) -> &Database {
        &self.lease.database
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Begins a transaction that commits only while this run holds the lock. Everything that a
    /// program writes goes through such transactions.
    ///
    /// # Errors
    /// `Conflict` when another run took over.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        self.lease.begin().await
    }

    /// Records the source's snapshot, once it is known.
    ///
    /// # Errors
    /// As [`ActiveRun::begin`].
    pub async fn set_source(&self, source: &str, read_time: Option<&str>) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the source");
        let note = || async {
            let mut transaction = self.begin().await?;
            crate::postgres::query(ATTEMPT_OF)
                .bind(self.id())
                .bind(source)
                .bind(read_time)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
            transaction.commit().await.map_err(failed)
        };
        self.database().steadily(note).await
    }

    /// Writes a line of the audit.
    ///
    /// # Errors
    /// As [`ActiveRun::begin`].
    pub async fn audit(&self, action: &str, detail: &JsonValue) -> Result<()> {
        let mut transaction = self.begin().await?;
        audit(&mut transaction, self.id(), action, detail).await?;
        transaction
            .commit()
            .await
            .map_err(|cause| error(cause, "cannot write the audit"))
    }

    /// Records how the run ended and gives the lock back.
    ///
    /// # Errors
    /// As [`ActiveRun::begin`]; the lock is given back all the same.
    pub async fn finish(self, end: &RunEnd) -> Result<()> {
        let recorded = if end.state == RunState::Failed {
            // Mostly the database is out of reach then, and the patience with it used up.
            let noted = tokio::time::timeout(LAST_WORD, self.record_end(end)).await;
            noted.unwrap_or_else(|_| {
                Err(Error::new(
                    ErrorKind::Unreachable,
                    "the end of the run could not be recorded",
                ))
            })
        } else {
            let record = || self.record_end(end);
            self.database().steadily(record).await
        };
        self.unlock().await;
        recorded
    }

    /// Records that `error` ended the run, and gives it back: what ended it matters more than that
    /// this could not be recorded.
    pub async fn failed(self, error: Error) -> Error {
        drop(self.finish(&RunEnd::failed(&error)).await);
        error
    }

    async fn unlock(&self) {
        self.heart.abort();
        if let Some(mut connection) = self.lock.lock().await.take() {
            // The server gives the lock back when the connection ends, however it ends.
            let farewell = async {
                drop(sqlx::raw_sql("ROLLBACK").execute(&mut connection).await);
                drop(connection.close().await);
            };
            drop(tokio::time::timeout(ANSWER, farewell).await);
        }
    }

    async fn record_end(&self, end: &RunEnd) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the end of the run");
        let mut transaction = self.begin().await?;
        crate::postgres::query(include_str!("runs/finish.sql"))
            .bind(self.id())
            .bind(end.state.name())
            .bind(end.counts.to_string())
            .bind(end.phases.to_string())
            .bind(end.error.as_deref().map(without_nul))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        crate::postgres::query(
            "UPDATE sunset.lease SET released_at = clock_timestamp() WHERE token = $1",
        )
        .bind(&*self.lease.token)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

impl Drop for ActiveRun {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

/// Writes a line of the audit within a transaction.
pub(super) async fn audit(
    transaction: &mut Transaction<'_, Postgres>,
    run: RunId,
    action: &str,
    detail: &JsonValue,
) -> Result<()> {
    crate::postgres::query(
        "INSERT INTO sunset.audit (run, action, detail) VALUES ($1, $2, $3::text::jsonb)",
    )
    .bind(run)
    .bind(action)
    .bind(detail.to_string())
    .execute(&mut **transaction)
    .await
    .map_err(|cause| error(cause, "cannot write the audit"))?;
    Ok(())
}

/// U+0000, which PostgreSQL cannot store, as the picture of it.
pub(super) fn without_nul(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{2400}").into()
    } else {
        text.into()
    }
}

/// Takes the lease over and records the run; those that were broken off are recorded as such.
async fn register(
    database: &Database,
    start: &RunStart,
    token: &str,
    backend: i32,
) -> Result<RunId> {
    let failed = |cause| error(cause, "cannot record the run");
    let mut transaction = database.begin().await?;
    let entered = enter(&mut transaction, database, start, token, backend).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(entered)
}

async fn enter(
    transaction: &mut Transaction<'_, Postgres>,
    database: &Database,
    start: &RunStart,
    token: &str,
    backend: i32,
) -> Result<RunId> {
    let failed = |cause| error(cause, "cannot record the run");
    for statement in [
        "SELECT 1 FROM sunset.lease FOR UPDATE",
        "UPDATE sunset.runs SET state = 'interrupted', finished_at = clock_timestamp() \
         WHERE state = 'running'",
    ] {
        crate::postgres::query(statement)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    let run: RunId = crate::postgres::query(include_str!("runs/begin.sql"))
        .bind(&start.plan)
        .bind(&start.program)
        .bind(&start.version)
        .bind(database.identity().as_str())
        .bind(start.options.to_string())
        .bind(&start.host)
        .bind(i64::from(start.pid))
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get("id"))
        .map_err(failed)?;
    crate::postgres::query(ATTEMPT_OF)
        .bind(run)
        .bind(start.source.as_deref())
        .bind(start.read_time.as_deref())
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    crate::postgres::query(include_str!("runs/take_lease.sql"))
        .bind(run)
        .bind(token)
        .bind(backend)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(run)
}

pub(super) fn record(row: &PgRow) -> sqlx::Result<RunRecord> {
    let json = |text: String| serde_json::from_str(&text).unwrap_or(JsonValue::Null);
    Ok(RunRecord {
        id: row.try_get("id")?,
        origin: row.try_get("origin")?,
        start: RunStart {
            plan: row.try_get("plan")?,
            program: row.try_get("program")?,
            version: row.try_get("version")?,
            source: row.try_get("source")?,
            read_time: row.try_get("read_time")?,
            options: json(row.try_get("options")?),
            host: row.try_get("host")?,
            pid: u32::try_from(row.try_get::<i64, _>("pid")?).unwrap_or_default(),
        },
        state: RunState::from_name(row.try_get("state")?).unwrap_or(RunState::Failed),
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        counts: json(row.try_get("counts")?),
        phases: json(row.try_get("phases")?),
        error: row.try_get("error")?,
    })
}
