//! Pass after pass, while V2 is still written to.

use std::time::{Duration, Instant};

use sunset_cli::{Status, duration, thousands};
use sunset_core::error::{Error, ErrorKind, Result, RetryPolicy};
use sunset_core::permit::Consent;
use sunset_core::ports::rows::RowCounts;
use sunset_core::ports::runs::CutOver;
use sunset_core::report::LoadReport;
use sunset_targets::postgres::Ledger;

use crate::migrate::{Flow, status_of};
use crate::{ConflictPolicy, policy};

/// Passes that may fail one after the other for a passing reason.
const FAILURES: u32 = 10;

/// Repeats the pass until V3 took over. Each pass is a run of its own; in the pauses the database
/// is free for other programs.
pub async fn watch(flow: &Flow, consent: &Consent, pause: Duration) -> Result<Status> {
    let mut failures = 0;
    for pass in 1_u64.. {
        let begun = Instant::now();
        match pass_or_end(flow, consent).await {
            Ok(Pass::Made(report)) => {
                failures = 0;
                let took = duration(begun.elapsed());
                flow.session.print(&line(pass, &report, &took));
            }
            Ok(Pass::CutOver(cut_over)) => {
                flow.session.print(&format!(
                    "V3 took over from V2 on {} (run {}): there is nothing to watch.",
                    cut_over.at, cut_over.run
                ));
                return Ok(Status::Done);
            }
            Err(error) if may_pass(flow, &error) && failures < FAILURES => {
                failures += 1;
                flow.session.say(&format!(
                    "pass {pass} was broken off, the next one goes on: {error}"
                ));
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause).await;
    }
    Ok(Status::Done)
}

/// What came of one round.
enum Pass {
    Made(Box<LoadReport>),
    CutOver(CutOver),
}

async fn pass_or_end(flow: &Flow, consent: &Consent) -> Result<Pass> {
    if let Some(cut_over) = cut_over(flow).await? {
        return Ok(Pass::CutOver(cut_over));
    }
    let report = flow.write(consent).await?;
    Ok(Pass::Made(Box::new(report)))
}

/// The cut-over that ends the watch. A ledger of another version knows of none.
async fn cut_over(flow: &Flow) -> Result<Option<CutOver>> {
    match Ledger::open(&flow.database).await {
        Ok(Some(ledger)) => ledger.cut_over(flow.plan.name()).await,
        Ok(None) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the next pass may succeed: a service was away, or another program holds the run lock.
fn may_pass(flow: &Flow, error: &Error) -> bool {
    let stops_at_conflicts = matches!(policy::on_conflict(&flow.arguments), ConflictPolicy::Fail);
    error.kind().policy() != RetryPolicy::Never
        || (error.kind() == ErrorKind::Conflict && !stops_at_conflicts)
}

/// One pass in a line.
fn line(pass: u64, report: &LoadReport, took: &str) -> String {
    let mut rows = RowCounts::default();
    report.rows.values().for_each(|counts| rows.add(counts));
    let read = report.documents(|counts| counts.read);
    let mut parts = vec![
        format!("{} documents read", thousands(read)),
        format!(
            "{} rows inserted, {} updated, {} removed",
            thousands(rows.inserted),
            thousands(rows.updated),
            thousands(rows.removed)
        ),
        format!("{} quarantined", thousands(report.quarantined())),
    ];
    if report.conflicts.count > 0 {
        parts.push(format!("{} in conflict", thousands(report.conflicts.count)));
    }
    if rows.held > 0 {
        parts.push(format!(
            "{} rows stay although their document is in quarantine",
            thousands(rows.held)
        ));
    }
    let gone = &report.gone.documents;
    let staying = gone.found.count - gone.pruned;
    if staying > 0 {
        parts.push(format!("{} gone from V2", thousands(staying)));
    }
    let mark = if status_of(report) == Status::Done {
        ""
    } else {
        " !"
    };
    format!("pass {pass}{mark}: {} ({took})", parts.join("; "))
}
