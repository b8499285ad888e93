//! Changing a schema, with a record of every step.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _, Transaction};
use sunset_core::ports::schema::{SchemaWriter, Turn};
use sunset_core::schema::name::qualified;
use sunset_core::schema::script::LOCK_TIMEOUT_MS;
use sunset_core::schema::steps::{Effect, Guard, Stage, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_core::{ErrorKind, Result};

use super::locks::{in_use, lock, lock_wholly, send_vacuum_away, tables};
use super::path::{own_path, plain_path};
use super::reader::{end, find};
use super::record::{mark_done, mark_undone, record, recorded};
use crate::postgres::fault::{amid_changes, broken_by_rows, error, state_of};
use crate::postgres::runs::{ActiveRun, Lease};

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
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        match steps {
            [] => Ok(Turn::Done),
            [step, ..] if step.stage.outside_transaction() => {
                for step in steps {
                    if let Turn::Broken(said) = self.apply_outside(namespace, step).await? {
                        return Ok(Turn::Broken(said));
                    }
                }
                Ok(Turn::Done)
            }
            [first, ..] => {
                let work = self.apply_together(namespace, steps);
                let done = self
                    .waiting(work, namespace, tables(namespace, steps))
                    .await;
                match done {
                    Err(fault) if !matches!(first.stage, Stage::Data | Stage::Convert) => {
                        broken_by_rows(fault)
                    }
                    done => done,
                }
            }
        }
    }

    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        let portion = async { fewer_when_slow(at, self.portion(namespace, step, at).await) };
        let tables = tables(namespace, std::slice::from_ref(step));
        self.waiting(portion, namespace, tables).await
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        let portion = async { fewer_when_slow(at, self.portion_back(step, at).await) };
        let table = step.effect.sweeps().unwrap_or_default();
        let tables = vec![qualified(&step.namespace, table)];
        self.waiting(portion, &step.namespace, tables).await
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        let look = || async {
            let mut transaction = self.lease.database.begin_reading().await?;
            let steps = recorded(&mut transaction, None).await?;
            end(transaction).await?;
            Ok(steps)
        };
        self.lease.database.steadily(look).await
    }

    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        let what = || format!("cannot undo: {}", step.title);
        if step.stage.outside_transaction() {
            self.outside(&step.inverse, what).await?;
            let mut transaction = self.begin().await?;
            mark_undone(&mut transaction, step.id).await?;
            commit(transaction, what).await?;
            return Ok(Turn::Done);
        }
        // What its inverse locks is not recorded: whoever uses a table of the schema may be meant.
        let work = self.undo_together(step, guard);
        self.waiting(work, &step.namespace, Vec::new()).await
    }
}

