//! What the command line says.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use sunset_cli::{BackupArgs, CommonArgs, MetricsArgs, NoticeArgs, Program, RunDigests, WriteArgs};
use sunset_core::audio::format::Format;
use sunset_core::audio::plan::Orphans;

/// Copies V2's recordings to R2, proves every byte, and lets the conversations point there.
///
/// Lists both buckets, decides what belongs to which conversation, shows the plan and carries it
/// out. A conversation's audio_url changes only after R2 has stated the same MD5 for what it
/// stored as for the bytes that were read, and those have the checksums that Cloud Storage states.
/// It can be stopped and started at any moment, in the middle of a large object too: what is there
/// is not sent again.
#[derive(Debug, Parser)]
#[command(name = "audio-migrate", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub notices: NoticeArgs,

    #[command(flatten)]
    pub metrics: MetricsArgs,

    #[command(flatten)]
    pub write: WriteArgs,

    #[command(flatten)]
    pub backup: BackupArgs,

    /// The plan whose recordings are meant: sales-ai
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    pub plan: String,

    /// Objects copied at once [default: 5; also AUDIO_CONCURRENCY]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: Option<u16>,

    /// Bytes a second in each direction, over all objects and parts at once, as 20M or 512K
    /// (powers of 1,024); each --worker has its own
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub limit_rate: Option<u64>,

    /// Only the recordings of these conversations, separated by commas
    #[arg(long, value_name = "ID,…", value_delimiter = ',', num_args = 1..)]
    pub conversation_ids: Option<Vec<String>>,

    /// Share one run with other workers, on any number of machines: join the run that is going on,
    /// or begin it. With a NAME, that run is done once: who comes late is told its outcome
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["dry_run", "verify_urls", "backup"])]
    pub worker: Option<String>,

    /// Whether the run records the digest of the conversations before it changes one, so that
    /// rollback --run can compare: all, or small, which does not where they are more than 64 MB
    #[arg(
        long,
        value_enum,
        value_name = "TABLES",
        hide_possible_values = true,
        default_value_t
    )]
    pub run_digests: RunDigests,

    /// Only what failed or was quarantined before
    #[arg(long)]
    pub retry_failed: bool,

    /// What to do with audio that belongs to no conversation
    #[arg(long, value_enum, default_value_t = OrphanPolicy::List, value_name = "POLICY")]
    pub orphans: OrphanPolicy,

    /// This format before all others, where no conversation names one
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub prefer: Option<Format>,

    /// Afterwards, write the report of what the ledger holds to this folder (HTML, Markdown, JSON)
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    pub report: Option<PathBuf>,

    /// Afterwards, fetch so many of the public URLs and compare them with the bucket
    #[arg(long, value_name = "N")]
    pub verify_urls: Option<usize>,
}

/// See [`Orphans`].
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum OrphanPolicy {
    /// List it
    List,
    /// Copy it to audio/orphaned/<original name>
    Copy,
}

impl From<OrphanPolicy> for Orphans {
    fn from(policy: OrphanPolicy) -> Self {
        match policy {
            OrphanPolicy::List => Self::List,
            OrphanPolicy::Copy => Self::Copy,
        }
    }
}

impl Arguments {
    /// The conversations that are named.
    pub fn only(&self) -> Option<BTreeSet<String>> {
        let ids = self.conversation_ids.as_ref()?.iter();
        Some(
            ids.map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect(),
        )
    }
}

/// An error in words, for clap, which has its own way of saying which argument is meant.
fn in_words(error: &sunset_core::Error) -> String {
    match error.remedy_text() {
        Some(remedy) => format!("{}: {remedy}", error.what()),
        None => error.what().to_owned(),
    }
}

fn rate(text: &str) -> Result<u64, String> {
    sunset_engine::audio::parse_rate(text).map_err(|error| in_words(&error))
}

fn format(text: &str) -> Result<Format, String> {
    text.parse()
        .map_err(|error: sunset_core::Error| in_words(&error))
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL               the V3 database
  V2_AUDIO                   gs://BUCKET or file://DIR [default: gs://$FIREBASE_STORAGE_BUCKET]
  FIREBASE_STORAGE_BUCKET    the bucket's name
  FIREBASE_CLIENT_EMAIL, FIREBASE_PRIVATE_KEY   the service account that reads it
  V2_AUDIO_USER_PROJECT      the project that pays, for a requester-pays bucket
  CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_R2_ENDPOINT
  CLOUDFLARE_R2_ACCESS_KEY, CLOUDFLARE_R2_SECRET_KEY, CLOUDFLARE_R2_BUCKET
  CLOUDFLARE_R2_PUBLIC_URL   what the URLs begin with
  AUDIO_CONCURRENCY, MAX_RETRIES, DRY_RUN, VERBOSE

Exit status: 0 done, 1 error, 2 usage, 3 done but with quarantined, failed or lost objects, or with
public URLs that do not give what the bucket holds.

Run data-migrate before it, and check-r2 behind it.";

impl Program for Arguments {
    const NAME: &'static str = "audio-migrate";

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
