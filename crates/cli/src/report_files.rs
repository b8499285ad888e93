//! The report's files.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;

use crate::render::Report;

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
