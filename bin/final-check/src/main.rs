//! `final-check`: V3 against V2, whole.

mod compare;
mod data;
mod in_place;
mod proof;
mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{BackupArgs, CommonArgs, NoticeArgs, Program, ReadArgs, WriteArgs};

/// Compares V3 with V2 and says whether anything is missing.
///
/// Every document of V2 is mapped again and every row compared with what the database holds; the
/// references, required fields and numbers of V3 are checked; the recordings in the bucket are
/// held against the ledger. Nothing is written but the report, unless --repair is given.
#[derive(Debug, Parser)]
#[command(name = "final-check", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    notices: NoticeArgs,

    #[command(flatten)]
    read: ReadArgs,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    backup: BackupArgs,

    /// The plan: sales-ai, leora-phase2, main-server, voice-agent, or a file (docs/plan-files.md)
    #[arg(long, default_value = "sales-ai", value_name = "NAME")]
    plan: String,

    /// Check only these sections (may be repeated)
    #[arg(long, value_enum, value_name = "SECTION")]
    only: Vec<SectionName>,

    /// Compare the rows of this many documents only, always the same ones; no proof of the others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sample: Option<u32>,

    /// Write rows again that differ and that nobody changed in V3; what somebody changed stays
    #[arg(long, conflicts_with = "sample")]
    repair: bool,

    /// When documents and rows pass: write a signed proof of them (docs/proof.md)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sample", "repair"])]
    proof: Option<PathBuf>,

    /// Sign the proof with this Ed25519 key: PKCS#8 (PEM, DER), or its seed [default: a new key]
    #[arg(long, value_name = "FILE", requires = "proof")]
    proof_key: Option<PathBuf>,

    /// Check a proof, offline, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["proof", "sample", "repair", "only"])]
    verify_proof: Option<PathBuf>,

    /// Show that the document or row of this id is in the proof
    #[arg(long, value_name = "ID", requires = "verify_proof")]
    id: Option<String>,

    /// The proof must be signed with this public key
    #[arg(long, value_name = "HEX", requires = "verify_proof")]
    signed_by: Option<String>,

    #[command(flatten)]
    in_place: in_place::InPlaceArguments,

    /// The folder for the report
    #[arg(long, default_value = "reports", value_name = "DIR")]
    reports: PathBuf,

    /// Write no report
    #[arg(long)]
    no_report: bool,

    /// Check nothing, and write the report of what the ledger holds: runs, throughput, quarantine
    #[arg(long, conflicts_with_all = ["no_report", "only", "sample", "repair", "proof", "verify_proof"])]
    report_only: bool,
}

/// A section of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SectionName {
    /// The tables and their columns
    Tables,
    /// Documents and rows
    Data,
    /// Recordings
    Audio,
    /// Users and owners
    Users,
}

const AFTER_HELP: &str = "\
Examples:
  final-check                       everything
  final-check --only data           documents and rows alone
  final-check --sample 500          a quick look; ends with 4, for it proves nothing of the rest
  final-check --repair --dry-run    what --repair would write
  final-check --proof v3.proof      and a signed proof for later
  final-check --plan voice-agent --fix              and what needs no person is repaired
  final-check --verify-proof v3.proof --id 202506-IC001
  final-check --report-only         the report of the migration, without a check

Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL, V2_FIRESTORE, V2_READ_PRICE,
  MIGRATION_USER_ID                               as for data-migrate
  CLOUDFLARE_R2_…                                 as for audio-migrate (section audio)

Exit status: 0 everything that was asked for was compared and nothing fails, 1 error, 2 usage,
4 a check fails, something could not be compared, or a proof does not hold.";

impl Arguments {
    /// The first option given that means nothing to a plan that works in place.
    fn of_another_sort(&self) -> Option<&'static str> {
        let given = [
            ("--only", !self.only.is_empty()),
            ("--sample", self.sample.is_some()),
            ("--repair", self.repair),
            ("--proof", self.proof.is_some()),
        ];
        given
            .iter()
            .find(|(_, given)| *given)
            .map(|(name, _)| *name)
    }
}

impl Program for Arguments {
    const NAME: &'static str = "final-check";

    fn common(&self) -> &CommonArgs {
        &self.common
    }

    fn notices(&self) -> Option<&NoticeArgs> {
        Some(&self.notices)
    }
}

fn main() -> ExitCode {
    sunset_cli::run(compare::final_check)
}
