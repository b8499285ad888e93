//! `backup`: a database and its Redis, with the proof that they can be restored.

mod list;
mod place;
mod restore;
mod take;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sunset_cli::{CommonArgs, Program, Session, Status, WriteArgs};
use sunset_core::Result;

/// Backs up a database and its Redis, proves backups, and restores them.
///
/// Without a command it takes a backup: PostgreSQL by pg_dump in its custom format, Redis by
/// redis-cli --rdb where REDIS_URL is set, into a folder of its own below --dir, with a manifest:
/// sizes, SHA-256, versions, and every table's rows at the dump's snapshot. A backup that was broken
/// off is never listed as one. Passwords stand on no command line.
#[derive(Debug, Parser)]
#[command(name = "backup", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    write: WriteArgs,

    /// The plan whose database is backed up: sales-ai, main-server, …, or a file: ./plan.toml
    #[arg(long, default_value = "sales-ai", value_name = "NAME", global = true)]
    plan: String,

    /// The folder of all backups
    #[arg(long, default_value = "backups", value_name = "DIR", global = true)]
    dir: PathBuf,

    /// Leave Redis out, although REDIS_URL is set
    #[arg(long)]
    without_redis: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Restore a backup into a scratch database of the same server, compare every table, drop it
    Verify {
        /// The backup; latest: the one that was taken last
        id: String,
    },
    /// All backups, the oldest first
    List,
    /// Restore a backup into an empty database; one that holds something is refused
    Restore {
        /// The backup; latest: the one that was taken last
        id: String,

        /// Restore over a database that holds something; what came since the backup is lost
        #[arg(long)]
        overwrite: bool,

        /// With --overwrite: take no backup of what is overwritten
        #[arg(long, requires = "overwrite")]
        without_backup: bool,
    },
}

const AFTER_HELP: &str = "\
Examples:
  backup --plan main-server                    a backup
  backup list
  backup verify main-server-20261121-113000    it can be restored, and holds what it says
  backup restore ID --dry-run                  what restoring would lose
  backup restore ID --overwrite                and do it

Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL   the database; plans that work in place look at DIRECT_URL first
  REDIS_URL      a Redis to be copied with it
  PG_BIN_DIR     the folder of pg_dump, pg_restore and psql
  DRY_RUN, VERBOSE

Exit status: 0 done, 1 error or refused, 2 usage, 4 a backup is damaged or not what it says.";

impl Program for Arguments {
    const NAME: &'static str = "backup";

    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

fn main() -> ExitCode {
    sunset_cli::run(backup)
}

async fn backup(arguments: Arguments, session: Session) -> Result<Status> {
    match &arguments.command {
        None => take::take(&arguments, &session).await,
        Some(Command::Verify { id }) => verify::verify(&arguments, id, &session).await,
        Some(Command::List) => list::list(&arguments, &session),
        Some(Command::Restore {
            id,
            overwrite,
            without_backup,
        }) => {
            let how = restore::How {
                overwrite: *overwrite,
                without_backup: *without_backup,
            };
            restore::restore(&arguments, id, how, &session).await
        }
    }
}
