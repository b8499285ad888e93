//! Connect, survey, load, and say what was done.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use sunset_cli::render::schema::{foreseen_json, foreseen_lines};
use sunset_cli::render::{self, StepText};
use sunset_cli::{Consented, Program, ReportBehind, Session, Status};
use sunset_core::config::{DatabaseSettings, DocumentSourceSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::{DocumentPlan, RecordedNumbers};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::rows::SettledItems;
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::ports::verify::RowVerifier;
use sunset_core::report::{Bill, LoadReport, ReadPrice, Retried};
use sunset_engine::load::{self, Destination, LoadOptions, Surveyed};
use sunset_engine::retry::Retries;
use sunset_sources::documents::open_with;
use sunset_sources::firestore::ReadOptions;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, Verifier};

use crate::backup::Backup;
use crate::counted::Counted;
use crate::{Arguments, afterwards, policy, shared, watch};

pub async fn migrate(arguments: Arguments, session: Session) -> Result<Status> {
    if let Some(unfit) = policy::unfit_for_a_dry_run(&arguments, &session) {
        return Ok(session.usage(&unfit));
    }
    if let Some(registered) = sunset_cli::in_place_plan(&arguments.plan)? {
        shared::refuse(&arguments)?;
        policy::refuse_of_documents(&arguments)?;
        return crate::in_place::migrate(arguments, session, &registered).await;
    }
    let begun = Instant::now();
    let consent = arguments.write.consent(&session);
    arguments.in_place.refuse(&arguments.plan)?;
    let plan = sunset_cli::document_plan(&arguments.plan)?;
    afterwards::refuse_workers(&arguments, plan.as_ref())?;
    let (settings, documents, pace, price) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            DocumentSourceSettings::read(variables, faults),
            Pace::read(variables, faults),
            ReadPrice::read(variables, faults),
        )
    })?;
    let backup = arguments.backup.wish(&session)?;
    let documents = documents.ok_or_else(|| Error::new(ErrorKind::Configuration, "no source"))?;
    let reading = ReadOptions {
        retries: pace.max_retries,
        max_reads_per_second: arguments.read.max_reads_per_second,
        read_time: arguments.read.read_time,
        ..ReadOptions::default()
    };
    // Opened here, so that a wrong one is told before the database is waited for.
    drop(open_with(&documents, reading)?);
    let connecting =
        ConnectOptions::for_program(Arguments::NAME).connections(arguments.connections + 1);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    session.announce(&format!(
        "plan {} into {}",
        plan.name(),
        database.describe()
    ));
    let batch_size = arguments
        .batch_size
        .map_or(pace.batch_size, |size| size as usize);
    let options = LoadOptions {
        batch_size,
        connections: arguments.connections as usize,
        retries: Retries(pace.max_retries),
        prune: arguments.prune,
        may_be_empty: arguments.prune_empty.clone(),
    };
    check_names(&arguments, plan.as_ref())?;
    let flow = Flow {
        price: arguments.read_price.unwrap_or(price),
        backup: Backup::new(backup),
        arguments,
        session,
        plan,
        documents,
        reading,
        database,
        options,
    };
    match consent {
        Consented::DryRun => flow.dry_run().await,
        Consented::Write(consent) if flow.arguments.worker.is_some() => {
            let work = shared::work(&flow, &consent);
            let status = flow.session.unless_stopped(work).await;
            flow.reported(begun, status).await
        }
        Consented::Write(consent) => match flow.arguments.watch {
            Some(pause) => {
                let watching = watch::watch(&flow, &consent, pause);
                let watched = flow.session.unless_stopped(watching).await;
                flow.reported(begun, watched).await
            }
            None => {
                let report = flow.session.unless_stopped(flow.write(&consent)).await;
                let report = flow.reported(begun, report).await?;
                Ok(status_of(&report))
            }
        },
    }
}

/// The survey, and the writing.
const READINGS: u64 = 2;

fn check_names(arguments: &Arguments, plan: &dyn DocumentPlan) -> Result<()> {
    let stranger = arguments
        .prune_empty
        .iter()
        .find(|name| !plan.collections().contains(&name.as_str()));
    match stranger {
        None => Ok(()),
        Some(name) => Err(Error::new(
            ErrorKind::Configuration,
            format!("--prune-empty {name}: the plan has no collection of this name"),
        )
        .remedy(format!(
            "its collections are: {}",
            plan.collections().join(", ")
        ))),
    }
}

/// What a report means for the exit status.
pub fn status_of(report: &LoadReport) -> Status {
    if report.quarantined() > 0 || report.conflicts.count > 0 {
        Status::Incomplete
    } else {
        Status::Done
    }
}

