//! Rollback by levels: users first, data last.

pub mod data;
pub mod traffic;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sunset_cli::{BackupChoice, Session, Status};
use sunset_core::error::{Error, ErrorKind, Result};

use crate::Arguments;

/// See the module.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rollback by levels")]
pub struct LevelArgs {
    /// How far back, in place of what stands in the ledger
    #[arg(long, value_name = "LEVEL", conflicts_with_all = [
        "run", "collection", "id", "audio_urls", "delete_objects", "release_numbers", "schema", "list_runs",
        "list_backups",
    ])]
    pub level: Option<Level>,

    /// The schedule file of the rollout, with --level traffic
    #[arg(long, value_name = "FILE", requires = "level")]
    pub schedule: Option<PathBuf>,

    /// The backup to restore, with --level data; --list-backups and `backup list` show them
    #[arg(long, value_name = "ID", requires = "level")]
    pub backup_id: Option<String>,

    /// The folder of backups, with --level data
    #[arg(
        long,
        default_value = "backups",
        value_name = "DIR",
        requires = "level"
    )]
    pub backups: PathBuf,
}

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// All requests to v1, within seconds; nothing is lost
    Traffic,
    /// One tenant: off v2, and its rows as they were (voice-agent)
    Tenant,
    /// A smaller share of tenants (voice-agent)
    Partial,
    /// Everybody off v2, by the flag (voice-agent)
    Total,
    /// The tables or the database as a backup has them; what was written since is lost. Of the
    /// copies that voice-agent itself takes the rows; what was changed since is kept
    Data,
}

/// Refuses a backup that a level would not take: what was asked for is not left out in silence.
///
/// # Errors
/// `Configuration`.
fn refuse_backup(level: Level, asked: Option<BackupChoice>) -> Result<()> {
    let refused = |what: &str, remedy: &str| {
        Err(Error::new(ErrorKind::Configuration, what.to_owned()).remedy(remedy.to_owned()))
    };
    match (level, asked) {
        (Level::Traffic, Some(BackupChoice::Tables | BackupChoice::NeonBranch)) => refused(
            "--level traffic takes no backup: users go first, and no row is written",
            "leave --backup out; --level data takes one",
        ),
        // What a backup of the program `backup` replaces is kept as another one of the same sort.
        (Level::Data, Some(BackupChoice::Tables | BackupChoice::NeonBranch)) => refused(
            "this backup is one of the program backup: what is there now is kept as another one of that sort",
            "leave --backup out, or give --backup none to go on without it",
        ),
        _ => Ok(()),
    }
}

/// Does what a level asks for.
pub async fn undo(arguments: &Arguments, level: Level, session: &Session) -> Result<Status> {
    let LevelArgs {
        schedule,
        backup_id,
        ..
    } = &arguments.levels;
    let missing = |what: &str, remedy: &str| {
        Err(Error::new(ErrorKind::Configuration, what.to_owned()).remedy(remedy.to_owned()))
    };
    arguments.moved.refuse(&arguments.plan)?;
    refuse_backup(level, arguments.backup.backup)?;
    match (level, schedule, backup_id) {
        (Level::Tenant | Level::Partial | Level::Total, _, _) => missing(
            "this level is of plans that move tenants by a flag",
            "name the plan: rollback --plan voice-agent",
        ),
        (Level::Traffic, Some(schedule), None) => traffic::undo(arguments, schedule, session).await,
        (Level::Data, None, Some(id)) => data::undo(arguments, id, session).await,
        (Level::Traffic, _, _) => missing(
            "--level traffic needs the schedule file of the rollout, and no backup",
            "name it: rollback --plan main-server --level traffic --schedule traffic.toml",
        ),
        (Level::Data, _, _) => missing(
            "--level data needs the backup to restore, and no schedule",
            "see rollback --list-backups, or `backup list` for main-server; then rollback --level data --backup-id ID",
        ),
    }
}
