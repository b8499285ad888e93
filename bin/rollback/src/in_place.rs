//! Taking back what a plan changed in place: cells first, then, where it is asked for, the schema.

use serde_json::{Value, json};
use sunset_cli::{Consented, Program, Session, Status, render};
use sunset_core::config::{BackupWish, DatabaseSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{Parameters, Registered};
use sunset_core::ports::in_place::{ChangeScope, ChangeUndoer};
use sunset_core::ports::runs::RunEnd;
use sunset_core::schema::undo::{TakenFirst, UndoPlan};
use sunset_engine::in_place::{TakenReport, plan_take_back, take_back};
use sunset_engine::retry::Retries;
use sunset_engine::schema::{self, Kept, Undone};
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, LiveReader};

use crate::undo::structure;
use crate::{Arguments, levels, tell};

pub async fn undo(
    arguments: &Arguments,
    session: Session,
    registered: &Registered,
) -> Result<Status> {
    if let Some(option) = arguments.of_another_sort() {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no option {option}", registered.name),
        )
        .remedy("leave it out; --run and --schema narrow and widen what is taken back"));
    }
    let moved = &arguments.moved;
    moved.check(
        arguments.levels.level,
        arguments.levels.backup_id.as_deref(),
    )?;
    let consent = arguments.write.consent(&session);
    let (settings, pace, confirmed) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read_first(variables, &registered.database, faults),
            Pace::read(variables, faults),
            variables.flag(env_vars::CONFIRM_ROLLBACK, faults),
        )
    })?;
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    session.detail(&format!("database {}", database.describe()));
    let described = registered.describe(&Parameters::new("public", Instant::MIN))?;
    let flow = Flow {
        backup: arguments.backup.wish(&session)?,
        tables: described.tables(),
        namespace: described.namespace,
        scope: ChangeScope {
            plan: registered.name.to_string(),
            run: arguments.run,
            only: None,
            force: arguments.force,
        },
        schema: arguments.schema,
        told: json!({
            "plan": registered.name,
            "by": moved.who(&session),
            "reason": moved.why(),
            "run": arguments.run,
            "force": arguments.force,
            "schema": arguments.schema,
        }),
        retries: Retries(pace.max_retries),
        session,
        database,
    };
    if let Some(level) = arguments.levels.level {
        let levels = levels::Levels {
            arguments,
            registered,
            retries: flow.retries,
            confirmed,
            session: &flow.session,
            database: &flow.database,
        };
        return levels.roll_back(level, consent).await;
    }
    if arguments.list_runs {
        return tell::list_runs(&flow.database, &flow.session).await;
    }
    match consent {
        Consented::DryRun => flow.show(true).await,
        Consented::Write(consent) if confirmed || arguments.yes => flow.take_back(&consent).await,
        Consented::Write(_) => flow.show(false).await,
    }
}

struct Flow {
    /// What is kept before anything is taken back, and of which tables.
    backup: BackupWish,
    tables: Vec<String>,
    namespace: String,
    scope: ChangeScope,
    schema: bool,
    /// What is asked, by whom, and why: for the audit.
    told: Value,
    retries: Retries,
    session: Session,
    database: Database,
}

impl Flow {
    /// Shows what would be done. There is no writer here to write with.
    async fn show(&self, dry_run: bool) -> Result<Status> {
        let Some(ledger) = Ledger::open(&self.database).await? else {
            return Ok(self.nothing());
        };
        self.check_run(&ledger).await?;
        let report = plan_take_back(&ledger.changes(), &self.scope, self.retries).await?;
        self.session.print(&render::taken_text(
            &report_lines(&report),
            &report.kept,
            true,
        ));
        let (undo, kept) = self.plan_schema(&ledger).await?;
        let detailed = dry_run || self.session.is_verbose();
        structure::tell_schema(&self.session, &undo, &kept, detailed);
        let in_the_way =
            !kept.is_empty() || !undo.hindered.is_empty() || !undo.remaining.is_empty();
        let nothing = report == TakenReport::default() && undo.steps.is_empty();
        let status = if in_the_way && dry_run {
            Status::Incomplete
        } else if dry_run || nothing {
            Status::Done
        } else {
            self.session.say(
                "Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.",
            );
            Status::Error
        };
        let planned = self.schema.then(|| structure::planned_json(&undo, &kept));
        self.json(&report, planned, dry_run, status);
        Ok(status)
    }

    async fn check_run(&self, ledger: &Ledger) -> Result<()> {
        match self.schema {
            true => Ok(()),
            false => ledger.check_of_rows(self.scope.run).await,
        }
    }

    fn nothing(&self) -> Status {
        self.session
            .print("There is nothing to take back: nothing was ever migrated in this database.");
        self.json(&TakenReport::default(), None, false, Status::Done);
        Status::Done
    }

