//! The list of backups.

use serde_json::{Value, json};
use sunset_backup::Shelf;
use sunset_cli::{Session, Status};
use sunset_core::Result;

use crate::Arguments;

pub fn list(arguments: &Arguments, session: &Session) -> Result<Status> {
    let (found, unfinished) = Shelf::new(&arguments.dir).list()?;
    let mut status = Status::Done;
    let mut entries = Vec::new();
    for each in &found {
        match each {
            Ok(backup) => {
                let manifest = &backup.manifest;
                let faults = backup.faults();
                session.print(&format!(
                    "{}  {}  {}  {} rows in {} tables{}",
                    manifest.id,
                    manifest.taken_at,
                    sunset_cli::bytes(manifest.size()),
                    sunset_cli::thousands(manifest.rows()),
                    manifest.database.tables.len(),
                    if manifest.redis.is_some() {
                        ", Redis"
                    } else {
                        ""
                    },
                ));
                for fault in &faults {
                    session.print(&format!("  damaged: {fault}"));
                    status = Status::CheckFailed;
                }
                entries
                    .push(json!({"manifest": manifest, "folder": backup.folder, "faults": faults}));
            }
            Err(error) => {
                session.print(&sunset_cli::failure_text(error));
                entries.push(json!({"faults": [error.to_string()]}));
                status = Status::CheckFailed;
            }
        }
    }
    if found.is_empty() {
        session.print(&format!(
            "There is no backup in {}.",
            arguments.dir.display()
        ));
    }
    for name in &unfinished {
        session.say(&format!(
            "{} is of a backup that was broken off or is being taken; it is none, and can be removed",
            arguments.dir.join(name).display()
        ));
    }
    session.json(|| -> Value {
        json!({"status": status.name(), "backups": entries, "unfinished": unfinished})
    });
    Ok(status)
}
