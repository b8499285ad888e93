//! `v2-inspect`: what is in V2, before anybody migrates.

mod inspect;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{CommonArgs, Program, ReadArgs};

/// Tells what is in V2 before anybody migrates. It writes nothing but the report.
///
/// Collections with their documents and sizes; fields with types, coverage, ranges and forms;
/// what has to be decided before a migration: mixed types, forms of time, identifiers that differ
/// only by dashes or case, partners that are absent, likely secrets, documents that cannot be
/// read. Contents stay out of it: text is shown by its shape (`Aaa 999`), secrets by place and
/// kind alone.
#[derive(Debug, Parser)]
#[command(name = "v2-inspect", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    read: ReadArgs,

    /// Where the documents are, in place of V2_FIRESTORE: firestore://PROJECT[/DATABASE],
    /// gs://BUCKET/PATH or export://DIR (a managed export), or file://DIR
    #[arg(long, value_name = "LOCATOR")]
    source: Option<String>,

    /// Look at this collection only (may be repeated)
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,

    /// Masked sample values to show a field
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=50))]
    sample: u16,

    /// Read at most so many documents of each collection
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_documents: Option<u64>,

    /// Do not look for subcollections; in Firestore that costs a read a document
    #[arg(long)]
    no_subcollections: bool,

    /// Also write the report as one HTML file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env):
  V2_FIRESTORE              firestore://PROJECT[/DATABASE], gs://BUCKET/PATH, export://DIR or
                            file://DIR
  FIREBASE_PROJECT_ID, FIREBASE_CLIENT_EMAIL, FIREBASE_PRIVATE_KEY
                            who reads Firestore
  FIRESTORE_EMULATOR_HOST   host:port of an emulator to read from instead
  STORAGE_EMULATOR_HOST     the same for gs://
  V2_READ_PRICE             what Firestore bills for 100,000 reads, in US dollars
  MAX_RETRIES, VERBOSE

It needs no DATABASE_URL: there is nothing to write to.

Exit status: 0 done, 1 error, 2 usage, 3 done but some documents or files could not be read.";

impl Program for Arguments {
    const NAME: &'static str = "v2-inspect";

    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

fn main() -> ExitCode {
    sunset_cli::run(inspect::inspect)
}
