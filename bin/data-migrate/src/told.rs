//! The report of what the ledger holds, behind a run.

use std::path::Path;
use std::time::Instant;

use sunset_cli::render::Report;
use sunset_cli::{Session, write_report};
use sunset_core::error::Result;
use sunset_targets::postgres::{Database, Ledger};

use crate::Arguments;

/// Writes a report behind a run, whose error matters more than one of the report.
///
/// # Errors
/// That of the run, else that of the report.
pub async fn behind<T>(
    session: &Session,
    done: Result<T>,
    report: impl Future<Output = Result<()>>,
) -> Result<T> {
    match (done, report.await) {
        (Ok(done), told) => told.map(|()| done),
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(untold)) => {
            session.say(&format!("warning: no report could be written: {untold}"));
            Err(error)
        }
    }
}

/// Writes it where it was asked for.
///
/// # Errors
/// Those of the database, and of the folder.
pub async fn report(
    folder: Option<&Path>,
    session: &Session,
    plan: &str,
    database: &Database,
    begun: Instant,
) -> Result<()> {
    let Some(folder) = folder else {
        return Ok(());
    };
    let Some(ledger) = Ledger::open(database).await? else {
        return Ok(());
    };
    let history = ledger.history().await?;
    let report = Report::of_ledger::<Arguments>(session, plan, database.describe(), begun, history);
    let path = write_report(&report, folder)?;
    session.print(&format!("Report: {}", path.display()));
    Ok(())
}
