//! `data-migrate`: documents of V2 into rows of V3.

mod afterwards;
mod backup;
mod counted;
mod in_place;
mod migrate;
mod owner;
mod policy;
mod shared;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use sunset_cli::{
    BackupArgs, CommonArgs, MetricsArgs, NoticeArgs, Program, ReadArgs, RunDigests, WriteArgs,
};
use sunset_core::report::ReadPrice;

use self::policy::ConflictPolicy;

/// Moves V2's documents into V3's tables, exactly once.
///
/// Reads every document twice: the first time to see how they hang together, the second time to
/// map and write them, a transaction a batch. It can be stopped and started at any moment: what is
/// there is not written again. A document that cannot be migrated is kept in quarantine, whole,
/// with its reason, and the others go on.
#[derive(Debug, Parser)]
#[command(name = "data-migrate", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    metrics: MetricsArgs,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    backup: BackupArgs,

    #[command(flatten)]
    read: ReadArgs,

    /// US dollars that Firestore bills for 100,000 document reads, to tell what reading costs
    /// [default: 0.06; also V2_READ_PRICE]
    #[arg(long, value_name = "USD")]
    read_price: Option<ReadPrice>,

    /// The plan: sales-ai, leora-phase2, main-server, voice-agent, or a file (docs/plan-files.md)
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// What to do with a row that somebody changed in V3 and V2 has otherwise [default: keep]
    #[arg(long, value_enum)]
    on_conflict: Option<ConflictPolicy>,

    /// Of which tables the run records the digest before it changes them, so that rollback --run can
    /// compare: all, or small ones (up to 64 MB), which reads no large table [default: all; with
    /// --watch small]
    #[arg(long, value_enum, value_name = "TABLES", hide_possible_values = true)]
    run_digests: Option<RunDigests>,

    /// Remove the rows of documents that V2 has no longer; without it they are only reported
    #[arg(long)]
    prune: bool,

    /// With --prune: a collection that may well be empty (may be repeated)
    #[arg(long, value_name = "COLLECTION", requires = "prune")]
    prune_empty: Vec<String>,

    /// Say what became of the documents in quarantine, all or those of one reason; end at once if there is none
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "")]
    retry_quarantined: Option<String>,

    /// Pass after pass, until stopped or cut over, with a pause in between [default pause: 30s]
    #[arg(long, value_name = "PAUSE", num_args = 0..=1, default_missing_value = "30s", value_parser = sunset_cli::interval, conflicts_with_all = ["dry_run", "retry_quarantined"])]
    watch: Option<Duration>,

    /// Batches under way at once, each on a connection of its own
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    connections: u32,

    /// Documents or rows a transaction [default: 1000; in place 10000, configurations 100; also BATCH_SIZE]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch_size: Option<u32>,

    /// Share one run with other workers, on any number of machines: join the run that is going on,
    /// or begin it. With a NAME, that run is done once: who comes late is told its outcome
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["dry_run", "watch", "retry_quarantined", "backup"])]
    worker: Option<String>,

    /// With --worker: bytes of V2's documents a unit of work, as 64M [default: 32M]
    #[arg(long, value_name = "SIZE", requires = "worker", value_parser = shared::size)]
    unit_size: Option<u64>,

    /// With --worker: share the survey, too, so that V2 is read twice in all, however many workers
    /// there are. For firestore:// and for a folder that all workers read in one place
    #[arg(long, requires = "worker")]
    share_survey: bool,

    /// Afterwards, write the report of what the ledger holds to this folder (HTML, Markdown, JSON);
    /// of a run that breaks off, too
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    report: Option<PathBuf>,

    #[command(flatten)]
    in_place: in_place::InPlaceArguments,
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL        the V3 database
  V2_FIRESTORE        firestore://PROJECT[/DATABASE], gs://BUCKET/PATH (a managed
                      export), export://DIR (the same in a folder) or file://DIR
  V2_READ_PRICE       what Firestore bills for 100,000 reads, in US dollars
  MIGRATION_USER_ID   who owns the opportunities (made when not set)
  BATCH_SIZE, MAX_RETRIES, DRY_RUN, VERBOSE
  NEON_API_KEY, NEON_PROJECT_ID   with --backup neon-branch

Exit status: 0 done, 1 error, 2 usage, 3 done but with quarantined or conflicting items,
or a dry run of what V3's tables would refuse.

Run schema-push before it, and final-check behind it. `rollback` undoes it.";

impl Program for Arguments {
    const NAME: &'static str = "data-migrate";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }

    fn metrics(&self) -> Option<&MetricsArgs> {
        Some(&self.metrics)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(migrate::migrate)
}
