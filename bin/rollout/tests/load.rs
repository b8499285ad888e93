//! A load generator: many clients, a connection a request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back: status and version, or the fault.
pub async fn ask(address: SocketAddr, client: u64) -> Result<(u16, String), String> {
    let asking = async {
        let mut connection = TcpStream::connect(address).await?;
        let request = format!(
            "GET / HTTP/1.1\r\nHost: test\r\nUser-Agent: client-{client}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = tokio::time::timeout(Duration::from_secs(20), asking)
        .await
        .map_err(|_| "no answer".to_owned())?
        .map_err(|cause| cause.to_string())?;
    let status = answer
        .split_whitespace()
        .nth(1)
        .and_then(|s| s.parse().ok());
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    match (status, body) {
        (Some(status), Some(body)) => Ok((status, body.to_owned())),
        _ => Err(format!("broken off: {answer:?}")),
    }
}

/// How many answers of which version there were, of clients with numbers from 0 on.
pub async fn tally(address: SocketAddr, clients: u64) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for client in 0..clients {
        let (_, version) = ask(address, client).await.expect("an answer");
        *counts.entry(version).or_default() += 1;
    }
    counts
}

/// Requests that go on until it is stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    pub sent: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<Vec<String>>>,
}

impl Load {
    pub fn start(address: SocketAddr, workers: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(AtomicU64::new(0));
        let tasks = (0..workers)
            .map(|_| {
                let (stop, sent) = (Arc::clone(&stop), Arc::clone(&sent));
                tokio::spawn(async move {
                    let mut faults = Vec::new();
                    while !stop.load(SeqCst) {
                        let client = sent.fetch_add(1, SeqCst);
                        match ask(address, client).await {
                            // v2's own errors are what it is about; others are the proxy's.
                            Ok((200 | 500, version)) if version == "v1" || version == "v2" => {}
                            Ok(other) => faults.push(format!("{other:?}")),
                            Err(fault) => faults.push(fault),
                        }
                    }
                    faults
                })
            })
            .collect();
        Self { stop, sent, tasks }
    }

    /// Stops; how many requests there were, and those that failed on the way.
    pub async fn end(self) -> (u64, Vec<String>) {
        self.stop.store(true, SeqCst);
        let mut faults = Vec::new();
        for task in self.tasks {
            faults.extend(task.await.expect("a worker"));
        }
        (self.sent.load(SeqCst), faults)
    }
}
