//! Telling a webhook that a program began, ended or failed. The form is that of Slack's incoming
//! webhooks (`text`), with the facts beside it for other receivers.
//!
//! A notice is never the reason why a program fails or waits for long: it is tried three times
//! within ten seconds, and what could not be told is said on standard error. The webhook's URL is
//! a secret, and appears nowhere.

use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Map, Value, json};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::secret::Secret;
use tokio::task::JoinHandle;

use crate::failure::failure_text;
use crate::machine::host_name;
use crate::numbers::duration;
use crate::status::Status;

/// Where programs of the chain tell how they fare.
#[derive(Debug, Clone, Default, Args)]
pub struct NoticeArgs {
    /// Tell this webhook (Slack's, or any receiver of JSON) of the beginning, the end and a
    /// failure [default: $SLACK_WEBHOOK_URL, which other users of this machine cannot see]
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub notify_url: Option<Secret>,
}

fn secret(text: &str) -> std::result::Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// How long one notice may take, with all its attempts.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long one attempt may take.
const ANSWER: Duration = Duration::from_secs(4);

/// How often a notice is tried.
const ATTEMPTS: u32 = 3;

/// What is cut off a text; Slack takes 40,000 characters and shows a few hundred.
const LONGEST: usize = 3_000;

/// Something worth telling.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The program: `rollback`.
    pub program: String,
    /// `began`, `ended`, `failed`, or a word of the program's own.
    pub event: String,
    /// What happened, for people.
    pub text: String,
    /// The same for machines; its members stand beside `text`.
    pub facts: Map<String, Value>,
}

impl Notice {
    /// The document that is sent.
    pub fn to_json(&self) -> Value {
        let mut document = self.facts.clone();
        document.insert("text".into(), slack_text(&self.text).into());
        document.insert("program".into(), self.program.clone().into());
        document.insert("event".into(), self.event.clone().into());
        document.insert("host".into(), host_name().into());
        Value::Object(document)
    }
}

/// As Slack wants it: three characters escaped, nothing that cannot be seen, not too long.
fn slack_text(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        if at >= LONGEST {
            told.push('…');
            break;
        }
        match character {
            '&' => told.push_str("&amp;"),
            '<' => told.push_str("&lt;"),
            '>' => told.push_str("&gt;"),
            '\n' => told.push('\n'),
            control if control.is_control() => told.push(' '),
            other => told.push(other),
        }
    }
    told
}

/// A webhook.
#[derive(Debug, Clone)]
pub struct Notifier {
    url: Secret,
    client: reqwest::Client,
}

impl Notifier {
    /// Over its URL.
    ///
    /// # Errors
    /// `Configuration` when it is no HTTP URL.
    pub fn new(url: Secret) -> Result<Self> {
        let readable = reqwest::Url::parse(url.expose())
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !readable {
            return Err(
                Error::new(ErrorKind::Configuration, "the webhook is no HTTP URL")
                    .item("--notify-url, SLACK_WEBHOOK_URL")
                    .remedy("write https://…, or leave it out"),
            );
        }
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
                    .cause(cause.without_url())
            })?;
        Ok(Self { url, client })
    }

    /// Tells it: three attempts, ten seconds at most.
    ///
    /// # Errors
    /// `Unreachable` or `Denied`, without the URL; callers say so and go on.
    pub async fn tell(&self, notice: &Notice) -> Result<()> {
        let document = notice.to_json();
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut why = String::new();
        for attempt in 1..=ATTEMPTS {
            let mut pause = Duration::from_millis(500) * attempt;
            let answer = self.client.post(self.url.expose()).json(&document).send();
            match tokio::time::timeout_at(until, answer).await {
                Err(_) => why = NO_ANSWER.to_owned(),
                Ok(Ok(answer)) => {
                    let status = answer.status();
                    if status.is_success() {
                        return Ok(());
                    }
                    why = format!("it answers {}", status.as_u16());
                    if !(status.is_server_error() || status.as_u16() == 429) {
                        return Err(untold(&why, ErrorKind::Denied));
                    }
                    let asked = answer.headers().get("retry-after");
                    let asked = asked.and_then(|text| text.to_str().ok()?.trim().parse().ok());
                    if let Some(seconds) = asked {
                        pause = Duration::from_secs(seconds);
                        why = format!("{why}, and asks to be told again after {seconds} s");
                    }
                }
                Ok(Err(cause)) => why = reason(cause),
            }
            let again = tokio::time::Instant::now().checked_add(pause);
            // What cannot be waited for is told as what it is, at once.
            let Some(again) = again.filter(|again| attempt < ATTEMPTS && *again < until) else {
                break;
            };
            tokio::time::sleep_until(again).await;
        }
        let busy = why.starts_with(TOO_OFTEN);
        let fault = untold(&why, ErrorKind::Unreachable);
        Err(if busy { fault.remedy(LATER) } else { fault })
    }
}

