//! Plans that change a database in place: connect, go through the steps, say what was done.

mod arguments;
mod images;

use std::path::Path;
use std::time::{Instant as Clock, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use sunset_cli::render::{self, StepText};
use sunset_cli::{Consented, Palette, Program, ReportBehind, Session, Status, Tone};
use sunset_core::check::CheckReport;
use sunset_core::config::BackupWish;
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{BatchSizes, InPlacePlan, PlanStep, Registered, Work, prisma};
use sunset_core::ports::in_place::Witness;
use sunset_core::ports::runs::RunEnd;
use sunset_engine::in_place::{self, DayOf, InPlaceOptions, Ports, StepReport, Writers};
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{
    ActiveRun, ConnectOptions, Database, InPlaceLook, Ledger, LiveReader,
};

pub use arguments::InPlaceArguments;

use crate::Arguments;

pub async fn migrate(
    arguments: Arguments,
    session: Session,
    registered: &Registered,
) -> Result<Status> {
    let begun = Clock::now();
    let consent = arguments.write.consent(&session);
    let (settings, pace) = sunset_cli::in_place_settings(&session, registered)?;
    let backup = arguments.backup.wish(&session)?;
    let began = now();
    let mut parameters = arguments.in_place.parameters(began);
    // What is wrong with the options is said before anything is connected to.
    let described = registered.describe(&parameters)?;
    if arguments.in_place.prisma_dir.is_some() && described.prisma_name.is_none() {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "the plan {} writes no migration for Prisma",
                registered.name
            ),
        )
        .item("--prisma-dir")
        .remedy("leave it out"));
    }
    let connecting =
        ConnectOptions::for_program(Arguments::NAME).connections(arguments.connections + 2);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    session.announce(&format!(
        "plan {} in {}",
        registered.name,
        database.describe()
    ));
    let in_environment = session.variable(env_vars::BATCH_SIZE).is_some();
    let of_environment = in_environment
        .then(|| u32::try_from(pace.batch_size).ok())
        .flatten();
    let asked = arguments.batch_size.or(of_environment);
    // A run that writes makes the ledger before it asks anything.
    parameters.ledger = matches!(consent, Consented::Write(_));
    let rows = InPlaceLook::new(database.clone());
    let opened =
        in_place::open(registered, parameters, DayOf::Unfinished, &database, &rows).await?;
    if let Some(earlier) = &opened.day {
        session.say(&format!(
            "going on with run {}, which was broken off: as of {}; --as-of names another day",
            earlier.run, earlier.day
        ));
    }
    let plan = opened.plan;
    let flow = Flow {
        palette: Palette::of(&session),
        options: InPlaceOptions {
            connections: arguments.connections as usize,
            batches: asked.map_or(plan.batches, |rows| BatchSizes { rows, sets: rows }),
            began,
            retries: Retries(pace.max_retries),
            again: !arguments.in_place.step.is_empty(),
        },
        plan,
        began,
        backup,
        arguments: arguments.in_place,
        session,
        database,
    };
    match consent {
        Consented::DryRun => flow.dry_run().await,
        Consented::Write(consent) => {
            let status = flow.session.unless_stopped(flow.write(&consent)).await;
            let report = ReportBehind {
                folder: arguments.report.as_deref(),
                session: &flow.session,
                plan: &registered.name,
                target: flow.database.describe(),
                begun,
            };
            let history = Ledger::history_in(&flow.database);
            report.behind::<Arguments, _>(status, history).await
        }
    }
}

struct Flow {
    plan: InPlacePlan,
    palette: Palette,
    options: InPlaceOptions,
    began: Instant,
    backup: BackupWish,
    arguments: InPlaceArguments,
    session: Session,
    database: Database,
}

/// What the steps came to.
struct Done {
    steps: Vec<StepText>,
    /// Why the run ended before its end.
    stopped: Option<Error>,
}

impl Flow {
    /// Counts what would be written. There is no writer here to write with.
    async fn dry_run(&self) -> Result<Status> {
        let done = self.go(None).await?;
        self.session.print(&render::summary_text(
            &self.plan,
            &done.steps,
            true,
            self.palette,
        ));
        // The run would stop there, too.
        let status = self.tell_stop(&done).unwrap_or(Status::Done);
        self.json(&done, None, status);
        Ok(status)
    }

