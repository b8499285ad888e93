//! The report's files.

use std::path::{Path, PathBuf};

use sunset_cli::render::FinalReport;
use sunset_core::error::{Error, ErrorKind, Result};

/// Writes the report as HTML, Markdown and JSON; gives the path of the HTML file.
pub fn write(report: &FinalReport, dir: &Path) -> Result<PathBuf> {
    let failed = |path: &Path, cause: std::io::Error| {
        Error::new(ErrorKind::Refused, "cannot write the report")
            .item(path.display().to_string())
            .cause(cause)
            .remedy("name a folder that can be written with --reports, or give --no-report")
    };
    std::fs::create_dir_all(dir).map_err(|cause| failed(dir, cause))?;
    let stamp: String = report
        .made_at
        .chars()
        .take(19)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let path = |ending: &str| dir.join(format!("final-check-{stamp}Z.{ending}"));
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
