//! Connect, plan, show, and push.

use std::path::Path;

use sunset_cli::render::schema::{
    counted, drift_text, foreseen_json, foreseen_lines, plan_json, plan_text, remarks,
};
use sunset_cli::{Consented, Program, Session, Status};
use sunset_core::config::{BackupWish, DatabaseSettings, Pace};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{Parameters, Registered, Work};
use sunset_core::plans::schemas::PlanSchema;
use sunset_core::ports::runs::RunEnd;
use sunset_core::schema::diff::Directions;
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::preflight::preflight;
use sunset_core::schema::steps::SchemaPlan;
use sunset_core::schema::{ddl, script};
use sunset_engine::in_place::{InPlaceOptions, Ports, Writers, step};
use sunset_engine::retry::Retries;
use sunset_engine::schema::{self, Executed};
use sunset_targets::postgres::{
    ActiveRun, ConnectOptions, Database, InPlaceLook, Ledger, LiveReader,
};

use crate::Arguments;

pub async fn push(arguments: Arguments, session: Session) -> Result<Status> {
    let wanted = sunset_cli::desired_schema(&arguments.plan, &arguments.schema)?;
    if arguments.print {
        let sql = ddl::script(&wanted.schema);
        if session.wants_json() {
            session.json(|| serde_json::json!({"status": "done", "sql": sql}));
        } else {
            session.print_raw(&sql);
        }
        return Ok(Status::Done);
    }
    let directions = Directions {
        renames: arguments.rename.clone(),
        written: wanted.renames.clone(),
        drops: arguments.allow_drop.clone(),
        ..Directions::default()
    };
    if let Err(misdirected) = directions.make_sense(&wanted.schema) {
        return Ok(session.usage(&misdirected));
    }
    let in_place = sunset_cli::in_place_plan(&arguments.plan)?;
    let (settings, pace) = session.settings(|variables, faults| {
        let settings = match &in_place {
            Some(plan) => DatabaseSettings::read_first(variables, &plan.database, faults),
            None => DatabaseSettings::read(variables, faults),
        };
        (settings, Pace::read(variables, faults))
    })?;
    let backup = arguments.backup.wish(&session)?;
    let consent = if arguments.check {
        Consented::DryRun
    } else {
        arguments.write.consent(&session)
    };
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    let reader = LiveReader::new(database.clone());
    let (plan, live) = schema::plan(&reader, &wanted, &directions).await?;
    if arguments.check {
        return Ok(check(&session, &plan, arguments.strict));
    }
    if let Some(file) = &arguments.out {
        return match consent {
            Consented::DryRun => Ok(would_write_script(&session, &plan, file)),
            Consented::Write(_) => {
                let namespace = &wanted.schema.namespace;
                write_script(&session, (&plan, namespace), file, &database)
            }
        };
    }
    match consent {
        Consented::DryRun => {
            session.print(&plan_text(&plan, true));
            let foreseen = preflight(&plan.steps, &live).err();
            for line in foreseen.iter().flat_map(foreseen_lines) {
                session.print(&line);
            }
            let status = match &foreseen {
                None => status(&plan),
                Some(_) => Status::Incomplete,
            };
            session.json(|| {
                let document = plan_json(&plan, status.name(), true, &[]);
                foreseen_json(document, foreseen.as_ref())
            });
            Ok(status)
        }
        Consented::Write(consent) => {
            session.announce(database.describe());
            let push = Push {
                backup,
                retries: Retries(pace.max_retries),
                session,
                database,
                reader,
                wanted,
                directions,
                // Steps of a plan that works in place are undone with it, and no others.
                plan: in_place
                    .as_ref()
                    .map_or_else(|| "schema".to_owned(), |plan| plan.name.to_string()),
                in_place,
            };
            push.execute(&consent, &plan, &live).await
        }
    }
}

fn check(session: &Session, plan: &SchemaPlan, strict: bool) -> Status {
    let drift = !plan.is_clean() || strict && !plan.extras.is_empty();
    let status = if drift {
        Status::CheckFailed
    } else {
        Status::Done
    };
    session.print(&drift_text(plan, strict));
    session.json(|| plan_json(plan, status.name(), false, &[]));
    status
}

fn would_write_script(session: &Session, plan: &SchemaPlan, file: &Path) -> Status {
    session.print(&format!(
        "{} would be written to {}",
        counted(plan.steps.len(), "step", "steps"),
        file.display()
    ));
    end_of_script(session, plan)
}

fn write_script(
    session: &Session,
    (plan, namespace): (&SchemaPlan, &str),
    file: &Path,
    database: &Database,
) -> Result<Status> {
    let header = format!(
        "{} for {}\nRun it with: psql -f {} \"$DATABASE_URL\"",
        counted(plan.steps.len(), "step", "steps"),
        database.describe(),
        file.display()
    );
    std::fs::write(file, script::psql(plan, namespace, &header)).map_err(|cause| {
        Error::new(ErrorKind::Configuration, "cannot write the script")
            .item(file.display().to_string())
            .cause(cause)
            .remedy("name a file in a folder that exists and may be written to")
    })?;
    session.print(&format!(
        "{} written to {}; nothing was executed",
        counted(plan.steps.len(), "step", "steps"),
        file.display()
    ));
    Ok(end_of_script(session, plan))
}

