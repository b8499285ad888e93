//! Rollouts that follow a schedule: one process a subject, gone on with from its record.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgConnection, Row as _};
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Event, Record};
use tokio::sync::Mutex;

use super::connection::Database;
use super::fault::error;
use super::ledger::Ledger;
use super::runs::without_nul;

/// The first of two lock numbers; the second is the subject's.
const ROLLOUT_LOCK: i32 = 0x7375_6e73;
/// The server needs a moment to notice that a killed process is gone.
const GRACE: Duration = Duration::from_millis(2_000);

/// The rollouts that a ledger holds.
#[derive(Debug, Clone)]
pub struct Rollouts {
    database: Database,
}

/// A run as it was recorded last.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutRun {
    /// Its number.
    pub id: i64,
    /// Steps and rules, as JSON.
    pub schedule: serde_json::Value,
    /// Where it stands.
    pub record: Record,
    /// `running` or how it ended.
    pub state: String,
    /// Where it runs, or ran.
    pub host: String,
    /// Its process there.
    pub pid: i64,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Seconds since it was last heard of.
    pub silent: f64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutEvent {
    /// RFC 3339, UTC.
    pub at: String,
    /// The run, where it was one.
    pub run: Option<i64>,
    /// Who.
    pub by: String,
    /// What.
    pub event: Event,
}

/// A run that may move its subject.
pub struct ActiveRollout {
    database: Database,
    id: i64,
    token: String,
    subject: String,
    /// Keeps the lock while it lives; the server gives it back when the process dies.
    lock: Arc<Mutex<PgConnection>>,
}

impl Rollouts {
    /// Those of a database.
    pub fn new(ledger: &Ledger) -> Self {
        Self {
            database: ledger.database().clone(),
        }
    }

    /// The last run of a subject.
    ///
    /// # Errors
    /// Those of the database; `Malformed` for a record that another version wrote.
    pub async fn latest(&self, subject: &str) -> Result<Option<RolloutRun>> {
        let failed = |cause| error(cause, "cannot read the run");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let row = crate::postgres::query(include_str!("rollouts/latest.sql"))
                .bind(subject)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(failed)?;
            let Some(row) = row else {
                return Ok(None);
            };
            let read = |text: String| {
                serde_json::from_str(&text).map_err(|cause| {
                    Error::new(ErrorKind::Malformed, "the run's record cannot be read")
                        .cause(cause)
                        .remedy(
                            "another version of rollout may have written it; begin anew with --restart",
                        )
                })
            };
            let get = || -> sqlx::Result<_> {
                Ok((
                    row.try_get::<String, _>("schedule")?,
                    row.try_get::<String, _>("record")?,
                    row.try_get("id")?,
                    row.try_get("state")?,
                    row.try_get("host")?,
                    row.try_get("pid")?,
                    row.try_get("started_at")?,
                    row.try_get("silent")?,
                ))
            };
            let (schedule, record, id, state, host, pid, started_at, silent) =
                get().map_err(failed)?;
            Ok(Some(RolloutRun {
                id,
                schedule: serde_json::from_str(&schedule).unwrap_or_default(),
                record: serde_json::from_value(read(record)?).map_err(|cause| {
                    Error::new(ErrorKind::Malformed, "the run's record cannot be read")
                        .cause(cause)
                        .remedy("begin anew with --restart")
                })?,
                state,
                host,
                pid,
                started_at,
                silent,
            }))
        };
        self.database.steadily(look).await
    }

    /// Takes the subject's lock and records a run: `resumed`, or a new one.
    ///
    /// # Errors
    /// `Conflict` while another process moves the subject; `Refused` for a foreign permit.
    pub async fn begin(
        &self,
        permit: &WritePermit,
        subject: &str,
        schedule: &serde_json::Value,
        record: &Record,
        resumed: Option<i64>,
        (host, pid): (&str, u32),
    ) -> Result<ActiveRollout> {
        permit.check(self.database.identity())?;
        let lock = acquire(&self.database, subject).await?;
        let failed = |cause| error(cause, "cannot record the run");
        let token = uuid::Uuid::new_v4().to_string();
        let mut transaction = self.database.begin().await?;
        let id = if let Some(id) = resumed {
            crate::postgres::query(include_str!("rollouts/take_over.sql"))
                .bind(id)
                .bind(&token)
                .bind(host)
                .bind(i64::from(pid))
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
            id
        } else {
            crate::postgres::query(
                "UPDATE sunset.rollout_runs SET state = 'replaced', finished_at = \
                 clock_timestamp(), token = '' WHERE subject = $1 AND state = 'running'",
            )
            .bind(subject)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
            crate::postgres::query(include_str!("rollouts/begin.sql"))
                .bind(subject)
                .bind(schedule.to_string())
                .bind(json(record)?)
                .bind(&token)
                .bind(host)
                .bind(i64::from(pid))
                .fetch_one(&mut *transaction)
                .await
                .and_then(|row| row.try_get("id"))
                .map_err(failed)?
        };
        transaction.commit().await.map_err(failed)?;
        Ok(ActiveRollout {
            database: self.database.clone(),
            id,
            token,
            subject: subject.to_owned(),
            lock: Arc::new(Mutex::new(lock)),
        })
    }

    /// Writes an event of somebody who moves by hand.
    ///
    /// # Errors
    /// `Refused` for a foreign permit; those of the database.
    pub async fn note(
        &self,
        permit: &WritePermit,
        subject: &str,
        by: &str,
        event: &Event,
    ) -> Result<()> {
        permit.check(self.database.identity())?;
        note(&self.database, subject, None, by, event).await
    }

    /// What happened to a subject, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn events(&self, subject: &str, limit: u32) -> Result<Vec<RolloutEvent>> {
        let failed = |cause| error(cause, "cannot read what happened");
        let look = || async {
            let mut transaction = self.database.begin_reading().await?;
            let rows = crate::postgres::query(include_str!("rollouts/events.sql"))
                .bind(subject)
                .bind(i64::from(limit))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            rows.iter()
                .map(|row| {
                    Ok(RolloutEvent {
                        at: row.try_get("at")?,
                        run: row.try_get("run")?,
                        by: row.try_get("changed_by")?,
                        event: Event {
                            kind: row.try_get("kind")?,
                            from: Percentage::of_column(row.try_get("from_percentage")?),
                            to: Percentage::of_column(row.try_get("to_percentage")?),
                            why: row.try_get("why")?,
                        },
                    })
                })
                .collect::<sqlx::Result<_>>()
                .map_err(failed)
        };
        self.database.steadily(look).await
    }
}