/// One program run: what it reads, where to, and how.
pub struct Flow {
    pub arguments: Arguments,
    pub session: Session,
    pub plan: Box<dyn DocumentPlan>,
    pub documents: DocumentSourceSettings,
    pub reading: ReadOptions,
    price: ReadPrice,
    backup: Backup,
    pub database: Database,
    pub options: LoadOptions,
}

impl Flow {
    /// The source, as it is now: each pass has a snapshot of its own.
    fn source(&self) -> Result<Box<dyn DocumentSource>> {
        open_with(&self.documents, self.reading)
    }

    /// Counts what would be written. There is no writer here to write with.
    async fn dry_run(&self) -> Result<Status> {
        let ledger = Ledger::open(&self.database).await?;
        let verifier = Verifier::new(self.database.clone(), ledger.is_some());
        let tables: Vec<String> = self.plan.shapes().iter().map(|s| s.table.clone()).collect();
        let missing = verifier.missing_tables(&tables).await?;
        let refusal = self.database.coming_refusal(&self.plan.shapes()).await?;
        let owner = if !self.plan.has_owner() {
            Some(String::new())
        } else if missing.is_empty() {
            let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
            let keys = self.plan.owner_keys();
            let known = ledger.is_some();
            self.database
                .coming_owner(wanted.as_deref(), &keys, known)
                .await?
        } else {
            self.session.say(&format!(
                "V3 has no table {} yet: schema-push makes them",
                missing.join(", ")
            ));
            None
        };
        if owner.is_none() {
            self.session
                .say("the owner, Migration User <migration@internal.system>, would be made");
        }
        let recorded = match &ledger {
            Some(ledger) => ledger.recorded_numbers().await?,
            None => RecordedNumbers::default(),
        };
        let Some(retried) = self.to_retry(ledger.as_ref()).await? else {
            return Ok(Status::Done);
        };
        let known = ledger.map(|ledger| Arc::new(ledger) as Arc<dyn SettledItems>);
        let owner = owner.unwrap_or_else(|| "migration-user".into());
        let source = self.source()?;
        self.foretell_bill(source.as_ref()).await?;
        let nowhere = Destination::Nowhere(known);
        let source = source.as_ref();
        let surveyed = self.survey(source, &owner, &recorded).await?;
        let report = self.load(source, &surveyed, nowhere, retried).await?;
        self.tell_text(&report, true);
        for line in refusal.iter().flat_map(foreseen_lines) {
            self.session.print(&line);
        }
        let status = match &refusal {
            Some(_) => Status::Incomplete,
            None => status_of(&report),
        };
        self.session.json(|| {
            let mut document = render::load_json(&report, None, true);
            document["status"] = serde_json::json!(status.name());
            foreseen_json(document, refusal.as_ref())
        });
        afterwards::foretell(self)?;
        Ok(status)
    }

    /// Says what reading will cost before it costs anything.
    async fn foretell_bill(&self, source: &dyn DocumentSource) -> Result<()> {
        let collections = self.plan.collections();
        let Some(reads) = source.expected_reads(&collections, READINGS).await? else {
            return Ok(());
        };
        let price = self.price;
        self.session
            .say(&render::expected_bill_text(Bill { reads, price }));
        Ok(())
    }

    /// The documents whose fate in quarantine is to be told: `Some(None)` where that was not asked
    /// for, `None` where it was and there are none.
    async fn to_retry(&self, ledger: Option<&Ledger>) -> Result<Option<Option<Retried>>> {
        let Some(reason) = &self.arguments.retry_quarantined else {
            return Ok(Some(None));
        };
        let reason = Some(reason.as_str()).filter(|reason| !reason.is_empty());
        let keys = match ledger {
            Some(ledger) => ledger.quarantined(reason).await?,
            None => HashSet::new(),
        };
        if keys.is_empty() {
            self.session
                .print("Nothing is in quarantine: there is nothing to try again.");
            return Ok(None);
        }
        Ok(Some(Some(Retried::new(keys))))
    }

