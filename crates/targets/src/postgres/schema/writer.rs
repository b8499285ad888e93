//! Changing a schema, with a record of every step.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _, Transaction};
use sunset_core::ports::schema::SchemaWriter;
use sunset_core::schema::name::qualified;
use sunset_core::schema::script::LOCK_TIMEOUT_MS;
use sunset_core::schema::steps::{Effect, LockMode, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_core::{Error, ErrorKind, Result};

use super::reader::{empty_search_path, end};
use super::record::{mark_done, mark_undone, record, recorded};
use crate::postgres::connection::Database;
use crate::postgres::fault::error;
use crate::postgres::runs::{ActiveRun, Lease};

/// All locks of a batch are asked for at once, and for no longer than this: who waits for a strong
/// lock keeps everybody behind it waiting, too.
const LOCKS_TIMEOUT_MS: u32 = 600;

/// Changes the schema within a run.
#[derive(Clone)]
pub struct SchemaSteps {
    lease: Lease,
}

impl ActiveRun {
    /// The writer of schema steps of this run.
    pub fn schema(&self) -> SchemaSteps {
        SchemaSteps {
            lease: self.lease().clone(),
        }
    }
}

#[async_trait]
impl SchemaWriter for SchemaSteps {
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<()> {
        match steps {
            [] => Ok(()),
            [step, ..] if step.stage.outside_transaction() => {
                for step in steps {
                    self.apply_outside(namespace, step).await?;
                }
                Ok(())
            }
            _ => self.apply_together(namespace, steps).await,
        }
    }

    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        let what = || format!("cannot {}", step.title);
        let begun = std::time::Instant::now();
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        self.lock(&mut transaction, namespace, std::slice::from_ref(step))
            .await?;
        let id = match at.step {
            Some(id) => id,
            None => record(&mut transaction, self.lease.run, namespace, step, "begun").await?,
        };
        let next = sweep_on(
            &mut transaction,
            (namespace, &step.effect),
            id,
            at,
            &step.sql,
            what,
        )
        .await?
        .finish(begun);
        if next.done {
            mark_done(&mut transaction, id).await?;
        }
        commit(transaction, what).await?;
        Ok(next)
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        let what = || format!("cannot undo: {}", step.title);
        let begun = std::time::Instant::now();
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        let table = (step.namespace.as_str(), &step.effect);
        let next = sweep_on(&mut transaction, table, step.id, at, &step.inverse, what)
            .await?
            .finish(begun);
        if next.done {
            mark_undone(&mut transaction, step.id).await?;
        }
        commit(transaction, what).await?;
        Ok(next)
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        let mut transaction = self.lease.database.begin_reading().await?;
        let steps = recorded(&mut transaction, None).await?;
        end(transaction).await?;
        Ok(steps)
    }

    async fn undo(&self, step: &RecordedStep) -> Result<()> {
        let what = || format!("cannot undo: {}", step.title);
        if step.stage.outside_transaction() {
            self.outside(&step.inverse, what).await?;
            let mut transaction = self.begin().await?;
            mark_undone(&mut transaction, step.id).await?;
            return commit(transaction, what).await;
        }
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        set_step(&mut transaction, step.id).await?;
        for statement in &step.inverse {
            run(&mut transaction, statement, what).await?;
        }
        mark_undone(&mut transaction, step.id).await?;
        commit(transaction, what).await
    }
}