    /// Says what the steps ended at before their end, where they did, and gives the status of that.
    fn tell_stop(&self, done: &Done) -> Option<Status> {
        let text = sunset_cli::failure_text(done.stopped.as_ref()?);
        self.session.say(&self.palette.paint(Tone::Bad, &text));
        Some(Status::CheckFailed)
    }

    async fn write(&self, consent: &Consent) -> Result<Status> {
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let start = sunset_cli::run_start::<Arguments>(&self.plan.name, self.states_json());
        let run = ledger.begin_run(&permit, &start).await?;
        let id = run.id();
        let done = match self.backed_up(&ledger, &run, consent).await {
            Ok(done) => done,
            Err(error) => return Err(run.failed(error).await),
        };
        let end = match &done.stopped {
            Some(error) => RunEnd::failed(error),
            None => RunEnd::done(counts_json(&done.steps), phases_json(&done.steps)),
        };
        run.finish(&end).await?;
        if let Some(status) = self.tell_stop(&done) {
            self.json(&done, Some(id), status);
            return Ok(status);
        }
        let summary = |palette| render::summary_text(&self.plan, &done.steps, false, palette);
        self.session.print(&summary(self.palette));
        self.session.sum_up(&summary(Palette::plain()));
        let quarantined = done.steps.iter().any(|step| !step.quarantined.is_empty());
        let status = if quarantined {
            Status::Incomplete
        } else {
            Status::Done
        };
        if let Some(next) = &self.plan.next
            && done.steps.len() == self.plan.steps.len()
        {
            self.session.print(next);
        }
        self.json(&done, Some(id), status);
        Ok(status)
    }

    /// Keeps what is there, and goes.
    async fn backed_up(&self, ledger: &Ledger, run: &ActiveRun, consent: &Consent) -> Result<Done> {
        let tables = self.plan.tables();
        let what = (tables.as_slice(), self.plan.namespace.as_str());
        let (wish, retries) = (&self.backup, self.options.retries);
        let taken = sunset_backup::before_writing(wish, consent, run, what, retries).await?;
        self.session.tell_backup(taken.as_ref());
        self.go(Some((ledger, run))).await
    }

    async fn go(&self, run: Option<(&Ledger, &ActiveRun)>) -> Result<Done> {
        let schema = LiveReader::new(self.database.clone());
        let rows = InPlaceLook::new(self.database.clone());
        let writers = run.map(|(_, run)| (run.schema(), run.in_place(), run.backups()));
        let images = images::Images {
            session: &self.session,
        };
        let progress = self.session.progress();
        let ports = Ports {
            schema: &schema,
            rows: &rows,
            writer: writers.as_ref().map(|(schema, rows, backups)| Writers {
                schema,
                rows,
                backups,
            }),
            witness: self.session.is_verbose().then_some(&images as &dyn Witness),
            progress: progress.as_ref(),
        };
        for (name, value) in &self.plan.states {
            self.session.print(&format!("{name}: {value}"));
        }
        let mut steps = Vec::new();
        let ordered = in_place::order(&self.plan, &self.arguments.step, &schema).await?;
        if run.is_some() {
            in_place::may_push(&self.plan, &ordered, &schema).await?;
        }
        in_place::may_work(&self.plan, &ordered, &schema).await?;
        for step in ordered {
            self.session
                .print(&render::step_heading(&self.plan, step, self.palette));
            let begun = Clock::now();
            let report = in_place::step(&self.plan, step, ports, self.options).await?;
            let passed = report.passed();
            let mut text = text_of(&self.plan, step, report);
            if matches!(step.work, Work::Record) {
                text.remarks = self.record(run).await?;
            }
            text.elapsed = begun.elapsed();
            self.session.print(&render::step_text(
                &text,
                self.palette,
                self.session.is_verbose(),
            ));
            steps.push(text);
            if !passed {
                let stopped = Error::new(
                    ErrorKind::Mismatch,
                    format!("{} failed; nothing behind it was done", step.title),
                )
                .remedy(if run.is_some() {
                    "see the failures above; what was done before stands, and rollback takes it back"
                } else {
                    "see the failures above: the migration would stop there"
                });
                return Ok(Done {
                    steps,
                    stopped: Some(stopped),
                });
            }
        }
        Ok(Done {
            steps,
            stopped: None,
        })
    }

