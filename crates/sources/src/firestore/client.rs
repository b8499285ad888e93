//! Requests to Firestore.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::rest::{self, QueryElement, ServiceError};

use super::elements::Elements;
use super::refusal::{Refusal, Subject};
use super::{FirestoreSettings, ReadOptions};
use crate::http;
use crate::patience::{Patience, Wait};
use crate::service_account::{DATASTORE, TokenSource};

const SERVICE: &str = "https://firestore.googleapis.com";

/// Error bodies of more bytes are cut.
const LONGEST_ERROR: usize = 1 << 16;

/// Small answers of more bytes are none.
const LONGEST_ANSWER: usize = 64 << 20;

/// Everything but what a path segment may hold as it stands.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// One database of one project.
pub(super) struct Client {
    http: reqwest::Client,
    /// `https://…/v1/projects/P/databases/D/documents`
    base: String,
    /// `projects/P/databases/D/documents`
    root: String,
    tokens: Option<TokenSource>,
    /// Emulators take this in the place of a token.
    emulated: bool,
    patience: Patience,
    say_after: Duration,
    subject: Subject,
    /// Document reads that are billed, where any are.
    billed: Option<AtomicU64>,
}

impl Client {
    /// # Errors
    /// `Configuration` when the key cannot be read.
    pub fn new(settings: &FirestoreSettings, options: ReadOptions) -> Result<Self> {
        let http = http::client()?;
        let tokens = match &settings.account {
            Some(account) => Some(TokenSource::new(
                account,
                DATASTORE,
                &settings.token_url,
                http.clone(),
            )?),
            None => None,
        };
        let host = match settings.emulator.as_deref().map(str::trim) {
            None | Some("") => SERVICE.to_owned(),
            Some(host) if host.contains("://") => host.trim_end_matches('/').to_owned(),
            Some(host) => format!("http://{}", host.trim_end_matches('/')),
        };
        let (project, database) = (&settings.project, &settings.database);
        Ok(Self {
            http,
            base: format!(
                "{host}/v1/projects/{}/databases/{}/documents",
                utf8_percent_encode(project, SEGMENT),
                utf8_percent_encode(database, SEGMENT)
            ),
            root: format!("projects/{project}/databases/{database}/documents"),
            emulated: settings.emulator.is_some() && tokens.is_none(),
            billed: tokens.is_some().then(AtomicU64::default),
            tokens,
            patience: Patience::new(options.retries),
            say_after: options.say_after,
            subject: Subject {
                project: project.clone(),
                database: database.clone(),
                account: settings
                    .account
                    .as_ref()
                    .map(|account| account.client_email.clone()),
                emulator: settings
                    .emulator
                    .clone()
                    .filter(|_| settings.account.is_none()),
            },
        })
    }

    /// `projects/P/databases/D/documents`
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Notes reads that are billed: one a document, and one for a question that gave none.
    pub fn bill(&self, reads: u64) {
        if let Some(billed) = &self.billed {
            billed.fetch_add(reads, Ordering::Relaxed);
        }
    }

    /// Document reads that are billed so far; `None` where none are.
    pub fn billed(&self) -> Option<u64> {
        let billed = self.billed.as_ref()?;
        Some(billed.load(Ordering::Relaxed))
    }

    /// What an error inside of an answer means.
    pub fn refusal(&self, stated: &ServiceError) -> Refusal {
        self.subject.refusal(stated, None, None)
    }

