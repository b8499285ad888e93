//! The report's files.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::report::History;

use crate::render::{Failure, Report};
use crate::session::{Program, Session};

/// Now, to the microsecond: when a report is made.
pub fn now() -> Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
}

/// Writes a report as HTML, Markdown and JSON; gives the path of the HTML file:
/// `DIR/final-check-20261121T100000Z.html`.
///
/// # Errors
/// `Refused` when the folder cannot be written to.
pub fn write_report(report: &Report, dir: &Path) -> Result<PathBuf> {
    let failed = |path: &Path, cause: std::io::Error| {
        Error::new(ErrorKind::Refused, "cannot write the report")
            .item(path.display().to_string())
            .cause(cause)
            .remedy("name a folder that can be written to")
    };
    std::fs::create_dir_all(dir).map_err(|cause| failed(dir, cause))?;
    let stamp: String = report
        .made_at
        .chars()
        .take(19)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let path = |ending: &str| dir.join(format!("{}-{stamp}Z.{ending}", report.program));
    let html = path("html");
    for (path, text) in [
        (html.clone(), report.to_html()),
        (path("md"), report.to_markdown()),
        (path("json"), format!("{:#}\n", report.to_json())),
    ] {
        std::fs::write(&path, text).map_err(|cause| failed(&path, cause))?;
    }
    Ok(html)
}

/// The report of what the ledger holds, behind a run: where it goes, and of what.
pub struct ReportBehind<'a> {
    /// The folder; none where no report is wanted.
    pub folder: Option<&'a Path>,
    /// Who says where it is.
    pub session: &'a Session,
    /// The plan's name.
    pub plan: &'a str,
    /// The database, without its password.
    pub target: &'a str,
    /// When the program began.
    pub begun: std::time::Instant,
}

impl ReportBehind<'_> {
    /// Writes the report of `history` behind what was done, with the error that it ended with, which
    /// matters more than one of the report. `history` is not asked for where no report is wanted.
    ///
    /// # Errors
    /// That of what was done, else that of the report.
    pub async fn behind<P: Program, T>(
        &self,
        done: Result<T>,
        history: impl Future<Output = Result<History>>,
    ) -> Result<T> {
        let Some(folder) = self.folder else {
            return done;
        };
        let failure = done.as_ref().err().map(Failure::of);
        match (done, self.write::<P>(folder, failure, history.await)) {
            (Ok(done), told) => told.map(|()| done),
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(untold)) => {
                let words = format!("warning: no report could be written: {untold}");
                self.session.say(&words);
                Err(error)
            }
        }
    }

    fn write<P: Program>(
        &self,
        folder: &Path,
        failure: Option<Failure>,
        history: Result<History>,
    ) -> Result<()> {
        let history = match history {
            Ok(history) => history,
            // What broke the run off may keep the ledger from being read: then that is told.
            Err(error) if failure.is_some() => {
                self.session.say(&format!("note: {error}"));
                History::default()
            }
            Err(error) => return Err(error),
        };
        let mut report =
            Report::of_ledger::<P>(self.session, self.plan, self.target, self.begun, history);
        report.failure = failure;
        let path = write_report(&report, folder)?;
        self.session.print(&format!("Report: {}", path.display()));
        Ok(())
    }
}
