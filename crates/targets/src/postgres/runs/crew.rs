//! A run that several workers share.
//!
//! Each worker holds the run lock together with the others, so that no run of another sort begins
//! while one of them lives, and has a row in `sunset.workers` with a heartbeat. Every transaction
//! of a worker proves that the run still holds the lease and that the worker's units were not given
//! to others. Whoever finds a worker silent ends the transactions that it left open, marks its row
//! and gives its units back: a worker that was paused or cut off cannot write a single row beside
//! its successor, and learns of it at its next transaction. It does not go on under the same number.

mod desk;
mod heart;

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::permit::WritePermit;
use sunset_core::ports::runs::{RunEnd, RunId, RunStart};
use sunset_core::ports::work::Completed;
use sunset_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;

use super::lock::{Hold, acquire};
use super::{ActiveRun, Lease, enter, without_nul};
use crate::postgres::connection::Database;
use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

/// Workers that join, and one that leaves, do so one after the other.
const CREW_LOCK: i64 = 0x7375_6e73_6574_0003;
/// Seconds without a heartbeat after which a worker's units go to others.
const SILENCE: f64 = 15.0;

/// What all workers of a run must agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrewTerms {
    /// As the operator names the run; empty where that was not done. The run of a name is done
    /// once.
    pub name: String,
    /// Everything that matters to the outcome, each under the name that people know it by.
    pub terms: BTreeMap<String, String>,
    /// The snapshot that the first worker would read.
    pub read_time: Option<String>,
}

/// What became of asking to take part.
pub enum Joined {
    /// There is a run to take part in.
    Crew(Box<Crew>),
    /// The run of this name is done already.
    Over {
        /// Which one.
        run: RunId,
        /// What came of its units.
        outcomes: Vec<Completed>,
    },
}

/// A worker's part in a run. Dropping it is what a crash does: others take over what it claimed.
pub struct Crew {
    run: ActiveRun,
    worker: i64,
    read_time: Option<String>,
}

/// What a worker enters.
struct Entered {
    run: RunId,
    token: Arc<str>,
    worker: i64,
    read_time: Option<String>,
}

enum Entry {
    Entered(Entered),
    Over(RunId, Vec<Completed>),
}

impl Ledger {
    /// Takes part in the run that is going on, or begins it.
    ///
    /// # Errors
    /// `Conflict` while a run that is not shared holds the lock; `Refused` when the shared run has
    /// other terms, naming them, and for a foreign permit.
    pub async fn join(
        &self,
        permit: &WritePermit,
        start: &RunStart,
        terms: &CrewTerms,
    ) -> Result<Joined> {
        permit.check(self.database().identity())?;
        let database = self.database().clone();
        let (connection, backend) = database
            .steadily(|| acquire(&database, Hold::Together))
            .await?;
        let token: Arc<str> = uuid::Uuid::new_v4().to_string().into();
        let entering = || take_part(&database, start, terms, &token, backend);
        let entered = match database.steadily(entering).await? {
            Entry::Entered(entered) => entered,
            Entry::Over(run, outcomes) => return Ok(Joined::Over { run, outcomes }),
        };
        let lease = Lease {
            database,
            run: entered.run,
            token: entered.token,
            worker: Some(entered.worker),
        };
        let lock = Arc::new(Mutex::new(Some(connection)));
        let heart = heart::beat(lease.clone(), entered.worker, Arc::clone(&lock));
        Ok(Joined::Crew(Box::new(Crew {
            run: ActiveRun {
                lease,
                lock,
                heart: tokio::spawn(heart),
            },
            worker: entered.worker,
            read_time: entered.read_time,
        })))
    }
}

impl Crew {
    /// The run, for what is written in this worker's name. It is ended by [`Crew::close`].
    pub fn run(&self) -> &ActiveRun {
        &self.run
    }

    /// This worker's number, which is never given again.
    pub fn worker(&self) -> i64 {
        self.worker
    }

    /// The snapshot that all workers read.
    pub fn read_time(&self) -> Option<&str> {
        self.read_time.as_deref()
    }

    fn lease(&self) -> &Lease {
        self.run.lease()
    }

