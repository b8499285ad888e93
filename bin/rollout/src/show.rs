//! How things stand.

use std::time::Duration;

use serde_json::{Value, json};
use sunset_cli::{Session, Status, thousands};
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::decision::bucket_percent;
use sunset_rollout::schedule::Step;
use sunset_rollout::{Flag, bucket};
use sunset_targets::postgres::{Database, FlagStore, FlagUse, Ledger, RolloutRun, Rollouts};

use crate::arguments::{DecideArgs, HistoryArgs, Kind, ScheduleArgs, SubjectArgs};
use crate::change::{check_tenant, stored_json};
use crate::subject::{connect, mover, schedule};
use crate::webhook::in_words;

pub async fn status(arguments: &SubjectArgs, session: &Session) -> Result<Status> {
    let schedule = schedule(arguments)?;
    let database = connect(session).await?;
    let subject = schedule.subject();
    let run = latest(&database, &subject).await?;
    let mut document = match &schedule.flag {
        Some(flag) => flag_status(&database, &flag.name, session).await?,
        None => {
            let standing = mover(&schedule, &database, None, "")?.standing().await?;
            session.print(&format!(
                "{subject}\n  share of v2      {}",
                standing.percentage
            ));
            json!({"subject": subject, "percentage": standing.percentage})
        }
    };
    if let Some(run) = &run {
        session.print(&run_text(run));
    }
    session.json(|| {
        if let Some(entries) = document.as_object_mut() {
            entries.insert("status".into(), "done".into());
            entries.insert("run".into(), run.as_ref().map_or(Value::Null, run_json));
        }
        document
    });
    Ok(Status::Done)
}

