//! What both sorts of rollback say alike.

use sunset_cli::{Session, Status, render};
use sunset_core::error::Result;
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
    for title in &undone.gone {
        session.print(&format!("gone since, so nothing to undo: {title}"));
    }
    for title in &undone.permanent {
        session.print(&format!("stays, for it has no inverse: {title}"));
    }
}
