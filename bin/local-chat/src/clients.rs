//! Clients that ask through the proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Between two requests of a client.
const PAUSE: Duration = Duration::from_millis(15);

/// What became of the requests.
#[derive(Default)]
pub struct Tally {
    sent: AtomicU64,
    failed: AtomicU64,
    v1: AtomicU64,
    v2: AtomicU64,
}

impl Tally {
    /// `sent 4000`, a line each.
    pub fn text(&self) -> String {
        format!(
            "sent {}\nfailed {}\nv1 {}\nv2 {}\n",
            self.sent.load(Relaxed),
            self.failed.load(Relaxed),
            self.v1.load(Relaxed),
            self.v2.load(Relaxed)
        )
    }
}

/// Begins to ask as soon as the proxy answers.
pub fn start(front: SocketAddr, clients: u64, tally: &Arc<Tally>) {
    let tally = Arc::clone(tally);
    tokio::spawn(async move {
        while ask(front, 0).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for client in 0..clients {
            let tally = Arc::clone(&tally);
            tokio::spawn(async move {
                // Each request is of another visitor, so that shares are those of the weights.
                for number in 0_u64.. {
                    let answer = ask(front, number * clients + client).await;
                    tally.sent.fetch_add(1, Relaxed);
                    match answer.as_deref() {
                        Ok("v1") => tally.v1.fetch_add(1, Relaxed),
                        Ok("v2") => tally.v2.fetch_add(1, Relaxed),
                        _ => tally.failed.fetch_add(1, Relaxed),
                    };
                    tokio::time::sleep(PAUSE).await;
                }
            });
        }
    });
}

async fn ask(front: SocketAddr, visitor: u64) -> std::io::Result<String> {
    let asking = async {
        let mut connection = TcpStream::connect(front).await?;
        let request = format!(
            "GET / HTTP/1.1\r\nHost: chat\r\nUser-Agent: visitor-{visitor}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        match text.split_once("\r\n\r\n") {
            Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
            _ => Err(std::io::Error::other("no answer")),
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asking)
        .await
        .map_err(|_| std::io::Error::other("no answer in time"))?
}
