//! Taking back what a plan changed in place: cells first, then, where it is asked for, the schema.

use serde_json::{Value, json};
use sunset_cli::{Consented, Palette, Program, Session, Status, Tone, render};
use sunset_core::config::{BackupWish, DatabaseSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{Parameters, Registered};
use sunset_core::ports::in_place::{ChangeScope, ChangeUndoer};
use sunset_core::ports::runs::RunEnd;
use sunset_core::schema::steps::Effect;
use sunset_core::schema::undo::{RecordedStep, UndoPlan};
use sunset_engine::in_place::{TakenReport, plan_take_back, take_back};
use sunset_engine::retry::Retries;
use sunset_engine::schema::{self, Kept, Undone};
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, LiveReader};

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
        retries: Retries(pace.max_retries),
        palette: Palette::of(&session),
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
    retries: Retries,
    palette: Palette,
    session: Session,
    database: Database,
}

impl Flow {
    /// Shows what would be done. There is no writer here to write with.
    async fn show(&self, dry_run: bool) -> Result<Status> {
        let Some(ledger) = Ledger::open(&self.database).await? else {
            return Ok(self.nothing());
        };
        let report = plan_take_back(&ledger.changes(), &self.scope, self.retries).await?;
        self.session.print(&render::taken_text(
            &report_lines(&report),
            &report.kept,
            true,
        ));
        let mut steps = 0;
        if self.schema {
            let recorded = ledger.schema_steps_of(&self.scope.plan).await?;
            let full = self.full_tables(&recorded).await?;
            let plan = UndoPlan::of(recorded);
            steps = plan.steps.len();
            for step in &plan.steps {
                self.session.print(&format!("would undo: {}", step.title));
            }
            for kept in &full {
                let words = format!("stands in the way: {} {}", kept.rows.count, kept.what);
                self.session
                    .print(&self.palette.paint(Tone::Notice, &words));
            }
        }
        let nothing = report == TakenReport::default() && steps == 0;
        let status = if dry_run || nothing {
            Status::Done
        } else {
            self.session.say(
                "Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.",
            );
            Status::Error
        };
        self.json(&report, None, dry_run, status);
        Ok(status)
    }

    fn nothing(&self) -> Status {
        self.session
            .print("There is nothing to take back: nothing was ever migrated in this database.");
        self.json(&TakenReport::default(), None, false, Status::Done);
        Status::Done
    }

    /// Tables that the plan made and that hold rows.
    async fn full_tables(&self, recorded: &[RecordedStep]) -> Result<Vec<Kept>> {
        let made = recorded
            .iter()
            .filter(|step| matches!(step.effect, Effect::CreatesTable { .. }))
            .cloned()
            .collect();
        let reader = LiveReader::new(self.database.clone());
        Ok(schema::plan_undo(&reader, made, None).await?.1)
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
        if self.schema && !self.scope.force {
            // Asked before anything is done, so that nothing is done by halves.
            let full = self.full_tables(&recorded).await?;
            if !full.is_empty() {
                let what: Vec<String> = full
                    .iter()
                    .map(|kept| format!("{} {}", kept.rows.count, kept.what))
                    .collect();
                return Err(Error::new(
                    ErrorKind::Refused,
                    "the plan's tables hold rows, which would be lost with them; nothing was done",
                )
                .item(what.join("; "))
                .remedy("leave --schema out to take the values back alone, empty the tables, or say --force to lose their rows"));
            }
        }
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
        undoer.settle(&self.scope, &counts(&report)).await?;
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
        let status = if report.kept() > 0 {
            Status::Incomplete
        } else {
            Status::Done
        };
        self.json(report, undone, false, status);
        status
    }

    fn json(&self, report: &TakenReport, undone: Option<&Undone>, dry_run: bool, status: Status) {
        self.session.json(|| {
            let kept: Vec<Value> = report
                .kept
                .iter()
                .map(|row| json!({"table": row.table, "key": row.key, "found": row.found}))
                .collect();
            json!({
                "status": status.name(),
                "dry_run": dry_run,
                "plan": self.scope.plan,
                "database": self.database.describe(),
                "rows": counts(report),
                "kept": {"count": report.kept(), "first": kept},
                "schema": undone.map(|undone| json!({
                    "undone": undone.steps,
                    "permanent": undone.permanent,
                })),
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
