//! One run done by several workers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sunset_cli::{Program, Status, render, thousands};
use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::Plan;
use sunset_core::error::Result;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::ObjectStore as _;
use sunset_core::ports::runs::RunEnd;
use sunset_core::ports::work::WorkDesk as _;
use sunset_engine::audio::shared::{self, Shared};
use sunset_targets::postgres::{Crew, CrewTerms, Joined, Ledger};

use crate::arguments::Arguments;
use crate::migrate::Flow;

/// Takes part in the run that is going on, or begins it, until it is done.
pub async fn work(flow: &Flow, consent: &Consent) -> Result<Status> {
    let permit = WritePermit::bind(consent, flow.database.identity().clone());
    let ledger = Ledger::install(&flow.database, &permit).await?;
    let terms = terms(flow);
    let crew = match ledger.join(&permit, &flow.run_start(), &terms).await? {
        Joined::Crew(crew) => crew,
        Joined::Over { run, counts } => {
            flow.session.say(&format!(
                "run {run} of the name {:?} is done already: nothing is left to do",
                terms.name
            ));
            let waits = ["failed", "quarantined"].iter().any(|name| {
                let list = counts.get(name).and_then(|list| list.as_array());
                list.is_some_and(|list| !list.is_empty())
            });
            flow.session
                .json(|| json!({ "run": run, "over": true, "report": counts }));
            return Ok(if waits {
                Status::Incomplete
            } else {
                Status::Done
            });
        }
    };
    flow.session.say(&format!(
        "worker {} of run {}",
        crew.worker(),
        crew.run().id()
    ));
    match take_part(flow, &crew, consent).await {
        Ok((plan, report)) => {
            let run = crew.run().id();
            let end = RunEnd::done(render::audio_json(&report), json!({}));
            crew.close(&end).await?;
            let book = flow.book().await?;
            flow.tell_found(&book, run).await?;
            flow.end(&book, &plan, &report, Some(run)).await
        }
        Err(error) => Err(crew.failed(error).await),
    }
}

/// What all workers of a run must agree on.
fn terms(flow: &Flow) -> CrewTerms {
    let options = &flow.options;
    let start = flow.run_start();
    let only = options.only.iter().flatten().cloned().collect::<Vec<_>>();
    let terms = [
        ("program", Arguments::NAME.to_owned()),
        ("version", start.version),
        ("plan", start.plan),
        ("source", start.source.unwrap_or_default()),
        ("bucket", flow.store.identity().as_str().to_owned()),
        ("public URL", options.public_url.clone()),
        ("--retry-failed", options.retry_failed.to_string()),
        ("--orphans", format!("{:?}", options.orphans).to_lowercase()),
        (
            "--prefer",
            options
                .prefer
                .map_or_else(String::new, |format| format!("{format:?}").to_lowercase()),
        ),
        ("--conversation-ids", only.join(",")),
    ];
    let terms = terms.map(|(name, value)| (name.to_owned(), value));
    CrewTerms {
        name: flow.arguments.worker.clone().unwrap_or_default(),
        terms: BTreeMap::from(terms),
        read_time: None,
    }
}

async fn take_part(flow: &Flow, crew: &Crew, consent: &Consent) -> Result<(Plan, AudioReport)> {
    let book = flow.book().await?;
    let plan = flow.plan(&book).await?;
    let target = flow.store.identity();
    let permit = WritePermit::bind(consent, target.clone());
    let progress = flow.session.progress();
    let report = shared::execute(&Shared {
        plan: &plan,
        source: Arc::clone(&flow.source),
        store: Arc::new(flow.store.writer(&permit)?),
        journal: Arc::new(crew.run().objects(target)),
        ledger: &book,
        desk: crew,
        options: flow.copying.clone(),
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
    Ok((plan, report))
}