    /// What `--schema` would undo, and what would keep it from that once the values are taken back.
    async fn plan_schema(&self, ledger: &Ledger) -> Result<(UndoPlan, Vec<Kept>)> {
        if !self.schema {
            return Ok((UndoPlan::default(), Vec::new()));
        }
        let recorded = ledger.schema_steps_of(&self.scope.plan).await?;
        let reader = LiveReader::new(self.database.clone());
        let cells = TakenFirst::Cells {
            plan: &self.scope.plan,
            run: self.scope.run,
        };
        let (undo, kept) = schema::plan_undo(&reader, recorded, cells).await?;
        if self.scope.force {
            return Ok((undo, Vec::new()));
        }
        Ok((undo, kept))
    }

    async fn take_back(&self, consent: &Consent) -> Result<Status> {
        if !Ledger::exists(&self.database).await? {
            return Ok(self.nothing());
        }
        self.session.announce(&format!(
            "plan {} in {}",
            self.scope.plan,
            self.database.describe()
        ));
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let options =
            json!({"run": self.scope.run, "force": self.scope.force, "schema": self.schema});
        let start = sunset_cli::run_start::<Arguments>(&self.scope.plan, options);
        self.check_run(&ledger).await?;
        let run = ledger.begin_run(&permit, &start).await?;
        match self.within(&ledger, &run, consent).await {
            Ok((report, undone)) => {
                run.finish(&RunEnd::done(counts(&report), json!({})))
                    .await?;
                Ok(self.end(&report, undone.as_ref()))
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn within(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
        consent: &Consent,
    ) -> Result<(TakenReport, Option<Undone>)> {
        let recorded = ledger.schema_steps_of(&self.scope.plan).await?;
        // Asked before anything is done, so that nothing is done by halves.
        let (undo, kept) = self.plan_schema(ledger).await?;
        schema::may_undo(&undo, &kept, self.scope.force)?;
        let what = (self.tables.as_slice(), self.namespace.as_str());
        let wish = &self.backup;
        let taken = sunset_backup::before_writing(wish, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let progress = self.session.progress();
        let undoer = run.undo_changes();
        let report = take_back(
            &ledger.changes(),
            &undoer,
            &self.scope,
            self.retries,
            progress.as_ref(),
        )
        .await?;
        let mut detail = self.told.clone();
        detail["done"] = counts(&report);
        undoer.settle(&self.scope, &detail).await?;
        if !self.schema {
            return Ok((report, None));
        }
        self.session.print(&render::taken_text(
            &report_lines(&report),
            &report.kept,
            false,
        ));
        let reader = LiveReader::new(self.database.clone());
        let undone = schema::undo_steps(
            &reader,
            &run.schema(),
            recorded,
            self.scope.force,
            progress.as_ref(),
        )
        .await?;
        Ok((report, Some(undone)))
    }

    fn end(&self, report: &TakenReport, undone: Option<&Undone>) -> Status {
        if undone.is_none() {
            self.session.print(&render::taken_text(
                &report_lines(report),
                &report.kept,
                false,
            ));
        }
        if let Some(undone) = undone {
            tell::undone_steps(&self.session, undone);
        }
        let stay = undone.is_some_and(|undone| !undone.remaining.is_empty());
        let status = if report.kept() > 0 || stay {
            Status::Incomplete
        } else {
            Status::Done
        };
        let schema = undone.map(tell::undone_json);
        self.json(report, schema, false, status);
        status
    }

    fn json(&self, report: &TakenReport, schema: Option<Value>, dry_run: bool, status: Status) {
        self.session.json(|| {
            let kept: Vec<Value> = report
                .kept
                .iter()
                .map(|row| json!({"table": row.table, "key": row.key, "found": row.found, "hindered": row.hindered}))
                .collect();
            json!({
                "status": status.name(),
                "dry_run": dry_run,
                "plan": self.scope.plan,
                "database": self.database.describe(),
                "rows": counts(report),
                "kept": {"count": report.kept(), "first": kept},
                "schema": schema,
            })
        });
    }
}

/// `(table, step, restored, deleted, gone, kept)`
pub fn report_lines(report: &TakenReport) -> Vec<(String, String, [u64; 4])> {
    report
        .tables
        .iter()
        .map(|((table, step), counts)| (table.clone(), step.clone(), *counts))
        .collect()
}

pub fn counts(report: &TakenReport) -> Value {
    let lines = report_lines(report)
        .into_iter()
        .map(|(table, step, counts)| {
            let [restored, deleted, gone, kept] = counts;
            json!({
                "table": table, "step": step,
                "restored": restored, "deleted": deleted, "gone": gone, "kept": kept,
            })
        });
    Value::Array(lines.collect())
}
