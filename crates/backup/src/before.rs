//! What a program keeps within the database, or as a branch of it, before it writes.

use std::time::{SystemTime, UNIX_EPOCH};

use sunset_core::config::BackupWish;
use sunset_core::error::Result;
use sunset_core::instant::Instant;
use sunset_core::permit::Consent;
use sunset_core::ports::backups::Taken;
use sunset_engine::backup::{self, Kept};
use sunset_engine::retry::Retries;
use sunset_targets::neon::Neon;
use sunset_targets::postgres::{ActiveRun, Database};

/// That what is wished for can be kept here: asked before the run begins, which is written down.
///
/// # Errors
/// `Denied` when the role may make no schema for the copies; those of the database.
pub async fn may_keep(wish: &BackupWish, database: &Database) -> Result<()> {
    match wish {
        BackupWish::Tables => database.check_may_copy_tables().await,
        BackupWish::None | BackupWish::NeonBranch(_) => Ok(()),
    }
}

/// Keeps what is wished for, as part of a run that has written nothing yet: `tables` of the schema
/// `namespace`, or all of the database. `None` where nothing is wished for.
///
/// # Errors
/// Those of the database and of Neon's API; nothing else was written then.
pub async fn before_writing(
    wish: &BackupWish,
    consent: &Consent,
    run: &ActiveRun,
    (tables, namespace): (&[String], &str),
    retries: Retries,
) -> Result<Option<Taken>> {
    let neon;
    let kept = match wish {
        BackupWish::None => return Ok(None),
        BackupWish::Tables => Kept::Tables { tables, namespace },
        BackupWish::NeonBranch(settings) => {
            neon = Neon::new(settings)?;
            Kept::Branch {
                api: &neon,
                host: run.database().host(),
                consent,
            }
        }
    };
    backup::before_writing(&kept, &run.backups(), now(), retries)
        .await
        .map(Some)
}

fn now() -> Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
}