impl ActiveRollout {
    /// The run's number.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Records where the run stands, or, with `end`, how it ended.
    ///
    /// # Errors
    /// `Conflict` when another process took the run over.
    pub async fn save(&self, record: &Record, end: Option<&str>) -> Result<()> {
        let failed = |cause| error(cause, "cannot record the run");
        let mut transaction = self.database.begin().await?;
        let saved = crate::postgres::query(include_str!("rollouts/save.sql"))
            .bind(self.id)
            .bind(&self.token)
            .bind(json(record)?)
            .bind(end)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        if saved.rows_affected() == 0 {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!("another process took run {} over", self.id),
            )
            .remedy("let that one go on; see `rollout status`"));
        }
        transaction.commit().await.map_err(failed)
    }

    /// Writes an event.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note(&self, by: &str, event: &Event) -> Result<()> {
        note(&self.database, &self.subject, Some(self.id), by, event).await
    }

    /// Shows the server between whiles that the connection with the lock is alive, and takes the
    /// lock again where the connection broke.
    ///
    /// # Errors
    /// `Conflict` when another process has the lock by now; `Unreachable`.
    pub async fn keep_lock(&self) -> Result<()> {
        let mut connection = self.lock.lock().await;
        if sqlx::raw_sql("SELECT 1")
            .execute(&mut *connection)
            .await
            .is_err()
        {
            *connection = acquire(&self.database, &self.subject).await?;
        }
        Ok(())
    }
}

/// The lock of a transaction that a connection of its own keeps open; see `runs`.
async fn acquire(database: &Database, subject: &str) -> Result<PgConnection> {
    let failed = |cause| error(cause, "cannot take the lock of the rollout");
    let give_up = tokio::time::Instant::now() + GRACE;
    let mut connection = database.dedicated().await?;
    loop {
        sqlx::raw_sql(concat!(
            "BEGIN;\n",
            include_str!("settings.sql"),
            ";\nSET LOCAL tcp_keepalives_idle = 30;\nSET LOCAL tcp_keepalives_interval = 10;\n",
            "SET LOCAL tcp_keepalives_count = 3"
        ))
        .execute(&mut connection)
        .await
        .map_err(failed)?;
        let taken: bool =
            crate::postgres::query("SELECT pg_try_advisory_xact_lock($1, hashtext($2))")
                .bind(ROLLOUT_LOCK)
                .bind(subject)
                .fetch_one(&mut connection)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(failed)?;
        if taken {
            return Ok(connection);
        }
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        if tokio::time::Instant::now() > give_up {
            return Err(Error::new(
                ErrorKind::Conflict,
                "another process follows a schedule for the same thing",
            )
            .item(subject)
            .remedy("see `rollout status`; stop that process first, nothing is lost"));
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

async fn note(
    database: &Database,
    subject: &str,
    run: Option<i64>,
    by: &str,
    event: &Event,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot write the audit");
    let mut transaction = database.begin().await?;
    crate::postgres::query(include_str!("rollouts/event.sql"))
        .bind(subject)
        .bind(run)
        .bind(without_nul(by))
        .bind(&event.kind)
        .bind(event.from.as_str())
        .bind(event.to.as_str())
        .bind(without_nul(&event.why))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn json(record: &Record) -> Result<String> {
    serde_json::to_string(record).map_err(|cause| {
        Error::new(ErrorKind::Internal, "a record of a run is no JSON").cause(cause)
    })
}
