//! Connect, compare, and say what was found.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sunset_cli::render::{self, FinalReport};
use sunset_cli::{Consented, Program, Session, Status};
use sunset_core::check::{CheckReport, Section, Verdict};
use sunset_core::config::{DatabaseSettings, DocumentSourceSettings, Pace, R2Settings};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::in_place;
use sunset_core::ports::verify::LeafSink;
use sunset_core::proof::Manifest;
use sunset_engine::check;
use sunset_engine::retry::Retries;
use sunset_sources::firestore::ReadOptions;
use sunset_targets::postgres::{ConnectOptions, Database, Ledger, Verifier};
use sunset_targets::recordings;

use crate::data::{Data, Repair};
use crate::proof::Proof;
use crate::{Arguments, SectionName, files, proof};

pub async fn final_check(arguments: Arguments, session: Session) -> Result<Status> {
    if let Some(path) = &arguments.verify_proof {
        return proof::verify(path, &arguments, &session);
    }
    let begun = Instant::now();
    if let Some(registered) = in_place::registered(&arguments.plan) {
        return crate::in_place::final_check(&arguments, &session, registered, instant()).await;
    }
    let repair = if arguments.repair {
        match arguments.write.consent(&session) {
            Consented::Write(consent) => Repair::Write(consent),
            Consented::DryRun => Repair::Show,
        }
    } else {
        Repair::No
    };
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
    let (settings, documents, pace) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            wanted(SectionName::Data).then(|| DocumentSourceSettings::read(variables, faults)),
            Pace::read(variables, faults),
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
            checks.sections.push(section);
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
        Some((snapshot, comparison)) => (snapshot.source, snapshot.read_time, Some(comparison)),
        None => ("not compared".to_owned(), None, None),
    };
    let report = FinalReport {
        made_at: now(),
        version: env!("CARGO_PKG_VERSION").into(),
        source,
        read_time,
        target: database.describe().to_owned(),
        bucket: session.variable(env_vars::CLOUDFLARE_R2_BUCKET),
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        checks,
        comparison,
    };
    session.print(&render::check_text(&report.checks, session.is_verbose()));
    for section in &report.checks.sections {
        session.sum_up(&section.summary);
    }
    session.sum_up(&render::verdict_line(&report.checks));
    if !(arguments.no_report || arguments.write.dry_run || matches!(repair, Repair::Show)) {
        let path = files::write(&report, &arguments.reports)?;
        session.print(&format!("Report: {}", path.display()));
    }
    if let (Some(proof), Some(path), true) = (proof, &arguments.proof, compared_data) {
        let manifest = manifest(&report, plan.name(), database.identity().as_str());
        proof.finish(manifest, path, &session)?;
    }
    session.json(|| report.to_json());
    Ok(match report.checks.verdict() {
        Verdict::Passed => Status::Done,
        Verdict::Failed | Verdict::Incomplete => Status::CheckFailed,
    })
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
fn manifest(report: &FinalReport, plan: &str, target: &str) -> Manifest {
    Manifest {
        tool: format!("{} {}", Arguments::NAME, report.version),
        plan: plan.to_owned(),
        made_at: report.made_at.clone(),
        source: report.source.clone(),
        read_time: report.read_time.clone(),
        database: report.target.clone(),
        target: target.to_owned(),
        summary: report
            .checks
            .sections
            .iter()
            .map(|section| section.summary.clone())
            .collect(),
        verdict: render::verdict_name(report.checks.verdict()).to_owned(),
        trees: Vec::new(),
    }
}

fn now() -> String {
    instant().to_string()
}

fn instant() -> sunset_core::instant::Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(0);
    sunset_core::instant::Instant::from_micros(micros)
}
