//! A schedule, followed.

use std::sync::Mutex;

use serde_json::json;
use sunset_cli::{Consented, Session, Status};
use sunset_core::config::Faults;
use sunset_core::permit::WritePermit;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result, env_vars};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Drive, Pace, Probe as _, Record, Standing};
use sunset_rollout::machine::{End, Machine};
use sunset_rollout::schedule::{OnBreach, Schedule};
use sunset_targets::postgres::{Database, Ledger, RolloutRun, Rollouts};

use crate::arguments::{Breach, RunArgs};
use crate::journal::Book;
use crate::metrics::SqlMetrics;
use crate::probe::Gatekeeper;
use crate::subject::{connect, mover, schedule};
use crate::webhook::Webhook;

pub async fn run(arguments: &RunArgs, session: &Session) -> Result<Status> {
    if !arguments.time_scale.is_finite() || !(0.001..=1e7).contains(&arguments.time_scale) {
        return Err(
            Error::new(ErrorKind::Configuration, "--time-scale is out of range")
                .remedy("write a number from 0.001 to 10000000; 1 is real time"),
        );
    }
    let mut schedule = schedule(&arguments.subject)?;
    if let Some(breach) = arguments.on_breach {
        schedule.on_breach = match breach {
            Breach::StepBack => OnBreach::StepBack,
            Breach::Abort => OnBreach::Abort,
        };
    }
    let webhook = session.settings(|variables, _: &mut Faults| {
        variables
            .get(env_vars::ROLLOUT_WEBHOOK_URL)
            .map(Secret::new)
    })?;
    let webhook = Webhook::new(webhook)?;
    let database = connect(session).await?;
    let machine = Machine {
        steps: schedule.steps.clone(),
        failures: schedule.gates.failures,
        on_breach: schedule.on_breach,
    };
    let pace = Pace {
        every: schedule.gates.every,
        scale: arguments.time_scale,
    };
    let sql = schedule
        .gates
        .sql
        .as_ref()
        .map(|sql| SqlMetrics::new(database.clone(), sql.query.as_deref()));
    let probe = Gatekeeper::new(&schedule.gates, pace, sql)?;
    match arguments.write.consent(session) {
        Consented::DryRun => look(session, &schedule, &machine, &database, probe).await,
        Consented::Write(consent) => {
            let permit = WritePermit::bind(&consent, database.identity().clone());
            let follow = Follow {
                session,
                schedule: &schedule,
                machine: &machine,
                database: &database,
                permit,
                webhook,
                by: arguments.author.who(session),
                restart: arguments.restart,
            };
            follow.follow(probe, pace).await
        }
    }
}

/// The steps, and the gates looked at once.
async fn look(
    session: &Session,
    schedule: &Schedule,
    machine: &Machine,
    database: &Database,
    mut probe: Gatekeeper,
) -> Result<Status> {
    let standing = mover(schedule, database, None, "")?.standing().await?;
    check_switch(&standing)?;
    let begin = machine.begin(&standing.percentage).at;
    session.print(&format!(
        "{}: v2 at {}",
        schedule.subject(),
        standing.percentage
    ));
    for (index, step) in machine.steps.iter().enumerate() {
        let note = match index + 1 {
            at if at < begin => ", passed already",
            at if at == begin => ", where it stands",
            _ => "",
        };
        session.print(&format!(
            "  step {}: {}, kept {}{note}",
            index + 1,
            step.percentage,
            sunset_cli::duration(step.hold)
        ));
    }
    let evaluation = probe.evaluate().await;
    for finding in &evaluation.findings {
        session.print(&format!(
            "  {:<12} {}: {}",
            finding.verdict.name(),
            finding.gate,
            finding.words
        ));
    }
    session.json(|| {
        json!({
            "status": "done", "dry_run": true, "subject": schedule.subject(),
            "percentage": standing.percentage, "steps": machine.steps, "begin": begin,
            "evaluation": evaluation,
        })
    });
    Ok(Status::Done)
}

fn check_switch(standing: &Standing) -> Result<()> {
    if standing.enabled {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        "the flag is off: no step would move anybody",
    )
    .remedy("switch it on first: rollout enable"))
}

