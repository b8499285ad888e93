//! The last pass, the proof, the record.

use std::collections::BTreeMap;
use std::sync::Arc;

use sunset_cli::{Consented, Program, RunDigests, Session, Status, render};
use sunset_core::check::{CheckReport, Section, Verdict};
use sunset_core::config::{DatabaseSettings, DocumentSourceSettings, Pace, R2Settings};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::DocumentPlan;
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use sunset_core::ports::rows::OnConflict;
use sunset_core::ports::runs::{CutOver, RunEnd};
use sunset_core::ports::verify::OwnerOfRows;
use sunset_core::report::{Comparison, LoadReport};
use sunset_engine::check;
use sunset_engine::load::{self, Destination, LoadOptions};
use sunset_engine::retry::Retries;
use sunset_engine::verify::{Verification, VerifyOptions};
use sunset_targets::postgres::{
    ActiveRun, ConnectOptions, Database, Ledger, LiveReader, MIGRATION_EMAIL, Verifier,
};
use sunset_targets::recordings;

use crate::Arguments;

/// Batches and comparisons under way at once.
const CONNECTIONS: usize = 2;

/// What the steps share.
pub struct Flow {
    pub arguments: Arguments,
    pub session: Session,
    pub plan: Box<dyn DocumentPlan>,
    pub database: Database,
    pub options: LoadOptions,
    documents: DocumentSourceSettings,
}

pub async fn cut_over(arguments: Arguments, session: Session) -> Result<Status> {
    let consent = arguments.write.consent(&session);
    let plan = sunset_cli::document_plan(&arguments.plan)?;
    let (settings, documents, pace) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            DocumentSourceSettings::read(variables, faults),
            Pace::read(variables, faults),
        )
    })?;
    let documents = documents.ok_or_else(|| Error::new(ErrorKind::Configuration, "no source"))?;
    let connecting =
        ConnectOptions::for_program(Arguments::NAME).connections(CONNECTIONS as u32 + 1);
    let database = Database::connect(&settings.url, connecting).await?;
    let options = LoadOptions {
        batch_size: pace.batch_size,
        connections: CONNECTIONS,
        retries: Retries(pace.max_retries),
        prune: arguments.prune,
        may_be_empty: arguments.prune_empty.clone(),
    };
    let frozen = arguments.frozen;
    let flow = Flow {
        arguments,
        session,
        plan,
        database,
        options,
        documents,
    };
    match consent {
        Consented::Write(consent) if frozen => flow.take_over(&consent).await,
        _ => flow.look().await,
    }
}

impl Flow {
    pub fn source(&self) -> Result<Box<dyn DocumentSource>> {
        sunset_sources::documents::open(&self.documents)
    }

