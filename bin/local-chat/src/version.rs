//! One version.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 5] = [0.01, 0.05, 0.1, 0.25, 1.0];
/// A request's head is no longer.
const LONGEST: usize = 16 * 1024;

/// What it counts.
#[derive(Default)]
pub struct Version {
    requests: AtomicU64,
    buckets: [AtomicU64; 5],
}

impl Version {
    /// Listens on a free port.
    pub async fn start(name: &'static str) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Self::default());
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, name, Arc::clone(&shared)));
            }
        });
        Ok(address)
    }

    fn metrics(&self) -> String {
        let all = self.requests.load(Relaxed);
        let mut text = format!(
            "# TYPE http_requests_total counter\nhttp_requests_total{{status=\"200\"}} {all}\n"
        );
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            text.push_str(&format!(
                "http_request_duration_seconds_bucket{{le=\"{bound}\"}} {}\n",
                count.load(Relaxed)
            ));
        }
        text.push_str(&format!(
            "http_request_duration_seconds_bucket{{le=\"+Inf\"}} {all}\n"
        ));
        text
    }

    fn count(&self, begun: Instant) {
        let took = begun.elapsed().as_secs_f64();
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            if took <= *bound {
                count.fetch_add(1, Relaxed);
            }
        }
        self.requests.fetch_add(1, Relaxed);
    }
}

/// One request a connection.
async fn answer(mut connection: TcpStream, name: &str, version: Arc<Version>) {
    let begun = Instant::now();
    let mut request = Vec::new();
    let mut piece = [0_u8; 4_096];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match connection.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(piece.get(..length).unwrap_or_default()),
        }
        if request.len() > LONGEST {
            return;
        }
    }
    let text = String::from_utf8_lossy(&request);
    let body = match text.split_whitespace().nth(1).unwrap_or("/") {
        "/api/health" | "/api/health/ready" => "{\"status\": \"healthy\"}".to_owned(),
        "/api/health/metrics" => version.metrics(),
        _ => {
            version.count(begun);
            name.to_owned()
        }
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    drop(connection.write_all(answer.as_bytes()).await);
    drop(connection.shutdown().await);
}
