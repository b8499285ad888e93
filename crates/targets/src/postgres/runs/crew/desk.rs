//! Where a worker gets its units.

mod notes;

pub(super) use notes::forget;

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::runs::RunId;
use sunset_core::ports::work::{Ask, Claim, Completed, Standing, Unit, WorkDesk};
use sunset_core::{Error, ErrorKind, Result};

use super::{Crew, alone, commit};
use crate::postgres::fault::error;

/// Units a statement, and bytes of their tasks, at the most but for the last of them.
const BATCH: usize = 5_000;
const BATCH_BYTES: usize = 8 << 20;

fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn named(row: &PgRow) -> sqlx::Result<(u32, u32)> {
    let number = |name: &str| row.try_get::<i32, _>(name).map(i32::unsigned_abs);
    Ok((number("stage")?, number("number")?))
}

fn unit(row: &PgRow) -> sqlx::Result<Unit> {
    let (stage, number) = named(row)?;
    let task: String = row.try_get("task")?;
    Ok(Unit {
        stage,
        number,
        task: serde_json::from_str(&task).unwrap_or_default(),
    })
}

impl Crew {
    async fn fingerprint(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
    ) -> Result<Option<String>> {
        crate::postgres::query("SELECT fingerprint FROM sunset.crews WHERE run = $1")
            .bind(self.run.id())
            .fetch_one(&mut **transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(|cause| error(cause, "cannot see whether the work is published"))
    }

    async fn insert(&self, fingerprint: &str, units: &[Unit]) -> Result<()> {
        let failed = |cause| error(cause, "cannot publish the work");
        let mut transaction = self.lease().begin().await?;
        alone(&mut transaction).await?;
        if let Some(theirs) = self.fingerprint(&mut transaction).await? {
            return compare(&theirs, fingerprint);
        }
        self.insert_units(&mut transaction, units).await?;
        let sql = "UPDATE sunset.crews SET fingerprint = $2, published_at = clock_timestamp() \
                   WHERE run = $1";
        crate::postgres::query(sql)
            .bind(self.run.id())
            .bind(fingerprint)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        commit(transaction).await
    }

    async fn insert_survey(&self, units: &[Unit]) -> Result<()> {
        let mut transaction = self.lease().begin().await?;
        alone(&mut transaction).await?;
        let sql = "SELECT EXISTS (SELECT FROM sunset.work WHERE run = $1)";
        let published: bool = crate::postgres::query(sql)
            .bind(self.run.id())
            .fetch_one(&mut *transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(|cause| error(cause, "cannot see whether the survey is published"))?;
        if published {
            return Ok(());
        }
        self.insert_units(&mut transaction, units).await?;
        commit(transaction).await
    }

    async fn insert_units(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        units: &[Unit],
    ) -> Result<()> {
        let mut units = units.iter().peekable();
        while units.peek().is_some() {
            let (mut stages, mut numbers, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
            let mut length = 0;
            while tasks.len() < BATCH
                && length < BATCH_BYTES
                && let Some(unit) = units.next()
            {
                let task = unit.task.to_string();
                length += task.len();
                stages.push(integer(unit.stage));
                numbers.push(integer(unit.number));
                tasks.push(task);
            }
            crate::postgres::query(include_str!("publish.sql"))
                .bind(self.run.id())
                .bind(stages)
                .bind(numbers)
                .bind(tasks)
                .execute(&mut **transaction)
                .await
                .map_err(|cause| error(cause, "cannot publish the work"))?;
        }
        Ok(())
    }

    async fn next(&self, ask: &Ask<'_>) -> Result<Claim> {
        let failed = |cause| error(cause, "cannot claim a unit of work");
        let mut transaction = self.lease().begin().await?;
        let of_this_worker = |statement| {
            let query = crate::postgres::query(statement);
            let query = query.bind(self.run.id()).bind(self.worker);
            query.bind(integer(ask.below))
        };
        let at_work = ask.at_work.iter();
        let (stages, numbers): (Vec<i32>, Vec<i32>) = at_work
            .map(|(stage, number)| (integer(*stage), integer(*number)))
            .unzip();
        let held = of_this_worker(include_str!("held.sql"));
        let held = held.bind(stages).bind(numbers);
        let waiting = of_this_worker(include_str!("claim.sql")).bind(i32::from(ask.orphaned));
        for query in [held, waiting] {
            let row = query.fetch_optional(&mut *transaction).await;
            if let Some(row) = row.map_err(failed)? {
                let unit = unit(&row).map_err(failed)?;
                commit(transaction).await?;
                return Ok(Claim::Unit(unit));
            }
        }
        let sql = "SELECT NOT EXISTS (SELECT FROM sunset.work \
                   WHERE run = $1 AND stage < $2 AND done_at IS NULL)";
        let over: bool = crate::postgres::query(sql)
            .bind(self.run.id())
            .bind(integer(ask.below))
            .fetch_one(&mut *transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
        Ok(if over { Claim::Over } else { Claim::Wait })
    }

    async fn done(&self, unit: &Unit, outcome: &JsonValue) -> Result<()> {
        let failed = |cause| error(cause, "cannot complete a unit of work");
        let mut transaction = self.lease().begin().await?;
        let done = crate::postgres::query(include_str!("complete.sql"))
            .bind(self.run.id())
            .bind(integer(unit.stage))
            .bind(integer(unit.number))
            .bind(self.worker)
            .bind(outcome.to_string().replace("\\u0000", "\\u2400"))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        if done.rows_affected() != 1 {
            return Err(Error::new(
                ErrorKind::Conflict,
                "a unit of work is no longer this worker's",
            ));
        }
        commit(transaction).await
    }
}

/// The units of a run below a stage that are done, in order.
pub(super) async fn completed(
    transaction: &mut Transaction<'_, Postgres>,
    run: RunId,
    stage: u32,
) -> Result<Vec<Completed>> {
    let failed = |cause| error(cause, "cannot read what the units gave");
    let rows = crate::postgres::query(include_str!("completed.sql"))
        .bind(run)
        .bind(integer(stage))
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let completed = rows.iter().map(|row| {
        let outcome: String = row.try_get("outcome")?;
        let time = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
        let (stage, number) = named(row)?;
        Ok(Completed {
            stage,
            number,
            outcome: serde_json::from_str(&outcome).unwrap_or_default(),
            span: (time("claimed")?, time("done")?),
        })
    });
    completed.collect::<sqlx::Result<_>>().map_err(failed)
}

fn compare(theirs: &str, ours: &str) -> Result<()> {
    if theirs == ours {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Mismatch,
        "this worker reads other documents than the one that published the work, or with other times",
    )
    .item(format!("fingerprint {theirs} there, {ours} here"))
    .remedy(
        "let all workers read the very same source: one bucket, one shared file system, or copies \
         with their modification times (cp -p, rsync -t)",
    ))
}

#[async_trait]
impl WorkDesk for Crew {
    async fn published(&self) -> Result<Option<String>> {
        let look = async {
            let mut transaction = self.lease().begin().await?;
            self.fingerprint(&mut transaction).await
        };
        self.lease().database.watched(look).await
    }

    async fn publish(&self, fingerprint: &str, units: &[Unit]) -> Result<()> {
        let publish = self.insert(fingerprint, units);
        self.lease().database.watched(publish).await
    }

    async fn publish_survey(&self, units: &[Unit]) -> Result<()> {
        let publish = self.insert_survey(units);
        self.lease().database.watched(publish).await
    }

    async fn keep(&self, unit: &Unit, notes: &[u8]) -> Result<()> {
        let keep = self.keep_notes(unit, notes);
        self.lease().database.watched(keep).await
    }

    async fn kept(&self, number: u32) -> Result<Vec<u8>> {
        self.lease().database.watched(self.notes_of(number)).await
    }

    async fn claim(&self, ask: &Ask<'_>) -> Result<Claim> {
        self.lease().database.watched(self.next(ask)).await
    }

    async fn complete(&self, unit: &Unit, outcome: &JsonValue) -> Result<()> {
        let complete = self.done(unit, outcome);
        self.lease().database.watched(complete).await
    }

    async fn outcomes(&self, stage: u32) -> Result<Vec<Completed>> {
        let read = async {
            let mut transaction = self.lease().database.begin_reading().await?;
            completed(&mut transaction, self.run.id(), stage).await
        };
        self.lease().database.watched(read).await
    }

    async fn standing(&self) -> Result<Standing> {
        let failed = |cause| error(cause, "cannot see how much is done");
        let read = async {
            let mut transaction = self.lease().database.begin_reading().await?;
            crate::postgres::query(include_str!("standing.sql"))
                .bind(self.run.id())
                .bind(self.worker)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)
        };
        let row = self.lease().database.watched(read).await?;
        let number = |name: &str| {
            let number: i64 = row.try_get(name).map_err(failed)?;
            Ok(number.unsigned_abs())
        };
        Ok(Standing {
            units: number("units")?,
            done: number("done")?,
            own: number("own")?,
            taken_over: number("taken_over")?,
            workers: number("workers")?,
        })
    }
}