    async fn take_over(&self, consent: &Consent) -> Result<Status> {
        self.session.announce(&format!(
            "plan {} in {}",
            self.plan.name(),
            self.database.describe()
        ));
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        let ledger = Ledger::install(&self.database, &permit).await?;
        if let Some(done) = ledger.cut_over(self.plan.name()).await? {
            return Ok(self.already(&done));
        }
        self.expect_owner().await?;
        let options = serde_json::json!({
            "prune": self.arguments.prune,
            "accept_filled": self.arguments.accept_filled,
            // V2 stands still meanwhile: V3's large tables are not read for it.
            "digests": RunDigests::Small.name(),
        });
        let start = sunset_cli::run_start::<Arguments>(self.plan.name(), options);
        let run = ledger.begin_run(&permit, &start).await?;
        match self.within(&ledger, &run).await {
            Ok((report, checks)) => {
                run.finish(&RunEnd::done(report.counts_json(), report.phases_json()))
                    .await?;
                Ok(self.end(&checks))
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    /// That the settings lead to the user whom rows were given to, if they were: the last pass would
    /// give them to another.
    async fn expect_owner(&self) -> Result<()> {
        if !self.plan.has_owner() {
            return Ok(());
        }
        let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
        let keys = self.plan.owner_keys();
        let found = self
            .database
            .owner_of_rows(wanted.as_deref(), &keys, true)
            .await?;
        match found {
            OwnerOfRows::Found(_) | OwnerOfRows::Nobody => Ok(()),
            lost => match lost.fault(MIGRATION_EMAIL) {
                Some(fault) => Err(fault.refusal()),
                None => Ok(()),
            },
        }
    }

    pub fn already(&self, done: &CutOver) -> Status {
        self.session.print(&format!(
            "V3 took over from V2 on {} (run {}{}): nothing to do.",
            done.at,
            done.run,
            done.by_whom
                .as_deref()
                .map(|who| format!(", by {who}"))
                .unwrap_or_default()
        ));
        self.session
            .json(|| serde_json::json!({"status": "done", "run": done.run, "at": done.at}));
        Status::Done
    }

    async fn within(&self, ledger: &Ledger, run: &ActiveRun) -> Result<(LoadReport, CheckReport)> {
        let owner = if self.plan.has_owner() {
            let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
            let keys = self.plan.owner_keys();
            run.owner(wanted.as_deref(), &keys).await?.id
        } else {
            String::new()
        };
        let report = self.last_pass(ledger, run, &owner).await?;
        let text = render::load_text(&report, false, self.session.is_verbose());
        self.session.print("The last pass:");
        self.session.print(&text);
        let (snapshot, comparison, mut checks) = self.prove(ledger, &owner).await?;
        let accepted = self.accept(&mut checks);
        self.session
            .print(&render::check_text(&checks, self.session.is_verbose()));
        self.tell_if_not_frozen(&report, &comparison);
        if checks.verdict() == Verdict::Passed {
            run.record_cut_over(
                self.plan.name(),
                &snapshot.source,
                snapshot.read_time.as_deref(),
                self.arguments.by.as_deref(),
                &accepted,
            )
            .await?;
        }
        Ok((report, checks))
    }

    /// What users of V3 entered in columns that V2 does not fill, by table, where the operator
    /// accepts it: it stays in the report as a note, and goes into the record.
    fn accept(&self, checks: &mut CheckReport) -> BTreeMap<String, u64> {
        if !self.arguments.accept_filled {
            return BTreeMap::new();
        }
        let sections = checks.sections.iter_mut();
        let checks = sections.flat_map(|section| &mut section.checks);
        checks.filter_map(check::accept_filled).collect()
    }

    async fn last_pass(&self, ledger: &Ledger, run: &ActiveRun, owner: &str) -> Result<LoadReport> {
        let recorded = ledger.recorded_numbers().await?;
        let progress = self.session.progress();
        let source = self.source()?;
        let plan = self.plan.as_ref();
        let surveyed =
            load::survey(source.as_ref(), plan, owner, &recorded, progress.as_ref()).await?;
        let report = load::load(
            source.as_ref(),
            plan,
            &surveyed,
            Destination::Writer(Arc::new(
                run.rows(OnConflict::Keep).pruning(self.options.prune),
            )),
            self.options.clone(),
            None,
            progress.as_ref(),
        )
        .await?;
        run.set_source(&report.source, report.read_time.as_deref())
            .await?;
        Ok(report)
    }

    /// Reads V2 afresh and compares everything.
    async fn prove(
        &self,
        ledger: &Ledger,
        owner: &str,
    ) -> Result<(Snapshot, Comparison, CheckReport)> {
        let recorded = ledger.recorded_numbers().await?;
        let progress = self.session.progress();
        let source = self.source()?;
        let plan = self.plan.as_ref();
        let verifier = Verifier::new(self.database.clone(), true);
        let wanted = sunset_cli::desired_schema(&self.arguments.plan, "public")?.schema;
        let live = LiveReader::new(self.database.clone());
        let ground = check::tables(plan, &wanted, &live).await?;
        let surveyed =
            load::survey(source.as_ref(), plan, owner, &recorded, progress.as_ref()).await?;
        let comparison = Verification {
            source: source.as_ref(),
            plan,
            surveyed: &surveyed,
            verifier: &verifier,
            writer: None,
            options: VerifyOptions {
                batch_size: self.options.batch_size,
                connections: CONNECTIONS,
                sample: None,
                retries: self.options.retries,
            },
            progress: progress.as_ref(),
        }
        .run(None)
        .await?;
        let data = check::data(plan, &ground.integrity, &comparison, &verifier).await?;
        let mut sections = vec![ground.section, data];
        if self.arguments.without_audio {
            self.session
                .say("recordings were not looked at (--without-audio)");
        } else if plan.has_recordings() {
            sections.push(self.audio().await?);
        }
        sections.push(check::users(&ground.integrity, &verifier).await?);
        Ok((
            surveyed.snapshot,
            comparison,
            CheckReport {
                sections,
                left_out: Vec::new(),
            },
        ))
    }

    /// The recordings, or why they could not be compared.
    pub async fn audio(&self) -> Result<Section> {
        let bucket = self.session.settings(R2Settings::read);
        let known = bucket.map(|bucket| recordings(&self.database, true, &bucket));
        let retries = self.options.retries;
        check::audio(known, Some("or give --without-audio"), retries).await
    }

    /// Rows that V2 says otherwise than the pass a moment ago wrote them.
    fn tell_if_not_frozen(&self, report: &LoadReport, comparison: &Comparison) {
        let moved = comparison
            .differences
            .iter()
            .filter(|difference| !difference.changed_since)
            .count();
        let read = |name: &String| report.collections.get(name).map_or(0, |counts| counts.read);
        let counted = comparison
            .collections
            .iter()
            .any(|(name, proof)| !name.contains('#') && proof.read != read(name));
        if moved > 0 || counted {
            self.session.say(
                "V2 changed between the last pass and the proof: it is not frozen. Freeze it and \
                 run cutover --frozen again.",
            );
        }
    }

    fn end(&self, checks: &CheckReport) -> Status {
        let passed = checks.verdict() == Verdict::Passed;
        let failing = checks.sections.iter().flat_map(|section| &section.checks);
        if failing
            .filter(|check| !check.passed())
            .any(check::is_filled)
        {
            self.session.print(
                "Users of V3 entered something in columns that V2 does not fill: where that is meant, \
                 cutover --frozen --accept-filled takes it as it is and writes it into the record.",
            );
        }
        let line = if passed {
            "V3 has taken over from V2. Point the application at V3; keep V2 frozen until you no \
             longer want a way back."
        } else {
            "The cut-over is not recorded: see the checks above, mend, and run cutover --frozen \
             again."
        };
        self.session.print(line);
        self.session.sum_up(line);
        self.session.json(|| {
            serde_json::json!({
                "status": if passed { "done" } else { "failed" },
                "checks": render::check_json(checks),
            })
        });
        if passed {
            Status::Done
        } else {
            Status::CheckFailed
        }
    }
}
