//! Other programs that are run.

use std::process::{Output, Stdio};
use std::time::Duration;

use sunset_core::{Error, ErrorKind, Result};
use tokio::process::Command;

/// How long a program may take; it is ended then.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `command` with further arguments, and gives its output whatever its status.
pub async fn output(command: &[String], arguments: &[&str]) -> Result<Output> {
    let (program, first) = command.split_first().ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "no program is named")
            .remedy("write `command` in the schedule file")
    })?;
    let mut run = Command::new(program);
    run.args(first)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    match tokio::time::timeout(PATIENCE, run.output()).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(cause)) => Err(Error::new(
            ErrorKind::Configuration,
            format!("cannot run {program}"),
        )
        .cause(cause)
        .remedy("install it, or name it with its path as `command` in the schedule file")),
        Err(_) => Err(Error::new(
            ErrorKind::Unreachable,
            format!("{program} did not end within {} s", PATIENCE.as_secs()),
        )
        .remedy("run it by hand to see what it waits for")),
    }
}

/// What a program said on both outputs, its last lines.
pub fn words(output: &Output) -> String {
    let text = [&output.stderr, &output.stdout]
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
        .join("\n");
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join("; ")
}