impl SchemaSteps {
    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.lease.begin().await?;
        plain_path(&mut transaction).await?;
        Ok(transaction)
    }

    /// Does `work` within one transaction, looked after; says who has locked the tables where they
    /// are not to be had.
    async fn waiting<T>(
        &self,
        work: impl Future<Output = Result<T>> + Send,
        namespace: &str,
        tables: Vec<String>,
    ) -> Result<T> {
        match self.lease.database.watched(work).await {
            Err(fault) => Err(in_use(&self.lease.database, fault, namespace, tables).await),
            done => done,
        }
    }

    async fn portion(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        let what = || format!("cannot {}", step.title);
        let begun = std::time::Instant::now();
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        let alone = std::slice::from_ref(step);
        lock(&mut transaction, namespace, alone).await?;
        own_path(&mut transaction, namespace).await?;
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

    async fn portion_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        let what = || format!("cannot undo: {}", step.title);
        let begun = std::time::Instant::now();
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        own_path(&mut transaction, &step.namespace).await?;
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

    async fn undo_together(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        let what = || format!("cannot undo: {}", step.title);
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        if let Some(table) = step.effect.table() {
            send_vacuum_away(&mut transaction, &qualified(&step.namespace, table)).await?;
            if let Some(guard) = guard {
                lock_wholly(&mut transaction, &step.namespace, table).await?;
                let rows = find(&mut transaction, &guard.violators).await?;
                if rows.count > 0 {
                    end(transaction).await?;
                    return Ok(Turn::Hindered(rows));
                }
            }
        }
        if step.stage == Stage::Data || step.effect.runs_functions() {
            own_path(&mut transaction, &step.namespace).await?;
        }
        set_step(&mut transaction, step.id).await?;
        for statement in &step.inverse {
            run(&mut transaction, statement, what).await?;
        }
        mark_undone(&mut transaction, step.id).await?;
        commit(transaction, what).await?;
        Ok(Turn::Done)
    }

    async fn apply_together(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        let mut transaction = self.begin().await?;
        set_timeouts(&mut transaction).await?;
        lock(&mut transaction, namespace, steps).await?;
        let asked = steps.iter().filter(|step| step.stage.asks_under_lock());
        for guard in asked.filter_map(|step| step.guard.as_ref()) {
            let rows = find(&mut transaction, &guard.violators).await?;
            if rows.count > 0 {
                end(transaction).await?;
                return Ok(Turn::Hindered(rows));
            }
        }
        for step in steps {
            let what = || format!("cannot {}", step.title);
            if step.stage.runs_functions() || step.effect.runs_functions() {
                own_path(&mut transaction, namespace).await?;
            } else {
                plain_path(&mut transaction).await?;
            }
            let id = record(&mut transaction, self.lease.run, namespace, step, "done").await?;
            set_step(&mut transaction, id).await?;
            for statement in &step.sql {
                run(&mut transaction, statement, what).await?;
            }
        }
        commit(transaction, || {
            "cannot commit the changes of the schema".to_owned()
        })
        .await?;
        Ok(Turn::Done)
    }

    async fn apply_outside(&self, namespace: &str, step: &Step) -> Result<Turn> {
        let what = || format!("cannot {}", step.title);
        let mut statements = step.sql.clone();
        let mut known = None;
        if let Effect::CreatesIndex { index } = &step.effect {
            let state = self.lease.index_state(namespace, index, step).await?;
            known = state.attempt;
            let replaces = statements.len() > 1;
            if state.whole == Some(true) && known.is_some() && !replaces {
                // The connection broke while the word came back that it is built.
                statements.clear();
            } else if state.whole == Some(false) && !replaces {
                // An attempt before this one was broken off.
                let name = qualified(namespace, index);
                statements.insert(0, format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"));
            }
        }
        let id = match known {
            Some(id) => id,
            None => {
                let mut transaction = self.begin().await?;
                let id = record(&mut transaction, self.lease.run, namespace, step, "begun").await?;
                commit(transaction, what).await?;
                id
            }
        };
        if let Err(fault) = self.outside(&statements, what).await {
            let turn = broken_by_rows(fault)?;
            if let Effect::CreatesIndex { index } = &step.effect {
                // What the attempt left would go on refusing rows.
                let name = qualified(namespace, index);
                let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
                self.outside(&[drop], what).await?;
            }
            let mut transaction = self.begin().await?;
            mark_undone(&mut transaction, id).await?;
            commit(transaction, what).await?;
            return Ok(turn);
        }
        let mut transaction = self.begin().await?;
        mark_done(&mut transaction, id).await?;
        commit(transaction, what).await?;
        Ok(Turn::Done)
    }

    /// Runs statements that refuse to run in a transaction, each on its own, on a connection of
    /// their own.
    async fn outside(&self, statements: &[String], what: impl Fn() -> String) -> Result<()> {
        let mut connection: PgConnection = self.lease.database.dedicated().await?;
        let failed = |cause| amid_changes(cause, what());
        // Building an index takes as long as it takes, and waits for everybody who writes; a role's
        // time-outs are not meant for it.
        for (asked, lifted) in [
            ("SHOW statement_timeout", "SET statement_timeout = 0"),
            ("SHOW lock_timeout", "SET lock_timeout = 0"),
        ] {
            let time_out = sqlx::raw_sql(asked)
                .fetch_one(&mut connection)
                .await
                .and_then(|row| row.try_get::<String, _>(0))
                .map_err(failed)?;
            if time_out != "0" {
                sqlx::raw_sql(lifted)
                    .execute(&mut connection)
                    .await
                    .map_err(failed)?;
            }
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

/// A portion that took too long was given up, and comes again as smaller ones.
fn fewer_when_slow(at: Sweep, portion: Result<Sweep>) -> Result<Sweep> {
    match portion {
        Err(fault)
            if at.limit().is_some()
                && fault.kind() == ErrorKind::Contended
                && state_of(&fault).as_deref() == Some("57014") =>
        {
            Ok(at.fewer())
        }
        portion => portion,
    }
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
        .map_err(|cause| amid_changes(cause, what()))?;
    let limit = at.limit().map_or(0, |limit| limit.as_millis());
    run(
        transaction,
        &format!("SET LOCAL statement_timeout = '{limit}ms'"),
        &what,
    )
    .await?;
    let mut changed = 0;
    for statement in statements {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
            .execute(&mut **transaction)
            .await
            .map_err(|cause| amid_changes(cause, what()))?;
        changed += done.rows_affected();
    }
    run(transaction, "SET LOCAL statement_timeout = 0", &what).await?;
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
        .map_err(|cause| amid_changes(cause, what()))
}

async fn commit(transaction: Transaction<'_, Postgres>, what: impl Fn() -> String) -> Result<()> {
    transaction
        .commit()
        .await
        .map_err(|cause| amid_changes(cause, what()))
}