struct Follow<'a> {
    session: &'a Session,
    schedule: &'a Schedule,
    machine: &'a Machine,
    database: &'a Database,
    permit: WritePermit,
    webhook: Option<Webhook>,
    by: String,
    restart: bool,
}

impl Follow<'_> {
    async fn follow(self, mut probe: Gatekeeper, pace: Pace) -> Result<Status> {
        let subject = self.schedule.subject();
        let mover = mover(self.schedule, self.database, Some(&self.permit), &self.by)?;
        let standing = mover.standing().await?;
        check_switch(&standing)?;
        let ledger = Ledger::install(self.database, &self.permit).await?;
        let rollouts = Rollouts::new(&ledger);
        let written = self.written();
        let broken_off = if self.restart {
            None
        } else {
            let latest = rollouts.latest(&subject).await?;
            latest.filter(|run| run.state == "running")
        };
        if let Some(run) = &broken_off {
            self.check_same(run, &written)?;
        }
        let record = match &broken_off {
            Some(run) => run.record.clone(),
            None => self.beginning(&standing.percentage),
        };
        let place = (sunset_cli::host_name(), std::process::id());
        let run = rollouts
            .begin(
                &self.permit,
                &subject,
                &written,
                &record,
                broken_off.as_ref().map(|run| run.id),
                (&place.0, place.1),
            )
            .await?;
        self.say_beginning(&subject, run.id(), &record, broken_off.is_some());
        let book = Book {
            session: self.session,
            run: &run,
            machine: self.machine,
            subject: subject.clone(),
            by: self.by.clone(),
            webhook: self.webhook.clone(),
            told: Mutex::new(Vec::new()),
        };
        let drive = Drive {
            machine: self.machine,
            mover: mover.as_ref(),
            probe: &mut probe,
            journal: &book,
            pace,
        };
        let end = drive.run(record).await?;
        let share = mover.standing().await?.percentage;
        let status = if end == End::Done {
            Status::Done
        } else {
            Status::CheckFailed
        };
        let events = book.told.into_inner().unwrap_or_default();
        self.session
            .print(&format!("{}: {}", subject, ending(end, &share)));
        self.session.json(|| {
            json!({
                "status": status.name(), "subject": subject, "run": run.id(), "end": end.name(),
                "percentage": share, "resumed": broken_off.is_some(), "events": events,
            })
        });
        Ok(status)
    }

    /// What must be the same for a run to be gone on with.
    fn written(&self) -> serde_json::Value {
        json!({"steps": self.schedule.steps})
    }

    fn check_same(&self, run: &RolloutRun, written: &serde_json::Value) -> Result<()> {
        if run.schedule["steps"] == written["steps"] {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!(
                "run {} was broken off, and its schedule has other steps",
                run.id
            ),
        )
        .remedy(
            "start it with its own schedule, or with --restart to begin anew from where v2 stands",
        ))
    }

    fn beginning(&self, present: &Percentage) -> Record {
        Record {
            state: self.machine.begin(present),
            target: present.clone(),
            moving_from: None,
            last: None,
        }
    }

    fn say_beginning(&self, subject: &str, id: i64, record: &Record, resumed: bool) {
        let how = if resumed { "goes on" } else { "begins" };
        self.session.say(&format!(
            "run {id} {how}: {subject}, v2 at {}, step {} of {}, kept {} of {}",
            record.target,
            record.state.at,
            self.machine.steps.len(),
            sunset_cli::duration(record.state.kept),
            sunset_cli::duration(self.machine.hold(record.state.at)),
        ));
    }
}

fn ending(end: End, share: &Percentage) -> String {
    match end {
        End::Done => format!("every step was kept; v2 is at {share}"),
        End::NotBegun => format!("a gate failed before the first step; v2 stays at {share}"),
        End::SteppedBack => format!(
            "a gate failed and it went back; v2 is at {share}. Find the cause, then start the command again"
        ),
        End::Aborted => format!(
            "a gate failed and it went back; v2 is at {share}. Find the cause, then start the command again"
        ),
    }
}
