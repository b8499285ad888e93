//! Other programs that are run.

use std::path::Path;
use std::process::{Output, Stdio};

use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::LibpqVariables;
use tokio::process::Command;

/// Variables that would lead a program elsewhere than the URL does.
const MISLEADING: [&str; 12] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGREQUIRESSL",
    "PGTARGETSESSIONATTRS",
    "PGCLIENTENCODING",
];

/// How a table is spoken of whose rows came out otherwise than the manifest says.
pub(crate) const NOT_AS_IT_WAS: &str = "was not restored as it was";

/// A program of PostgreSQL that will find its server by its environment alone.
pub(crate) fn of_postgres(program: &Path, variables: Option<&LibpqVariables>) -> Command {
    let mut command = Command::new(program);
    for name in MISLEADING {
        command.env_remove(name);
    }
    for (name, value) in variables.into_iter().flat_map(LibpqVariables::each) {
        command.env(name, value.expose());
    }
    // Its words are shown, and read.
    command.env("LC_ALL", "C");
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Why a program cannot be run at all.
pub(crate) fn unrunnable(program: &Path, cause: std::io::Error) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("cannot run {}", program.display()),
    )
    .cause(cause)
    .remedy("install it, or name its folder with PG_BIN_DIR")
}

/// Runs to the end; an error with the program's last words when it fails.
pub(crate) async fn succeed(mut command: Command, program: &Path, what: &str) -> Result<Output> {
    let output = command
        .output()
        .await
        .map_err(|cause| unrunnable(program, cause))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failure(what, &output.stderr))
}

/// What a program said when it failed, as an error.
pub(crate) fn failure(what: &str, stderr: &[u8]) -> Error {
    let words = words(stderr);
    let (kind, remedy) = if words.contains("password authentication failed")
        || words.contains("permission denied")
        || words.contains("must be owner")
    {
        (
            ErrorKind::Denied,
            "use a role that owns the tables or is a superuser",
        )
    } else if words.contains("lock timeout") || words.contains("lock not available") {
        (
            ErrorKind::Contended,
            "somebody holds the tables: stop the application, or wait, and run it again",
        )
    } else if words.contains(NOT_AS_IT_WAS) {
        (
            ErrorKind::Mismatch,
            "the dump does not hold what its manifest says, and nothing was changed: use another \
             backup, see `backup list`",
        )
    } else if words.contains("No space left") {
        (
            ErrorKind::Configuration,
            "make room on the disk, then run it again",
        )
    } else {
        (
            ErrorKind::Unreachable,
            "put right what it says, then run it again; nothing was done by halves",
        )
    };
    Error::new(kind, what).item(words).remedy(remedy)
}

/// The last lines of what a program said.
pub(crate) fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let last = lines
        .get(lines.len().saturating_sub(4)..)
        .unwrap_or_default();
    let joined = last.join("; ");
    joined.chars().take(600).collect()
}