    /// Records that all work is done, unless another worker did, and leaves.
    ///
    /// # Errors
    /// Those of the database; `Conflict` when the run was taken over before it was done.
    pub async fn close(self, end: &RunEnd) -> Result<()> {
        let lease = self.lease();
        let closed = lease
            .database
            .steadily(|| async {
                let mut transaction = lease.begin().await?;
                // Of two that leave together the second sees that it is the last.
                alone(&mut transaction).await?;
                close(&mut transaction, lease, end).await?;
                leave(&mut transaction, self.worker, None).await?;
                desk::forget(&mut transaction, lease, SILENCE).await?;
                commit(transaction).await
            })
            .await;
        self.run.unlock().await;
        closed
    }

    /// Gives back what is not done, and the fault that stopped the worker: it matters more than that
    /// this could not be recorded. The last worker that leaves in a fault ends the run with it.
    pub async fn failed(self, fault: Error) -> Error {
        let lease = self.lease();
        let left = async {
            let mut transaction = lease.begin().await?;
            alone(&mut transaction).await?;
            leave(&mut transaction, self.worker, Some(&fault.to_string())).await?;
            let failed = |cause| error(cause, "cannot see who is left of the workers");
            let living: i64 = crate::postgres::query(include_str!("crew/living.sql"))
                .bind(lease.run)
                .bind(SILENCE)
                .fetch_one(&mut *transaction)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(failed)?;
            if living == 0 {
                close(&mut transaction, lease, &RunEnd::failed(&fault)).await?;
            }
            commit(transaction).await
        };
        drop(tokio::time::timeout(super::LAST_WORD, left).await);
        self.run.unlock().await;
        fault
    }
}

/// Begins a transaction that commits only while the run holds the lease and the worker is not
/// fenced.
pub(super) async fn begin(lease: &Lease, worker: i64) -> Result<Transaction<'static, Postgres>> {
    let failed = |cause| error(cause, "cannot check the run lock");
    let mut transaction = lease.database.begin().await?;
    let row = crate::postgres::query(include_str!("crew/begin.sql"))
        .bind(&*lease.token)
        .bind(worker)
        .bind(format!("sunset/worker-{worker}"))
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    let (run, own): (bool, bool) = (
        row.try_get("run").map_err(failed)?,
        row.try_get("worker").map_err(failed)?,
    );
    if !run {
        return Err(lease.lost());
    }
    if !own {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("worker {worker} was silent, and others took its work over"),
        )
        .remedy("nothing is lost: start it again, and it takes part under a new number"));
    }
    Ok(transaction)
}

async fn take_part(
    database: &Database,
    start: &RunStart,
    terms: &CrewTerms,
    token: &Arc<str>,
    backend: i32,
) -> Result<Entry> {
    let failed = |cause| error(cause, "cannot take part in the shared run");
    let mut transaction = database.begin().await?;
    alone(&mut transaction).await?;
    if let Some(over) = done_already(&mut transaction, terms).await? {
        return Ok(over);
    }
    let latest = crate::postgres::query(include_str!("crew/latest.sql"))
        .bind(SILENCE)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
    let mut going_on = None;
    if let Some(row) = latest {
        let state: String = row.try_get("state").map_err(failed)?;
        let held: Option<String> = row.try_get("token").map_err(failed)?;
        if let Some(held) = held.filter(|_| state == "running") {
            let run: RunId = row.try_get("run").map_err(failed)?;
            let name: String = row.try_get("name").map_err(failed)?;
            let stored: String = row.try_get("terms").map_err(failed)?;
            let differences = differences(terms, &name, &stored);
            let living: i64 = row.try_get("living").map_err(failed)?;
            if differences.is_empty() {
                going_on = Some((
                    run,
                    Arc::from(held),
                    row.try_get("read_time").map_err(failed)?,
                ));
            } else if living > 0 {
                return Err(refusal(run, &differences));
            }
        }
    }
    let (run, token, read_time) = match going_on {
        Some(going_on) => going_on,
        None => {
            let run = enter(&mut transaction, database, start, token, backend).await?;
            let sql = "INSERT INTO sunset.crews (run, name, terms, read_time) \
                       VALUES ($1, $2, $3::text::jsonb, $4)";
            crate::postgres::query(sql)
                .bind(run)
                .bind(&terms.name)
                .bind(as_json(terms))
                .bind(terms.read_time.as_deref())
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
            (run, Arc::clone(token), terms.read_time.clone())
        }
    };
    let sql =
        "INSERT INTO sunset.workers (run, host, pid, backend) VALUES ($1, $2, $3, $4) RETURNING id";
    let worker = crate::postgres::query(sql)
        .bind(run)
        .bind(&start.host)
        .bind(i64::from(start.pid))
        .bind(backend)
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(Entry::Entered(Entered {
        run,
        token,
        worker,
        read_time,
    }))
}

