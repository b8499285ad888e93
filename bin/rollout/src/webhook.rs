//! Telling somebody.

use std::time::Duration;

use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::drive::Event;
use sunset_traffic::http;

/// Where events are told: Slack's incoming webhooks read `text`, others the rest.
#[derive(Debug, Clone)]
pub struct Webhook {
    url: Secret,
    client: reqwest::Client,
}

impl Webhook {
    /// Over a URL, which is a secret.
    pub fn new(url: Option<Secret>) -> Result<Option<Self>> {
        url.map(|url| {
            let readable = reqwest::Url::parse(url.expose())
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !readable {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    "ROLLOUT_WEBHOOK_URL is no HTTP URL",
                )
                .remedy("write https://…, or leave the variable out"));
            }
            Ok(Self {
                url,
                client: http::client(Duration::from_secs(5))?,
            })
        })
        .transpose()
    }

    /// Tells an event, twice at most.
    pub async fn tell(&self, subject: &str, run: i64, event: &Event) -> Result<()> {
        let text = format!("rollout of {subject}: {}", in_words(event));
        let document = serde_json::json!({
            "text": text,
            "subject": subject,
            "run": run,
            "event": event.kind,
            "from": event.from,
            "to": event.to,
            "why": event.why,
        });
        let mut why = String::new();
        for _ in 0..2 {
            let answer = self.client.post(self.url.expose()).json(&document).send();
            match answer.await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => why = format!("it answers {}", answer.status().as_u16()),
                Err(cause) => why = http::reason(cause),
            }
        }
        Err(Error::new(
            ErrorKind::Unreachable,
            format!("the webhook was not told: {why}"),
        ))
    }
}

/// An event in a sentence.
pub fn in_words(event: &Event) -> String {
    let Event {
        kind,
        from,
        to,
        why,
    } = event;
    match kind.as_str() {
        "forward" => format!("v2 {from} → {to} ({why})"),
        "back" => format!("STEPPED BACK, v2 {from} → {to}: {why}"),
        "set" | "completed" => format!("v2 {from} → {to}: {why}"),
        "verdict" => format!("v2 at {to}: {why}"),
        "done" => format!("done: {why}"),
        "stepped_back" => format!("ended after stepping back: {why}"),
        "aborted" => format!("ended at {to}: {why}"),
        "not_begun" => format!("not begun: {why}"),
        other => format!("{other} at {to}: {why}"),
    }
}
