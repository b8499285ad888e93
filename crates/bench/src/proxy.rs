//! A line of a given length: what goes through arrives later, and nothing waits for anything else.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Pieces that are under way on a line at the most.
const UNDER_WAY: usize = 4_096;

/// Listens until it is dropped.
pub struct Proxy {
    /// `127.0.0.1:port`
    pub address: String,
    _runtime: Runtime,
}

impl Proxy {
    /// A line to `server` on which every byte takes `delay` in each direction.
    pub fn start(server: &str, delay: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .context("cannot listen")?;
        let address = listener.local_addr()?.to_string();
        let server = server.to_owned();
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move {
                    // A client whose server cannot be reached sees its connection closed.
                    if let Ok(far) = TcpStream::connect(&server).await {
                        join(near, far, delay);
                    }
                });
            }
        });
        Ok(Self {
            address,
            _runtime: runtime,
        })
    }
}

fn join(near: TcpStream, far: TcpStream, delay: Duration) {
    for stream in [&near, &far] {
        // Without it the line is slower than it says, which only the ratio would suffer from.
        drop(stream.set_nodelay(true));
    }
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    tokio::spawn(carry(near_read, far_write, delay));
    tokio::spawn(carry(far_read, near_write, delay));
}

async fn carry(
    mut from: impl AsyncRead + Unpin + Send + 'static,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    tokio::spawn(async move {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let piece = buffer.get(..length).unwrap_or_default().to_vec();
            if sender.send((Instant::now() + delay, piece)).await.is_err() {
                break;
            }
        }
    });
    while let Some((due, piece)) = receiver.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&piece).await.is_err() {
            return;
        }
    }
    drop(to.shutdown().await);
}
