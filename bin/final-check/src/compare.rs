//! Connect, compare, and say what was found.

use std::time::Instant;

use sunset_cli::render::{self, Report};
use sunset_cli::{Consented, Program, Session, Status, now};
use sunset_core::check::{CheckReport, Section, Verdict};
use sunset_core::config::{DatabaseSettings, DocumentSourceSettings, Pace, R2Settings};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::DocumentPlan;
use sunset_core::plans::in_place::Parameters;
use sunset_core::ports::verify::LeafSink;
use sunset_core::proof::Manifest;
use sunset_core::report::{Bill, ReadPrice};
use sunset_engine::check;
use sunset_engine::in_place::sections;
use sunset_engine::retry::Retries;
use sunset_sources::firestore::ReadOptions;
use sunset_targets::postgres::{ConnectOptions, Database, InPlaceLook, Ledger, Verifier};
use sunset_targets::recordings;

use crate::data::{Data, Repair};
use crate::proof::Proof;
use crate::told::Checked;
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
    let repair = if arguments.repair {
        match arguments.write.consent(&session) {
            Consented::Write(consent) => Repair::Write(consent),
            Consented::DryRun => Repair::Show,
        }
    } else {
        Repair::No
    };
    let backup = arguments.backup.wish(&session)?;
    let plan = sunset_cli::document_plan(&arguments.plan)?;
    let wanted = |name| arguments.only.is_empty() || arguments.only.contains(&name);
    let mut proof = Proof::asked(&arguments, plan.as_ref())?;
    if proof.is_some() && !wanted(SectionName::Data) {
        return Err(Error::new(
            ErrorKind::Configuration,
            "--proof is of documents and rows, and --only leaves them out",
        )
        .remedy("add --only data, or leave --only out"));
    }
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
    let ledger = Ledger::open(&database).await?;
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
        .filter(|(name, _)| !wanted(*name))
        .map(|(_, title)| title.to_owned())
        .collect(),
    };
    let tables = check::tables(plan.as_ref(), &verifier).await?;
    let tables_stand = tables.passed();
    if wanted(SectionName::Tables) || !tables_stand {
        checks.sections.push(tables);
    }
    let mut compared = None;
    if tables_stand {
        if let Some(Some(documents)) = documents {
            let source = {
                let reading = ReadOptions {
                    retries: pace.max_retries,
                    max_reads_per_second: arguments.read.max_reads_per_second,
                    read_time: arguments.read.read_time,
                    ..ReadOptions::default()
                };
                sunset_sources::documents::open_with(&documents, reading)?
            };
            let with = Data {
                backup: &backup,
                plan: plan.as_ref(),
                ledger: ledger.as_ref(),
                database: &database,
                verifier: &verifier,
                session: &session,
                batch_size: pace.batch_size,
                sample: arguments.sample,
                retries: Retries(pace.max_retries),
            };
            let leaves = proof
                .as_mut()
                .map(|proof| proof.leaves() as &mut dyn LeafSink);
            let (section, snapshot, comparison) =
                with.compare(source.as_ref(), &repair, leaves).await?;
            if !section.passed() && proof.take().is_some() {
                session.say("No proof is written: documents or rows do not pass.");
            }
            if let Some(reads) = source.billed_reads() {
                session.say(&render::bill_text(Bill { reads, price }));
            }
            checks.sections.push(section);
            checks
                .sections
                .extend(of_plan(plan.as_ref(), &database).await?);
            compared = Some((snapshot, comparison));
        }
        if wanted(SectionName::Audio) && plan.has_recordings() {
            let section = audio(&session, &database, ledger.is_some()).await?;
            checks.sections.push(section);
        }
        if wanted(SectionName::Users) {
            let section = check::users(plan.as_ref(), &verifier).await?;
            checks.sections.push(section);
        }
    }
    let compared_data = compared.is_some();
    let (source, read_time, comparison) = match compared {
        Some((snapshot, comparison)) => {
            (Some(snapshot.source), snapshot.read_time, Some(comparison))
        }
        None => (None, None, None),
    };
    let checked = Checked {
        begun,
        plan: plan.name().to_owned(),
        source,
        read_time,
        checks: Some(checks.clone()),
        comparison,
    };
    let report = told::report(checked, &database, ledger.as_ref(), &session).await?;
    session.print(&render::check_text(&checks, session.is_verbose()));
    for section in &checks.sections {
        session.sum_up(&section.summary);
    }
    session.sum_up(&render::verdict_line(&checks));
    if !(arguments.no_report || arguments.write.dry_run || matches!(repair, Repair::Show)) {
        told::write(&report, &arguments, &session)?;
    }
    if let (Some(proof), Some(path), true) = (proof, &arguments.proof, compared_data) {
        let manifest = manifest(&report, &checks, database.identity().as_str());
        proof.finish(manifest, path, &session)?;
    }
    session.json(|| report.to_json());
    Ok(match checks.verdict() {
        Verdict::Passed => Status::Done,
        Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
    })
}

/// What the plan itself asks, beside the documents.
async fn of_plan(plan: &dyn DocumentPlan, database: &Database) -> Result<Vec<Section>> {
    let Some(plan) = plan.afterwards(&Parameters::new("public", now()))? else {
        return Ok(Vec::new());
    };
    let rows = InPlaceLook::new(database.clone());
    Ok(sections(&rows, &plan.namespace, &plan.sections).await)
}

/// The audio section, or why it could not be compared.
async fn audio(session: &Session, database: &Database, has_ledger: bool) -> Result<Section> {
    match session.settings(R2Settings::read) {
        Ok(settings) => {
            let (book, bucket) = recordings(database, has_ledger, &settings);
            check::audio(&book, &bucket).await
        }
        Err(error) => Ok(Section::not_compared("Audio", error.to_string())),
    }
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
