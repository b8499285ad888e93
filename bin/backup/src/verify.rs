//! Proving a backup.

use serde_json::json;
use sunset_backup::Shelf;
use sunset_backup::verify::Verification;
use sunset_cli::{Consented, Session, Status};
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};

use crate::Arguments;
use crate::place::Place;

pub async fn verify(arguments: &Arguments, id: &str, session: &Session) -> Result<Status> {
    let backup = match Shelf::new(&arguments.dir).open(id) {
        Err(error) => return damaged(id, error, session),
        Ok(backup) => backup,
    };
    let id = backup.manifest.id.as_str();
    let place = Place::of(&backup.manifest.plan, session).await?;
    let Consented::Write(consent) = arguments.write.consent(session) else {
        if let Err(error) = backup.check_files().await {
            return damaged(id, error, session);
        }
        session.print(&format!(
            "{id}: sizes and SHA-256 are the manifest's; a database would be made on {} to restore it into",
            place.database.describe()
        ));
        session.json(|| json!({"status": "done", "dry_run": true, "backup": id}));
        return Ok(Status::Done);
    };
    let permit = WritePermit::bind(&consent, place.database.identity().clone());
    let verification = Verification {
        backup: &backup,
        server: &place.database,
        url: &place.url,
        permit: &permit,
        tools: &place.tools,
    };
    let found = match verification.run().await {
        Ok(found) => found,
        Err(error) => return damaged(id, error, session),
    };
    for name in &found.dropped {
        session.say(&format!(
            "dropped {name}, which an earlier check had left behind"
        ));
    }
    session.print(&format!(
        "{id}: restored; {} rows in {} tables compared by number and digest",
        sunset_cli::thousands(found.rows),
        found.tables
    ));
    if let Some(redis) = &found.redis {
        session.print(&format!("  Redis: {redis}"));
    }
    for difference in &found.differences {
        session.print(&format!("  differs: {difference}"));
    }
    let status = if found.differences.is_empty() {
        session.print("  it holds what its manifest says");
        Status::Done
    } else {
        Status::CheckFailed
    };
    session.json(|| {
        json!({
            "status": status.name(), "backup": id, "tables": found.tables, "rows": found.rows,
            "redis": found.redis, "differences": found.differences,
        })
    });
    Ok(status)
}

/// A backup that is damaged is a finding, with a status of its own; every other error stays one.
pub fn damaged(id: &str, error: Error, session: &Session) -> Result<Status> {
    if !matches!(error.kind(), ErrorKind::Mismatch | ErrorKind::Malformed) {
        return Err(error);
    }
    session.say(&sunset_cli::failure_text(&error));
    session.json(|| {
        json!({
            "status": Status::CheckFailed.name(), "backup": id,
            "differences": [error.to_string()],
        })
    });
    Ok(Status::CheckFailed)
}
