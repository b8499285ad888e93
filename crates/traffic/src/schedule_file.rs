//! The file of a schedule.

use std::path::Path;

use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::schedule::Schedule;

/// Reads and checks one; a path in it is one beside it.
///
/// # Errors
/// `Configuration`, with the line.
pub fn read(file: &Path) -> Result<Schedule> {
    let item = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Error::new(ErrorKind::Configuration, "cannot read the schedule file")
            .item(&item)
            .cause(cause)
            .remedy("`rollout schedule flag > rollout.toml` makes one to begin with")
    })?;
    let mut schedule: Schedule = toml::from_str(&text).map_err(|cause| {
        Error::new(
            ErrorKind::Configuration,
            format!(
                "the schedule file is not understood: {}",
                cause.message().trim()
            ),
        )
        .item(place(&item, &text, cause.span()))
        .remedy("compare it with what `rollout schedule flag` prints")
    })?;
    // A path in the file is one beside the file.
    if let (Some(nginx), Some(folder)) = (schedule.nginx.as_mut(), file.parent()) {
        let path = folder.join(&nginx.include);
        // The record of runs knows the file by this path, wherever the command is started.
        nginx.include = std::path::absolute(&path).unwrap_or(path);
    }
    schedule.checked()
}

fn place(item: &str, text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let line = span
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count() + 1);
    line.map_or_else(|| item.to_owned(), |line| format!("{item}, line {line}"))
}
