//! A small HTTP server, v1 or v2, whose faults are switched on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 5] = [0.01, 0.05, 0.1, 0.25, 1.0];

#[derive(Default)]
pub struct State {
    /// Every hundredth request fails.
    pub errors: AtomicBool,
    /// Half a second more for every request.
    pub slow: AtomicBool,
    /// Health answers 503.
    pub ill: AtomicBool,
    /// Metrics answer 404.
    pub mute: AtomicBool,
    pub requests: AtomicU64,
    pub failed: AtomicU64,
    buckets: [AtomicU64; 5],
    /// How often health was asked for: once an evaluation.
    pub looked: AtomicU64,
}

impl State {
    /// As after a restart.
    pub fn reset_metrics(&self) {
        for counter in self.buckets.iter().chain([&self.requests, &self.failed]) {
            counter.store(0, SeqCst);
        }
    }

    fn metrics(&self) -> String {
        let (all, failed) = (self.requests.load(SeqCst), self.failed.load(SeqCst));
        let mut text = format!(
            "# TYPE http_requests_total counter\nhttp_requests_total{{status=\"200\"}} {}\n",
            all.saturating_sub(failed)
        );
        if failed > 0 {
            text.push_str(&format!("http_requests_total{{status=\"500\"}} {failed}\n"));
        }
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            text.push_str(&format!(
                "http_request_duration_seconds_bucket{{le=\"{bound}\"}} {}\n",
                count.load(SeqCst)
            ));
        }
        text.push_str(&format!(
            "http_request_duration_seconds_bucket{{le=\"+Inf\"}} {all}\n"
        ));
        text
    }

    async fn work(&self) -> u16 {
        let begun = Instant::now();
        if self.slow.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let number = self.requests.fetch_add(1, SeqCst) + 1;
        let took = begun.elapsed().as_secs_f64();
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            if took <= *bound {
                count.fetch_add(1, SeqCst);
            }
        }
        if self.errors.load(SeqCst) && number.is_multiple_of(100) {
            self.failed.fetch_add(1, SeqCst);
            500
        } else {
            200
        }
    }
}

pub struct Service {
    pub address: SocketAddr,
    pub state: Arc<State>,
}

impl Service {
    /// Answers its name.
    pub async fn start(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, name, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }
}

/// One request a connection.
async fn serve(mut connection: TcpStream, name: &str, state: Arc<State>) {
    let mut request = Vec::new();
    let mut piece = [0_u8; 4_096];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match connection.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(&piece[..length]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let path = text.split_whitespace().nth(1).unwrap_or("/");
    let (status, body) = match path {
        "/api/health" => {
            state.looked.fetch_add(1, SeqCst);
            let ill = state.ill.load(SeqCst);
            (if ill { 503 } else { 200 }, "{}".to_owned())
        }
        "/api/health/ready" => (200, "{}".to_owned()),
        "/api/health/metrics" if state.mute.load(SeqCst) => (404, String::new()),
        "/api/health/metrics" => (200, state.metrics()),
        _ => (state.work().await, name.to_owned()),
    };
    let answer = format!(
        "HTTP/1.1 {status} -\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    drop(connection.write_all(answer.as_bytes()).await);
    drop(connection.shutdown().await);
}
