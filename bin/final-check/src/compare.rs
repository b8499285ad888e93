//! Connect, compare, and say what was found.

use std::time::Instant;

use sunset_cli::render::{self, Report};
use sunset_cli::{Consented, Program, Session, Status, now};
use sunset_core::check::{CheckReport, Section, Verdict};
use sunset_core::config::{BackupWish, DatabaseSettings, DocumentSourceSettings, Pace, R2Settings};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::in_place::Parameters;
use sunset_core::plans::{DocumentPlan, Integrity};
use sunset_core::ports::documents::Snapshot;
use sunset_core::ports::verify::LeafSink;
use sunset_core::proof::Manifest;
use sunset_core::report::{Bill, Comparison, ReadPrice};
use sunset_engine::check;
use sunset_engine::in_place::sections;
use sunset_engine::retry::Retries;
use sunset_sources::firestore::ReadOptions;
use sunset_targets::postgres::{
    ConnectOptions, Database, InPlaceLook, Ledger, LiveReader, Verifier,
};
use sunset_targets::recordings;

use crate::data::{Data, Repair};
use crate::proof::Proof;
use crate::told::{Checked, Of};
use crate::{Arguments, SectionName, proof, told};

pub async fn final_check(arguments: Arguments, session: Session) -> Result<Status> {
    if let Some(path) = &arguments.verify_proof {
        return proof::verify(path, &arguments, &session);
    }
    if arguments.report_only {
        return told::ledger_alone(&arguments, &session).await;
    }
    let begun = Instant::now();
    if let Some(registered) = sunset_cli::in_place_plan(&arguments.plan)? {
        return crate::in_place::final_check(&arguments, &session, &registered, now()).await;
    }
    arguments.in_place.refuse(&arguments.plan)?;
    let consent = arguments.write.consent(&session);
    let writes = matches!(consent, Consented::Write(_));
    let reports = !arguments.no_report && writes;
    let repair = match consent {
        _ if !arguments.repair => Repair::No,
        Consented::Write(consent) => Repair::Write(consent),
        Consented::DryRun => Repair::Show,
    };
    let backup = arguments.backup.wish(&session)?;
    let plan = sunset_cli::document_plan(&arguments.plan)?;
    let wanted = |name| arguments.only.is_empty() || arguments.only.contains(&name);
    let of_data = [
        ("--proof", arguments.proof.is_some()),
        ("--repair", arguments.repair),
        ("--sample", arguments.sample.is_some()),
    ];
    let asked = of_data.iter().find(|(_, given)| *given);
    if let Some((option, _)) = asked.filter(|_| !wanted(SectionName::Data)) {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("{option} is of documents and rows, and --only leaves them out"),
        )
        .remedy("add --only data, or leave --only out"));
    }
    // A dry run finds the faults of what it is given, and writes none.
    let proof = Proof::asked(&arguments, plan.as_ref())?.filter(|_| writes);
    let (settings, documents, pace, price) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            wanted(SectionName::Data).then(|| DocumentSourceSettings::read(variables, faults)),
            Pace::read(variables, faults),
            ReadPrice::read(variables, faults),
        )
    })?;
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    session.announce(&format!("plan {} in {}", plan.name(), database.describe()));
    let checking = Checking {
        arguments: &arguments,
        session: &session,
        plan: plan.as_ref(),
        database: &database,
        documents: documents.flatten(),
        backup,
        repair,
        pace,
        price,
        reports,
        writes,
        begun,
    };
    let of = Of {
        plan: plan.name(),
        database: &database,
        begun,
        folder: reports.then_some(arguments.reports.as_path()),
    };
    of.or_broken_off(checking.everything(proof), &session).await
}

/// What is compared, and how.
struct Checking<'a> {
    arguments: &'a Arguments,
    session: &'a Session,
    plan: &'a dyn DocumentPlan,
    database: &'a Database,
    /// V2, where documents are to be compared.
    documents: Option<DocumentSourceSettings>,
    backup: BackupWish,
    repair: Repair,
    pace: Pace,
    price: ReadPrice,
    /// Whether a report is written.
    reports: bool,
    /// Whether anything is.
    writes: bool,
    begun: Instant,
}