impl SchemaSteps {
    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.lease.begin().await?;
        empty_search_path(&mut transaction).await?;
        Ok(transaction)
    }

    async fn apply_together(&self, namespace: &str, steps: &[Step]) -> Result<()> {
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        self.lock(&mut transaction, namespace, steps).await?;
        for step in steps {
            let what = || format!("cannot {}", step.title);
            let id = record(&mut transaction, self.lease.run, namespace, step, "done").await?;
            set_step(&mut transaction, id).await?;
            for statement in &step.sql {
                run(&mut transaction, statement, what).await?;
            }
        }
        commit(transaction, || {
            "cannot commit the changes of the schema".to_owned()
        })
        .await
    }

    /// Takes all locks of a batch, the strongest of each table, before anything is changed.
    async fn lock(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        namespace: &str,
        steps: &[Step],
    ) -> Result<()> {
        let locks = strongest(steps);
        if locks.is_empty() {
            return Ok(());
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
            let locked = sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut **transaction)
                .await;
            if let Err(cause) = locked {
                let names = locks
                    .iter()
                    .map(|(table, _)| qualified(namespace, table))
                    .collect();
                return Err(self.lock_refused(cause, names).await);
            }
        }
        Ok(())
    }

    /// Says who is in the way.
    async fn lock_refused(&self, cause: sqlx::Error, tables: Vec<String>) -> Error {
        let fault = error(cause, "cannot lock the tables to change");
        if fault.kind() != ErrorKind::Contended {
            return fault;
        }
        let holders = holders(&self.lease.database, &tables).await.ok().flatten();
        let who = holders.unwrap_or_else(|| "somebody who is gone by now".to_owned());
        Error::new(
            ErrorKind::Contended,
            format!("the tables to change are in use by {who}"),
        )
        .item(tables.join(", "))
        .cause(fault)
        .remedy("wait for it to end, or end it; then start this command again: it goes on where it stopped")
    }

    async fn apply_outside(&self, namespace: &str, step: &Step) -> Result<()> {
        let what = || format!("cannot {}", step.title);
        let mut transaction = self.begin().await?;
        let id = record(&mut transaction, self.lease.run, namespace, step, "begun").await?;
        commit(transaction, what).await?;
        let mut statements = Vec::new();
        if let Effect::CreatesIndex { index } = &step.effect
            && self.is_broken(namespace, index).await?
        {
            // An attempt before this one was broken off.
            let name = qualified(namespace, index);
            statements.push(format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"));
        }
        statements.extend(step.sql.iter().cloned());
        self.outside(&statements, what).await?;
        let mut transaction = self.begin().await?;
        mark_done(&mut transaction, id).await?;
        commit(transaction, what).await
    }

    /// Whether an index is there and invalid.
    async fn is_broken(&self, namespace: &str, index: &str) -> Result<bool> {
        let mut transaction = self.lease.database.begin_reading().await?;
        let broken = crate::postgres::query(include_str!("broken_index.sql"))
            .bind(namespace)
            .bind(index)
            .fetch_one(&mut *transaction)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(|cause| error(cause, "cannot look at an index"))?;
        end(transaction).await?;
        Ok(broken)
    }

    /// Runs statements that refuse to run in a transaction, each on its own, on a connection of
    /// their own.
    async fn outside(&self, statements: &[String], what: impl Fn() -> String) -> Result<()> {
        let mut connection: PgConnection = self.lease.database.dedicated().await?;
        let failed = |cause| error(cause, what());
        // Building an index takes as long as it takes; a role's time-out is not meant for it.
        let time_out = sqlx::raw_sql("SHOW statement_timeout")
            .fetch_one(&mut connection)
            .await
            .and_then(|row| row.try_get::<String, _>(0))
            .map_err(failed)?;
        if time_out != "0" {
            sqlx::raw_sql("SET statement_timeout = 0")
                .execute(&mut connection)
                .await
                .map_err(failed)?;
        }
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                .execute(&mut connection)
                .await
                .map_err(failed)?;
        }
        // The statements are done; how the connection ends changes nothing.
        drop(connection.close().await);
        Ok(())
    }
}

fn strongest(steps: &[Step]) -> Vec<(String, LockMode)> {
    let mut locks: Vec<(String, LockMode)> = Vec::new();
    for lock in steps.iter().flat_map(|step| &step.locks) {
        match locks.iter_mut().find(|(table, _)| *table == lock.table) {
            Some((_, mode)) => *mode = (*mode).max(lock.mode),
            None => locks.push((lock.table.clone(), lock.mode)),
        }
    }
    // Two pushes that lock in the same order do not lock each other out.
    locks.sort();
    locks
}

async fn holders(database: &Database, tables: &[String]) -> Result<Option<String>> {
    let failed = |cause| error(cause, "cannot ask who holds the locks");
    let mut transaction = database.begin_reading().await?;
    crate::postgres::query(include_str!("lock_holders.sql"))
        .bind(tables)
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)
}

/// What a portion of a sweep came to.
struct Portion {
    at: Sweep,
    length: u64,
    changed: u64,
}

impl Portion {
    fn finish(self, begun: std::time::Instant) -> Sweep {
        self.at.after(self.length, self.changed, begun.elapsed())
    }
}

/// Runs statements over the blocks whose turn it is.
async fn sweep_on(
    transaction: &mut Transaction<'_, Postgres>,
    (namespace, effect): (&str, &Effect),
    step: i64,
    at: Sweep,
    statements: &[String],
    what: impl Fn() -> String,
) -> Result<Portion> {
    let table = effect.sweeps().unwrap_or_default();
    set_step(transaction, step).await?;
    let length: i64 = crate::postgres::query(include_str!("sweep.sql"))
        .bind(format!("({},0)", at.next))
        // Behind the last block there is none.
        .bind(format!("({},0)", at.end().min(u64::from(u32::MAX))))
        .bind(qualified(namespace, table))
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get("length"))
        .map_err(|cause| error(cause, what()))?;
    let mut changed = 0;
    for statement in statements {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
            .execute(&mut **transaction)
            .await
            .map_err(|cause| error(cause, what()))?;
        changed += done.rows_affected();
    }
    Ok(Portion {
        at: Sweep {
            step: Some(step),
            ..at
        },
        length: u64::try_from(length).unwrap_or_default(),
        changed,
    })
}

async fn set_timeouts(transaction: &mut Transaction<'_, Postgres>) -> Result<()> {
    // What a step keeps of a number it keeps exactly, whatever a role has set.
    let sql =
        format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'; SET LOCAL extra_float_digits = 1");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot set lock_timeout"))
}

/// Statements name their step by `current_setting('sunset.step')`.
async fn set_step(transaction: &mut Transaction<'_, Postgres>, step: i64) -> Result<()> {
    crate::postgres::query("SELECT pg_catalog.set_config('sunset.step', $1, true)")
        .bind(step.to_string())
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot name the step"))
}

async fn run(
    transaction: &mut Transaction<'_, Postgres>,
    statement: &str,
    what: impl Fn() -> String,
) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, what()))
}

async fn commit(transaction: Transaction<'_, Postgres>, what: impl Fn() -> String) -> Result<()> {
    transaction
        .commit()
        .await
        .map_err(|cause| error(cause, what()))
}
