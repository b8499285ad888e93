//! A branch of the Neon database, over Neon's API.

use serde_json::{Value, json};
use sunset_cli::{Consented, Session, Status, WriteArgs};
use sunset_core::config::NeonSettings;
use sunset_core::error::Result;
use sunset_core::ports::branches::NewBranch;
use sunset_engine::branch;
use sunset_engine::retry::Retries;
use sunset_targets::neon::Neon;

/// What is wanted.
pub struct Wish<'a> {
    pub name: &'a str,
    pub parent: Option<&'a str>,
    pub backup: bool,
}

/// Makes a branch, and waits until it is ready.
///
/// # Errors
/// `Configuration`, `Denied`, `NotFound`, `Conflict` when there is a branch of that name,
/// `Unreachable`.
pub async fn create(wish: &Wish<'_>, write: &WriteArgs, session: &Session) -> Result<Status> {
    let consent = write.consent(session);
    let settings = session.settings(NeonSettings::read)?;
    let neon = Neon::new(&settings)?;
    let retries = Retries::default();
    branch::check_free(&neon, wish.name, retries).await?;
    let from = wish.parent.unwrap_or("the default branch");
    let kind = if wish.backup {
        "without a compute"
    } else {
        "with a compute of its own"
    };
    let Consented::Write(consent) = &consent else {
        session.print(&format!(
            "would make the branch {} of {from} in project {}, {kind}",
            wish.name, settings.project
        ));
        session.json(|| json!({ "branch": Value::Null, "would_create": wish.name }));
        return Ok(Status::Done);
    };
    let new = NewBranch {
        name: wish.name.to_owned(),
        of: wish.parent.map(str::to_owned),
        with_compute: !wish.backup,
    };
    let made = branch::make(&neon, &new, consent, retries).await?;
    let (branch, host) = (made.branch, made.host);
    let id = &branch.id;
    session.print(&format!(
        "Branch {} ({id}) of {from} is ready, {kind}.",
        wish.name
    ));
    match &host {
        Some(host) => session.print(&format!(
            "Host: {host}. The connection string with its password is in the Neon console, \
             Connection details."
        )),
        None => session.print(&format!(
            "It keeps the data as of {}. To come back: Neon console, Branches, Restore from {}.",
            branch.created_at.as_deref().unwrap_or("now"),
            wish.name
        )),
    }
    session.json(|| {
        json!({
            "branch": {
                "id": id,
                "name": wish.name,
                "parent_id": branch.of,
                "created_at": branch.created_at,
                "state": branch.state,
            },
            "host": host,
        })
    });
    Ok(Status::Done)
}
