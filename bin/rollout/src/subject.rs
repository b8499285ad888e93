//! What is moved: a flag, or what a schedule file names.

use std::path::Path;
use std::sync::Arc;

use sunset_cli::{Program, Session};
use sunset_core::config::DatabaseSettings;
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::drive::Mover;
use sunset_rollout::schedule::Schedule;
use sunset_targets::postgres::{ConnectOptions, Database, FlagStore};

use crate::Arguments;
use crate::arguments::SubjectArgs;
use crate::flag_mover::FlagMover;
use crate::nginx::NginxMover;
use crate::wrangler::WranglerMover;

/// The schedule that is meant: of the file, or the default one of the flag.
pub fn schedule(arguments: &SubjectArgs) -> Result<Schedule> {
    match &arguments.schedule {
        Some(file) => read(file),
        None => Schedule::of_flag(&arguments.flag).checked(),
    }
}

fn read(file: &Path) -> Result<Schedule> {
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

/// The database that `DATABASE_URL` names.
pub async fn connect(session: &Session) -> Result<Database> {
    let settings = session.settings(DatabaseSettings::read)?;
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    Ok(database)
}

/// What moves the subject of a schedule. Without a permit a flag cannot be moved.
pub fn mover(
    schedule: &Schedule,
    database: &Database,
    permit: Option<&WritePermit>,
    by: &str,
) -> Result<Arc<dyn Mover>> {
    Ok(
        match (&schedule.flag, &schedule.nginx, &schedule.wrangler) {
            (Some(flag), _, _) => Arc::new(FlagMover {
                store: FlagStore::new(database.clone()),
                flag: flag.name.clone(),
                by: by.to_owned(),
                permit: permit.cloned(),
            }),
            (None, Some(nginx), _) => Arc::new(NginxMover::new(nginx)?),
            (None, None, Some(wrangler)) => Arc::new(WranglerMover::new(wrangler)?),
            (None, None, None) => {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    "the schedule moves nothing",
                ));
            }
        },
    )
}
