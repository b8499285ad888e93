//! The final check of a plan that changes a database in place: the plan's schema, what its rows
//! say, and repairs that need no person.

use clap::Args;
use serde_json::{Value, json};
use sunset_cli::{Consented, Palette, Program, Session, Status, Tone, render};
use sunset_core::check::{CheckReport, Verdict};
use sunset_core::config::BackupWish;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{InPlacePlan, OptionName, Parameters, Registered};
use sunset_core::ports::runs::RunEnd;
use sunset_engine::in_place::{
    self, DayOf, InPlaceOptions, Ports, Repair, Writers, final_sections,
};
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{
    ActiveRun, ConnectOptions, Database, InPlaceLook, Ledger, LiveReader,
};

use crate::told::{Checked, Of};
use crate::{Arguments, told};

/// The options of plans that change a database in place.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plans that change a database in place")]
pub struct InPlaceArguments {
    /// Repair what needs no person, then check again
    #[arg(long, conflicts_with_all = ["repair", "proof"])]
    fix: bool,

    /// Only this check (may be repeated); a wrong name lists them
    #[arg(long, value_name = "NAME")]
    check: Vec<String>,

    /// Only the rows of these tenants (voice-agent)
    #[arg(long, value_name = "ID,ID")]
    tenant_ids: Option<String>,

    /// The schema of the database in which the tables stand [default: public]
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

impl InPlaceArguments {
    fn parameters(&self, now: Instant) -> Parameters {
        let namespace = self.schema.as_deref().unwrap_or("public");
        let parameters = Parameters::new(namespace, now);
        match &self.tenant_ids {
            Some(tenants) => parameters.with(OptionName::TenantIds, tenants),
            None => parameters,
        }
    }

    /// Checks that none was given, for a plan of another sort.
    ///
    /// # Errors
    /// `Configuration`, naming the first.
    pub fn refuse(&self, plan: &str) -> Result<()> {
        let given = [
            ("--fix", self.fix),
            ("--check", !self.check.is_empty()),
            ("--tenant-ids", self.tenant_ids.is_some()),
            ("--schema", self.schema.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::new(
                ErrorKind::Configuration,
                format!("the plan {plan} has no option {option}"),
            )
            .remedy("leave it out, or name the plan that has it with --plan")),
            None => Ok(()),
        }
    }
}

pub async fn final_check(
    arguments: &Arguments,
    session: &Session,
    registered: &Registered,
    now: Instant,
) -> Result<Status> {
    if let Some(option) = arguments.of_another_sort() {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the plan {} has no option {option}", registered.name),
        )
        .remedy("leave it out; --check NAME checks one thing alone"));
    }
    let begun = std::time::Instant::now();
    let consent = arguments.write.consent(session);
    let backup = arguments.backup.wish(session)?;
    let (settings, pace) = sunset_cli::in_place_settings(session, registered)?;
    let parameters = arguments.in_place.parameters(now);
    registered.describe(&parameters)?;
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    session.detail(&format!("database {}", database.describe()));
    session.announce(&format!(
        "plan {} in {}",
        registered.name,
        database.describe()
    ));
    let reports = !arguments.no_report && matches!(consent, Consented::Write(_));
    let of = Of {
        plan: &registered.name,
        database: &database,
        begun,
        folder: reports.then_some(arguments.reports.as_path()),
    };
    let checked = async {
        let rows = InPlaceLook::new(database.clone());
        let opening = in_place::open(registered, parameters, DayOf::Migration, &database, &rows);
        let opened = opening.await?;
        if let Some(earlier) = &opened.day {
            session.detail(&format!("as of {}, as it was migrated", earlier.day));
        }
        let plan = opened.plan;
        let checking = Checking {
            backup,
            options: InPlaceOptions {
                batches: plan.batches,
                connections: 1,
                began: now,
                retries: Retries(pace.max_retries),
                again: false,
            },
            plan,
            wanted: &arguments.in_place.check,
            database: database.clone(),
            session,
            begun,
            reports,
        };
        checking.everything(arguments, &consent).await
    };
    of.or_broken_off(checked, session).await
}

struct Checking<'a> {
    backup: BackupWish,
    plan: InPlacePlan,
    wanted: &'a [String],
    options: InPlaceOptions,
    database: Database,
    session: &'a Session,
    begun: std::time::Instant,
    /// Whether a report is written.
    reports: bool,
}

