//! What happens to every name, in words and as JSON. Values come in here nowhere.

use std::path::Path;

use serde_json::{Value, json};
use sunset_core::check::{Finding, Severity};
use sunset_deployment::env_migration::{Change, EnvMigration, Fate};

use crate::place::Written;

/// A line for each name; names that are kept only where all are to be shown.
pub fn changes(migration: &EnvMigration, all: bool) -> String {
    let mut text = String::new();
    for change in &migration.changes {
        if all || change.fate != Fate::Kept {
            text.push_str(&line(change));
        }
    }
    let kept = migration.changes.iter();
    let kept = kept.filter(|change| change.fate == Fate::Kept).count();
    text.push_str(&format!(
        "{} changed, {kept} kept\n",
        migration.changes.len() - kept
    ));
    text
}

fn line(change: &Change) -> String {
    let (what, rest) = match &change.fate {
        Fate::Kept => ("kept", String::new()),
        Fate::Renamed { to } => ("renamed", format!(" -> {to}")),
        Fate::Merged { into } => ("removed", format!(" ({into} is there with the same value)")),
        Fate::Added => ("added", " (with its default)".to_owned()),
        Fate::Removed { why } => ("removed", format!(" ({why})")),
        Fate::ParameterSet { parameter } => {
            ("changed", format!(" ({parameter} is set in its URL)"))
        }
    };
    let place = match change.line {
        Some(line) => format!("line {line}"),
        None => "end".to_owned(),
    };
    format!("{what:<8} {place:<9} {}{rest}\n", change.name)
}

/// Findings with what to do about them.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&format!("{}: {}\n", kind(finding), finding.message));
        for item in &finding.items {
            if !finding.message.starts_with(item.as_str()) {
                text.push_str(&format!("  - {item}\n"));
            }
        }
        if let Some(remedy) = &finding.remedy {
            text.push_str(&format!("  next: {remedy}\n"));
        }
    }
    text
}

fn kind(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Failure => "failure",
        Severity::Note => "note",
    }
}

/// What was written where.
pub fn written(to: &Path, written: &Written) -> String {
    let to = to.display();
    match written {
        Written::Unchanged => format!("{to} holds all of it already."),
        Written::New => format!("Wrote {to} (mode 0600)."),
        Written::Replaced { kept } => format!(
            "Wrote {to} (mode 0600); what it replaces is kept as {}.",
            kept.display()
        ),
    }
}

/// All of it as JSON.
pub fn json(migration: &EnvMigration, to: Option<&Path>, written: Option<&Written>) -> Value {
    let kept = match written {
        Some(Written::Replaced { kept }) => Some(kept.display().to_string()),
        _ => None,
    };
    json!({
        "changes": migration.changes.iter().map(change_json).collect::<Vec<_>>(),
        "findings": migration.findings.iter().map(|finding| json!({
            "severity": kind(finding),
            "message": finding.message,
            "items": finding.items,
            "next": finding.remedy,
        })).collect::<Vec<_>>(),
        "file": to.map(|path| path.display().to_string()),
        "written": matches!(written, Some(Written::New | Written::Replaced { .. })),
        "kept_as": kept,
    })
}

fn change_json(change: &Change) -> Value {
    let mut value = json!({ "name": change.name, "line": change.line });
    let (what, extra) = match &change.fate {
        Fate::Kept => ("kept", None),
        Fate::Renamed { to } => ("renamed", Some(("to", to))),
        Fate::Merged { into } => ("removed", Some(("same_as", into))),
        Fate::Added => ("added", None),
        Fate::Removed { why } => ("removed", Some(("why", why))),
        Fate::ParameterSet { parameter } => ("changed", Some(("parameter", parameter))),
    };
    value["what"] = what.into();
    if let Some((name, text)) = extra {
        value[name] = text.as_str().into();
    }
    value
}
