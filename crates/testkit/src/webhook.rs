//! A webhook as Slack's incoming ones are: it remembers what it was told, and answers as it is
//! disposed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use crate::serving::Serving;

/// Where it is told: whoever knows that may write to the channel.
pub const SECRET: &str = "/services/T0/B0/hidden";

/// One telling.
#[derive(Debug, Clone)]
pub struct Told {
    /// What was answered.
    pub status: u16,
    /// What came.
    pub body: String,
}

impl Told {
    /// What came, as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What the webhook remembers, and how it is disposed.
#[derive(Debug, Default)]
pub struct Memory {
    /// What it was told, in order.
    pub told: Vec<Told>,
    /// What it answers next, one after the other; 200 where nothing is left. Who is answered 429 may
    /// come again at once.
    pub answers: VecDeque<u16>,
    /// An event that is not answered as long as it stands here: `ended`.
    pub held: Option<&'static str>,
}

/// Runs until the value goes.
pub struct Webhook {
    url: String,
    memory: Arc<Mutex<Memory>>,
    _serving: Serving,
}

impl Webhook {
    /// Starts one that answers 200.
    ///
    /// # Errors
    /// Those of the machine.
    pub fn start() -> std::io::Result<Self> {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let router = Router::new().fallback(answer).with_state(memory.clone());
        let serving = Serving::apart(router)?;
        Ok(Self {
            url: format!("http://{}{SECRET}", serving.address),
            memory,
            _serving: serving,
        })
    }

    /// For `SLACK_WEBHOOK_URL` and `--notify-url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it remembers.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        remembered(&self.memory)
    }

    /// Whether it was told of an event.
    pub fn knows_of(&self, event: &str) -> bool {
        let memory = self.memory();
        memory.told.iter().any(|told| told.json()["event"] == event)
    }

    /// What it was told since it was asked last.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.memory().told)
    }
}

fn remembered(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let status = if method == Method::POST && uri.path() == SECRET {
        remembered(&memory).answers.pop_front().unwrap_or(200)
    } else {
        404
    };
    let told = Told {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let event = told.json()["event"].clone();
    remembered(&memory).told.push(told);
    loop {
        let held = remembered(&memory).held;
        if held.is_none_or(|held| event != held) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    (status, [(header::RETRY_AFTER, "0")], "ok").into_response()
}