impl Checking<'_> {
    /// Checks, repairs where that was asked for, and says what was found.
    async fn everything(&self, arguments: &Arguments, consent: &Consented) -> Result<Status> {
        let mut report = self.check().await?;
        let mut repairs = None;
        if arguments.in_place.fix {
            let done = self.fix(&report, consent).await?;
            if matches!(consent, Consented::Write(_)) && done.iter().any(|r| r.report.written > 0) {
                report = self.check().await?;
            }
            repairs = Some(done);
        }
        self.end(arguments, &report, repairs.as_deref()).await
    }

    fn rows(&self) -> InPlaceLook {
        InPlaceLook::new(self.database.clone())
    }

    async fn check(&self) -> Result<CheckReport> {
        let schema = LiveReader::new(self.database.clone());
        final_sections(&self.plan, self.wanted, &schema, &self.rows()).await
    }

    /// Repairs, or shows what it would repair.
    async fn fix(&self, found: &CheckReport, consent: &Consented) -> Result<Vec<Repair>> {
        match consent {
            Consented::DryRun => self.repair(found, None).await,
            Consented::Write(consent) => self.fix_within_run(found, consent).await,
        }
    }

    async fn fix_within_run(&self, found: &CheckReport, consent: &Consent) -> Result<Vec<Repair>> {
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let options = json!({"fix": true, "check": self.wanted});
        let start = sunset_cli::run_start::<Arguments>(&self.plan.name, options);
        let run = ledger.begin_run(&permit, &start).await?;
        match self.kept_and_repaired(found, &run, consent).await {
            Ok(repairs) => {
                run.audit("fixed in place", &repairs_json(&repairs)).await?;
                let end = RunEnd::done(repairs_json(&repairs), json!({}));
                run.finish(&end).await?;
                Ok(repairs)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    /// Keeps what is there, and repairs.
    async fn kept_and_repaired(
        &self,
        found: &CheckReport,
        run: &ActiveRun,
        consent: &Consent,
    ) -> Result<Vec<Repair>> {
        let tables = self.plan.tables();
        let what = (tables.as_slice(), self.plan.namespace.as_str());
        let (wish, retries) = (&self.backup, self.options.retries);
        let taken = sunset_backup::before_writing(wish, consent, run, what, retries).await?;
        self.session.tell_backup(taken.as_ref());
        self.repair(found, Some(run)).await
    }

    async fn repair(&self, found: &CheckReport, run: Option<&ActiveRun>) -> Result<Vec<Repair>> {
        let schema = LiveReader::new(self.database.clone());
        let rows = self.rows();
        let writers = run.map(|run| (run.schema(), run.in_place(), run.backups()));
        let progress = self.session.progress();
        let ports = Ports {
            schema: &schema,
            rows: &rows,
            writer: writers.as_ref().map(|(schema, rows, backups)| Writers {
                schema,
                rows,
                backups,
            }),
            witness: None,
            progress: progress.as_ref(),
        };
        in_place::repair(&self.plan, found, ports, self.options).await
    }

    async fn end(
        &self,
        arguments: &Arguments,
        report: &CheckReport,
        repairs: Option<&[Repair]>,
    ) -> Result<Status> {
        let palette = Palette::of(self.session);
        for repair in repairs.unwrap_or_default() {
            for (label, count) in &repair.report.counts {
                let words = format!("fix {}: {label}: {count}", repair.question);
                self.session.print(&palette.paint(Tone::Notice, &words));
            }
        }
        if repairs.is_some_and(<[Repair]>::is_empty) {
            self.session.print("There is nothing to fix.");
        }
        self.session
            .print(&render::in_place_check_text(report, palette));
        self.session.sum_up(render::in_place_verdict(report));
        if self.reports {
            self.report(arguments, report).await?;
        }
        self.session.json(|| {
            let mut document = render::check_json(report);
            document["plan"] = self.plan.name.clone().into();
            document["target"] = self.database.describe().into();
            if let Some(repairs) = repairs {
                document["fixed"] = repairs_json(repairs);
            }
            document
        });
        Ok(match report.verdict() {
            Verdict::Passed => Status::Done,
            Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
        })
    }

    /// The check needs no ledger; the report tells of it where there is one that can be read.
    async fn report(&self, arguments: &Arguments, report: &CheckReport) -> Result<()> {
        let ledger = Ledger::open(&self.database).await.unwrap_or_else(|error| {
            self.session.say(&format!("note: {error}"));
            None
        });
        let checked = Checked {
            begun: self.begun,
            plan: self.plan.name.clone(),
            source: None,
            read_time: None,
            checks: Some(report.clone()),
            comparison: None,
        };
        let page = told::report(checked, &self.database, ledger.as_ref(), self.session).await?;
        told::write(&page, arguments, self.session)
    }
}

fn repairs_json(repairs: &[Repair]) -> Value {
    let list = repairs.iter().map(|repair| {
        let counts: serde_json::Map<_, _> = repair
            .report
            .counts
            .iter()
            .map(|(label, count)| (label.clone(), json!(count)))
            .collect();
        json!({"check": repair.question, "counts": counts, "written": repair.report.written})
    });
    Value::Array(list.collect())
}
