//! `check-r2`: the bucket, compared with what was migrated.

use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{CommonArgs, NoticeArgs, Program, Session, Status, render};
use sunset_core::audio::bucket::Expected;
use sunset_core::config::{DatabaseSettings, Pace, R2Settings};
use sunset_core::error::Result;
use sunset_core::ports::objects::ObjectStore;
use sunset_engine::bucket_check::{self, BucketOptions};
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{ConnectOptions, Database, Ledger};
use sunset_targets::recordings;

/// Counts the R2 bucket and compares it with what was migrated. It writes nothing.
///
/// Every object that the ledger says was copied must be there with its size and its ETag; objects
/// that the migration did not put there are named. Ten objects are asked for their content type
/// and their sha256; with --deep every migrated object is read again and hashed.
#[derive(Debug, Parser)]
#[command(name = "check-r2", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    /// The plan whose recordings are meant: sales-ai
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// Fail when the bucket holds fewer objects
    #[arg(long, value_name = "N")]
    expect_objects: Option<u64>,

    /// Fail when the bucket holds fewer bytes
    #[arg(long, value_name = "N")]
    expect_bytes: Option<u64>,

    /// Read every migrated object again and compare its SHA-256
    #[arg(long)]
    deep: bool,
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL               the V3 database, which holds the ledger
  CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_R2_ENDPOINT
  CLOUDFLARE_R2_ACCESS_KEY, CLOUDFLARE_R2_SECRET_KEY, CLOUDFLARE_R2_BUCKET
  AUDIO_CONCURRENCY, MAX_RETRIES, VERBOSE

Exit status: 0 passed, 1 error, 2 usage, 4 a check did not pass.";

impl Program for Arguments {
    const NAME: &'static str = "check-r2";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(check)
}

async fn check(arguments: Arguments, session: Session) -> Result<Status> {
    let (database, bucket, pace) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            R2Settings::read(variables, faults),
            Pace::read(variables, faults),
        )
    })?;
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&database.url, connecting).await?;
    let ledger = Ledger::open(&database).await?;
    let (book, store) = recordings(&database, ledger.is_some(), &bucket);
    if ledger.is_none() {
        session.say("this database has no ledger: nothing was migrated into it yet");
    }
    session.say(&format!(
        "Checking {} (plan {})",
        store.identity(),
        arguments.plan
    ));
    session.announce(&store.identity().to_string());
    let options = BucketOptions {
        deep: arguments.deep,
        concurrency: pace.audio_concurrency,
        retries: Retries(pace.max_retries),
    };
    let progress = session.progress();
    let report = bucket_check::check(&store, &book, options, progress.as_ref()).await?;
    let section = report.section(Expected {
        objects: arguments.expect_objects,
        bytes: arguments.expect_bytes,
    });
    session.print(&render::bucket_text(
        &report,
        &section,
        session.is_verbose(),
    ));
    session.sum_up(&section.summary);
    session.json(|| render::bucket_json(&report, &section));
    Ok(if section.passed() {
        Status::Done
    } else {
        Status::CheckFailed
    })
}
