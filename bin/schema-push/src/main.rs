//! `schema-push`: the live schema to the desired one.

mod push;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{BackupArgs, CommonArgs, NoticeArgs, Program, WriteArgs};
use sunset_core::Error;
use sunset_core::schema::diff::{Dropped, Rename};

/// Brings the V3 database to the tables that the migration needs. Never asks anything.
///
/// Compares the live schema with the desired one, prints the steps between them, and executes
/// them: each with its lock, its verdict and its inverse, recorded in the ledger (schema sunset),
/// so that a push that was broken off goes on and `rollback --schema` can undo it. What the
/// desired schema does not have (later tables and columns of V3) is left alone and reported. A
/// rename is never guessed, and nothing that would lose data is done unless it is named.
#[derive(Debug, Parser)]
#[command(name = "schema-push", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    backup: BackupArgs,

    /// The plan whose schema is wanted: sales-ai, leora-phase2, main-server, voice-agent
    #[arg(long, default_value = "sales-ai", value_name = "NAME", value_parser = sunset_cli::schema_plan_name)]
    plan: String,

    /// The schema of the database in which the tables stand
    #[arg(long, default_value = "public", value_name = "NAME", value_parser = sunset_cli::schema_name)]
    schema: String,

    /// Print the desired schema as SQL, and do nothing else (needs no database)
    #[arg(long, conflicts_with_all = ["check", "dry_run", "out", "rename", "allow_drop"])]
    print: bool,

    /// Compare only: list what differs and exit with 4 if anything does
    #[arg(long, conflicts_with_all = ["out", "rename", "allow_drop"])]
    check: bool,

    /// With --check: tables, columns and indexes beyond the desired schema count as differences
    #[arg(long, requires = "check")]
    strict: bool,

    /// Write the plan as a script for psql to FILE instead of executing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Rename a column (or, as OLD=NEW, a table) to its desired name; may be repeated
    #[arg(long, value_name = "TABLE.OLD=NEW", value_parser = rename)]
    rename: Vec<Rename>,

    /// Drop a column (or, as TABLE, a table) that is not desired, with what it holds; may be repeated
    #[arg(long, value_name = "TABLE.COLUMN", value_parser = dropped)]
    allow_drop: Vec<Dropped>,
}

fn rename(text: &str) -> Result<Rename, String> {
    Rename::parse(text).map_err(in_words)
}

fn dropped(text: &str) -> Result<Dropped, String> {
    Dropped::parse(text).map_err(in_words)
}

fn in_words(error: Error) -> String {
    match error.remedy_text() {
        Some(remedy) => format!("{}; {remedy}", error.what()),
        None => error.what().to_owned(),
    }
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL   the V3 database, postgresql://user:password@host/name
  MAX_RETRIES, DRY_RUN, VERBOSE

Exit status: 0 done, 1 error, 2 usage, 3 done but for steps that need a person, 4 --check found
differences.

Examples:
  schema-push --dry-run --verbose      the plan with its SQL; writes nothing
  schema-push --print > v3.sql         the whole desired schema
  schema-push --out plan.sql           a script: psql \"$DATABASE_URL\" -f plan.sql
  schema-push --rename conversations.case_no=case_number

fix-schema comes next: it repairs what older V3 databases have otherwise.";

impl Program for Arguments {
    const NAME: &'static str = "schema-push";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(push::push)
}
