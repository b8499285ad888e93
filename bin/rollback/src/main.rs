//! `rollback`: takes back what migration wrote.

mod in_place;
mod kept;
mod level;
mod levels;
mod tell;
mod undo;

use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{BackupArgs, CommonArgs, NoticeArgs, Program, WriteArgs};

/// Takes back what migration wrote to V3, and nothing else.
///
/// Rows that migration wrote are removed, rows that it changed become what they were, audio URLs
/// become what they were before. What it does stands in the ledger (schema sunset), so rows of
/// others are never touched, and a row that somebody changed after migration is kept and listed.
/// V2 is never touched. It can be stopped and started at any moment, and migrating again gives
/// the same rows.
///
/// Without --yes (or CONFIRM_ROLLBACK=yes) it shows what it would do and stops.
#[derive(Debug, Parser)]
#[command(name = "rollback", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    backup: BackupArgs,

    /// The plan that was migrated by: sales-ai, leora-phase2, main-server, voice-agent, or a file
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// Do it (also CONFIRM_ROLLBACK=yes)
    #[arg(short, long)]
    yes: bool,

    /// Only what this run wrote, all attempts of it; --list-runs shows the numbers
    #[arg(long, value_name = "ID")]
    run: Option<i64>,

    /// Only what documents of this collection gave: leads, cases, conversations, …
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,

    /// Only what the document with this id gave, and the row with this id
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// Only audio URLs: conversations name V2's recordings again, rows stay
    #[arg(long)]
    audio_urls: bool,

    /// Take back rows too that somebody changed since, or that a later run wrote again
    #[arg(long)]
    force: bool,

    /// Remove the copied recordings from R2 too, where no row names them any more
    #[arg(long, conflicts_with_all = ["run", "collection", "id"])]
    delete_objects: bool,

    /// Forget the assigned customer and case numbers; otherwise migrating again assigns the same
    #[arg(long, conflicts_with = "audio_urls")]
    release_numbers: bool,

    /// Undo the changes of the schema, too; refused while they hold data that came since, unless --force
    #[arg(long)]
    schema: bool,

    #[command(flatten)]
    moved: levels::MovedArguments,

    /// List the runs of this database, and stop
    #[arg(long)]
    list_runs: bool,

    /// List the backups that programs took before they wrote, and stop
    #[arg(long)]
    list_backups: bool,

    #[command(flatten)]
    levels: level::LevelArgs,
}

const AFTER_HELP: &str = "\
Examples:
  rollback --dry-run              what would be taken back
  rollback --yes                  everything
  rollback --run 3 --yes          one run; earlier ones stay
  rollback --audio-urls --yes     audio URLs alone
  rollback --plan main-server --level traffic --schedule traffic.toml --yes
  rollback --plan main-server --level data --backup-id ID
  rollback --list-backups         what --backup kept before writing
  rollback --level data --backup-id backup_20260131_120000 --yes
  rollback --plan voice-agent --level total --reason outage     everybody on v1, at once

Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL        the V3 database
  CONFIRM_ROLLBACK    yes: as --yes
  CLOUDFLARE_…        the bucket, with --delete-objects
  NEON_API_KEY, NEON_PROJECT_ID   with a backup that is a branch
  MAX_RETRIES, DRY_RUN, VERBOSE

Exit status: 0 done, 1 error or not confirmed, 2 usage, 3 done but rows were kept, 4 rows of others
changed meanwhile, so that nothing could be proven of them.";

impl Arguments {
    /// The first option given that means nothing to a plan that works in place.
    fn of_another_sort(&self) -> Option<&'static str> {
        let given = [
            ("--collection", self.collection.is_some()),
            ("--id", self.id.is_some()),
            ("--audio-urls", self.audio_urls),
            ("--delete-objects", self.delete_objects),
            ("--release-numbers", self.release_numbers),
        ];
        given
            .iter()
            .find(|(_, given)| *given)
            .map(|(name, _)| *name)
    }
}

impl Program for Arguments {
    const NAME: &'static str = "rollback";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(undo::undo)
}
