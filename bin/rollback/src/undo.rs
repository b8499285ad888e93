//! Plan, ask, take back, prove, and say so.

mod bucket;
mod outcome;
pub mod structure;

use serde_json::{Value, json};
use sunset_cli::{Consented, Program, Session, Status, render};
use sunset_core::config::{BackupWish, DatabaseSettings, Pace, R2Settings};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::DocumentPlan;
use sunset_core::plans::in_place::Parameters;
use sunset_core::ports::in_place::ChangeScope;
use sunset_core::ports::rollback::{RollbackOptions, RollbackReport, Scope, UndoPlanner, Undone};
use sunset_core::ports::runs::RunEnd;
use sunset_engine::erasure::Erased;
use sunset_engine::in_place::{TakenReport, plan_take_back, take_back};
use sunset_engine::retry::Retries;
use sunset_engine::rollback::rollback;
use sunset_engine::schema;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger};
use sunset_targets::r2::R2Bucket;

use crate::{Arguments, in_place, kept, levels, tell};

pub async fn undo(arguments: Arguments, session: Session) -> Result<Status> {
    if arguments.list_backups {
        return kept::list(&arguments, &session).await;
    }
    if let Some(status) = kept::undo(&arguments, &session).await? {
        return Ok(status);
    }
    if let Some(level) = arguments.levels.level
        && !levels::moves_tenants(&arguments.plan)?
    {
        return crate::level::undo(&arguments, level, &session).await;
    }
    if let Some(registered) = sunset_cli::in_place_plan(&arguments.plan)? {
        return crate::in_place::undo(&arguments, session, &registered).await;
    }
    arguments.moved.refuse(&arguments.plan)?;
    let consent = arguments.write.consent(&session);
    let plan = sunset_cli::document_plan(&arguments.plan)?;
    let (settings, pace, bucket, confirmed) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            Pace::read(variables, faults),
            arguments
                .delete_objects
                .then(|| R2Settings::read(variables, faults)),
            variables.flag(env_vars::CONFIRM_ROLLBACK, faults),
        )
    })?;
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    let (has_steps, tables) = steps_and_tables(plan.as_ref())?;
    let flow = Flow {
        backup: arguments.backup.wish(&session)?,
        tables,
        collections: plan.collections().into_iter().map(str::to_owned).collect(),
        scope: Scope {
            run: arguments.run,
            collection: arguments.collection.clone(),
            id: arguments.id.clone(),
            audio_urls_only: arguments.audio_urls,
        },
        options: RollbackOptions {
            force: arguments.force,
            release_numbers: arguments.release_numbers,
        },
        retries: Retries(pace.max_retries),
        confirmed: confirmed || arguments.yes,
        bucket: bucket.as_ref().map(R2Bucket::new),
        has_steps,
        plan: plan.name().to_owned(),
        schema: arguments.schema,
        session,
        database,
    };
    if arguments.list_runs {
        return tell::list_runs(&flow.database, &flow.session).await;
    }
    if flow.has_steps && flow.scope.collection.is_some() {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the plan's steps filled rows of several collections, so that one cannot be taken back alone",
        )
        .item("--collection")
        .remedy("take back a run (--run), a document (--id), or everything"));
    }
    if flow.schema && !flow.scope.is_everything() {
        return Err(Error::new(
            ErrorKind::Configuration,
            "--schema goes with the rollback of everything only",
        )
        .remedy("take back the rows first, then give rollback --schema"));
    }
    match consent {
        Consented::DryRun => flow.show(true).await,
        Consented::Write(consent) if flow.confirmed => flow.take_back(&consent).await,
        Consented::Write(_) => flow.show(false).await,
    }
}

/// Whether steps by SQL follow a plan's documents, and the tables that it writes to in all.
fn steps_and_tables(plan: &dyn DocumentPlan) -> Result<(bool, Vec<String>)> {
    let mut tables: Vec<String> = plan.shapes().iter().map(|s| s.table.clone()).collect();
    let steps = plan.afterwards(&Parameters::new("public", Instant::MIN))?;
    let steps = steps.filter(|plan| !plan.steps.is_empty());
    tables.extend(steps.iter().flat_map(|plan| plan.tables()));
    tables.sort();
    tables.dedup();
    Ok((steps.is_some(), tables))
}

/// What runs that changed the schema are recorded under.
const SCHEMA_RUNS: &str = "schema";

struct Flow {
    /// What is kept before anything is taken back, and the plan's tables.
    backup: BackupWish,
    tables: Vec<String>,
    /// The plan's collections.
    collections: Vec<String>,
    scope: Scope,
    options: RollbackOptions,
    retries: Retries,
    confirmed: bool,
    bucket: Option<R2Bucket>,
    plan: String,
    /// Whether steps by SQL follow the plan's documents.
    has_steps: bool,
    schema: bool,
    session: Session,
    database: Database,
}

