//! `deploy-check`: is the new system really up?

mod arguments;
mod branch;
mod check;
mod client;
mod deployment;
mod docs;
mod sections;
mod sources;
mod table;
mod watch;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use sunset_cli::{Session, Status};
use sunset_core::error::Result;
use sunset_deployment::workflow;

use crate::deployment::Deployment;

fn main() -> ExitCode {
    sunset_cli::run(run)
}

async fn run(arguments: Arguments, session: Session) -> Result<Status> {
    let subject = &arguments.subject;
    match &arguments.command {
        None => {
            let deployment = Deployment::open(subject, &arguments.write, &session)?;
            check::check(&deployment, &subject.only, &session).await
        }
        Some(Command::Watch {
            every,
            rounds,
            tell_now,
        }) => {
            let deployment = Deployment::open(subject, &arguments.write, &session)?;
            let pace = watch::Pace {
                every: *every,
                rounds: *rounds,
                tell_now: *tell_now,
            };
            watch::watch(&deployment, &subject.only, pace, &session).await
        }
        Some(Command::Docs { out, force }) => {
            let inventory = deployment::inventory(subject)?.1;
            docs::write(&inventory, out, *force, &arguments.write, &session)
        }
        Some(Command::Workflow) => {
            let inventory = deployment::inventory(subject)?.1;
            session.print_raw(&workflow::render(&inventory));
            Ok(Status::Done)
        }
        Some(Command::Inventory) => {
            session.print_raw(&deployment::inventory(subject)?.0);
            Ok(Status::Done)
        }
        Some(Command::Branch {
            create,
            parent,
            backup,
        }) => {
            let wish = branch::Wish {
                name: create.trim(),
                parent: parent.as_deref(),
                backup: *backup,
            };
            branch::create(&wish, &arguments.write, &session).await
        }
    }
}