    /// What the last step writes down; the ledger's part is the run itself.
    async fn record(&self, run: Option<(&Ledger, &ActiveRun)>) -> Result<Vec<String>> {
        let Some((ledger, run)) = run else {
            return Ok(vec!["would be written to the ledger".to_owned()]);
        };
        run.audit("migrated in place", &self.states_json()).await?;
        let mut remarks = vec![format!("run {} in the ledger (schema sunset)", run.id())];
        if let (Some(folder), Some(name)) = (&self.arguments.prisma_dir, &self.plan.prisma_name) {
            let statements = ledger.schema_statements_of(&self.plan.name).await?;
            let text = prisma::migration_sql(&self.plan, &statements);
            remarks.push(write_migration(folder, self.began, name, &text)?);
        }
        Ok(remarks)
    }

    fn states_json(&self) -> Value {
        let mut states: Map<String, Value> = self
            .plan
            .states
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        states.insert("steps".into(), json!(self.arguments.step));
        states.insert("batch_size".into(), json!(self.options.batches.rows));
        Value::Object(states)
    }

    fn json(&self, done: &Done, run: Option<i64>, status: Status) {
        self.session.json(|| {
            json!({
                "status": status.name(),
                "dry_run": run.is_none(),
                "run": run,
                "plan": self.plan.name,
                "options": self.states_json(),
                "steps": render::steps_json(&done.steps),
            })
        });
    }
}

/// What a step came to, for output.
pub fn text_of(plan: &InPlacePlan, step: &PlanStep, report: StepReport) -> StepText {
    let planned = report.schema.map(|plan| plan.steps).unwrap_or_default();
    StepText {
        place: render::place_of(plan, step),
        name: step.name.clone(),
        title: step.title.clone(),
        counts: report.counts,
        warnings: report.warnings,
        quarantined: report.quarantined,
        checks: CheckReport {
            sections: report.sections,
            ..CheckReport::default()
        },
        written: report.written,
        remarks: report.remark.into_iter().collect(),
        details: planned.into_iter().map(|step| step.title).collect(),
        elapsed: std::time::Duration::ZERO,
    }
}

/// Writes the folder where there is none of this name yet, whatever its time.
fn write_migration(folder: &Path, began: Instant, name: &str, text: &str) -> Result<String> {
    let failed = |path: &Path, cause: std::io::Error| {
        Error::new(
            ErrorKind::Configuration,
            "cannot write the migration for Prisma",
        )
        .item(path.display().to_string())
        .cause(cause)
        .remedy("name a folder that may be written to with --prisma-dir")
    };
    std::fs::create_dir_all(folder).map_err(|cause| failed(folder, cause))?;
    let entries = std::fs::read_dir(folder).map_err(|cause| failed(folder, cause))?;
    let ending = format!("_{name}");
    for entry in entries {
        let entry = entry.map_err(|cause| failed(folder, cause))?;
        let known = entry.file_name().to_string_lossy().into_owned();
        let digits = known.strip_suffix(&ending).unwrap_or_default();
        let complete = entry.path().join("migration.sql").is_file();
        if digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit()) && complete {
            return Ok(format!("{} is there already", entry.path().display()));
        }
    }
    let made = folder.join(prisma::folder_name(began, name));
    std::fs::create_dir_all(&made).map_err(|cause| failed(&made, cause))?;
    let file = made.join("migration.sql");
    let draft = made.join("migration.sql.tmp");
    std::fs::write(&draft, text).map_err(|cause| failed(&draft, cause))?;
    std::fs::rename(&draft, &file).map_err(|cause| failed(&file, cause))?;
    Ok(format!("{} for Prisma", file.display()))
}

fn counts_json(steps: &[StepText]) -> Value {
    let counts = steps.iter().map(|step| {
        let rows: Map<String, Value> = step
            .counts
            .iter()
            .map(|(label, count)| (label.clone(), json!(count)))
            .collect();
        (step.name.clone(), Value::Object(rows))
    });
    Value::Object(counts.collect())
}

fn phases_json(steps: &[StepText]) -> Value {
    let phases = steps.iter().map(|step| {
        let millis = u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX);
        (step.name.clone(), json!(millis))
    });
    Value::Object(phases.collect())
}

fn now() -> Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
}
