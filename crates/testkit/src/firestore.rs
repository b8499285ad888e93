//! A Firestore in memory that can fail on command, served over HTTP.
//!
//! It knows what a reader asks: `runQuery` (by collection or over everything, in order of names,
//! with cursors, limit and `__name__` projections), `runAggregationQuery` (counts),
//! `partitionQuery`, `listCollectionIds`, and a token service; and `commit`, by which a test that
//! does not know which server it meets writes documents. Each database is one of its own.

mod answer;
mod emulator;
mod fault;
mod order;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::serving::Serving;

pub use emulator::Emulator;
pub use fault::Fault;
use order::SortKey;

/// The time of every answer, unless a request names one.
pub const READ_TIME: &str = "2025-11-03T02:15:00.123456Z";

type Documents = BTreeMap<SortKey, Json>;

/// The token that is good at first; each refused one is followed by another.
const TOKEN: &str = "token";

#[derive(Default)]
struct Inner {
    /// By `projects/P/databases/D`.
    databases: BTreeMap<String, Documents>,
    faults: VecDeque<Fault>,
    partitions: bool,
    needs_token: bool,
    /// Seconds that the token service's clock is ahead.
    ahead: i64,
    token_seconds: u64,
    tokens_given: u32,
    requests: Vec<(String, Json)>,
    delivered: u64,
}

/// A running server. It stops when it is dropped.
pub struct FakeFirestore {
    inner: Arc<Mutex<Inner>>,
    serving: Serving,
}

impl FakeFirestore {
    /// Starts a server without documents on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new().fallback(serve).with_state(Arc::clone(&inner));
        let serving = Serving::here(router).await?;
        Ok(Self { inner, serving })
    }

    /// `127.0.0.1:port`
    pub fn host(&self) -> String {
        self.serving.address.to_string()
    }

    /// Where tokens are to be had.
    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.serving.address)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a document, as REST JSON with its `name`.
    pub fn put(&self, document: Json) {
        self.inner().put(document);
    }

    /// Takes a document away.
    pub fn remove(&self, name: &str) {
        let mut inner = self.inner();
        if let Some(documents) = inner.databases.get_mut(database(name)) {
            documents.remove(&SortKey::of(name));
        }
    }

    /// The next queries that can give documents fail so, one fault each.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.extend(faults);
    }

    /// Faults that have not been met.
    pub fn faults_left(&self) -> usize {
        self.inner().faults.len()
    }

    /// Answers `partitionQuery`, which emulators do not.
    pub fn with_partitions(&self) {
        self.inner().partitions = true;
    }

    /// Demands a token of its own token service.
    pub fn with_tokens(&self) {
        self.inner().needs_token = true;
    }

    /// Hands tokens out that are good for so many seconds, in the place of an hour.
    pub fn with_tokens_of(&self, seconds: u64) {
        self.inner().token_seconds = seconds;
    }

    /// Lets the token service live so many seconds in the future.
    pub fn with_clock_ahead(&self, seconds: i64) {
        self.inner().ahead = seconds;
    }

    /// Tokens that were handed out.
    pub fn tokens_given(&self) -> u32 {
        self.inner().tokens_given
    }

    /// Documents that were delivered with their fields, each as often as it was.
    pub fn delivered(&self) -> u64 {
        self.inner().delivered
    }

    /// The requests so far: method (`runQuery`) and body.
    pub fn requests(&self) -> Vec<(String, Json)> {
        self.inner().requests.clone()
    }
}

impl Inner {
    /// Gives a token for a statement whose times are those of its own clock.
    fn grant(&mut self, body: &[u8]) -> Response {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
            .saturating_add_signed(self.ahead);
        let claims = claims(body).unwrap_or_default();
        let (from, to) = (claims["iat"].as_u64(), claims["exp"].as_u64());
        let timely = from.is_some_and(|from| from <= now) && to.is_some_and(|to| to > now);
        let mut response = if timely {
            self.tokens_given += 1;
            let token = format!("{TOKEN}-{}", self.tokens_given);
            let seconds = if self.token_seconds == 0 {
                3_600
            } else {
                self.token_seconds
            };
            json_response(&json!({ "access_token": token, "expires_in": seconds }))
        } else {
            let mut response = json_response(&json!({
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) \
                                      and in a reasonable timeframe.",
            }));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        };
        let date = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now);
        if let Ok(date) = httpdate::fmt_http_date(date).parse() {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }

    fn put(&mut self, document: Json) {
        let name = document["name"].as_str().unwrap_or_default();
        let (database, key) = (database(name).to_owned(), SortKey::of(name));
        let documents = self.databases.entry(database).or_default();
        documents.insert(key, document);
    }

    /// What the request writes.
    fn commit(&mut self, body: &Json) -> Json {
        let writes = body["writes"].as_array().map_or(&[][..], Vec::as_slice);
        for write in writes {
            let mut document = write["update"].clone();
            document["createTime"] = READ_TIME.into();
            document["updateTime"] = READ_TIME.into();
            self.put(document);
        }
        json!({ "writeResults": vec![json!({ "updateTime": READ_TIME }); writes.len()] })
    }
}

