//! `fix-schema`: the known faults of older V3 databases.

mod fix;

use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{BackupArgs, CommonArgs, NoticeArgs, Program, WriteArgs};

/// Finds and repairs the known faults of older V3 databases, without losing a row.
///
/// Faults it knows: the table leads, which is opportunities now; lead_id instead of or beside
/// opportunity_id; columns that are missing, or empty where they must not be; alerts.user_id
/// without its foreign key to "user"; duration as a number with a fraction. Each repair is probed
/// for, shown, executed and verified. Rows that no repair can put right (they refer to nothing)
/// stay as they are and are listed. What a repair changes in a row is kept in the ledger (schema
/// sunset), and `rollback --schema` undoes it.
#[derive(Debug, Parser)]
#[command(name = "fix-schema", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    backup: BackupArgs,

    /// The plan whose schema is wanted: sales-ai
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// The schema of the database in which the tables stand
    #[arg(long, default_value = "public", value_name = "NAME", value_parser = sunset_cli::schema_name)]
    schema: String,
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL        the V3 database, postgresql://user:password@host/name
  MIGRATION_USER_ID   who owns opportunities that have no owner (made when not set)
  MAX_RETRIES, DRY_RUN, VERBOSE

Exit status: 0 done or nothing to repair, 1 error, 2 usage, 3 done but for rows that need a person.

Run schema-push before it, and data-migrate behind it.";

impl Program for Arguments {
    const NAME: &'static str = "fix-schema";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(fix::fix)
}
