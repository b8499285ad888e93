//! A fake of Neon's API: branches of one project, made, looked at and restored.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::serving::Serving;

/// The project.
pub const PROJECT: &str = "quiet-sun-1";

/// Its key.
pub const KEY: &str = "napi_marked";

/// The branch that is written to.
pub const MAIN: &str = "br-main-1";

/// What the fake remembers, and how it is disposed.
#[derive(Debug, Default)]
pub struct Memory {
    /// Names of branches.
    pub branches: Vec<String>,
    /// What was asked for when branches were made, as it came.
    pub made: Vec<String>,
    /// `(branch, body)` of what was restored.
    pub restored: Vec<(String, Value)>,
    /// How often a request to write is answered that the project is busy.
    pub busy: u32,
    /// How often a branch was looked at; a third look finds it ready.
    pub looks: u32,
    /// The host of the compute of [`MAIN`].
    pub host: String,
    /// Whether the project's limit of branches is reached.
    pub full: bool,
}

/// Runs until the value goes.
pub struct Neon {
    url: String,
    memory: Arc<Mutex<Memory>>,
    _serving: Serving,
}

impl Neon {
    /// Starts one whose branch [`MAIN`] is reached by `host`.
    ///
    /// # Errors
    /// Those of the machine.
    pub fn start(host: &str) -> std::io::Result<Self> {
        let memory = Arc::new(Mutex::new(Memory {
            branches: vec!["main".into()],
            host: host.into(),
            ..Memory::default()
        }));
        let router = Router::new().fallback(answer).with_state(memory.clone());
        let serving = Serving::apart(router)?;
        Ok(Self {
            url: format!("http://{}/api/v2", serving.address),
            memory,
            _serving: serving,
        })
    }

    /// For `NEON_API_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it remembers.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reply(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}

fn refusal(status: u16, message: &str) -> Response {
    reply(status, &json!({ "message": message }))
}

fn branch(name: &str, state: &str) -> Value {
    json!({
        "id": format!("br-{name}-1"), "name": name, "parent_id": MAIN, "current_state": state,
        "created_at": "2026-01-31T12:00:00Z",
    })
}

async fn answer(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    let key = headers
        .get(header::AUTHORIZATION)
        .map_or(&b""[..], |value| value.as_bytes());
    if key != format!("Bearer {KEY}").as_bytes() {
        return refusal(401, "this request requires authentication");
    }
    let within = format!("/api/v2/projects/{PROJECT}/");
    let Some(path) = uri.path().strip_prefix(&within) else {
        return refusal(404, "project not found");
    };
    let parts: Vec<&str> = path.split('/').collect();
    if method == Method::POST && memory.busy > 0 {
        memory.busy -= 1;
        let mut busy = refusal(423, "project already has running operations");
        let headers = busy.headers_mut();
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("0"));
        return busy;
    }
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["branches"]) => {
            let all = memory.branches.iter().map(|name| branch(name, "ready"));
            reply(200, &json!({ "branches": all.collect::<Vec<_>>() }))
        }
        ("GET", ["endpoints"]) => reply(
            200,
            &json!({"endpoints": [{"id": "ep-1", "host": memory.host, "branch_id": MAIN}]}),
        ),
        ("POST", ["branches"]) if memory.full => refusal(422, "branches limit exceeded"),
        ("POST", ["branches"]) => make(&mut memory, &body),
        ("GET", ["branches", id]) => {
            memory.looks += 1;
            let state = if memory.looks < 3 { "init" } else { "ready" };
            let name = id.trim_start_matches("br-").trim_end_matches("-1");
            reply(200, &json!({ "branch": branch(name, state) }))
        }
        ("POST", ["branches", id, "restore"]) => {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            memory.restored.push(((*id).to_owned(), body));
            memory.looks = 0;
            reply(200, &json!({ "branch": branch("main", "init") }))
        }
        _ => refusal(405, "no"),
    }
}

fn make(memory: &mut Memory, body: &Bytes) -> Response {
    memory.made.push(String::from_utf8_lossy(body).into_owned());
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = body["branch"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let endpoints = match body.get("endpoints") {
        Some(_) => json!([{"id": "ep-2", "host": "ep-cool-1.eu.aws.neon.tech"}]),
        None => json!([]),
    };
    memory.branches.push(name.clone());
    memory.looks = 0;
    reply(
        201,
        &json!({
            "branch": branch(&name, "init"), "endpoints": endpoints,
            "connection_uris": [{"connection_uri": "postgresql://neon:marked@ep-cool-1/neondb"}],
        }),
    )
}
