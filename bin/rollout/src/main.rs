//! `rollout`: users from v1 to v2, step by step.

mod arguments;
mod change;
mod flag_mover;
mod init;
mod journal;
mod metrics;
mod probe;
mod run;
mod show;
mod subject;
mod webhook;

use std::process::ExitCode;

use clap::Parser;
use sunset_cli::{CommonArgs, Program, Session, Status};
use sunset_core::Result;

use crate::arguments::Command;

/// Moves users from v1 to v2, a share at a time, and back when v2 does badly.
///
/// Tenants are moved by a flag in PostgreSQL, requests by the weights of two upstreams behind
/// nginx or of two versions of a Cloudflare Worker. A schedule goes through the steps by itself
/// while its gates hold. Who is on v2 stays there while the share rises.
#[derive(Debug, Parser)]
#[command(name = "rollout", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Every command takes --json and --verbose, those that change something --dry-run as well.

Environment (the process's own, then .env.migration, then .env):
  DATABASE_URL          the database with the flags, and the record of schedules
  ROLLOUT_WEBHOOK_URL   where steps, steps back and ends are told (Slack, or any JSON receiver)
  DRY_RUN, VERBOSE

Exit status: 0 done, 1 error, 2 usage, 4 a gate failed and the rollout went back.

Examples:
  rollout init                                       tables and functions, once
  rollout set 5 --by admin@example.com --reason pilot
  rollout enable-tenant acme --by admin@example.com
  rollout decide acme
  rollout schedule flag > rollout.toml               a schedule to begin with
  rollout run --schedule rollout.toml
  rollout set 0 --schedule traffic.toml              all requests back to v1, at once";

impl Program for Arguments {
    const NAME: &'static str = "rollout";

    fn common(&self) -> &CommonArgs {
        self.command.common()
    }
}

fn main() -> ExitCode {
    sunset_cli::run(rollout)
}

async fn rollout(arguments: Arguments, session: Session) -> Result<Status> {
    match arguments.command {
        Command::Init(arguments) => init::init(&arguments, &session).await,
        Command::Status(arguments) => show::status(&arguments, &session).await,
        Command::Set(arguments) => change::set(&arguments, &session).await,
        Command::Enable(arguments) => change::switch(&arguments, &session, true).await,
        Command::Disable(arguments) => change::switch(&arguments, &session, false).await,
        Command::EnableTenant(arguments) => change::tenant(&arguments, &session, Some(true)).await,
        Command::DisableTenant(arguments) => {
            change::tenant(&arguments, &session, Some(false)).await
        }
        Command::ResetTenant(arguments) => change::tenant(&arguments, &session, None).await,
        Command::Decide(arguments) => show::decide(&arguments, &session).await,
        Command::History(arguments) => show::history(&arguments, &session).await,
        Command::Run(arguments) => run::run(&arguments, &session).await,
        Command::Schedule(arguments) => show::print_schedule(&arguments, &session),
    }
}
