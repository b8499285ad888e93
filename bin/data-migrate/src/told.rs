//! The report of what the ledger holds, behind a run.

use std::path::Path;
use std::time::Instant;

use sunset_cli::render::Report;
use sunset_cli::{Session, write_report};
use sunset_core::error::Result;
use sunset_targets::postgres::{Database, Ledger};

use crate::Arguments;

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
