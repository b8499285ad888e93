//! The report of a check, or of the ledger alone.

use std::time::Instant;

use sunset_cli::render::{Failure, Report};
use sunset_cli::{Program, Session, Status, write_report};
use sunset_core::check::CheckReport;
use sunset_core::config::DatabaseSettings;
use sunset_core::error::{Error, Result};
use sunset_core::report::{Comparison, History};
use sunset_targets::postgres::{ConnectOptions, Database, Ledger};

use crate::Arguments;

/// What was checked, and how long it took so far.
pub struct Checked {
    pub begun: Instant,
    pub plan: String,
    pub source: Option<String>,
    pub read_time: Option<String>,
    pub checks: Option<CheckReport>,
    pub comparison: Option<Comparison>,
}

/// Gathers what the ledger tells beside it.
///
/// # Errors
/// Those of the database.
pub async fn report(
    checked: Checked,
    database: &Database,
    ledger: Option<&Ledger>,
    session: &Session,
) -> Result<Report> {
    let history = match ledger {
        Some(ledger) => ledger.history().await?,
        None => History::default(),
    };
    let target = database.describe();
    let mut report =
        Report::of_ledger::<Arguments>(session, &checked.plan, target, checked.begun, history);
    report.source = checked.source;
    report.read_time = checked.read_time;
    report.checks = checked.checks;
    report.comparison = checked.comparison;
    Ok(report)
}

/// What broke off.
pub struct Of<'a> {
    pub plan: &'a str,
    pub database: &'a Database,
    pub begun: Instant,
}

/// Writes the report of a check that broke off: the error, and what the ledger holds as far as it
/// can still be read. What keeps it from being written is only told, for the error matters more.
pub async fn broken_off(error: &Error, of: &Of<'_>, arguments: &Arguments, session: &Session) {
    let history = match Ledger::open(of.database).await {
        Ok(Some(ledger)) => ledger.history().await,
        Ok(None) => Ok(History::default()),
        Err(error) => Err(error),
    };
    let history = history.unwrap_or_else(|error| {
        session.say(&format!("note: {error}"));
        History::default()
    });
    let target = of.database.describe();
    let mut report = Report::of_ledger::<Arguments>(session, of.plan, target, of.begun, history);
    report.failure = Some(Failure::of(error));
    if let Err(untold) = write(&report, arguments, session) {
        session.say(&format!("warning: no report could be written: {untold}"));
    }
}

/// Writes the report's files, and says where.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write(report: &Report, arguments: &Arguments, session: &Session) -> Result<()> {
    let path = write_report(report, &arguments.reports)?;
    session.print(&format!("Report: {}", path.display()));
    Ok(())
}

/// The report of what the ledger holds; nothing is checked.
///
/// # Errors
/// Those of the database, and of the folder.
pub async fn ledger_alone(arguments: &Arguments, session: &Session) -> Result<Status> {
    let begun = Instant::now();
    let in_place = sunset_cli::in_place_plan(&arguments.plan)?;
    if in_place.is_none() {
        sunset_cli::document_plan(&arguments.plan)?;
    }
    let settings = session.settings(|variables, faults| match &in_place {
        Some(plan) => DatabaseSettings::read_first(variables, &plan.database, faults),
        None => DatabaseSettings::read(variables, faults),
    })?;
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    let ledger = Ledger::open(&database).await?;
    let checked = Checked {
        begun,
        plan: arguments.plan.clone(),
        source: None,
        read_time: None,
        checks: None,
        comparison: None,
    };
    let report = report(checked, &database, ledger.as_ref(), session).await?;
    write(&report, arguments, session)?;
    session.json(|| report.to_json());
    Ok(Status::Done)
}