async fn latest(database: &Database, subject: &str) -> Result<Option<RolloutRun>> {
    match Ledger::open(database).await {
        Ok(Some(ledger)) => Rollouts::new(&ledger).latest(subject).await,
        // A ledger of an older version has no rollouts yet.
        Ok(None) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn flag_status(database: &Database, name: &str, session: &Session) -> Result<Value> {
    let store = FlagStore::new(database.clone());
    let stored = store.stored(name).await?;
    let in_use = store.in_use(name).await?;
    session.print(&format!("flag {name}"));
    let mut lines = Vec::new();
    match &stored {
        None => lines.push((
            "enabled",
            "N/A: the flag is not there, everybody is on v1".to_owned(),
        )),
        Some(stored) => {
            let on = stored.flag.overrides.values().filter(|on| **on).count();
            let off = stored.flag.overrides.len() - on;
            let switch = if stored.flag.enabled {
                "yes"
            } else {
                "no: everybody is on v1"
            };
            lines.push(("enabled", switch.to_owned()));
            lines.push(("percentage", stored.flag.percentage.to_string()));
            lines.push(("by hand", format!("{on} on v2, {off} on v1")));
        }
    }
    lines.push(("tenants in v2", tenants_text(&in_use)));
    lines.push((
        "calls of 24 h",
        in_use.calls.map_or_else(not_known, |(v1, v2, _)| {
            format!("{} v1, {} v2", thousands(v1), thousands(v2))
        }),
    ));
    let rate = error_rate(&in_use);
    lines.push((
        "v2 error rate",
        rate.map_or_else(not_known, |rate| format!("{rate:.2} %")),
    ));
    if let Some(stored) = &stored {
        let at = stored.updated_at.clone().unwrap_or_else(not_known);
        lines.push(("changed", format!("{at} by {}", stored.updated_by)));
    }
    for (name, value) in lines {
        session.print(&format!("  {name:<16} {value}"));
    }
    let document = json!({
        "flag": name,
        "exists": stored.is_some(),
        "enabled": stored.as_ref().is_some_and(|stored| stored.flag.enabled),
        "percentage": stored.as_ref().map(|stored| &stored.flag.percentage),
        "tenant_overrides": stored.as_ref().map(|stored| stored_json(stored)["tenant_overrides"].clone()),
        "updated_at": stored.as_ref().and_then(|stored| stored.updated_at.clone()),
        "updated_by": stored.as_ref().map(|stored| &stored.updated_by),
        "tenants": in_use.tenants.map(|(v2, total)| json!({"v2": v2, "total": total})),
        "calls_24h": in_use.calls.map(|(v1, v2, failed)| json!({"v1": v1, "v2": v2, "v2_failed": failed})),
        "v2_error_rate": rate,
    });
    Ok(document)
}

fn not_known() -> String {
    "N/A".to_owned()
}

fn tenants_text(in_use: &FlagUse) -> String {
    in_use.tenants.map_or_else(not_known, |(v2, total)| {
        let share = if total == 0 {
            0.0
        } else {
            v2 as f64 * 100.0 / total as f64
        };
        format!("{} / {} ({share:.1} %)", thousands(v2), thousands(total))
    })
}

/// In percent; nothing without calls.
fn error_rate(in_use: &FlagUse) -> Option<f64> {
    let (_, v2, failed) = in_use.calls?;
    (v2 > 0).then(|| failed as f64 * 100.0 / v2 as f64)
}

fn run_text(run: &RolloutRun) -> String {
    let steps: Vec<Step> =
        serde_json::from_value(run.schedule["steps"].clone()).unwrap_or_default();
    let at = run.record.state.at;
    let hold = at
        .checked_sub(1)
        .and_then(|index| steps.get(index))
        .map_or(Duration::ZERO, |step| step.hold);
    let mut text = format!(
        "  schedule         run {}, {}: step {at} of {}, kept {} of {}",
        run.id,
        run.state,
        steps.len(),
        sunset_cli::duration(run.record.state.kept),
        sunset_cli::duration(hold)
    );
    if let Some(last) = &run.record.last {
        let words = if last.verdict == sunset_rollout::gate::Verdict::Pass {
            String::new()
        } else {
            format!(": {}", last.words())
        };
        text.push_str(&format!(
            "\n  gates            {}, {} ago{words}",
            last.verdict.name(),
            sunset_cli::duration(Duration::from_secs_f64(run.silent.max(0.0)))
        ));
    }
    if run.state == "running" {
        text.push_str(&format!(
            "\n  process          {} on {}, since {}",
            run.pid, run.host, run.started_at
        ));
    }
    text
}

fn run_json(run: &RolloutRun) -> Value {
    json!({
        "id": run.id,
        "state": run.state,
        "step": run.record.state.at,
        "kept_seconds": run.record.state.kept.as_secs_f64(),
        "failures_in_a_row": run.record.state.failures,
        "percentage": run.record.target,
        "steps": run.schedule["steps"],
        "last_evaluation": run.record.last,
        "last_heard_seconds": run.silent,
        "host": run.host,
        "process": run.pid,
        "started_at": run.started_at,
    })
}

pub async fn decide(arguments: &DecideArgs, session: &Session) -> Result<Status> {
    let database = connect(session).await?;
    let store = FlagStore::new(database);
    check_tenant(&store, &arguments.tenant, arguments.force).await?;
    let flag = store
        .stored(&arguments.flag)
        .await?
        .map(|stored| stored.flag);
    let number = bucket(&arguments.flag, &arguments.tenant);
    let decision = flag.as_ref().map(|flag| flag.decide(&arguments.tenant));
    let version = decision.map_or("v1", |decision| decision.version());
    let reason = decision.map_or("unknown", |decision| decision.reason.name());
    let share = flag.as_ref().map(|flag: &Flag| flag.percentage.clone());
    let words = match (reason, &share) {
        ("switched_off", _) => "the flag is off".to_owned(),
        ("override", _) => "decided by hand".to_owned(),
        ("bucket", Some(share)) => format!(
            "bucket {} is {} {share}",
            bucket_percent(number),
            if version == "v2" {
                "below"
            } else {
                "not below"
            }
        ),
        _ => format!("there is no flag {}", arguments.flag),
    };
    session.print(&format!("{version} ({words})"));
    session.json(|| {
        json!({
            "status": "done",
            "flag": arguments.flag,
            "tenant": arguments.tenant,
            "version": version,
            "v2": version == "v2",
            "reason": reason,
            "bucket": format!("{number:016x}"),
            "bucket_percent": bucket_percent(number),
            "percentage": share,
        })
    });
    Ok(Status::Done)
}

pub async fn history(arguments: &HistoryArgs, session: &Session) -> Result<Status> {
    let schedule = schedule(&arguments.subject)?;
    let database = connect(session).await?;
    let mut entries = Vec::new();
    if let Some(flag) = &schedule.flag {
        let changes = FlagStore::new(database.clone())
            .history(&flag.name, arguments.limit)
            .await?;
        for change in changes {
            let reason = change.reason.as_deref().unwrap_or("");
            let dash = if reason.is_empty() { "" } else { " – " };
            session.print(&format!(
                "{}  {:<30} {}{dash}{}",
                change.at,
                one_line(&change.by),
                one_line(&change.action),
                one_line(reason)
            ));
            entries.push(json!({
                "at": change.at, "by": change.by, "reason": change.reason,
                "action": change.action, "before": change.before, "after": change.after,
            }));
        }
    } else if let Some(ledger) = Ledger::open(&database).await? {
        let events = Rollouts::new(&ledger)
            .events(&schedule.subject(), arguments.limit)
            .await?;
        for entry in events {
            session.print(&format!(
                "{}  {:<30} {}",
                entry.at,
                entry.by,
                in_words(&entry.event)
            ));
            entries.push(json!({
                "at": entry.at, "by": entry.by, "run": entry.run, "event": entry.event,
            }));
        }
    }
    if entries.is_empty() {
        session.say("nothing was changed yet");
    }
    session.json(|| json!({"status": "done", "subject": schedule.subject(), "changes": entries}));
    Ok(Status::Done)
}

/// What somebody typed, on one line of a terminal: nothing of it is obeyed there, and nothing of it
/// is longer than a line. JSON has all of it.
fn one_line(text: &str) -> String {
    const SHOWN: usize = 200;
    let mut line = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at == SHOWN {
            line.push('…');
            break;
        }
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

pub fn schedule_file(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => include_str!("schedules/flag.toml"),
        Kind::Nginx => include_str!("schedules/nginx.toml"),
        Kind::Wrangler => include_str!("schedules/wrangler.toml"),
    }
}

pub fn print_schedule(arguments: &ScheduleArgs, session: &Session) -> Result<Status> {
    let text = schedule_file(arguments.kind);
    if session.wants_json() {
        let document: Value = toml::from_str(text).map_err(|cause| {
            Error::new(ErrorKind::Internal, "the example is not understood").cause(cause)
        })?;
        session.json(|| json!({"status": "done", "schedule": document}));
    } else {
        session.print_raw(text);
    }
    Ok(Status::Done)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_somebody_typed_commands_no_terminal() {
        assert_eq!(one_line("pilot, 東京"), "pilot, 東京");
        assert_eq!(one_line("two\nlines \u{1b}[31m"), "two\\nlines \\u{1b}[31m");
        let long = one_line(&"x".repeat(10_240));
        assert_eq!((long.chars().count(), long.ends_with('…')), (201, true));
    }
}