impl Flow {
    /// Shows what would be done. There is no writer here to write with.
    async fn show(&self, dry_run: bool) -> Result<Status> {
        let Some(ledger) = Ledger::open(&self.database).await? else {
            return Ok(self.nothing());
        };
        self.check_known(&ledger).await?;
        let plan = ledger.plan(&self.scope, self.options).await?;
        if let Some(scope) = self.changes() {
            let taken = plan_take_back(&ledger.changes(), &scope, self.retries).await?;
            self.tell_steps(&taken, true);
        }
        let mut emptied = self.plan_bucket(&plan).await?;
        emptied.replaced = ledger.replaced_recordings(&self.scope).await?;
        self.session.print(&format!(
            "Rollback of {} in {}:",
            render::scope_text(&self.scope),
            self.database.describe()
        ));
        let language = self.session.language();
        self.session
            .print(&render::rollback_text(&plan, true, language));
        self.tell_bucket(&emptied, true);
        let (undo, kept) = self.plan_schema(&ledger, &plan).await?;
        let detailed = dry_run || self.session.is_verbose();
        structure::tell_schema(&self.session, &undo, &kept, detailed);
        // Rows that would stay hinder nothing, and the run would end as this does.
        let in_the_way =
            !kept.is_empty() || !undo.hindered.is_empty() || !undo.remaining.is_empty();
        let nothing = plan == Undone::default() && emptied.is_nothing() && undo.steps.is_empty();
        let elsewhere = !emptied.elsewhere.is_empty();
        let status = if (in_the_way && dry_run) || (elsewhere && (dry_run || nothing)) {
            Status::Incomplete
        } else if dry_run || nothing {
            Status::Done
        } else {
            self.session.say(
                "Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.",
            );
            Status::Error
        };
        self.session.json(|| {
            let mut document = self.document(&plan, status);
            if let Value::Object(map) = &mut document {
                map.insert("dry_run".into(), dry_run.into());
                map.insert("confirmed".into(), false.into());
                map.insert("objects".into(), json!(emptied.keys));
                self.put_bucket(&emptied, map);
                if self.schema {
                    map.insert("schema".into(), structure::planned_json(&undo, &kept));
                }
            }
            document
        });
        Ok(status)
    }

    async fn take_back(&self, consent: &Consent) -> Result<Status> {
        if !Ledger::exists(&self.database).await? {
            return Ok(self.nothing());
        }
        self.session.announce(&format!(
            "{} in {}",
            render::scope_text(&self.scope),
            self.database.describe()
        ));
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        self.check_known(&ledger).await?;
        if self.schema {
            // Asked before anything is done, so that nothing is done by halves.
            let rows = ledger.plan(&self.scope, self.options).await?;
            let (undo, stays) = self.plan_schema(&ledger, &rows).await?;
            schema::may_undo(&undo, &stays, self.options.force)?;
        }
        let options = self.scope_json();
        let start = sunset_cli::run_start::<Arguments>(&self.plan, options);
        let run = ledger.begin_run(&permit, &start).await?;
        match self.within(&ledger, &run, consent).await {
            Ok((report, emptied, kept)) => {
                let undone = self.undo_schema(&ledger, &run).await;
                let counts = render::undone_json(&report.undone);
                let end = match &undone {
                    Ok(_) => RunEnd::done(counts, json!({})),
                    Err(error) => RunEnd::failed(error),
                };
                run.finish(&end).await?;
                let undone = undone.inspect_err(|_| {
                    self.session
                        .say("The rows are taken back, and not all of the schema.");
                })?;
                let status = self.end(&report, &emptied, kept, Some(&undone));
                tell::undone_steps(&self.session, &undone);
                Ok(status)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn within(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
        consent: &Consent,
    ) -> Result<(RollbackReport, Erased, u64)> {
        // The plan's tables, and what else the ledger names: the owner's, and those of other plans.
        let mut tables = ledger.touched_tables(&self.scope).await?;
        tables.extend(self.tables.iter().cloned());
        tables.sort();
        tables.dedup();
        let what = (tables.as_slice(), "public");
        let wish = &self.backup;
        let taken = sunset_backup::before_writing(wish, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let progress = self.session.progress();
        // What was made of rows goes before them, the last first.
        let mut kept = 0;
        if let Some(scope) = self.changes() {
            let undoer = run.undo_changes();
            let changes = ledger.changes();
            let taken =
                take_back(&changes, &undoer, &scope, self.retries, progress.as_ref()).await?;
            run.audit("took back the plan's steps", &in_place::counts(&taken))
                .await?;
            self.tell_steps(&taken, false);
            kept = taken.kept();
        }
        let report = rollback(
            &run.undo(),
            &self.scope,
            self.options,
            self.retries,
            progress.as_ref(),
        )
        .await?;
        let mut emptied = self.empty_bucket(run, consent).await?;
        emptied.replaced = ledger.replaced_recordings(&self.scope).await?;
        Ok((report, emptied, kept))
    }

    async fn check_known(&self, ledger: &Ledger) -> Result<()> {
        let collections: Vec<&str> = self.collections.iter().map(String::as_str).collect();
        ledger.check_known(&self.scope, &collections).await?;
        ledger.check_of_rows(self.scope.run).await
    }

    /// What the plan's steps changed, as far as the scope goes.
    fn changes(&self) -> Option<ChangeScope> {
        let covered = self.has_steps && !self.scope.audio_urls_only;
        covered.then(|| ChangeScope {
            plan: self.plan.clone(),
            run: self.scope.run,
            only: self.scope.id.clone().map(|id| ("id".to_owned(), id)),
            force: self.options.force,
        })
    }

    fn tell_steps(&self, taken: &TakenReport, planned: bool) {
        let lines = in_place::report_lines(taken);
        let text = render::taken_text(&lines, &taken.kept, planned);
        self.session.print(text.trim_end());
    }
}
