//! Arguments that several programs share.

use std::num::NonZeroU32;

use clap::{Args, ValueEnum};
use sunset_core::config::{BackupWish, NeonSettings};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::Consent;

use crate::language::Language;

/// What every program takes.
#[derive(Debug, Clone, Args)]
pub struct CommonArgs {
    /// Say more of what happens (also VERBOSE=true)
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Print one JSON document on standard output, and everything else on standard error
    #[arg(long, global = true)]
    pub json: bool,

    /// The language of talk and of reports: en, zh-TW or es; JSON stays as it is
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true,
        value_name = "LANGUAGE"
    )]
    pub lang: Language,
}

/// What programs take that read V2's documents.
#[derive(Debug, Clone, Copy, Args)]
pub struct ReadArgs {
    /// Read no more documents a second than N (from Firestore)
    #[arg(long, value_name = "N")]
    pub max_reads_per_second: Option<NonZeroU32>,

    /// Read as of TIME, for example 2025-11-03T02:15:00Z (from Firestore) [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub read_time: Option<Instant>,
}

fn time(text: &str) -> std::result::Result<Instant, String> {
    Instant::parse_rfc3339(text, false)
        .filter(|instant| instant.in_range())
        .ok_or_else(|| "write a date, a time and Z, as 2025-11-03T02:15:00Z".into())
}

/// What programs take that write.
#[derive(Debug, Clone, Args)]
pub struct WriteArgs {
    /// Show what would be done and write nothing at all (also DRY_RUN=true)
    #[arg(long, global = true)]
    pub dry_run: bool,
}

/// What programs take that change rows.
#[derive(Debug, Clone, Copy, Args)]
pub struct BackupArgs {
    /// Before writing, keep what is there: none, tables (copies in the schema sunset_backup_…) or
    /// neon-branch; rollback --list-backups and --level data bring it back [default: none]
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true)]
    pub backup: Option<BackupChoice>,
}

/// What is kept before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackupChoice {
    /// Nothing
    None,
    /// Copies of the tables, within the database
    Tables,
    /// A branch of the Neon project
    NeonBranch,
}

impl BackupArgs {
    /// What is wished for; what a branch needs is asked for before anything is connected to.
    ///
    /// # Errors
    /// `Configuration` when a branch is wanted and a variable is missing.
    pub fn wish(&self, session: &crate::Session) -> Result<BackupWish> {
        Ok(match self.backup {
            None | Some(BackupChoice::None) => BackupWish::None,
            Some(BackupChoice::Tables) => BackupWish::Tables,
            Some(BackupChoice::NeonBranch) => {
                BackupWish::NeonBranch(session.settings(NeonSettings::read)?)
            }
        })
    }
}

/// Of which tables a run records the digest before it changes them, for `rollback --run` to compare
/// with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RunDigests {
    /// Of all
    #[default]
    All,
    /// Of those that are read in no time
    Small,
}

impl RunDigests {
    /// As it stands among the options of a run, where the ledger looks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Small => "small",
        }
    }
}

/// What the operator agreed to.
#[derive(Debug, Clone)]
pub enum Consented {
    /// Writing.
    Write(Consent),
    /// Looking: without a consent nothing can be written.
    DryRun,
}

impl WriteArgs {
    /// What is wrong where `DRY_RUN` asks for a dry run and one of these options is given, which clap
    /// refuses beside `--dry-run`.
    pub fn unfit_beside(&self, session: &crate::Session, given: &[(&str, bool)]) -> Option<Error> {
        if !session.dry_run_by_environment() {
            return None;
        }
        let (option, _) = given.iter().find(|(_, given)| *given)?;
        let what = format!("DRY_RUN stands for --dry-run, which {option} cannot be used with");
        let unfit = Error::new(ErrorKind::Configuration, what);
        Some(unfit.remedy("leave the option out, or set DRY_RUN=false"))
    }

    /// The consent that these arguments give, together with `DRY_RUN`.
    pub fn consent(&self, session: &crate::Session) -> Consented {
        if self.dry_run || session.dry_run_by_environment() {
            session.mark_dry_run();
            Consented::DryRun
        } else {
            Consented::Write(Consent::given_by_arguments())
        }
    }
}
