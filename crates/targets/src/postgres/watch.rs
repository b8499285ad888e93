//! What keeps a program from waiting for ever.
//!
//! A connection may end without a word: a machine loses its network, a proxy forgets what it
//! holds. TCP then waits for hours, on both sides, and the server keeps the locks of a transaction
//! that nobody goes on with. So whoever waits long for the server asks it, by another connection,
//! what it is doing:
//!
//! * it works: then waiting is right;
//! * it waits for us, and has not moved between several glances: the connection is dead;
//! * it waits for a lock of somebody: that is told, and a session of this tool that has not moved
//!   either is ended.
//!
//! What a broken connection leaves behind in the server is ended before its work is repeated.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use sunset_core::error::RetryPolicy;
use sunset_core::{Error, ErrorKind, Result};

use super::connection::Database;
use super::fault::error;

/// Glances in a row that show the same before somebody is given up.
const GLANCES: u32 = 3;
/// How often work that lost its connection is repeated here.
const REPEATS: u32 = 3;

/// A glance is short, whatever the role's time-outs are.
const BEGIN: &str = "BEGIN;\nSET LOCAL idle_in_transaction_session_timeout = 0;\n\
    SET LOCAL statement_timeout = '10s';\nSET LOCAL DateStyle = 'ISO, YMD'";

tokio::task_local! {
    /// Where the transaction that the task works in is noted.
    static CURRENT: Arc<Mutex<Option<Session>>>;
}

/// A transaction as the server knows it: no two have the same process and the same beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub backend: i32,
    /// As the server prints it.
    pub began: String,
}

/// Notes the transaction that has just begun.
pub(super) fn note(session: Session) {
    // Work that nobody watches has no place for it.
    let noted = CURRENT.try_with(|current| {
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    });
    noted.unwrap_or_default();
}

/// What broken connections left behind.
pub(super) type Abandoned = Arc<Mutex<Vec<Session>>>;

impl Database {
    /// Does `work` and looks after it. It may wait long for the server only inside of the last
    /// transaction that it began.
    ///
    /// # Errors
    /// Those of `work`, and `Unreachable` when its connection is dead.
    pub(super) async fn watched<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.end_abandoned().await;
        let current = Arc::default();
        let outcome = tokio::select! {
            outcome = CURRENT.scope(Arc::clone(&current), work) => outcome,
            fault = look_after(self, &current) => Err(fault),
        };
        if let Err(fault) = &outcome
            && fault.kind() == ErrorKind::Unreachable
            && let Some(session) = taken(&current)
        {
            let abandoned = self.abandoned().lock();
            abandoned
                .unwrap_or_else(PoisonError::into_inner)
                .push(session);
        }
        outcome
    }

    /// As [`Database::watched`], and again when a passing fault stopped it. `operation` must do no
    /// harm when it is repeated. Waiting is [`Database::begin`]'s part.
    ///
    /// # Errors
    /// The last one.
    pub(super) async fn steadily<T, F>(&self, mut operation: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut left = REPEATS;
        loop {
            match self.watched(operation()).await {
                Err(fault) if left > 0 && fault.kind().policy() != RetryPolicy::Never => {
                    left -= 1;
                    tracing::info!(error = %fault, "the database broke off; once more");
                }
                outcome => return outcome,
            }
        }
    }

    /// Ends the transactions that broken connections left open in the server: what is repeated
    /// would wait for their locks.
    async fn end_abandoned(&self) {
        let list: Vec<Session> = {
            let abandoned = self.abandoned().lock();
            std::mem::take(&mut *abandoned.unwrap_or_else(PoisonError::into_inner))
        };
        for session in list {
            if let Err(fault) = self.end_session(&session).await {
                tracing::info!(error = %fault, backend = session.backend, "cannot end what a broken connection left behind");
            }
        }
    }

    async fn end_session(&self, session: &Session) -> Result<()> {
        let failed = |cause| error(cause, "cannot end a session");
        let mut connection = self.glance_connection().await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        crate::postgres::query(include_str!("watch/end.sql"))
            .bind(session.backend)
            .bind(&session.began)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        drop(connection.close().await);
        Ok(())
    }

    /// What the server says of a transaction; `None` when it has ended.
    async fn glance(&self, session: &Session) -> Result<Option<Sight>> {
        let failed = |cause| error(cause, "cannot ask the database what it is doing");
        let mut connection = self.glance_connection().await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        // Earlier versions do not tell how far a COPY has come.
        let copies = if self.server_version() >= 140_000 {
            "pg_catalog.pg_stat_progress_copy"
        } else {
            "(SELECT NULL::integer AS pid, NULL::bigint AS bytes_processed WHERE false)"
        };
        let own = include_str!("watch/glance.sql").replace("{copies}", copies);
        let own = crate::postgres::query(AssertSqlSafe(own))
            .bind(session.backend)
            .bind(&session.began)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let Some(own) = own else {
            return Ok(None);
        };
        let blockers = include_str!("watch/blockers.sql").replace("{copies}", copies);
        let blockers = crate::postgres::query(AssertSqlSafe(blockers))
            .bind(session.backend)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let blockers = blockers.iter().map(|row| {
            Ok(Blocker {
                session: Session {
                    backend: row.try_get("pid")?,
                    began: row.try_get("began")?,
                },
                ours: row.try_get("ours")?,
                waits_for_client: row.try_get("waits_for_client")?,
                mark: row.try_get("mark")?,
                shown: row.try_get("shown")?,
            })
        });
        let sight = Sight {
            waits_for_client: own.try_get("waits_for_client").map_err(failed)?,
            mark: own.try_get("mark").map_err(failed)?,
            blockers: blockers.collect::<sqlx::Result<_>>().map_err(failed)?,
        };
        drop(transaction.rollback().await);
        drop(connection.close().await);
        Ok(Some(sight))
    }

    async fn glance_connection(&self) -> Result<PgConnection> {
        let what = "cannot ask the database what it is doing";
        let attempt = tokio::time::timeout(self.connecting().attempt_time_out, self.dial_once());
        match attempt.await {
            Ok(connected) => connected.map_err(|cause| error(cause, what)),
            Err(_) => Err(Error::new(ErrorKind::Unreachable, what)),
        }
    }
}

