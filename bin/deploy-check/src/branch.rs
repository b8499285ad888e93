//! A branch of the Neon database, over Neon's API.

use std::time::Duration;

use serde_json::{Value, json};
use sunset_cli::{Consented, Session, Status, WriteArgs};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_core::secret::Secret;
use sunset_deployment::answer::{Answer, shown};
use sunset_engine::retry::{Retries, retry};
use tokio::time::Instant;
use url::Url;

use crate::client::{Client, NoAnswer, Request};

/// What is wanted.
pub struct Wish<'a> {
    pub name: &'a str,
    pub parent: Option<&'a str>,
    pub backup: bool,
}

/// Neon's API, as this program uses it.
struct Neon<'a> {
    client: &'a Client,
    branches: String,
    key: Secret,
}

/// How long a branch may take to be ready, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);

/// Makes a branch, and waits until it is ready.
///
/// # Errors
/// `Configuration`, `Denied`, `NotFound`, `Conflict` when there is a branch of that name,
/// `Unreachable`.
pub async fn create(
    client: &Client,
    wish: &Wish<'_>,
    write: &WriteArgs,
    session: &Session,
) -> Result<Status> {
    let consent = write.consent(session);
    let (key, project, base) = session.settings(|variables, faults| {
        (
            Secret::new(variables.require(env_vars::NEON_API_KEY, faults)),
            variables.require(env_vars::NEON_PROJECT_ID, faults),
            variables
                .get(env_vars::NEON_API_URL)
                .unwrap_or_else(|| "https://console.neon.tech/api/v2".into()),
        )
    })?;
    let neon = Neon {
        client,
        branches: branches_address(&base, &project)?,
        key,
    };
    if neon.names().await?.iter().any(|name| name == wish.name) {
        return Err(Error::new(
            ErrorKind::Conflict,
            "the project has a branch of that name already",
        )
        .item(wish.name.to_owned())
        .remedy("choose another name, or delete that branch in the Neon console"));
    }
    let from = wish.parent.unwrap_or("the default branch");
    let kind = if wish.backup {
        "without a compute"
    } else {
        "with a compute of its own"
    };
    let Consented::Write(consent) = &consent else {
        session.print(&format!(
            "would make the branch {} of {from} in project {project}, {kind}",
            wish.name
        ));
        session.json(|| json!({ "branch": Value::Null, "would_create": wish.name }));
        return Ok(Status::Done);
    };
    let made = neon.make(wish, consent).await?;
    let id = made["branch"]["id"].as_str().unwrap_or_default().to_owned();
    let branch = neon.ready(&id).await?;
    let host = made["endpoints"][0]["host"].as_str().map(str::to_owned);
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
            branch["created_at"].as_str().unwrap_or("now"),
            wish.name
        )),
    }
    session.json(|| {
        json!({
            "branch": {
                "id": id,
                "name": wish.name,
                "parent_id": branch["parent_id"],
                "created_at": branch["created_at"],
                "state": branch["current_state"],
            },
            "host": host,
        })
    });
    Ok(Status::Done)
}

fn branches_address(base: &str, project: &str) -> Result<String> {
    let wrong = || {
        Error::new(
            ErrorKind::Configuration,
            "NEON_API_URL or NEON_PROJECT_ID cannot be part of an address",
        )
        .remedy("NEON_PROJECT_ID looks like quiet-sun-12345678: Neon console, Settings")
    };
    let mut url = Url::parse(base.trim_end_matches('/')).map_err(|_| wrong())?;
    url.path_segments_mut()
        .map_err(|()| wrong())?
        .extend(["projects", project, "branches"]);
    Ok(url.to_string())
}

impl Neon<'_> {
    /// The names of all branches.
    async fn names(&self) -> Result<Vec<String>> {
        let body = retry(Retries::default(), || async {
            self.send(Request::get(&self.branches)).await
        })
        .await?;
        let branches = body["branches"].as_array().cloned().unwrap_or_default();
        let names = branches.iter().filter_map(|branch| branch["name"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    async fn make(&self, wish: &Wish<'_>, _consent: &Consent) -> Result<Value> {
        let mut branch = json!({ "name": wish.name });
        if let Some(parent) = wish.parent {
            branch["parent_id"] = parent.into();
        }
        let mut body = json!({ "branch": branch });
        if !wish.backup {
            body["endpoints"] = json!([{ "type": "read_write" }]);
        }
        let body = body.to_string();
        let mut patience = Retries::default().0;
        loop {
            let request = Request::post(&self.branches, "application/json", body.clone());
            match self.send(request).await {
                // The project was busy, and nothing was made. What was lost on the way may have
                // been: that is not sent twice.
                Err(error) if error.kind() == ErrorKind::Throttled && patience > 0 => {
                    patience -= 1;
                    tokio::time::sleep(error.requested_delay().unwrap_or(PAUSE * 2)).await;
                }
                other => return other,
            }
        }
    }

    /// Waits until the branch is ready.
    async fn ready(&self, id: &str) -> Result<Value> {
        let address = format!("{}/{id}", self.branches);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let body = retry(Retries::default(), || async {
                self.send(Request::get(&address)).await
            })
            .await?;
            let branch = &body["branch"];
            if branch["current_state"] == "ready" {
                return Ok(branch.clone());
            }
            if Instant::now() > deadline {
                return Err(Error::new(
                    ErrorKind::Unreachable,
                    format!(
                        "the branch was made, and is not ready after {} s",
                        PATIENCE.as_secs()
                    ),
                )
                .item(id.to_owned())
                .remedy("look at it in the Neon console, Branches"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn send(&self, mut request: Request<'_>) -> Result<Value> {
        let bearer = format!("Bearer {}", self.key.expose());
        request.headers.push(("authorization", bearer));
        request.headers.push(("accept", "application/json".into()));
        let answer = self.client.ask(request).await.map_err(silent)?;
        if !(200..300).contains(&answer.status) {
            return Err(refusal(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(|_| {
            Error::new(ErrorKind::Malformed, "Neon's answer is no JSON")
                .remedy("check NEON_API_URL")
        })
    }
}

fn silent(none: NoAnswer) -> Error {
    Error::new(ErrorKind::Unreachable, format!("Neon's API: {}", none.why))
        .remedy("check this machine's network, and NEON_API_URL where it is set")
}

fn refusal(answer: &Answer) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = body["message"].as_str().unwrap_or_default();
    let (kind, remedy) = match answer.status {
        401 | 403 => (
            ErrorKind::Denied,
            "make an API key in the Neon console, Account settings, API keys, and set NEON_API_KEY",
        ),
        404 => (
            ErrorKind::NotFound,
            "check NEON_PROJECT_ID (Neon console, Settings) and --parent",
        ),
        409 => (
            ErrorKind::Conflict,
            "choose another name, or delete the branch of that name in the Neon console",
        ),
        422 | 412 => (
            ErrorKind::Refused,
            "the project's limit of branches is reached, or the name is none: delete old branches",
        ),
        423 | 429 | 503 => (
            ErrorKind::Throttled,
            "the project is busy with another operation: try again in a minute",
        ),
        500 | 502 | 504 => (ErrorKind::Unreachable, "try again in a minute"),
        _ => (ErrorKind::Internal, "look at the Neon console, Branches"),
    };
    let error = Error::new(
        kind,
        format!("Neon's API answers {}: {}", answer.status, shown(said)),
    )
    .remedy(remedy);
    let delay = answer
        .header("retry-after")
        .and_then(|text| text.trim().parse().ok());
    match delay {
        Some(seconds) => error.retry_after(Duration::from_secs(seconds)),
        None => error,
    }
}
