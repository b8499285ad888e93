//! What both sorts of rollback say alike.

use serde_json::{Value, json};
use sunset_cli::render::schema::listed_lines;
use sunset_cli::{Session, Status, render};
use sunset_core::error::Result;
use sunset_core::schema::undo::Remaining;
use sunset_engine::schema::Undone;
use sunset_targets::postgres::{Database, Ledger};

/// The runs of a database, for `--list-runs`.
pub async fn list_runs(database: &Database, session: &Session) -> Result<Status> {
    let runs = match Ledger::open(database).await? {
        Some(ledger) => ledger.runs().await?,
        None => Vec::new(),
    };
    session.print(&render::runs_text(&runs));
    session.json(|| render::runs_json(&runs));
    Ok(Status::Done)
}

/// What became of the steps of the schema.
pub fn undone_steps(session: &Session, undone: &Undone) {
    for title in &undone.steps {
        session.print(&format!("undone: {title}"));
    }
    remaining(session, "undone in part", &undone.remaining);
    for title in &undone.gone {
        session.print(&format!("gone since, so nothing to undo: {title}"));
    }
    for title in &undone.permanent {
        session.print(&format!("stays, for it has no inverse: {title}"));
    }
}

/// Rows that stay of steps that are undone otherwise, or would be.
pub fn remaining(session: &Session, heading: &str, remaining: &[Remaining]) {
    let mut last = None;
    for rows in remaining {
        if last != Some(&rows.title) {
            session.print(&format!("{heading}: {}", rows.title));
        }
        last = Some(&rows.title);
        for line in listed_lines(&rows.what, rows.count, &rows.sample, &rows.advice) {
            session.print(&line);
        }
    }
}

/// What became of the steps of the schema, in a document.
pub fn undone_json(undone: &Undone) -> Value {
    json!({
        "undone": undone.steps,
        "remaining": remaining_json(&undone.remaining),
        "gone": undone.gone,
        "permanent": undone.permanent,
    })
}

/// Rows that stay, in a document.
pub fn remaining_json(remaining: &[Remaining]) -> Value {
    let each = |rows: &Remaining| {
        json!({
            "title": rows.title,
            "what": rows.what,
            "count": rows.count,
            "first": rows.sample,
            "next": rows.advice,
        })
    };
    remaining.iter().map(each).collect()
}