/// What is said of a plan that is not executed here.
fn end_of_script(session: &Session, plan: &SchemaPlan) -> Status {
    for line in remarks(plan) {
        session.print(&line);
    }
    let status = status(plan);
    session.json(|| plan_json(plan, status.name(), true, &[]));
    status
}

fn status(plan: &SchemaPlan) -> Status {
    if plan.refused.is_empty() && plan.blocked.iter().all(|blocked| blocked.for_repair) {
        Status::Done
    } else {
        Status::Incomplete
    }
}

struct Push {
    backup: BackupWish,
    retries: Retries,
    session: Session,
    database: Database,
    reader: LiveReader,
    wanted: PlanSchema,
    directions: Directions,
    plan: String,
    in_place: Option<Registered>,
}

impl Push {
    async fn execute(
        &self,
        consent: &Consent,
        plan: &SchemaPlan,
        live: &LiveSchema,
    ) -> Result<Status> {
        let text = plan_text(plan, self.session.is_verbose());
        if plan.steps.is_empty() {
            let permit = WritePermit::bind(consent, self.database.identity().clone());
            // "nothing to do" is not said before it is true of the ledger, too.
            Ledger::open_or_upgrade(&self.database, &permit).await?;
            self.session.print(&text);
            let status = status(plan);
            self.session
                .json(|| plan_json(plan, status.name(), false, &[]));
            return Ok(status);
        }
        self.session.print(&text);
        preflight(&plan.steps, live)?;
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let options = serde_json::json!({"schema": self.wanted.schema.namespace});
        let start = sunset_cli::run_start::<Arguments>(&self.plan, options);
        let run = ledger.begin_run(&permit, &start).await?;
        match self.execute_within(&run, consent, plan).await {
            Ok((plan, executed, after)) => {
                let counts = serde_json::json!({"steps": executed.done.len()});
                run.finish(&RunEnd::done(counts, serde_json::json!({})))
                    .await?;
                Ok(self.end(&plan, &executed, &after))
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn execute_within(
        &self,
        run: &ActiveRun,
        consent: &Consent,
        shown: &SchemaPlan,
    ) -> Result<(SchemaPlan, Executed, SchemaPlan)> {
        // What was shown was planned before this run had the lock.
        let (plan, live) = schema::plan(&self.reader, &self.wanted, &self.directions).await?;
        self.keep(run, &live).await?;
        if plan.steps != shown.steps {
            self.session
                .print("the schema changed meanwhile; this is to be done now:");
            self.session
                .print(&plan_text(&plan, self.session.is_verbose()));
        }
        let tables: Vec<String> = live.tables.iter().map(|table| table.name.clone()).collect();
        let what = (tables.as_slice(), self.wanted.schema.namespace.as_str());
        let taken =
            sunset_backup::before_writing(&self.backup, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let progress = self.session.progress();
        let (executed, mut after) = schema::push(
            &self.reader,
            &run.schema(),
            &self.wanted,
            (&plan, &live),
            progress.as_ref(),
        )
        .await?;
        // What was to be dropped and could not be is no part of the desired schema.
        let drops: Vec<String> = self.directions.drops.iter().map(|d| d.shown()).collect();
        let stays = plan
            .refused
            .iter()
            .filter(|note| drops.contains(&note.object));
        after.refused.extend(stays.cloned());
        Ok((plan, executed, after))
    }

    /// What the plan's steps record of old tables stands before the first change of the schema.
    async fn keep(&self, run: &ActiveRun, live: &LiveSchema) -> Result<()> {
        let Some(registered) = &self.in_place else {
            return Ok(());
        };
        let namespace = &self.wanted.schema.namespace;
        let plan = registered.describe(&Parameters::new(namespace, Instant::MIN))?;
        // Those of the application that it has not made yet hold nothing; the plan names them.
        if plan.kept.iter().any(|table| live.table(table).is_none()) {
            return Ok(());
        }
        let rows = InPlaceLook::new(self.database.clone());
        let writers = (run.schema(), run.in_place(), run.backups());
        let progress = self.session.progress();
        let ports = Ports {
            schema: &self.reader,
            rows: &rows,
            writer: Some(Writers {
                schema: &writers.0,
                rows: &writers.1,
                backups: &writers.2,
            }),
            witness: None,
            progress: progress.as_ref(),
        };
        let options = InPlaceOptions {
            batches: plan.batches,
            connections: 1,
            began: Instant::MIN,
            retries: self.retries,
            again: false,
        };
        for kept in plan
            .steps
            .iter()
            .filter(|each| matches!(each.work, Work::Keep))
        {
            let report = step(&plan, kept, ports, options).await?;
            for (label, count) in &report.counts {
                self.session.detail(&format!("{label}: {count}"));
            }
        }
        Ok(())
    }

    fn end(&self, plan: &SchemaPlan, executed: &Executed, after: &SchemaPlan) -> Status {
        let status = status(after);
        let line = format!("{} done", counted(executed.done.len(), "step", "steps"));
        self.session.print(&line);
        self.session.sum_up(&line);
        for blocked in after
            .blocked
            .iter()
            .filter(|b| plan.blocked.iter().all(|known| known.what != b.what))
        {
            for line in sunset_cli::render::schema::blocked_lines(std::slice::from_ref(blocked)) {
                self.session.print(&line);
            }
        }
        let document = SchemaPlan {
            steps: plan.steps.clone(),
            ..after.clone()
        };
        self.session
            .json(|| plan_json(&document, status.name(), false, &executed.done));
        status
    }
}
