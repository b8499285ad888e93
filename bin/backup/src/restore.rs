//! Restoring a backup.

use serde_json::json;
use sunset_backup::restore::Restoring;
use sunset_backup::take::{Taking, check_identity};
use sunset_backup::{Loss, Shelf};
use sunset_cli::{Consented, Session, Status};
use sunset_core::Result;
use sunset_core::permit::WritePermit;

use crate::Arguments;
use crate::place::{Place, by};
use crate::verify::damaged;

/// What the operator agreed to.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub overwrite: bool,
    pub without_backup: bool,
}

pub async fn restore(
    arguments: &Arguments,
    id: &str,
    how: How,
    session: &Session,
) -> Result<Status> {
    let shelf = Shelf::new(&arguments.dir);
    let backup = match shelf.open(id) {
        Err(error) => return damaged(id, error, session),
        Ok(backup) => backup,
    };
    let id = backup.manifest.id.as_str();
    let place = Place::of(&backup.manifest.plan, session).await?;
    if let Err(error) = backup.check_files().await {
        return damaged(id, error, session);
    }
    let loss = Loss::of(&backup, &place.database).await?;
    let consent = arguments.write.consent(session);
    if loss.is_none() {
        session.print(&format!(
            "Restoring {id} over {} would lose nothing: no table differs.",
            place.database.describe()
        ));
    } else if !loss.is_empty {
        session.print(&format!(
            "Restoring {id} over {} would lose {} rows written since {}:",
            place.database.describe(),
            sunset_cli::thousands(loss.written()),
            backup.manifest.taken_at
        ));
        for line in loss.lines() {
            session.print(&format!("  {line}"));
        }
    }
    let told = |status: Status, done: bool, safety: Option<&str>| {
        session.json(|| {
            json!({
                "status": status.name(), "backup": id, "restored": done, "rows_lost": loss.written(),
                "tables": loss.lines(), "backup_of_before": safety,
            })
        });
        Ok(status)
    };
    let consent = match consent {
        Consented::DryRun => return told(Status::Done, false, None),
        Consented::Write(_) if !loss.is_empty && !how.overwrite => {
            session.say(
                "Nothing was done: the database is not empty. To restore over it, run the same command with --overwrite.",
            );
            return told(Status::Error, false, None);
        }
        Consented::Write(consent) => consent,
    };
    let mut safety = None;
    if !loss.is_empty {
        check_identity(&backup, &place.database)?;
        if !how.without_backup {
            let taking = Taking {
                database: &place.database,
                url: &place.url,
                redis: None,
                tools: &place.tools,
                plan: &backup.manifest.plan,
                by: by(),
            };
            let before = taking.take(&shelf, &|line| session.detail(line)).await?;
            session.print(&format!(
                "what is there now was backed up first: {}",
                before.manifest.id
            ));
            safety = Some(before.manifest.id);
        }
    }
    let permit = WritePermit::bind(&consent, place.database.identity().clone());
    let restoring = Restoring {
        backup: &backup,
        database: &place.database,
        url: &place.url,
        tools: &place.tools,
    };
    if let Err(error) = restoring.run(&permit, &loss).await {
        return damaged(id, error, session);
    }
    session.print(&format!(
        "restored {id}: {} rows in {} tables, compared by number and digest before it was committed",
        sunset_cli::thousands(backup.manifest.rows()),
        backup.manifest.database.tables.len()
    ));
    if backup.manifest.redis.is_some() {
        session.say(&format!(
            "Redis is not restored by this program: stop it, put {} in its folder as dump.rdb, and start it (docs/backup.md)",
            backup.folder.join(sunset_backup::take::RDB).display()
        ));
    }
    told(Status::Done, true, safety.as_deref())
}
