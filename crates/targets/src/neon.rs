//! Neon's API: branches of a database.

use std::sync::Once;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sunset_core::config::NeonSettings;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::branches::{BranchApi, BranchState, MadeBranch, NewBranch};
use sunset_core::secret::Secret;
use url::Url;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// What of an answer's text is shown.
const SHOWN: usize = 200;

/// One project.
#[derive(Debug, Clone)]
pub struct Neon {
    client: reqwest::Client,
    base: Url,
    project: String,
    key: Secret,
}

impl Neon {
    /// Over its settings. Nothing is asked yet.
    ///
    /// # Errors
    /// `Configuration` when they give no address.
    pub fn new(settings: &NeonSettings) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::Configuration,
                "NEON_API_URL or NEON_PROJECT_ID cannot be part of an address",
            )
            .remedy("NEON_PROJECT_ID looks like quiet-sun-12345678: Neon console, Settings")
        };
        let mut base = Url::parse(settings.url.trim_end_matches('/')).map_err(|_| wrong())?;
        base.path_segments_mut()
            .map_err(|()| wrong())?
            .extend(["projects", &settings.project]);
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            drop(rustls::crypto::ring::default_provider().install_default());
        });
        let client = reqwest::Client::builder()
            .user_agent(concat!("sunset/", env!("CARGO_PKG_VERSION")))
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|cause| {
                Error::new(ErrorKind::Internal, "cannot make an HTTP client")
                    .cause(cause)
                    .remedy("check the machine's root certificates (package ca-certificates)")
            })?;
        Ok(Self {
            client,
            base,
            project: settings.project.clone(),
            key: settings.key.clone(),
        })
    }

    fn address(&self, parts: &[&str]) -> Url {
        let mut address = self.base.clone();
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.extend(parts);
        }
        address
    }

    async fn get(&self, parts: &[&str]) -> Result<Value> {
        self.send(self.client.get(self.address(parts))).await
    }

    async fn post(&self, parts: &[&str], body: &Value) -> Result<Value> {
        let request = self.client.post(self.address(parts)).json(body);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let request = request
            .bearer_auth(self.key.expose())
            .header("accept", "application/json");
        let answer = request.send().await.map_err(silent)?;
        let status = answer.status().as_u16();
        let delay = answer
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = answer.bytes().await.map_err(silent)?;
        if !(200..300).contains(&status) {
            let error = refusal(status, &body);
            return Err(match delay {
                Some(seconds) => error.retry_after(Duration::from_secs(seconds)),
                None => error,
            });
        }
        serde_json::from_slice(&body).map_err(|_| {
            Error::new(ErrorKind::Malformed, "Neon's answer is no JSON")
                .remedy("check NEON_API_URL")
        })
    }
}

#[async_trait]
impl BranchApi for Neon {
    fn project(&self) -> &str {
        &self.project
    }

    async fn all(&self) -> Result<Vec<BranchState>> {
        let body = self.get(&["branches"]).await?;
        let branches = body["branches"].as_array().into_iter().flatten();
        Ok(branches.map(state).collect())
    }

    async fn one(&self, id: &str) -> Result<BranchState> {
        let body = self.get(&["branches", id]).await?;
        Ok(state(&body["branch"]))
    }

    async fn of_host(&self, host: &str) -> Result<Option<String>> {
        let body = self.get(&["endpoints"]).await?;
        let endpoints = body["endpoints"].as_array().into_iter().flatten();
        let mut known = endpoints.filter(|endpoint| {
            let named = endpoint["host"].as_str().unwrap_or_default();
            !named.is_empty() && direct(named) == direct(host)
        });
        Ok(known
            .next()
            .and_then(|endpoint| endpoint["branch_id"].as_str())
            .map(str::to_owned))
    }

    async fn make(&self, wish: &NewBranch) -> Result<MadeBranch> {
        let mut branch = json!({ "name": wish.name });
        if let Some(parent) = &wish.of {
            branch["parent_id"] = parent.as_str().into();
        }
        let mut body = json!({ "branch": branch });
        if wish.with_compute {
            body["endpoints"] = json!([{ "type": "read_write" }]);
        }
        let made = self.post(&["branches"], &body).await?;
        Ok(MadeBranch {
            branch: state(&made["branch"]),
            host: made["endpoints"][0]["host"].as_str().map(str::to_owned),
        })
    }

    async fn restore(&self, id: &str, from: &str, keep_as: &str) -> Result<()> {
        let body = json!({ "source_branch_id": from, "preserve_under_name": keep_as });
        self.post(&["branches", id, "restore"], &body)
            .await
            .map(drop)
    }
}

/// A host without the mark of Neon's pooler, `ep-cool-1-pooler.eu.aws.neon.tech`.
fn direct(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    match host.split_once('.') {
        Some((first, rest)) => match first.strip_suffix("-pooler") {
            Some(first) => format!("{first}.{rest}"),
            None => host,
        },
        None => host,
    }
}

fn state(branch: &Value) -> BranchState {
    let text = |name: &str| branch[name].as_str().map(str::to_owned);
    BranchState {
        id: text("id").unwrap_or_default(),
        name: text("name").unwrap_or_default(),
        of: text("parent_id"),
        created_at: text("created_at"),
        state: text("current_state").unwrap_or_default(),
    }
}

fn silent(cause: reqwest::Error) -> Error {
    let what = if cause.is_timeout() {
        format!("Neon's API: no answer within {} s", ANSWER.as_secs())
    } else {
        "Neon's API does not answer".to_owned()
    };
    Error::new(ErrorKind::Unreachable, what)
        .cause(cause.without_url())
        .remedy("check this machine's network, and NEON_API_URL where it is set")
}

fn refusal(status: u16, body: &[u8]) -> Error {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = body["message"].as_str().unwrap_or_default();
    let said: String = said
        .chars()
        .take(SHOWN)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    let (kind, remedy) = match status {
        401 | 403 => (
            ErrorKind::Denied,
            "make an API key in the Neon console, Account settings, API keys, and set NEON_API_KEY",
        ),
        404 => (
            ErrorKind::NotFound,
            "check NEON_PROJECT_ID (Neon console, Settings), and the branch that is named",
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
    Error::new(kind, format!("Neon's API answers {status}: {said}")).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pooled_host_is_that_of_its_compute() {
        assert_eq!(
            direct("EP-cool-1-pooler.eu.neon.tech"),
            "ep-cool-1.eu.neon.tech"
        );
        assert_eq!(direct("ep-cool-1.eu.neon.tech"), "ep-cool-1.eu.neon.tech");
        assert_eq!(direct("127.0.0.1"), "127.0.0.1");
    }

    #[test]
    fn what_was_refused_says_what_to_do() {
        let error = refusal(422, b"{\"message\":\"branches limit\\n exceeded\"}");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(
            error.what(),
            "Neon's API answers 422: branches limit  exceeded"
        );
        assert!(
            error
                .remedy_text()
                .is_some_and(|text| text.contains("delete old branches"))
        );
    }
}
