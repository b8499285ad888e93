//! `cutover`: V3 takes over from V2.

mod look;
mod take_over;

use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{CommonArgs, NoticeArgs, Program, WriteArgs};

/// Makes V3 take over from V2: says what is left to do, and, once V2 is frozen, makes the last
/// pass, proves that nothing is missing, and records the cut-over.
///
/// Without --frozen it only looks and writes nothing. Freezing V2 is yours to do: no more writes
/// to Firestore and to the bucket. A `data-migrate --watch` that runs beside it ends by itself when
/// the cut-over is recorded.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    write: WriteArgs,

    /// The plan: sales-ai
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// V2 takes no more writes: make the last pass and take over
    #[arg(long)]
    frozen: bool,

    /// Who says so; written into the record
    #[arg(long, value_name = "WHO")]
    by: Option<String>,

    /// Remove the rows of documents that V2 has no longer
    #[arg(long)]
    prune: bool,

    /// With --prune: a collection that may well be empty (may be repeated)
    #[arg(long, value_name = "COLLECTION", requires = "prune")]
    prune_empty: Vec<String>,

    /// Users of V3 filled columns that V2 does not fill, and that is meant: take over all the same,
    /// and write into the record how many cells of which table
    #[arg(long, requires = "frozen")]
    accept_filled: bool,

    /// Recordings are no part of this cut-over
    #[arg(long)]
    without_audio: bool,
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env): as for data-migrate and final-check.

Exit status: 0 looked, or V3 took over; 1 error, 2 usage, 4 a check fails or something could not be
compared: the cut-over is not recorded.

An evening: data-migrate --watch, audio-migrate; cutover; freeze V2; audio-migrate; cutover --frozen.";

impl Program for Arguments {
    const NAME: &'static str = "cutover";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(take_over::cut_over)
}
