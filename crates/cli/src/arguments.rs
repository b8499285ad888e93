//! Arguments that several programs share.

use clap::Args;
use sunset_core::permit::Consent;

/// What every program takes.
#[derive(Debug, Clone, Args)]
pub struct CommonArgs {
    /// Say more of what happens (also VERBOSE=true)
    #[arg(short, long)]
    pub verbose: bool,

    /// Print one JSON document on standard output, and everything else on standard error
    #[arg(long)]
    pub json: bool,
}

/// What programs take that write.
#[derive(Debug, Clone, Args)]
pub struct WriteArgs {
    /// Show what would be done and write nothing at all (also DRY_RUN=true)
    #[arg(long)]
    pub dry_run: bool,
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
