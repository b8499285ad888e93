//! What the command line says.

use std::path::PathBuf;

use clap::Parser;
use sunset_cli::{CommonArgs, Program, WriteArgs};

/// Carries an env file to another version, by rules: names change, what is new is added, what is
/// required is asked for.
///
/// Comments, order, quotes and variables that no rule names stay as they are. No value is ever
/// shown. The new file is written whole or not at all, with mode 0600; a file that it replaces is
/// kept beside it.
#[derive(Debug, Parser)]
#[command(name = "env-migrate", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub write: WriteArgs,

    /// The env file of the old version
    #[arg(long, value_name = "FILE", required_unless_present = "print_rules")]
    pub from: Option<PathBuf>,

    /// The env file of the new version; may be the same file
    #[arg(long, value_name = "FILE", required_unless_present_any = ["print_rules", "diff"])]
    pub to: Option<PathBuf>,

    /// Print every name and what happens to it, and write nothing
    #[arg(long)]
    pub diff: bool,

    /// Set connection_limit in the URL of the database
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub connection_limit: Option<u32>,

    /// The plan whose rules are used
    #[arg(long, value_name = "NAME", default_value = "main-server", value_parser = ["main-server"])]
    pub plan: String,

    /// Other rules, as TOML
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub rules: Option<PathBuf>,

    /// Print the rules that would be used, to begin one's own with
    #[arg(long)]
    pub print_rules: bool,
}

const AFTER_HELP: &str = "\
Environment: DRY_RUN, VERBOSE. The variables that are carried over are those of the file alone.

Exit status: 0 done, 1 error (nothing is written), 2 usage, 4 the file is written, and something
in it is missing or wrong: the findings say what to do.";

impl Program for Arguments {
    const NAME: &'static str = "env-migrate";
    // A .env in this folder may be the very file to carry over.
    const READS_ENV_FILES: bool = false;

    fn common(&self) -> &CommonArgs {
        &self.common
    }
}