    /// What is asked, for errors.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Sends one request, once, but for a token that was refused.
    pub async fn post(&self, method: &str, body: &str) -> Result<Response, Refusal> {
        let mut fresh = false;
        loop {
            let mut request = self
                .http
                .post(format!("{}:{method}", self.base))
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.to_owned());
            let mut sent = None;
            if let Some(tokens) = &self.tokens {
                let token = tokens.token().await?;
                request = request.bearer_auth(token.expose());
                sent = Some((tokens, token));
            } else if self.emulated {
                request = request.bearer_auth("owner");
            }
            let response = request.send().await.map_err(|cause| self.silent(cause))?;
            if response.status().is_success() {
                return Ok(response);
            }
            match &sent {
                Some((tokens, token))
                    if response.status() == StatusCode::UNAUTHORIZED && !fresh =>
                {
                    tokens.forget(token).await;
                    fresh = true;
                }
                _ => return Err(self.read_refusal(response).await),
            }
        }
    }

    fn silent(&self, cause: reqwest::Error) -> Error {
        if self.emulated {
            let error = http::broken(cause, "the Firestore emulator does not answer");
            return error
                .item(self.base.clone())
                .remedy("start it, or correct FIRESTORE_EMULATOR_HOST");
        }
        http::broken(cause, "Firestore does not answer")
    }

    /// Says of an answer that does not come that it is waited for.
    pub fn waiting_for<'a>(&self, what: &'a str) -> Wait<'a> {
        Wait::of(what, self.say_after)
    }

    /// An answer that broke off.
    pub fn broken_off(&self, cause: reqwest::Error) -> Error {
        http::broken(cause, "Firestore's answer broke off")
    }

    async fn read_refusal(&self, mut response: Response) -> Refusal {
        let status = response.status().as_u16();
        let delay = http::retry_after(response.headers());
        let mut body = Vec::new();
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST_ERROR {
                break;
            }
        }
        let stated = stated_error(&body).unwrap_or_default();
        self.subject.refusal(&stated, Some(status), delay)
    }

    /// Sends a request whose answer is small, and repeats it while that may help.
    pub async fn call(&self, method: &str, body: &str) -> Result<Bytes> {
        let mut attempt = 0;
        loop {
            match self.fetch(method, body).await {
                Ok(bytes) => {
                    // A list is billed as a read.
                    self.bill(1);
                    return Ok(bytes);
                }
                Err(refusal) => self.wait(refusal, attempt).await?,
            }
            attempt += 1;
        }
    }

    async fn fetch(&self, method: &str, body: &str) -> Result<Bytes, Refusal> {
        let mut whole = BytesMut::new();
        self.pieces(method, body, |piece| {
            whole.extend_from_slice(piece);
            Ok(())
        })
        .await?;
        Ok(whole.freeze())
    }

    /// Hands the pieces of a small answer on as they come.
    async fn pieces(
        &self,
        method: &str,
        body: &str,
        mut each: impl FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut wait = self.waiting_for(method);
        let mut response = wait.until(self.post(method, body)).await?;
        let mut length = 0;
        while let Some(piece) = wait
            .until(response.chunk())
            .await
            .map_err(|cause| self.broken_off(cause))?
        {
            length += piece.len();
            if length > LONGEST_ANSWER {
                let error = Error::new(ErrorKind::Malformed, "Firestore's answer has no end");
                let who = self.subject.who_answers();
                return Err(error.item(method.to_owned()).remedy(who).into());
            }
            each(&piece)?;
        }
        Ok(())
    }

    /// Waits before the next attempt, or gives the error back where there is to be none.
    pub async fn wait(&self, refusal: Refusal, attempt: u32) -> Result<()> {
        let Refusal { error, patience } = refusal;
        self.patience.at_most(patience).wait(error, attempt).await
    }

    /// The elements of a small answer to a query.
    pub async fn query(&self, body: &str) -> Result<Vec<QueryElement>> {
        let mut attempt = 0;
        loop {
            match self.elements(body).await {
                Ok(found) => {
                    let documents = found.iter().filter(|element| element.document.is_some());
                    self.bill((documents.count() as u64).max(1));
                    return Ok(found);
                }
                Err(refusal) => self.wait(refusal, attempt).await?,
            }
            attempt += 1;
        }
    }

    /// How many documents an aggregation query counts.
    pub async fn count(&self, body: &str) -> Result<u64> {
        let mut attempt = 0;
        loop {
            let answered = self.fetch("runAggregationQuery", body).await;
            match answered.and_then(|bytes| self.counted(&bytes)) {
                Ok(count) => {
                    // A thousand index entries are billed as one read.
                    self.bill(count.div_ceil(1_000).max(1));
                    return Ok(count);
                }
                Err(refusal) => self.wait(refusal, attempt).await?,
            }
            attempt += 1;
        }
    }

    fn counted(&self, bytes: &[u8]) -> Result<u64, Refusal> {
        let unreadable = || {
            Error::new(
                ErrorKind::Malformed,
                "Firestore gave no number of documents",
            )
        };
        let answer: Vec<CountElement> =
            serde_json::from_slice(bytes).map_err(|cause| unreadable().cause(cause))?;
        if let Some(stated) = answer.iter().find_map(|element| element.error.as_ref()) {
            return Err(self.refusal(stated));
        }
        let text = answer
            .into_iter()
            .find_map(|element| element.result)
            .map(|result| result.aggregate_fields.documents.integer_value);
        let count = text.and_then(|text| text.parse().ok());
        Ok(count.ok_or_else(unreadable)?)
    }

    async fn elements(&self, body: &str) -> Result<Vec<QueryElement>, Refusal> {
        let mut found = Vec::new();
        let mut elements = Elements::default();
        self.pieces("runQuery", body, |piece| {
            elements.push(piece, |bytes| {
                let element = rest::decode_query_element(bytes)?;
                if let Some(stated) = &element.error {
                    return Err(self.refusal(stated));
                }
                found.push(element);
                Ok(())
            })
        })
        .await?;
        if !elements.is_whole() {
            return Err(cut().into());
        }
        // Every answer has a time, also one without documents: `{}` is somebody else's.
        if found.iter().all(|element| element.read_time.is_none()) {
            return Err(self.subject.says_no_time().into());
        }
        Ok(found)
    }
}

#[derive(Deserialize)]
struct CountElement {
    result: Option<CountResult>,
    error: Option<ServiceError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountResult {
    aggregate_fields: Counts,
}

#[derive(Deserialize)]
struct Counts {
    documents: CountValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountValue {
    integer_value: String,
}

/// An answer that ended before its end without an error of the connection.
pub(super) fn cut() -> Error {
    Error::new(ErrorKind::Unreachable, "Firestore's answer was cut off")
        .remedy("check this machine's network and proxy, and run the same command again")
}

/// `{"error": …}`, or the same in an array.
fn stated_error(body: &[u8]) -> Option<ServiceError> {
    let mut stated = None;
    let mut elements = Elements::default();
    elements
        .push::<Error>(body, |bytes| {
            stated = rest::decode_query_element(bytes)?.error;
            Ok(())
        })
        .ok()?;
    stated
}

/// Reads bytes as every small answer.
#[cfg(test)]
pub(super) fn fuzz_answers(bytes: &[u8]) {
    let stated = stated_error(bytes).unwrap_or_default();
    let subject = Subject {
        project: "p".into(),
        database: "d".into(),
        account: None,
        emulator: None,
    };
    assert!(
        subject
            .refusal(&stated, None, None)
            .error
            .remedy_text()
            .is_some()
    );
    drop(serde_json::from_slice::<Vec<CountElement>>(bytes));
}
