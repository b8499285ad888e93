//! A Cloud Storage in memory that can fail on command, served over HTTP: what a reader asks of the
//! JSON API (listings with prefix and delimiter, descriptions, media with ranges), and a token
//! service for who has to say who he is.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};

use crate::firestore::claims;
use crate::serving::Serving;

/// When every object was made.
pub const CREATED: &str = "2025-11-03T02:15:00.5Z";

/// Entries of one page of a listing.
const PAGE: usize = 2;

/// One way for the reading of an object to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// This HTTP status instead of an answer.
    Status(u16),
    /// The connection breaks behind so many bytes.
    Reset(usize),
    /// A byte of the answer is another one.
    Flipped(usize),
}

#[derive(Default)]
struct Inner {
    /// By bucket and name.
    objects: BTreeMap<(String, String), Vec<u8>>,
    faults: VecDeque<StorageFault>,
    /// The project that has to be named in every request, as where a bucket's readers pay.
    payer: Option<String>,
    /// Where every request has to carry a token.
    tokens: Option<Tokens>,
    requests: u64,
}

#[derive(Default)]
struct Tokens {
    /// What those who got one stated of themselves, one statement for each.
    stated: Vec<Json>,
    /// How many of them are good no more.
    ended: usize,
    none_is_good: bool,
}

impl Tokens {
    fn last(&self) -> String {
        format!("token-{}", self.stated.len())
    }

    /// Whether it is the last one, and good.
    fn takes(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let good = !self.none_is_good && self.stated.len() > self.ended;
        good && given.is_some_and(|given| given == self.last())
    }
}

/// A running server. It stops when it is dropped.
pub struct FakeStorage {
    inner: Arc<Mutex<Inner>>,
    serving: Serving,
}

impl FakeStorage {
    /// Starts a server without objects on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new().fallback(serve).with_state(Arc::clone(&inner));
        let serving = Serving::here(router).await?;
        Ok(Self { inner, serving })
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://{}", self.serving.address)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores an object.
    pub fn put(&self, bucket: &str, name: &str, bytes: Vec<u8>) {
        let place = (bucket.to_owned(), name.to_owned());
        self.inner().objects.insert(place, bytes);
    }

    /// The next readings of objects fail so, one fault each.
    pub fn fail(&self, faults: impl IntoIterator<Item = StorageFault>) {
        self.inner().faults.extend(faults);
    }

    /// From now on readers pay: only requests that name this project are answered.
    pub fn let_pay(&self, project: &str) {
        self.inner().payer = Some(project.to_owned());
    }

    /// From now on requests need a token of [`Self::token_url`].
    pub fn demand_tokens(&self) {
        self.inner().tokens = Some(Tokens::default());
    }

    /// Where tokens are to be had.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.url())
    }

    /// The tokens that were handed out are good no more.
    pub fn end_tokens(&self) {
        if let Some(tokens) = &mut self.inner().tokens {
            tokens.ended = tokens.stated.len();
        }
    }

    /// From now on no token is good, not even a new one.
    pub fn refuse_every_token(&self) {
        if let Some(tokens) = &mut self.inner().tokens {
            tokens.none_is_good = true;
        }
    }

    /// What was stated for each token that was handed out.
    pub fn stated_for_tokens(&self) -> Vec<Json> {
        let inner = self.inner();
        inner
            .tokens
            .as_ref()
            .map_or_else(Vec::new, |tokens| tokens.stated.clone())
    }

    /// Faults that have not been met.
    pub fn faults_left(&self) -> usize {
        self.inner().faults.len()
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.inner().requests
    }
}

async fn serve(
    State(inner): State<Arc<Mutex<Inner>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(tokens) = &mut inner.tokens {
        if uri.path() == "/token" {
            tokens.stated.extend(claims(&body));
            let granted = json!({ "access_token": tokens.last(), "expires_in": 3_600 });
            return json_response(&granted);
        }
        if !tokens.takes(&headers) {
            inner.requests += 1;
            return refusal(StatusCode::UNAUTHORIZED, "Invalid Credentials");
        }
    }
    inner.requests += 1;
    let query: HashMap<String, String> = uri.query().map(parameters).unwrap_or_default();
    if let Some(refused) = unpaid(inner.payer.as_deref(), &query) {
        return refused;
    }
    let path: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    match path.as_slice() {
        ["storage", "v1", "b", bucket, "o"] => list(&inner, &decoded(bucket), &query),
        ["storage", "v1", "b", bucket, "o", name] => {
            let place = (decoded(bucket), decoded(name));
            let Some(bytes) = inner.objects.get(&place).cloned() else {
                return refusal(StatusCode::NOT_FOUND, "No such object");
            };
            if query.get("alt").is_some_and(|alt| alt == "media") {
                let fault = inner.faults.pop_front();
                media(bytes, &headers, fault)
            } else {
                json_response(&describe(&place.1, &bytes))
            }
        }
        _ => refusal(StatusCode::NOT_FOUND, "no such method"),
    }
}