const NO_ANSWER: &str = "no answer in time";
const TOO_OFTEN: &str = "it answers 429";
const LATER: &str = "the webhook is told more often than its service takes: nothing of the work is lost; give other \
     programs a webhook of their own, or leave this one out for a while";

fn untold(why: &str, kind: ErrorKind) -> Error {
    Error::new(kind, format!("the webhook was not told: {why}"))
        .remedy("check SLACK_WEBHOOK_URL or --notify-url: Slack app, Incoming Webhooks")
}

/// What went wrong, without the URL.
fn reason(cause: reqwest::Error) -> String {
    if cause.is_timeout() {
        return NO_ANSWER.to_owned();
    }
    let cause = cause.without_url();
    let mut words = cause.to_string();
    let mut source = std::error::Error::source(&cause);
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    words
}

/// The notices of one run of a program.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    program: &'static str,
    notifier: Option<Notifier>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When and what the program announced.
    announced: Option<(Instant, String)>,
    /// The first notice, under way.
    under_way: Option<JoinHandle<Result<()>>>,
    summary: Vec<String>,
}

impl Notices {
    /// Told to `notifier`, where there is one.
    pub fn new(program: &'static str, notifier: Option<Notifier>) -> Arc<Self> {
        Arc::new(Self {
            program,
            notifier,
            state: Mutex::default(),
        })
    }

    /// The work begins. The program does not wait for the webhook.
    pub fn begin(&self, what: &str) {
        let Some(notifier) = self.notifier.clone() else {
            return;
        };
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        if state.announced.is_some() {
            return;
        }
        state.announced = Some((Instant::now(), what.to_owned()));
        let notice = self.notice("began", format!("{} began: {what}", self.program), "");
        state.under_way = Some(tokio::spawn(async move { notifier.tell(&notice).await }));
    }

    /// A line for the last notice.
    pub fn sum_up(&self, line: &str) {
        if let Ok(mut state) = self.state.lock() {
            state.summary.push(line.trim_end().to_owned());
        }
    }

    /// The program ended. Gives what could not be told.
    pub async fn end(&self, result: &Result<Status>, dry_run: bool) -> Vec<Error> {
        let Some(notifier) = &self.notifier else {
            return Vec::new();
        };
        let Ok(mut state) = self
            .state
            .lock()
            .map(|mut state| std::mem::take(&mut *state))
        else {
            return Vec::new();
        };
        let mut untold = Vec::new();
        if let Some(begun) = state.under_way.take() {
            untold.extend(begun.await.ok().and_then(Result::err));
        }
        let what = state.announced.as_ref().map_or("", |(_, what)| what);
        let colon = if what.is_empty() { "" } else { ": " };
        let took = state.announced.as_ref().map(|(at, _)| at.elapsed());
        let after = took.map_or_else(String::new, |took| format!(" after {}", duration(took)));
        let mut notice = match result {
            // Nothing was announced, so nothing ends.
            Ok(_) if took.is_none() => return untold,
            Err(_) if dry_run => return untold,
            Ok(status) => {
                let ending = match status {
                    Status::Done => "ended",
                    Status::Incomplete => "ended, and something waits for a person",
                    Status::CheckFailed => "ended: a check does not pass",
                    Status::Error | Status::Usage => "ended with an error",
                };
                let mut text = format!("{} {ending}{after}{colon}{what}", self.program);
                for line in &state.summary {
                    text.push_str(&format!("\n{line}"));
                }
                self.notice("ended", text, status.name())
            }
            Err(error) => {
                let text = format!("{} FAILED{after}{colon}{what}", self.program);
                let text = format!("{text}\n{}", failure_text(error));
                let mut notice = self.notice("failed", text, Status::Error.name());
                notice
                    .facts
                    .insert("kind".into(), error.kind().name().into());
                notice
            }
        };
        if let Some(took) = took {
            notice
                .facts
                .insert("seconds".into(), json!(took.as_secs_f64()));
        }
        untold.extend(notifier.tell(&notice).await.err());
        untold
    }

    fn notice(&self, event: &str, text: String, status: &str) -> Notice {
        let mut facts = Map::new();
        if !status.is_empty() {
            facts.insert("status".into(), status.into());
        }
        Notice {
            program: self.program.to_owned(),
            event: event.to_owned(),
            text,
            facts,
        }
    }
}

#[cfg(test)]
mod tests;
