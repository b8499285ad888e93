//! Measures decoding, loading and copying, each time against another way of doing the same, in the same
//! run and by turns (A B A B …): the machine's other work falls on both, and the ratios hold.
//!
//! `make bench` runs it; docs/performance.md says what came out.

mod audio;
mod decoding;
mod export;
mod in_place;
mod loading;
mod machine;
mod measure;
mod project;
mod report;
mod server;
mod size;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::report::Report;
use crate::size::{SizeName, Sizes};

/// What the programs have too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "sunset-bench", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures and prints a table in Markdown
    Run(RunArguments),
    /// Reads a source to its end and says what it delivered: the process that `run` measures
    Decode {
        /// `file://DIR` or `export://DIR`
        source: String,
    },
}

/// What `run` needs to know.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// How much: `small` ends within some ten minutes, `full` takes an hour and 25 GB of disk
    #[arg(long, value_enum, default_value = "small")]
    size: SizeName,

    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,

    /// Documents of the parts loading, compression and verify, where not those of the size
    #[arg(long)]
    load_documents: Option<u64>,

    /// Customers of the part that works in place, where not those of the size
    #[arg(long)]
    customers: Option<u64>,

    /// Turns of every comparison, where not those of the size
    #[arg(long)]
    rounds: Option<usize>,

    /// The folder of the programs to measure
    #[arg(long)]
    bin_dir: PathBuf,

    /// Where generated projects are kept and rows are put
    #[arg(long)]
    work_dir: PathBuf,

    /// A server on which databases may be made and dropped
    #[arg(long)]
    server: String,

    /// The fake-gcs-server that gives recordings; without one, recordings are not measured
    #[arg(long)]
    gcs_server: Option<PathBuf>,

    /// The rclone to compare with
    #[arg(long)]
    rclone: Option<PathBuf>,

    /// The psql that belongs to it
    #[arg(long, default_value = "psql")]
    psql: PathBuf,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// ndjson and managed export against `cat` and `jq`
    Decoding,
    /// The peak memory of decoding few documents and many
    DecodingMemory,
    /// data-migrate against `psql \copy`, and its second run
    Loading,
    /// The peak memory of data-migrate over many documents
    LoadingMemory,
    /// The rows that hold transcripts, stored with lz4 against pglz
    Compression,
    /// final-check of what data-migrate wrote, against the writing
    Verify,
    /// data-migrate through a proxy with 10 ms of round trip against one INSERT a row
    Latency,
    /// audio-migrate against `rclone copy`, on this machine and with 40 ms of round trip
    Audio,
    /// The peak memory of audio-migrate over one very large object
    AudioMemory,
    /// Plan leora-phase2 against one UPDATE of the same rows, and what others wait meanwhile
    InPlace,
    /// The peak memory of plan voice-agent over many calls
    InPlaceMemory,
}

impl RunArguments {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn sizes(&self) -> Sizes {
        let sizes = self.size.sizes();
        Sizes {
            load_documents: self.load_documents.unwrap_or(sizes.load_documents),
            compression_documents: self.load_documents.unwrap_or(sizes.compression_documents),
            verify_documents: self.load_documents.unwrap_or(sizes.verify_documents),
            load_rounds: self.rounds.unwrap_or(sizes.load_rounds),
            decode_rounds: self.rounds.unwrap_or(sizes.decode_rounds),
            small_rounds: self.rounds.unwrap_or(sizes.small_rounds),
            customers: self.customers.unwrap_or(sizes.customers),
            in_place_rounds: self.rounds.unwrap_or(sizes.in_place_rounds),
            ..sizes
        }
    }
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Decode { source } => decoding::decode_once(&source),
        Command::Run(arguments) => run(&arguments),
    }
}

fn run(arguments: &RunArguments) -> Result<()> {
    let sizes = arguments.sizes();
    let mut report = Report::begin(&machine::describe(arguments))?;
    if arguments.wants(Part::Decoding) {
        decoding::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::DecodingMemory) {
        decoding::measure_memory(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::Loading) {
        loading::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::LoadingMemory) {
        loading::measure_memory(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::Compression) {
        loading::compression::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::Verify) {
        loading::verify::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::Latency) {
        loading::latency::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::Audio) {
        audio::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::AudioMemory) {
        audio::measure_memory(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::InPlace) {
        in_place::measure(arguments, &sizes, &mut report)?;
    }
    if arguments.wants(Part::InPlaceMemory) {
        in_place::measure_memory(arguments, &sizes, &mut report)?;
    }
    report.end(&machine::load_average())
}
