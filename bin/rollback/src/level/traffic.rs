//! All requests back to v1. Users come first: the weights are moved and proven to serve before the
//! database is asked for anything, which may be what has failed.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use sunset_cli::{Consented, Program, Session, Status};
use sunset_core::config::{DatabaseSettings, Faults};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_rollout::Percentage;
use sunset_rollout::drive::Event;
use sunset_targets::postgres::{ConnectOptions, Database, Ledger, Rollouts};
use sunset_traffic::{mover, schedule_file};

use crate::Arguments;

/// How long the book may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn undo(arguments: &Arguments, file: &Path, session: &Session) -> Result<Status> {
    let schedule = schedule_file::read(file)?;
    let subject = schedule.subject();
    let mover = mover(&schedule)?.ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "the schedule moves tenants by a flag, not traffic",
        )
        .remedy(
            "name the file with [nginx] or [wrangler]; a flag is switched off by rollout disable",
        )
    })?;
    let confirmed =
        session.settings(|variables, faults| variables.flag(env_vars::CONFIRM_ROLLBACK, faults))?;
    let consent = arguments.write.consent(session);
    let begun = Instant::now();
    let from = mover.standing().await?.percentage;
    let to = Percentage::zero();
    let consent = match consent {
        Consented::Write(consent) if confirmed || arguments.yes => consent,
        other => {
            session.print(&format!("{subject}: v2 {from} → {to} would be done"));
            let status = if matches!(other, Consented::DryRun) {
                Status::Done
            } else {
                session.say("Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.");
                Status::Error
            };
            session.json(|| json!({"status": status.name(), "subject": subject, "done": false, "from": from, "to": to}));
            return Ok(status);
        }
    };
    // Nobody waits for the webhook before users are back.
    session.announce(&format!("{subject}: v2 {from} → {to}"));
    let why = "rollback --level traffic";
    mover.move_to(std::slice::from_ref(&from), &to, why).await?;
    let took = begun.elapsed();
    let line = format!(
        "{subject}: v2 {from} → {to}, serving after {} ms",
        took.as_millis()
    );
    session.print(&line);
    session.sum_up(&line);
    let event = Event {
        kind: "rollback".into(),
        from: from.clone(),
        to: to.clone(),
        why: why.into(),
    };
    let booked =
        match tokio::time::timeout(PATIENCE, book(session, &consent, &subject, &event)).await {
            Ok(booked) => booked,
            Err(_) => Err(Error::new(
                ErrorKind::Unreachable,
                "the database does not answer",
            )),
        };
    if let Err(error) = &booked {
        let line = format!(
            "warning: users are back on v1, and that could not be written to the database: {error}"
        );
        session.say(&line);
        session.sum_up(&line);
    }
    session.json(|| {
        json!({
            "status": "done", "subject": subject, "done": true, "from": from, "to": to,
            "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "booked": booked.is_ok(),
        })
    });
    Ok(Status::Done)
}

async fn book(session: &Session, consent: &Consent, subject: &str, event: &Event) -> Result<()> {
    let settings = session.settings(DatabaseSettings::read)?;
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, connecting).await?;
    let permit = WritePermit::bind(consent, database.identity().clone());
    let ledger = Ledger::install(&database, &permit).await?;
    let user = session.settings(|variables, _: &mut Faults| variables.get("USER"))?;
    let by = format!(
        "{}@{}",
        user.as_deref().unwrap_or("somebody"),
        sunset_cli::host_name()
    );
    Rollouts::new(&ledger)
        .note(&permit, subject, &by, event)
        .await
}
