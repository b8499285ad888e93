//! What can be asked.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sunset_cli::{CommonArgs, Session, WriteArgs};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the tables and SQL functions of flags
    Init(InitArgs),
    /// How things stand: the share of v2, tenants and calls, the schedule
    Status(SubjectArgs),
    /// Set the share of v2
    Set(SetArgs),
    /// The master switch on: the flag's share and overrides count
    Enable(SwitchArgs),
    /// The master switch off: everybody is on v1, whatever else holds
    Disable(SwitchArgs),
    /// Put one tenant on v2, whatever the share
    EnableTenant(TenantArgs),
    /// Put one tenant on v1, whatever the share
    DisableTenant(TenantArgs),
    /// Let the share decide for a tenant again
    ResetTenant(TenantArgs),
    /// Where a tenant is, and why
    Decide(DecideArgs),
    /// Who changed what, when and why
    History(HistoryArgs),
    /// Follow a schedule, watching its gates
    Run(RunArgs),
    /// Print a schedule file to begin with
    Schedule(ScheduleArgs),
}

impl Command {
    pub fn common(&self) -> &CommonArgs {
        match self {
            Self::Init(arguments) => &arguments.common,
            Self::Status(arguments) => &arguments.common,
            Self::Set(arguments) => &arguments.subject.common,
            Self::Enable(arguments) | Self::Disable(arguments) => &arguments.common,
            Self::EnableTenant(arguments)
            | Self::DisableTenant(arguments)
            | Self::ResetTenant(arguments) => &arguments.common,
            Self::Decide(arguments) => &arguments.common,
            Self::History(arguments) => &arguments.subject.common,
            Self::Run(arguments) => &arguments.subject.common,
            Self::Schedule(arguments) => &arguments.common,
        }
    }
}

/// The flag that is meant where none is named.
pub const FLAG: &str = "voice_agent_v2";

#[derive(Debug, Args)]
pub struct InitArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub write: WriteArgs,
}

/// A flag, or what a schedule file moves.
#[derive(Debug, Args)]
pub struct SubjectArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// The flag
    #[arg(long, default_value = FLAG, value_name = "NAME", conflicts_with = "schedule")]
    pub flag: String,

    /// A schedule file: what it moves is meant, a flag or traffic
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
}

/// Who changes, and why.
#[derive(Debug, Args)]
pub struct AuthorArgs {
    /// Who changes it, for the audit; default: the user of this machine
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,

    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl AuthorArgs {
    pub fn who(&self, session: &Session) -> String {
        let named = self
            .by
            .as_deref()
            .map(str::trim)
            .filter(|by| !by.is_empty());
        named.map_or_else(|| user(session), str::to_owned)
    }
}

fn user(session: &Session) -> String {
    let user = session
        .variable("USER")
        .or_else(|| session.variable("LOGNAME"))
        .unwrap_or_else(|| "somebody".to_owned());
    format!("{user}@{}", sunset_cli::host_name())
}

#[derive(Debug, Args)]
pub struct SetArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub author: AuthorArgs,

    /// 0–100
    #[arg(value_name = "PERCENTAGE")]
    pub percentage: String,

    /// Fail when the share is another one by now
    #[arg(long, value_name = "PERCENTAGE")]
    pub expect: Option<String>,
}

#[derive(Debug, Args)]
pub struct SwitchArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub author: AuthorArgs,

    /// The flag
    #[arg(long, default_value = FLAG, value_name = "NAME")]
    pub flag: String,
}

#[derive(Debug, Args)]
pub struct TenantArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub author: AuthorArgs,

    /// The flag
    #[arg(long, default_value = FLAG, value_name = "NAME")]
    pub flag: String,

    /// The tenant's id
    pub tenant: String,

    /// Also a tenant that the table tenants does not have
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct DecideArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// The flag
    #[arg(long, default_value = FLAG, value_name = "NAME")]
    pub flag: String,

    /// The tenant's id
    pub tenant: String,

    /// Also a tenant that the table tenants does not have
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,

    /// As many entries, the latest first
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub author: AuthorArgs,

    /// What a gate that fails leads to; default: what the schedule says, else step-back
    #[arg(long, value_name = "WHAT")]
    pub on_breach: Option<Breach>,

    /// For rehearsals: scheduled seconds that pass in a real one
    #[arg(long, default_value_t = 1.0, value_name = "N")]
    pub time_scale: f64,

    /// Begin anew, whatever a run that was broken off was about to do
    #[arg(long)]
    pub restart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Breach {
    /// To the step before; and further back while the gates go on failing
    StepBack,
    /// To 0 %
    Abort,
}

#[derive(Debug, Args)]
pub struct ScheduleArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// What is to be moved
    #[arg(value_name = "KIND")]
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Tenants, by a flag
    Flag,
    /// Requests, by nginx
    Nginx,
    /// Requests, by Cloudflare Workers
    Wrangler,
}
