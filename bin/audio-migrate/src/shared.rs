//! One run done by several workers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sunset_cli::{Program, Status, render, thousands};
use sunset_core::error::Result;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::ObjectStore as _;
use sunset_core::ports::runs::RunEnd;
use sunset_core::ports::work::WorkDesk as _;
use sunset_engine::audio::shared::{self, Done, Shared};
use sunset_targets::postgres::{Crew, CrewTerms, Joined, Ledger};

use crate::arguments::Arguments;
use crate::migrate::Flow;

/// Entries of each list of a plan that are kept with a shared run, for every worker to tell.
const TOLD: usize = 1_000;

/// Takes part in the run that is going on, or begins it, until it is done.
pub async fn work(flow: &Flow, consent: &Consent) -> Result<Status> {
    let permit = WritePermit::bind(consent, flow.database.identity().clone());
    let ledger = Ledger::install(&flow.database, &permit).await?;
    let terms = terms(flow);
    let crew = match ledger.join(&permit, &flow.run_start(), &terms).await? {
        Joined::Crew(crew) => crew,
        Joined::Over { run, outcomes } => {
            flow.session.say(&format!(
                "run {run} of the name {:?} is done already; this is its report",
                terms.name
            ));
            return tell(flow, shared::add_up(outcomes)?, run).await;
        }
    };
    flow.session.say(&format!(
        "worker {} of run {}",
        crew.worker(),
        crew.run().id()
    ));
    match take_part(flow, &crew, consent).await {
        Ok(done) => {
            let run = crew.run().id();
            let end = RunEnd::done(render::audio_json(&done.report), json!({}));
            crew.close(&end).await?;
            tell(flow, done, run).await
        }
        Err(error) => Err(crew.failed(error).await),
    }
}

/// What the whole run did, the same for every worker and for whoever comes after the end.
async fn tell(flow: &Flow, done: Done, run: i64) -> Result<Status> {
    let book = flow.book().await?;
    flow.tell_found(&book, run).await?;
    let Done {
        planned,
        plan,
        report,
    } = done;
    let numbers = (&planned, &report);
    flow.end(&book, numbers, Some(run), || plan).await
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
        (
            "--run-digests",
            flow.arguments.run_digests.name().to_owned(),
        ),
    ];
    let terms = terms.map(|(name, value)| (name.to_owned(), value));
    CrewTerms {
        name: flow.arguments.worker.clone().unwrap_or_default(),
        terms: BTreeMap::from(terms),
        read_time: None,
    }
}

async fn take_part(flow: &Flow, crew: &Crew, consent: &Consent) -> Result<Done> {
    let book = flow.book().await?;
    let plan = flow.plan(&book).await?;
    let target = flow.store.identity();
    let permit = WritePermit::bind(consent, target.clone());
    let progress = flow.session.progress();
    let done = shared::execute(&Shared {
        plan: &plan,
        told: render::plan_json_with(&plan, TOLD),
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
    Ok(done)
}