/// What a request for a token states of itself.
pub(crate) fn claims(body: &[u8]) -> Option<Json> {
    use base64::Engine as _;
    let text = std::str::from_utf8(body).ok()?;
    let (_, statement) = text.split_once("assertion=")?;
    let claims = statement.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims);
    serde_json::from_slice(&bytes.ok()?).ok()
}

/// `projects/P/databases/D` of a resource name.
fn database(name: &str) -> &str {
    name.split_once("/documents")
        .map_or("", |(database, _)| database)
}

async fn serve(
    State(inner): State<Arc<Mutex<Inner>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
    if uri.path() == "/token" {
        return inner.grant(&body);
    }
    let Some((place, method)) = uri.path().rsplit_once(':') else {
        return refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "no such method");
    };
    let Ok(body) = serde_json::from_slice::<Json>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "no JSON");
    };
    if inner.needs_token {
        let good = format!("Bearer {TOKEN}-{}", inner.tokens_given);
        let given = headers.get(header::AUTHORIZATION);
        if given.and_then(|value| value.to_str().ok()) != Some(good.as_str()) {
            return refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "no such token");
        }
    }
    inner.requests.push((method.to_owned(), body.clone()));
    if method == "commit" {
        return json_response(&inner.commit(&body));
    }
    let place = percent_encoding::percent_decode_str(place).decode_utf8_lossy();
    let name = database(place.trim_start_matches("/v1/")).to_owned();
    let partitions = inner.partitions;
    let Inner {
        databases,
        faults,
        tokens_given,
        delivered,
        ..
    } = &mut *inner;
    let empty = Documents::new();
    // As an emulator does: a database that nobody wrote to is empty.
    let documents = databases.get(&name).unwrap_or(&empty);
    match method {
        "runQuery" => {
            *delivered += answer::delivered(documents, &body);
            run_query(documents, faults, tokens_given, &body)
        }
        "runAggregationQuery" => json_response(&answer::count(documents, &body)),
        "partitionQuery" if partitions => json_response(&answer::partitions(documents, &body)),
        "listCollectionIds" => json_response(&answer::collection_ids(documents)),
        _ => refusal(
            StatusCode::NOT_IMPLEMENTED,
            "UNIMPLEMENTED",
            "the method is unimplemented",
        ),
    }
}

fn run_query(
    documents: &Documents,
    faults: &mut VecDeque<Fault>,
    tokens_given: &mut u32,
    body: &Json,
) -> Response {
    let elements = answer::run_query(documents, body);
    let holds_documents = elements
        .iter()
        .any(|element| element["document"].is_object());
    let fault = if holds_documents {
        faults.pop_front()
    } else {
        None
    };
    match fault {
        None => stream(fault::pieces(&elements)),
        Some(Fault::ExpiredToken) => {
            // The one it holds is good no longer; the next it asks for will be.
            *tokens_given += 1;
            refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "expired")
        }
        Some(Fault::SnapshotTooOld) => refusal(
            StatusCode::BAD_REQUEST,
            "FAILED_PRECONDITION",
            "The requested snapshot version is too old.",
        ),
        Some(Fault::Status {
            code,
            status,
            retry_after,
        }) => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT);
            let mut response = refusal(code, status, "on command");
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
        Some(fault) => stream(fault.spoil(elements)),
    }
}

/// Pieces of an answer, each behind its delay; an `Err` breaks the connection.
type Pieces = Vec<(std::time::Duration, io::Result<Vec<u8>>)>;

fn stream(pieces: Pieces) -> Response {
    let pieces = futures::stream::unfold(pieces.into_iter(), |mut pieces| async move {
        let (delay, piece) = pieces.next()?;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Some((piece, pieces))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

fn json_response(body: &Json) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

fn refusal(code: StatusCode, status: &str, message: &str) -> Response {
    let mut response = json_response(&fault::error(code.as_u16(), status, message));
    *response.status_mut() = code;
    response
}
