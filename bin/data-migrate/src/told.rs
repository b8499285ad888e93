//! The report of what the ledger holds, behind a run.

use std::path::Path;
use std::time::Instant;

use sunset_cli::render::{Failure, Report};
use sunset_cli::{Session, write_report};
use sunset_core::error::Result;
use sunset_core::report::History;
use sunset_targets::postgres::{Database, Ledger};

use crate::Arguments;

/// Where a report goes, and of what.
pub struct Wanted<'a> {
    pub folder: Option<&'a Path>,
    pub session: &'a Session,
    pub plan: &'a str,
    pub database: &'a Database,
    pub begun: Instant,
}

impl Wanted<'_> {
    /// Writes the report behind a run, with the error that the run ended with, which matters more
    /// than one of the report.
    ///
    /// # Errors
    /// That of the run, else that of the report.
    pub async fn behind<T>(&self, done: Result<T>) -> Result<T> {
        let failure = done.as_ref().err().map(Failure::of);
        let broke_off = failure.is_some();
        match (done, self.write(failure).await) {
            (Ok(done), told) => told.map(|()| done),
            (Err(error), told) => {
                if let (Err(untold), true) = (told, broke_off) {
                    let words = format!("warning: no report could be written: {untold}");
                    self.session.say(&words);
                }
                Err(error)
            }
        }
    }

    /// Writes it where it was asked for.
    async fn write(&self, failure: Option<Failure>) -> Result<()> {
        let Some(folder) = self.folder else {
            return Ok(());
        };
        let history = match Ledger::open(self.database).await {
            Ok(Some(ledger)) => ledger.history().await,
            Ok(None) => Ok(History::default()),
            Err(error) => Err(error),
        };
        let history = match history {
            Ok(history) => history,
            // What broke the run off may keep the ledger from being read: then that is told.
            Err(error) if failure.is_some() => {
                self.session.say(&format!("note: {error}"));
                History::default()
            }
            Err(error) => return Err(error),
        };
        let target = self.database.describe();
        let mut report =
            Report::of_ledger::<Arguments>(self.session, self.plan, target, self.begun, history);
        report.failure = failure;
        let path = write_report(&report, folder)?;
        self.session.print(&format!("Report: {}", path.display()));
        Ok(())
    }
}