/// A run that has a name is done once.
async fn done_already(
    transaction: &mut Transaction<'_, Postgres>,
    terms: &CrewTerms,
) -> Result<Option<Entry>> {
    if terms.name.is_empty() {
        return Ok(None);
    }
    let failed = |cause| error(cause, "cannot look for the run of this name");
    let row = crate::postgres::query(include_str!("crew/named.sql"))
        .bind(&terms.name)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    let run: RunId = row.try_get("run").map_err(failed)?;
    let stored: String = row.try_get("terms").map_err(failed)?;
    let state: String = row.try_get("state").map_err(failed)?;
    let differences = differences(terms, &terms.name, &stored);
    if !differences.is_empty() {
        return Err(refusal(run, &differences));
    }
    if state == "rolled_back" {
        return Err(Error::new(
            ErrorKind::Refused,
            format!("run {run} of the name {:?} was rolled back", terms.name),
        )
        .remedy("to migrate again, give the run another name"));
    }
    let outcomes = desk::completed(transaction, run, u32::MAX).await?;
    Ok(Some(Entry::Over(run, outcomes)))
}

fn as_json(terms: &CrewTerms) -> String {
    serde_json::json!(terms.terms).to_string()
}

/// What is not the same, in words.
fn differences(terms: &CrewTerms, name: &str, stored: &str) -> Vec<String> {
    let stored: BTreeMap<String, String> = serde_json::from_str(stored).unwrap_or_default();
    let mut differences = Vec::new();
    let mut compare = |what: &str, theirs: &str, ours: &str| {
        if theirs != ours {
            differences.push(format!("{what} {theirs:?} there, {ours:?} here"));
        }
    };
    compare("name", name, &terms.name);
    let keys: std::collections::BTreeSet<&String> =
        stored.keys().chain(terms.terms.keys()).collect();
    for key in keys {
        let of = |map: &BTreeMap<String, String>| map.get(key).cloned().unwrap_or_default();
        compare(key, &of(&stored), &of(&terms.terms));
    }
    differences
}

fn refusal(run: RunId, differences: &[String]) -> Error {
    Error::new(
        ErrorKind::Refused,
        format!(
            "shared run {run} is another one: {}",
            differences.join("; ")
        ),
    )
    .remedy(
        "all workers of a run take the same options, source and version; wait for that run to end, \
         or start this worker as the others are",
    )
}

/// Waits until no other worker joins or leaves.
async fn alone(transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
    crate::postgres::query("SELECT pg_advisory_xact_lock($1)")
        .bind(CREW_LOCK)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot wait for other workers that join"))
}

async fn close(
    transaction: &mut Transaction<'_, Postgres>,
    lease: &Lease,
    end: &RunEnd,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot record the end of the run");
    crate::postgres::query(include_str!("crew/close.sql"))
        .bind(lease.run)
        .bind(end.state.name())
        .bind(end.counts.to_string())
        .bind(end.phases.to_string())
        .bind(end.error.as_deref().map(without_nul))
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    let sql = "UPDATE sunset.lease SET released_at = coalesce(released_at, clock_timestamp()) \
               WHERE token = $1";
    crate::postgres::query(sql)
        .bind(&*lease.token)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
}

async fn leave(
    transaction: &mut Transaction<'_, Postgres>,
    worker: i64,
    fault: Option<&str>,
) -> Result<()> {
    crate::postgres::query(include_str!("crew/leave.sql"))
        .bind(worker)
        .bind(fault.map(without_nul))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot record that the worker leaves"))
}

async fn commit(transaction: Transaction<'_, Postgres>) -> Result<()> {
    let committed = transaction.commit().await;
    committed.map_err(|cause| error(cause, "cannot record what a worker did"))
}
