//! One connection through the proxy.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{Manner, Weather};

/// Pieces that wait for their time; more than that, and the sender has to wait, too.
const UNDER_WAY: usize = 256;
const PIECE: usize = 16 * 1024;
const GLANCE: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

/// How a direction ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// One side closed it.
    Closed,
    /// The proxy is to cut it.
    Cut,
}

/// Passes on until one side closes or the connection is cut.
pub(super) async fn relay(
    mut client: TcpStream,
    weather: Arc<Weather>,
    mut cuts: watch::Receiver<u64>,
) {
    let Ok(mut server) = TcpStream::connect(weather.upstream()).await else {
        weather.counts.refused.fetch_add(1, Ordering::SeqCst);
        return;
    };
    weather.counts.connections.fetch_add(1, Ordering::SeqCst);
    for stream in [&client, &server] {
        drop(stream.set_nodelay(true));
    }
    let end = {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        let mut up = Box::pin(pass(
            client_read,
            server_write,
            Direction::ToServer,
            &weather,
        ));
        let mut down = Box::pin(pass(
            server_read,
            client_write,
            Direction::ToClient,
            &weather,
        ));
        tokio::select! {
            end = &mut up => {
                rest(end, down).await;
                end
            }
            end = &mut down => {
                rest(end, up).await;
                end
            }
            _ = cuts.changed() => End::Cut,
        }
    };
    if end == End::Closed {
        return;
    }
    let number = weather.counts.cut.fetch_add(1, Ordering::SeqCst);
    let manner = weather.manner();
    if manner == Manner::Both {
        // A reset, as routers send it, or in good order, in the middle.
        if number.is_multiple_of(2) {
            drop((client.set_zero_linger(), server.set_zero_linger()));
        }
        return;
    }
    let kept = if manner == Manner::Client {
        drop(client);
        (None, server)
    } else {
        (Some(client), server)
    };
    std::future::pending::<()>().await;
    drop(kept);
}

/// What the other direction still holds is passed on, unless it takes too long.
async fn rest(end: End, other: impl Future<Output = End>) {
    if end == End::Closed {
        drop(tokio::time::timeout(Duration::from_secs(2), other).await);
    }
}

/// One direction: pieces are read at once and handed on when their time has come.
async fn pass(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    direction: Direction,
    weather: &Weather,
) -> End {
    let (pieces, mut waiting) = mpsc::channel::<(Instant, Bytes)>(UNDER_WAY);
    let reading = async {
        let mut buffer = vec![0; PIECE];
        loop {
            let Ok(length @ 1..) = from.read(&mut buffer).await else {
                return End::Closed;
            };
            let (length, end) = allowed(weather, direction, length);
            let delay = Duration::from_millis(weather.delay_ms.load(Ordering::SeqCst));
            let piece = Bytes::copy_from_slice(&buffer[..length]);
            if pieces.send((Instant::now() + delay, piece)).await.is_err() {
                return End::Closed;
            }
            if end {
                return End::Cut;
            }
        }
    };
    let mut writing = Box::pin(async {
        while let Some((due, piece)) = waiting.recv().await {
            tokio::time::sleep_until(due).await;
            while weather.silent.load(Ordering::SeqCst) {
                tokio::time::sleep(GLANCE).await;
            }
            let rate = weather.bytes_per_second.load(Ordering::SeqCst);
            if let Some(ms) = (piece.len() as u64 * 1_000).checked_div(rate) {
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
            count(weather, direction, piece.len());
            if to.write_all(&piece).await.is_err() {
                return End::Closed;
            }
        }
        End::Closed
    });
    let end = tokio::select! {
        end = reading => end,
        end = &mut writing => return end,
    };
    drop(pieces);
    match end {
        // What was read before the end is passed on first.
        End::Closed => {
            let end = writing.await;
            drop(to.shutdown().await);
            end
        }
        End::Cut => {
            let rest = tokio::time::timeout(Duration::from_millis(200), writing);
            drop(rest.await);
            End::Cut
        }
    }
}

/// How many of `length` bytes may pass, and whether the connection ends behind them.
fn allowed(weather: &Weather, direction: Direction, length: usize) -> (usize, bool) {
    if direction == Direction::ToClient {
        return (length, false);
    }
    let wanted = i64::try_from(length).unwrap_or(i64::MAX);
    let left = weather
        .cut_in
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            (left >= 0).then(|| if left <= wanted { -1 } else { left - wanted })
        });
    match left {
        Ok(left) if left <= wanted => (usize::try_from(left).unwrap_or(0), true),
        _ => (length, false),
    }
}

fn count(weather: &Weather, direction: Direction, length: usize) {
    let counter: &AtomicU64 = match direction {
        Direction::ToServer => &weather.counts.sent,
        Direction::ToClient => &weather.counts.received,
    };
    counter.fetch_add(length as u64, Ordering::SeqCst);
}
