//! Checking again and again, and telling when the state changes.

use std::time::Duration;

use serde_json::json;
use sunset_cli::{Session, Status};
use sunset_core::check::Section;
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::secret::Secret;
use sunset_deployment::health as judgement;
use sunset_deployment::inventory::HealthWish;
use sunset_deployment::watch::{Observation, Round, Watch};

use crate::arguments::SectionName;
use crate::client::{Client, Request};
use crate::deployment::Deployment;
use crate::sections;

/// How long, and how often.
pub struct Pace {
    pub every: Duration,
    pub rounds: Option<u64>,
    pub tell_now: bool,
}

/// What is watched where nothing was named: what changes by itself, and leaves no traces.
const DEFAULT: [SectionName; 4] = [
    SectionName::Health,
    SectionName::Tls,
    SectionName::Cors,
    SectionName::Web,
];

/// See the module.
pub async fn watch(
    deployment: &Deployment,
    only: &[SectionName],
    pace: Pace,
    session: &Session,
) -> Result<Status> {
    let names = if only.is_empty() {
        DEFAULT.to_vec()
    } else {
        sections::chosen(only)
    };
    let inventory = &deployment.inventory;
    let webhook = session
        .variable(env_vars::SLACK_WEBHOOK_URL)
        .map(Secret::new);
    match &webhook {
        Some(_) => session.say("Changes are told to SLACK_WEBHOOK_URL."),
        None => session.say("SLACK_WEBHOOK_URL is not set: changes are only printed here."),
    }
    if pace.tell_now {
        let text = format!(
            "deploy-check watches {} ({}).",
            inventory.name, inventory.domain
        );
        tell(&deployment.client, webhook.as_ref(), &text).await?;
        session.say("Told the webhook.");
    }
    let mut watch = Watch::new(&inventory.name, &inventory.watch);
    let mut clock = tokio::time::interval(pace.every);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = 0;
    loop {
        clock.tick().await;
        round += 1;
        let seen = look(deployment, &names, &mut watch).await;
        show(&seen, session);
        if let Some(text) = watch.untold() {
            session.say(&text);
            match tell(&deployment.client, webhook.as_ref(), &text).await {
                Ok(()) => watch.told(),
                // It is tried again with the next round, if it still holds.
                Err(error) => session.say(&format!("{error}")),
            }
        }
        if pace.rounds.is_some_and(|rounds| round >= rounds) {
            return Ok(if seen.is_well() {
                Status::Done
            } else {
                Status::CheckFailed
            });
        }
    }
}

async fn look(deployment: &Deployment, names: &[SectionName], watch: &mut Watch) -> Observation {
    let mut round = Round::default();
    if names.contains(&SectionName::Health) {
        health(deployment, &mut round).await;
    }
    let others: Vec<SectionName> = names
        .iter()
        .copied()
        .filter(|name| *name != SectionName::Health)
        .collect();
    let found = sections::run(deployment, &others).await;
    let fails = |section: &Section| section.checks.iter().any(|check| !check.passed());
    let failing = found.iter().filter(|section| fails(section));
    round
        .failing
        .extend(failing.map(|section| section.title.clone()));
    watch.observe(&round)
}

/// Requests that fail count into the error rate, and times into the response time; the section
/// fails by what an answer says, or when there is none at all.
async fn health(deployment: &Deployment, round: &mut Round) {
    let wish = &deployment.inventory.health;
    let Ok(asked) = sections::health::ask(deployment, deployment.inventory.watch.requests).await
    else {
        round.failing.push("health".into());
        return;
    };
    round.requests = asked.requests();
    let wish = HealthWish {
        max_median_ms: u64::MAX,
        ..wish.clone()
    };
    let well = asked.best().is_some_and(|answer| {
        judgement::judge(&wish, &asked.address, answer, &[], Deployment::now())
            .iter()
            .all(sunset_core::check::Check::passed)
    });
    if !well {
        round.failing.push("health".into());
    }
}

fn show(seen: &Observation, session: &Session) {
    let at = Deployment::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    if session.wants_json() {
        let line = json!({
            "at": at,
            "well": seen.is_well(),
            "troubles": seen.troubles,
            "error_percent": seen.error_percent,
            "median_ms": seen.median_ms,
        });
        // A line a round: nobody can wait for the end of the document.
        session.print_raw(&format!("{line}\n"));
        return;
    }
    let median = seen
        .median_ms
        .map_or_else(|| "-".to_owned(), |median| format!("{median} ms"));
    let state = if seen.is_well() {
        "well".to_owned()
    } else {
        format!("TROUBLE: {}", seen.troubles.join("; "))
    };
    session.print(&format!(
        "{at}  errors {:.1} %  median {median}  {state}",
        seen.error_percent
    ));
}

async fn tell(client: &Client, webhook: Option<&Secret>, text: &str) -> Result<()> {
    let Some(webhook) = webhook else {
        return Ok(());
    };
    let remedy = "check SLACK_WEBHOOK_URL: Slack app, Incoming Webhooks";
    let body = json!({ "text": text }).to_string();
    let request = Request::post(webhook.expose(), "application/json", body);
    let answer = client.ask(request).await.map_err(|none| {
        Error::new(
            ErrorKind::Unreachable,
            format!("the webhook could not be told: {}", none.why),
        )
        .remedy(remedy)
    })?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Denied,
        format!(
            "the webhook could not be told: it answers {}",
            answer.status
        ),
    )
    .remedy(remedy))
}
