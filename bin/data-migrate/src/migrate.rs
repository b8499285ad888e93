//! Connect, survey, load, and say what was done.

use std::sync::Arc;

use sunset_cli::{Consented, Program, Session, Status, render};
use sunset_core::config::{DatabaseSettings, DocumentSourceSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::{DocumentPlan, RecordedNumbers, plan_named};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::rows::SettledItems;
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::ports::verify::RowVerifier;
use sunset_core::report::{Bill, LoadReport, ReadPrice};
use sunset_engine::load::{self, Destination, LoadOptions};
use sunset_engine::retry::Retries;
use sunset_sources::firestore::ReadOptions;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, Verifier};

use crate::Arguments;

pub async fn migrate(arguments: Arguments, session: Session) -> Result<Status> {
    let consent = arguments.write.consent(&session);
    let plan = plan_named(&arguments.plan)?;
    let (settings, documents, pace, price) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            DocumentSourceSettings::read(variables, faults),
            Pace::read(variables, faults),
            ReadPrice::read(variables, faults),
        )
    })?;
    let documents = documents.ok_or_else(|| Error::new(ErrorKind::Configuration, "no source"))?;
    let source = {
        let reading = ReadOptions {
            retries: pace.max_retries,
            max_reads_per_second: arguments.read.max_reads_per_second,
            read_time: arguments.read.read_time,
            ..ReadOptions::default()
        };
        sunset_sources::documents::open_with(&documents, reading)?
    };
    let connecting =
        ConnectOptions::for_program(Arguments::NAME).connections(arguments.connections + 1);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    let batch_size = arguments
        .batch_size
        .map_or(pace.batch_size, |size| size as usize);
    let flow = Flow {
        price: arguments.read_price.unwrap_or(price),
        arguments,
        session,
        plan,
        source,
        database,
        options: LoadOptions {
            batch_size,
            connections: 0,
            retries: Retries(pace.max_retries),
        },
    };
    match consent {
        Consented::DryRun => flow.dry_run().await,
        Consented::Write(consent) => flow.write(&consent).await,
    }
}

/// The survey, and the writing.
const READINGS: u64 = 2;

struct Flow {
    price: ReadPrice,
    arguments: Arguments,
    session: Session,
    plan: Box<dyn DocumentPlan>,
    source: Box<dyn DocumentSource>,
    database: Database,
    options: LoadOptions,
}

impl Flow {
    /// Counts what would be written. There is no writer here to write with.
    async fn dry_run(&self) -> Result<Status> {
        let ledger = Ledger::open(&self.database).await?;
        let verifier = Verifier::new(self.database.clone(), ledger.is_some());
        let tables: Vec<String> = self.plan.shapes().iter().map(|s| s.table.clone()).collect();
        let missing = verifier.missing_tables(&tables).await?;
        let owner = if missing.is_empty() {
            let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
            self.database.find_owner(wanted.as_deref()).await?
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
        let known = ledger.map(|ledger| Arc::new(ledger) as Arc<dyn SettledItems>);
        let owner = owner.unwrap_or_else(|| "migration-user".into());
        self.foretell_bill().await?;
        let report = self
            .load(&owner, &recorded, Destination::Nowhere(known))
            .await?;
        Ok(self.end(&report, None, true))
    }

    /// Says what reading will cost before it costs anything.
    async fn foretell_bill(&self) -> Result<()> {
        let collections = self.plan.collections();
        let Some(reads) = self.source.expected_reads(collections, READINGS).await? else {
            return Ok(());
        };
        let price = self.price;
        self.session
            .say(&render::expected_bill_text(Bill { reads, price }));
        Ok(())
    }

    async fn write(&self, consent: &Consent) -> Result<Status> {
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        let ledger = Ledger::install(&self.database, &permit).await?;
        let start = RunStart {
            plan: self.plan.name().into(),
            program: Arguments::NAME.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            source: None,
            read_time: None,
            options: serde_json::json!({}),
            host: sunset_cli::host_name(),
            pid: std::process::id(),
        };
        let run = ledger.begin_run(&permit, &start).await?;
        let id = run.id();
        match self.load_within(&ledger, &run).await {
            Ok(report) => {
                run.finish(&RunEnd::done(report.counts_json(), report.phases_json()))
                    .await?;
                Ok(self.end(&report, Some(id), false))
            }
            Err(error) => {
                // The error that stopped the run matters more than that it could not be noted.
                drop(run.finish(&RunEnd::failed(&error)).await);
                Err(error)
            }
        }
    }

    async fn load_within(&self, ledger: &Ledger, run: &ActiveRun) -> Result<LoadReport> {
        let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
        let owner = run.owner(wanted.as_deref()).await?;
        if owner.created {
            self.session.say(&format!(
                "made the owner, Migration User <migration@internal.system>: {}",
                owner.id
            ));
        }
        // Recorded before anything is written: a run that is killed has been of this snapshot too.
        let snapshot = self.source.open().await?;
        run.set_source(&snapshot.source, snapshot.read_time.as_deref())
            .await?;
        let recorded = ledger.recorded_numbers().await?;
        let writer = Arc::new(run.rows(self.arguments.on_conflict.into()));
        self.load(&owner.id, &recorded, Destination::Writer(writer))
            .await
    }

    async fn load(
        &self,
        owner: &str,
        recorded: &RecordedNumbers,
        destination: Destination,
    ) -> Result<LoadReport> {
        let progress = self.session.progress();
        let plan = self.plan.as_ref();
        let source = self.source.as_ref();
        let surveyed = load::survey(source, plan, owner, recorded, progress.as_ref()).await?;
        let options = LoadOptions {
            connections: self.arguments.connections as usize,
            ..self.options
        };
        let mut report = load::load(
            source,
            plan,
            &surveyed,
            destination,
            options,
            progress.as_ref(),
        )
        .await?;
        let price = self.price;
        report.bill = source.billed_reads().map(|reads| Bill { reads, price });
        Ok(report)
    }

    fn end(&self, report: &LoadReport, run: Option<i64>, dry_run: bool) -> Status {
        let text = render::load_text(report, dry_run, self.session.is_verbose());
        self.session.print(&text);
        self.session
            .json(|| render::load_json(report, run, dry_run));
        if report.quarantined() > 0 || report.conflicts.count > 0 {
            Status::Incomplete
        } else {
            Status::Done
        }
    }
}