impl Checking<'_> {
    fn wants(&self, name: SectionName) -> bool {
        self.arguments.only.is_empty() || self.arguments.only.contains(&name)
    }

    /// Compares, says what was found, and writes the report and the proof.
    async fn everything(&self, mut proof: Option<Proof>) -> Result<Status> {
        let (session, database) = (self.session, self.database);
        let ledger = Ledger::open(database).await?;
        let (checks, compared) = self.sections(ledger.as_ref(), &mut proof).await?;
        let compared_data = compared.is_some();
        let (source, read_time, comparison) = match compared {
            Some((snapshot, comparison)) => {
                (Some(snapshot.source), snapshot.read_time, Some(comparison))
            }
            None => (None, None, None),
        };
        let checked = Checked {
            begun: self.begun,
            plan: self.plan.name().to_owned(),
            source,
            read_time,
            checks: Some(checks.clone()),
            comparison,
        };
        let report = told::report(checked, database, ledger.as_ref(), session).await?;
        session.print(&render::check_text(&checks, session.is_verbose()));
        for section in &checks.sections {
            session.sum_up(&section.summary);
        }
        session.sum_up(&render::verdict_line(&checks));
        if self.reports {
            told::write(&report, self.arguments, session)?;
        }
        if let (Some(proof), Some(path), true) = (proof, &self.arguments.proof, compared_data) {
            let manifest = manifest(&report, &checks, database.identity().as_str());
            proof.finish(manifest, path, session)?;
        } else if let (Some(path), false) = (&self.arguments.proof, self.writes) {
            session.print(&format!(
                "Proof: {} would be written where documents and rows pass",
                path.display()
            ));
        }
        session.json(|| report.to_json());
        Ok(match checks.verdict() {
            Verdict::Passed => Status::Done,
            Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
        })
    }

    /// The sections that are wanted, and what was compared of the documents.
    async fn sections(
        &self,
        ledger: Option<&Ledger>,
        proof: &mut Option<Proof>,
    ) -> Result<(CheckReport, Option<(Snapshot, Comparison)>)> {
        let (plan, database) = (self.plan, self.database);
        let verifier = Verifier::new(database.clone(), ledger.is_some());
        let mut checks = CheckReport {
            sections: Vec::new(),
            left_out: [
                (SectionName::Tables, "Tables"),
                (SectionName::Data, "Data"),
                (SectionName::Audio, "Audio"),
                (SectionName::Users, "Users"),
            ]
            .into_iter()
            .filter(|(name, _)| !self.wants(*name))
            .map(|(_, title)| title.to_owned())
            .collect(),
        };
        let wanted = sunset_cli::desired_schema(&self.arguments.plan, "public")?.schema;
        let live = LiveReader::new(database.clone());
        let ground = check::tables(plan, &wanted, &live).await?;
        if self.wants(SectionName::Tables) || !ground.comparable {
            checks.sections.push(ground.section.clone());
        }
        if !ground.comparable {
            checks.sections.extend(self.not_compared());
            return Ok((checks, None));
        }
        let integrity = &ground.integrity;
        let mut compared = None;
        if let Some(documents) = &self.documents {
            let with = (ledger, &verifier, integrity);
            let (section, of_documents) = self.data(documents, with, proof).await?;
            checks.sections.push(section);
            checks.sections.extend(of_plan(plan, database).await?);
            compared = Some(of_documents);
        }
        if self.wants(SectionName::Audio) && plan.has_recordings() {
            let bucket = self.session.settings(R2Settings::read);
            let known = bucket.map(|bucket| recordings(database, ledger.is_some(), &bucket));
            let retries = Retries(self.pace.max_retries);
            checks
                .sections
                .push(check::audio(known, None, retries).await?);
        }
        if self.wants(SectionName::Users) {
            checks
                .sections
                .push(check::users(integrity, &verifier).await?);
        }
        Ok((checks, compared))
    }

    /// What was asked for and needs tables or columns that are not there.
    fn not_compared(&self) -> impl Iterator<Item = Section> {
        let sections = [
            (SectionName::Data, "Data"),
            (SectionName::Audio, "Audio"),
            (SectionName::Users, "Users"),
        ];
        let wanted = sections.into_iter().filter(|(name, _)| self.wants(*name));
        let concerned =
            wanted.filter(|(name, _)| *name != SectionName::Audio || self.plan.has_recordings());
        concerned.map(|(_, title)| {
            Section::not_compared(
                title,
                "tables or columns that it needs are not as they should be",
            )
        })
    }

    /// Documents and rows.
    async fn data(
        &self,
        documents: &DocumentSourceSettings,
        (ledger, verifier, integrity): (Option<&Ledger>, &Verifier, &Integrity),
        proof: &mut Option<Proof>,
    ) -> Result<(Section, (Snapshot, Comparison))> {
        let reading = ReadOptions {
            retries: self.pace.max_retries,
            max_reads_per_second: self.arguments.read.max_reads_per_second,
            read_time: self.arguments.read.read_time,
            ..ReadOptions::default()
        };
        let source = sunset_sources::documents::open_with(documents, reading)?;
        let with = Data {
            backup: &self.backup,
            plan: self.plan,
            ledger,
            database: self.database,
            verifier,
            integrity,
            session: self.session,
            batch_size: self.pace.batch_size,
            sample: self.arguments.sample,
            retries: Retries(self.pace.max_retries),
        };
        let leaves = proof
            .as_mut()
            .map(|proof| proof.leaves() as &mut dyn LeafSink);
        let (section, snapshot, comparison) =
            with.compare(source.as_ref(), &self.repair, leaves).await?;
        if !section.passed() && proof.take().is_some() {
            self.session
                .say("No proof is written: documents or rows do not pass.");
        }
        if let Some(reads) = source.billed_reads() {
            let price = self.price;
            self.session.say(&render::bill_text(Bill { reads, price }));
        }
        Ok((section, (snapshot, comparison)))
    }
}

/// What the plan itself asks, beside the documents.
async fn of_plan(plan: &dyn DocumentPlan, database: &Database) -> Result<Vec<Section>> {
    let Some(plan) = plan.afterwards(&Parameters::new("public", now()))? else {
        return Ok(Vec::new());
    };
    let rows = InPlaceLook::new(database.clone());
    Ok(sections(&rows, &plan.namespace, &plan.sections).await)
}

/// What a proof says of itself, but for its trees.
fn manifest(report: &Report, checks: &CheckReport, target: &str) -> Manifest {
    Manifest {
        tool: format!("{} {}", Arguments::NAME, report.version),
        plan: report.plan.clone(),
        made_at: report.made_at.clone(),
        source: report.source.clone().unwrap_or_default(),
        read_time: report.read_time.clone(),
        database: report.target.clone(),
        target: target.to_owned(),
        summary: checks
            .sections
            .iter()
            .map(|section| section.summary.clone())
            .collect(),
        verdict: render::verdict_name(checks.verdict()).to_owned(),
        trees: Vec::new(),
    }
}
