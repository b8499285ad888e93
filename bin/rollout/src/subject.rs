//! What is moved: a flag, or what a schedule file names.

use std::sync::Arc;

use sunset_cli::{Program, Session};
use sunset_core::config::DatabaseSettings;
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::drive::Mover;
use sunset_rollout::schedule::Schedule;
use sunset_targets::postgres::{ConnectOptions, Database, FlagStore};
use sunset_traffic::schedule_file;

use crate::Arguments;
use crate::arguments::SubjectArgs;
use crate::flag_mover::FlagMover;

/// The schedule that is meant: of the file, or the default one of the flag.
pub fn schedule(arguments: &SubjectArgs) -> Result<Schedule> {
    match &arguments.schedule {
        Some(file) => schedule_file::read(file),
        None => Schedule::of_flag(&arguments.flag).checked(),
    }
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
    if let Some(flag) = &schedule.flag {
        return Ok(Arc::new(FlagMover {
            store: FlagStore::new(database.clone()),
            flag: flag.name.clone(),
            by: by.to_owned(),
            permit: permit.cloned(),
        }));
    }
    sunset_traffic::mover(schedule)?
        .ok_or_else(|| Error::new(ErrorKind::Configuration, "the schedule moves nothing"))
}
