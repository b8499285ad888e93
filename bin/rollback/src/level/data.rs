//! The database as a backup has it.

use std::path::PathBuf;

use serde_json::json;
use sunset_backup::restore::Restoring;
use sunset_backup::take::{Taking, check_identity};
use sunset_backup::{Loss, Shelf, Tools};
use sunset_cli::{BackupChoice, Consented, Program, Session, Status};
use sunset_core::config::DatabaseSettings;
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::WritePermit;
use sunset_core::plans::in_place;
use sunset_targets::postgres::{ConnectOptions, Database};

use crate::Arguments;

pub async fn undo(arguments: &Arguments, id: &str, session: &Session) -> Result<Status> {
    let shelf = Shelf::new(&arguments.levels.backups);
    let backup = shelf.open(id)?;
    let manifest = &backup.manifest;
    let id = manifest.id.as_str();
    if manifest.plan != arguments.plan {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "the backup is of the plan {}, not of {}",
                manifest.plan, arguments.plan
            ),
        )
        .item(id)
        .remedy("see `backup list`, and name the plan with --plan"));
    }
    let registered = in_place::registered(&arguments.plan);
    let names: &[&str] = match &registered {
        Some(registered) => &registered.database,
        None => &[env_vars::DATABASE_URL],
    };
    let (settings, folder, confirmed) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read_first(variables, names, faults),
            variables.get(env_vars::PG_BIN_DIR).map(PathBuf::from),
            variables.flag(env_vars::CONFIRM_ROLLBACK, faults),
        )
    })?;
    let consent = arguments.write.consent(session);
    let database =
        Database::connect(&settings.url, ConnectOptions::for_program(Arguments::NAME)).await?;
    session.detail(&format!("database {}", database.describe()));
    check_identity(&backup, &database)?;
    let tools = Tools::find(folder.as_deref(), database.server_version()).await?;
    backup.check_files().await?;
    let loss = Loss::of(&backup, &database).await?;
    session.print(&format!(
        "Going back to {id} loses {} rows written since {}:",
        sunset_cli::thousands(loss.written()),
        manifest.taken_at
    ));
    for line in loss.lines() {
        session.print(&format!("  {line}"));
    }
    let tell = |status: Status, restored: bool, safety: Option<&str>| {
        session.json(|| {
            json!({
                "status": status.name(), "plan": arguments.plan, "backup": id,
                "restored": restored,
                "rows_lost": loss.written(), "tables": loss.lines(), "backup_of_before": safety,
            })
        });
        Ok(status)
    };
    let consent = match consent {
        Consented::DryRun => return tell(Status::Done, false, None),
        Consented::Write(consent) if confirmed || arguments.yes => consent,
        Consented::Write(_) => {
            session.say("Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.");
            return tell(Status::Error, false, None);
        }
    };
    session.announce(&format!("back to {id} in {}", database.describe()));
    // What is given up can be had back, unless that is not wanted.
    let safety = if let Some(BackupChoice::None) = arguments.backup.backup {
        None
    } else {
        let taking = Taking {
            database: &database,
            url: &settings.url,
            redis: None,
            tools: &tools,
            plan: &arguments.plan,
            by: format!(
                "rollback {} on {}",
                env!("CARGO_PKG_VERSION"),
                sunset_cli::host_name()
            ),
        };
        let before = taking.take(&shelf, &|line| session.detail(line)).await?;
        let id = before.manifest.id;
        session.print(&format!("what is there now was backed up first: {id}"));
        Some(id)
    };
    let permit = WritePermit::bind(&consent, database.identity().clone());
    let restoring = Restoring {
        backup: &backup,
        database: &database,
        url: &settings.url,
        tools: &tools,
    };
    restoring.run(&permit, &loss).await?;
    let line = format!(
        "restored {id}: {} rows in {} tables, compared by number and digest before it was committed",
        sunset_cli::thousands(manifest.rows()),
        manifest.database.tables.len()
    );
    session.print(&line);
    session.sum_up(&line);
    tell(Status::Done, true, safety.as_deref())
}