fn taken(current: &Mutex<Option<Session>>) -> Option<Session> {
    let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
    current.take()
}

/// What a server process is seen doing.
#[derive(Debug)]
struct Sight {
    /// It waits for what its client sends, or for its client to take what it sends.
    waits_for_client: bool,
    /// Changes with everything that it does.
    mark: String,
    blockers: Vec<Blocker>,
}

/// Who holds a lock that is waited for.
#[derive(Debug)]
struct Blocker {
    session: Session,
    /// A session of this tool, of the same user.
    ours: bool,
    waits_for_client: bool,
    mark: String,
    /// For people.
    shown: String,
}

/// Returns when the connection is dead.
async fn look_after(database: &Database, current: &Mutex<Option<Session>>) -> Error {
    let pause = database.connecting().glance;
    let patience = database.connecting().attempt_time_out;
    let mut watched: Option<Session> = None;
    let mut last = String::new();
    let (mut same, mut unseen) = (0, 0);
    let mut others = Others::default();
    loop {
        tokio::time::sleep(pause).await;
        let session = current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(session) = session else { continue };
        if watched.as_ref() != Some(&session) {
            watched = Some(session.clone());
            last.clear();
            (same, unseen) = (0, 0);
        }
        let looked = tokio::time::timeout(patience, database.glance(&session)).await;
        let mark = match looked {
            Ok(Ok(Some(sight))) => {
                unseen = 0;
                others.consider(database, &sight.blockers).await;
                if !sight.waits_for_client {
                    same = 0;
                    continue;
                }
                sight.mark
            }
            Ok(Ok(None)) => {
                unseen = 0;
                "ended".to_owned()
            }
            Ok(Err(_)) | Err(_) => {
                unseen += 1;
                if unseen > GLANCES {
                    return silence("there has been no word from the database for a while");
                }
                continue;
            }
        };
        same = if mark == last { same + 1 } else { 1 };
        last = mark;
        if same >= GLANCES {
            return silence("the connection to the database broke without a word");
        }
    }
}

fn silence(what: &str) -> Error {
    Error::new(ErrorKind::Unreachable, what)
        .remedy("check the network between this machine and the database, and try again")
}

/// Those whose locks are waited for.
#[derive(Default)]
struct Others {
    seen: HashMap<i32, (String, u32)>,
}

impl Others {
    async fn consider(&mut self, database: &Database, blockers: &[Blocker]) {
        self.seen.retain(|pid, _| {
            let mut blockers = blockers.iter();
            blockers.any(|blocker| blocker.session.backend == *pid)
        });
        for blocker in blockers {
            let seen = self.seen.entry(blocker.session.backend).or_default();
            let first = seen.1 == 0;
            seen.1 = if seen.0 == blocker.mark {
                seen.1 + 1
            } else {
                1
            };
            seen.0.clone_from(&blocker.mark);
            if first {
                tracing::warn!("waiting for a lock of {}", blocker.shown);
            }
            if blocker.ours && blocker.waits_for_client && seen.1 >= GLANCES {
                tracing::warn!("{} does not go on; ending it", blocker.shown);
                if let Err(fault) = database.end_session(&blocker.session).await {
                    tracing::warn!(error = %fault, "cannot end it");
                }
            }
        }
    }
}

/// A pause between glances that fits most work: shorter work is never looked at.
pub(super) const GLANCE: Duration = Duration::from_secs(10);
