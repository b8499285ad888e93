//! The report of a check, or of the ledger alone.

use std::future::Future;
use std::path::Path;
use std::time::Instant;

use sunset_cli::render::Report;
use sunset_cli::{Program, ReportBehind, Session, Status, write_report};
use sunset_core::check::CheckReport;
use sunset_core::config::DatabaseSettings;
use sunset_core::error::Result;
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

/// What a check is of.
pub struct Of<'a> {
    pub plan: &'a str,
    pub database: &'a Database,
    pub begun: Instant,
    /// Where the report of one that breaks off goes; none where no report is wanted.
    pub folder: Option<&'a Path>,
}

impl Of<'_> {
    /// What was checked. Behind a check that broke off, its report is written: the error, and what the
    /// ledger holds as far as it can still be read.
    ///
    /// # Errors
    /// That of the check.
    pub async fn or_broken_off<T>(
        &self,
        check: impl Future<Output = Result<T>>,
        session: &Session,
    ) -> Result<T> {
        let checked = session.unless_stopped(check).await;
        let report = ReportBehind {
            folder: self.folder.filter(|_| checked.is_err()),
            session,
            plan: self.plan,
            target: self.database.describe(),
            begun: self.begun,
        };
        let history = Ledger::history_in(self.database);
        report.behind::<Arguments, _>(checked, history).await
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
