//! One run done by several workers.

use std::collections::BTreeMap;
use std::sync::Arc;

use sunset_cli::{Program, Status, thousands};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::ports::work::WorkDesk;
use sunset_core::report::LoadReport;
use sunset_engine::load::shared::together::{self, Together};
use sunset_engine::load::shared::{self, Shared, UNIT_BYTES};
use sunset_sources::documents::open_with;
use sunset_targets::postgres::{Crew, CrewTerms, Joined, Ledger};

use crate::migrate::{Flow, status_of};
use crate::{Arguments, policy};

/// Takes part in the run that is going on, or begins it, until it is done.
pub async fn work(flow: &Flow, consent: &Consent) -> Result<Status> {
    let permit = WritePermit::bind(consent, flow.database.identity().clone());
    let ledger = Ledger::install(&flow.database, &permit).await?;
    flow.note_cut_over(&ledger).await?;
    // Only whoever begins the run decides as of when V2 is read; the others are told.
    let snapshot = open_with(&flow.documents, flow.reading)?.open().await?;
    let start = RunStart {
        source: Some(snapshot.source.clone()),
        read_time: snapshot.read_time.clone(),
        ..flow.start()
    };
    let terms = terms(flow, &start, snapshot.read_time);
    let crew = match ledger.join(&permit, &start, &terms).await? {
        Joined::Crew(crew) => crew,
        Joined::Over { run, outcomes } => {
            flow.session.say(&format!(
                "run {run} of the name {:?} is done already; this is its report",
                terms.name
            ));
            let report = shared::told(flow.plan.as_ref(), outcomes)?;
            flow.tell(&report, Some(run), false);
            return Ok(status_of(&report));
        }
    };
    flow.session.say(&format!(
        "worker {} of run {}",
        crew.worker(),
        crew.run().id()
    ));
    match take_part(flow, &ledger, &crew).await {
        Ok(report) => {
            let run = crew.run().id();
            let end = RunEnd::done(report.counts_json(), report.phases_json());
            crew.close(&end).await?;
            flow.tell(&report, Some(run), false);
            Ok(status_of(&report))
        }
        Err(error) => Err(crew.failed(error).await),
    }
}

/// What all workers of a run must agree on.
fn terms(flow: &Flow, start: &RunStart, read_time: Option<String>) -> CrewTerms {
    let arguments = &flow.arguments;
    let mut may_be_empty = arguments.prune_empty.clone();
    may_be_empty.sort();
    let asked = arguments.read.read_time.map(|time| time.to_string());
    let owner = flow.session.variable(env_vars::MIGRATION_USER_ID);
    let revision = flow.plan.revision().map(|revision| revision.to_string());
    let terms = [
        ("program", Arguments::NAME.to_owned()),
        ("version", start.version.clone()),
        ("plan", start.plan.clone()),
        ("rules of the plan", revision.unwrap_or_default()),
        ("source", start.source.clone().unwrap_or_default()),
        ("--read-time", asked.unwrap_or_default()),
        ("--share-survey", arguments.share_survey.to_string()),
        ("--prune", arguments.prune.to_string()),
        ("--prune-empty", may_be_empty.join(", ")),
        (
            "--on-conflict",
            format!("{:?}", policy::on_conflict(arguments)).to_lowercase(),
        ),
        (
            "--run-digests",
            policy::run_digests(arguments).name().to_owned(),
        ),
        (env_vars::MIGRATION_USER_ID, owner.unwrap_or_default()),
    ];
    let terms = terms.map(|(name, value)| (name.to_owned(), value));
    CrewTerms {
        name: arguments.worker.clone().unwrap_or_default(),
        terms: BTreeMap::from(terms),
        read_time,
    }
}

async fn take_part(flow: &Flow, ledger: &Ledger, crew: &Crew) -> Result<LoadReport> {
    let owner = flow.owner(crew.run()).await?;
    let mut reading = flow.reading;
    if let Some(time) = crew.read_time() {
        reading.read_time = Instant::parse_rfc3339(time, false);
    }
    let source = open_with(&flow.documents, reading)?;
    let recorded = ledger.numbers_before(crew.run().id()).await?;
    let progress = flow.session.progress();
    let plan = flow.plan.as_ref();
    let unit_bytes = flow.arguments.unit_size.unwrap_or(UNIT_BYTES);
    let (surveyed, fingerprint) = if flow.arguments.share_survey {
        let together = Together {
            source: source.as_ref(),
            plan,
            owner: &owner,
            recorded: &recorded,
            desk: crew,
            retries: flow.options.retries,
            unit_bytes,
            progress: progress.as_ref(),
        };
        together::survey(&together).await?
    } else {
        shared::survey(source.as_ref(), plan, &owner, &recorded, progress.as_ref()).await?
    };
    let writer = crew
        .run()
        .rows(policy::on_conflict(&flow.arguments).into())
        .pruning(flow.options.prune);
    let report = shared::load(&Shared {
        source: source.as_ref(),
        plan,
        surveyed: &surveyed,
        fingerprint,
        desk: crew,
        writer: Arc::new(writer),
        options: flow.options.clone(),
        unit_bytes,
        progress: progress.as_ref(),
    })
    .await?;
    let standing = crew.standing().await?;
    flow.session.say(&format!(
        "this worker did {} of {} units; {} workers took part, {} units were taken over",
        thousands(standing.own),
        thousands(standing.units),
        thousands(standing.workers),
        thousands(standing.taken_over)
    ));
    if let Some(reads) = source.billed_reads() {
        flow.session.say(&format!(
            "this worker read {} documents that Firestore bills for",
            thousands(reads)
        ));
        if !flow.arguments.share_survey && standing.workers > 1 {
            flow.session.say(
                "each worker read everything for a survey of its own: --share-survey makes that once \
                 for all of them",
            );
        }
    }
    Ok(report)
}

/// Reads `64M`.
pub fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().next_back() {
        Some((at, 'K' | 'k')) => (&text[..at], 1_u64 << 10),
        Some((at, 'M' | 'm')) => (&text[..at], 1 << 20),
        Some((at, 'G' | 'g')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let size = digits.parse::<u64>().ok();
    size.and_then(|size| size.checked_mul(unit))
        .filter(|size| *size > 0)
        .ok_or_else(|| "write a number of bytes, as 64M or 512K (powers of 1,024)".into())
}

/// Plans in place write table by table in one statement a batch, and are not shared.
pub fn refuse(arguments: &Arguments) -> Result<()> {
    if arguments.worker.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!("--worker: the plan {} is not shared", arguments.plan),
    )
    .remedy("leave --worker out: the database does this plan's work, and one process feeds it"))
}