    /// One pass over V2: everything that is not in V3 yet, or not as V2 has it.
    pub async fn write(&self, consent: &Consent) -> Result<LoadReport> {
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        self.backup.may_be_taken(&self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let Some(retried) = self.to_retry(Some(&ledger)).await? else {
            return Ok(LoadReport::default());
        };
        self.note_cut_over(&ledger).await?;
        let run = ledger.begin_run(&permit, &self.start()).await?;
        match self.within(&ledger, &run, consent, retried).await {
            Ok(report) => {
                run.finish(&RunEnd::done(report.counts_json(), report.phases_json()))
                    .await?;
                Ok(report)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    pub async fn note_cut_over(&self, ledger: &Ledger) -> Result<()> {
        if let Some(cut_over) = ledger.cut_over(self.plan.name()).await? {
            self.session.say(&format!(
                "note: V3 took over from V2 on {} (run {})",
                cut_over.at, cut_over.run
            ));
        }
        Ok(())
    }

    /// What is known of a run before its source is read.
    pub fn start(&self) -> RunStart {
        let options = serde_json::json!({
            "prune": self.arguments.prune,
            "on_conflict": format!("{:?}", policy::on_conflict(&self.arguments)).to_lowercase(),
            "digests": policy::run_digests(&self.arguments).name(),
        });
        sunset_cli::run_start::<Arguments>(self.plan.name(), options)
    }

    /// The documents, and what the plan does behind them; told as each is done.
    async fn within(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
        consent: &Consent,
        retried: Option<Retried>,
    ) -> Result<LoadReport> {
        let report = self.load_within(ledger, run, consent, retried).await?;
        let steps = afterwards::carry_out(self, run).await;
        self.tell_steps(&report, run.id(), steps.as_deref().unwrap_or_default());
        steps.map(|_| report)
    }

    async fn load_within(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
        consent: &Consent,
        retried: Option<Retried>,
    ) -> Result<LoadReport> {
        let owner = self.coming_owner().await?;
        let source = self.source()?;
        // Recorded before anything is written: a run that is killed has been of this snapshot too.
        let snapshot = source.open().await?;
        run.set_source(&snapshot.source, snapshot.read_time.as_deref())
            .await?;
        let recorded = ledger.recorded_numbers().await?;
        let source = source.as_ref();
        // All of V2 is read once before anything is written: what cannot be read changes nothing.
        let surveyed = self.survey(source, &owner, &recorded).await?;
        let what = (self.plan.as_ref(), self.options.retries);
        let backup = self
            .backup
            .before_writing(what, &self.session, run, consent);
        backup.await?;
        self.make_owner(run, &owner).await?;
        let writer = Arc::new(
            run.rows(policy::on_conflict(&self.arguments).into())
                .pruning(self.options.prune),
        );
        let writer = Destination::Writer(match self.session.metrics() {
            Some(metrics) => Arc::new(Counted {
                writer,
                metrics: metrics.clone(),
            }),
            None => writer,
        });
        self.load(source, &surveyed, writer, retried).await
    }

    async fn survey(
        &self,
        source: &dyn DocumentSource,
        owner: &str,
        recorded: &RecordedNumbers,
    ) -> Result<Surveyed> {
        let progress = self.session.progress();
        let plan = self.plan.as_ref();
        load::survey(source, plan, owner, recorded, progress.as_ref()).await
    }

    async fn load(
        &self,
        source: &dyn DocumentSource,
        surveyed: &Surveyed,
        destination: Destination,
        retried: Option<Retried>,
    ) -> Result<LoadReport> {
        let progress = self.session.progress();
        let mut report = load::load(
            source,
            self.plan.as_ref(),
            surveyed,
            destination,
            self.options.clone(),
            retried,
            progress.as_ref(),
        )
        .await?;
        let price = self.price;
        report.bill = source.billed_reads().map(|reads| Bill { reads, price });
        Ok(report)
    }

    /// The report of what the ledger holds, where it was asked for: of a run that failed, too.
    async fn reported<T>(&self, begun: Instant, done: Result<T>) -> Result<T> {
        let report = ReportBehind {
            folder: self.arguments.report.as_deref(),
            session: &self.session,
            plan: self.plan.name(),
            target: self.database.describe(),
            begun,
        };
        let history = Ledger::history_in(&self.database);
        report.behind::<Arguments, _>(done, history).await
    }

    fn tell_steps(&self, report: &LoadReport, run: i64, steps: &[StepText]) {
        self.tell_text(report, false);
        if self.arguments.watch.is_none() {
            afterwards::tell(self, steps);
        }
        self.session.json(|| {
            let mut document = render::load_json(report, Some(run), false);
            if !steps.is_empty() {
                document["steps"] = render::steps_json(steps);
            }
            document
        });
    }

    pub fn tell(&self, report: &LoadReport, run: Option<i64>, dry_run: bool) {
        self.tell_text(report, dry_run);
        self.session
            .json(|| render::load_json(report, run, dry_run));
    }

    fn tell_text(&self, report: &LoadReport, dry_run: bool) {
        if self.arguments.watch.is_none() {
            let text = render::load_text(report, dry_run, self.session.is_verbose());
            self.session.print(&text);
            self.session
                .sum_up(&render::load_text(report, dry_run, false));
        }
    }
}