/// What Cloud Storage answers to who does not pay, in its own words.
fn unpaid(payer: Option<&str>, query: &HashMap<String, String>) -> Option<Response> {
    let payer = payer?;
    match query.get("userProject") {
        Some(project) if project == payer => None,
        Some(_) => Some(refusal(
            StatusCode::FORBIDDEN,
            "reader@example.iam.gserviceaccount.com does not have serviceusage.services.use access \
             to the Google Cloud project. Permission 'serviceusage.services.use' denied on resource \
             (or it may not exist).",
        )),
        None => Some(refusal(
            StatusCode::BAD_REQUEST,
            "Bucket is a requester pays bucket but no user project provided.",
        )),
    }
}

fn parameters(query: &str) -> HashMap<String, String> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn json_response(body: &Json) -> Response {
    Response::new(Body::from(body.to_string()))
}

fn list(inner: &Inner, bucket: &str, query: &HashMap<String, String>) -> Response {
    if !inner.objects.keys().any(|(found, _)| found == bucket) {
        return refusal(
            StatusCode::NOT_FOUND,
            "The specified bucket does not exist.",
        );
    }
    let prefix = query.get("prefix").map_or("", String::as_str);
    let mut entries = BTreeSet::new();
    for (place, _) in inner
        .objects
        .iter()
        .filter(|((found, _), _)| found == bucket)
    {
        let Some(rest) = place.1.strip_prefix(prefix) else {
            continue;
        };
        let folder = query
            .get("delimiter")
            .and_then(|delimiter| Some(rest.find(delimiter.as_str())? + delimiter.len()));
        entries.insert(match folder {
            Some(end) => (format!("{prefix}{}", &rest[..end]), true),
            None => (place.1.clone(), false),
        });
    }
    let from = query.get("pageToken").map_or("", String::as_str);
    let mut rest = entries.into_iter().filter(|(name, _)| name.as_str() > from);
    let page: Vec<(String, bool)> = rest.by_ref().take(PAGE).collect();
    let items = page.iter().filter(|(_, folder)| !folder).map(|(name, _)| {
        let place = (bucket.to_owned(), name.clone());
        describe(name, inner.objects.get(&place).map_or(&[], Vec::as_slice))
    });
    let folders = page
        .iter()
        .filter(|(_, folder)| *folder)
        .map(|(name, _)| name);
    let mut answer = json!({
        "items": items.collect::<Vec<Json>>(),
        "prefixes": folders.collect::<Vec<_>>(),
    });
    if rest.next().is_some() {
        answer["nextPageToken"] = page.last().map(|(name, _)| name.clone()).into();
    }
    json_response(&answer)
}

fn describe(name: &str, bytes: &[u8]) -> Json {
    use base64::Engine as _;
    let checksum = crc32c::crc32c(bytes).to_be_bytes();
    json!({
        "name": name,
        "size": bytes.len().to_string(),
        "crc32c": base64::engine::general_purpose::STANDARD.encode(checksum),
        "generation": "7",
        "timeCreated": CREATED,
    })
}

fn media(bytes: Vec<u8>, headers: &HeaderMap, fault: Option<StorageFault>) -> Response {
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let range = range.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    let total = bytes.len();
    let (mut part, from) = match range {
        None => (bytes, 0),
        Some((from, to)) => {
            let from: usize = from.parse().unwrap_or(0);
            let to = to.parse().map_or(total, |to: usize| (to + 1).min(total));
            (bytes.get(from..to).unwrap_or_default().to_vec(), from)
        }
    };
    let end = (from + part.len()).saturating_sub(1);
    let mut response = match fault {
        Some(StorageFault::Status(code)) => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT);
            return refusal(code, "on command");
        }
        Some(StorageFault::Reset(length)) => {
            part.truncate(length);
            let pieces = [Ok(part), Err(io::Error::other("on command"))];
            let pieces = futures::stream::iter(pieces);
            Response::new(Body::from_stream(futures::StreamExt::then(
                pieces,
                |piece| async {
                    // What was written reaches the reader before the end does.
                    if piece.is_err() {
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                    piece
                },
            )))
        }
        Some(StorageFault::Flipped(place)) => {
            if let Some(byte) = part.get_mut(place) {
                *byte ^= 1;
            }
            Response::new(Body::from(part))
        }
        None => Response::new(Body::from(part)),
    };
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let stated = format!("bytes {from}-{end}/{total}");
        if let Ok(value) = stated.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
    }
    response
}

fn refusal(code: StatusCode, message: &str) -> Response {
    let body = json!({ "error": { "code": code.as_u16(), "message": message } });
    let mut response = json_response(&body);
    *response.status_mut() = code;
    response
}
