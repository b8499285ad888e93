//! A network that misbehaves on command: a TCP proxy that delays, throttles, cuts, falls silent,
//! refuses, and leads elsewhere.
//!
//! It runs on a thread of its own, so that tests of programs, which know no runtime, can use it.

mod relay;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// What every connection asks before it passes something on.
#[derive(Debug)]
struct Weather {
    upstream: Mutex<String>,
    delay_ms: AtomicU64,
    bytes_per_second: AtomicU64,
    /// Nothing passes, in either direction, and no connection is closed.
    silent: AtomicBool,
    /// Bytes that clients may still send before one of their connections is cut; negative: no end.
    cut_in: AtomicI64,
    manner: Mutex<Manner>,
    counts: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    refused: AtomicU64,
    cut: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

/// What passed, and what did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Connections that were let through.
    pub connections: u64,
    /// Connections that were closed as soon as they were made.
    pub refused: u64,
    /// Connections that were cut.
    pub cut: u64,
    /// Bytes from clients to the server.
    pub sent: u64,
    /// Bytes from the server to clients.
    pub received: u64,
}

/// How new connections are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// They are led to the server.
    Open,
    /// Nothing listens: they are refused.
    Shut,
    /// They are accepted and closed at once, as a tunnel does whose far end is not there.
    Slammed,
}

/// Who learns of it when a connection is cut. Who does not keeps a side that is open and silent as
/// long as the proxy lives, as when a machine loses its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The client and the server.
    Both,
    /// The client alone.
    Client,
    /// Nobody.
    Nobody,
}

/// A proxy before one server. It ends with this value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    weather: Arc<Weather>,
    cuts: watch::Sender<u64>,
    door: mpsc::UnboundedSender<(Door, std::sync::mpsc::Sender<()>)>,
}

impl Proxy {
    /// A proxy on a free port of 127.0.0.1 that leads to `upstream` (`host:port`).
    ///
    /// # Errors
    /// When no port or no thread is to be had.
    pub fn to(upstream: &str) -> io::Result<Self> {
        let weather = Arc::new(Weather {
            upstream: Mutex::new(upstream.to_owned()),
            delay_ms: AtomicU64::new(0),
            bytes_per_second: AtomicU64::new(0),
            silent: AtomicBool::new(false),
            cut_in: AtomicI64::new(-1),
            manner: Mutex::new(Manner::Both),
            counts: Counters::default(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (cuts, _) = watch::channel(0);
        let (door, orders) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let serving = serve(listener, Arc::clone(&weather), cuts.clone(), orders);
        std::thread::Builder::new()
            .name("proxy".into())
            .spawn(move || runtime.block_on(serving))?;
        Ok(Self {
            address,
            weather,
            cuts,
            door,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a database with the proxy's address in place of its own.
    pub fn before(&self, url: &str) -> String {
        let Some((scheme, rest)) = url.split_once("://") else {
            return url.to_owned();
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        format!("{scheme}://{user}{}/{path}", self.address)
    }

    /// Every piece waits so long before it is passed on, in each direction.
    pub fn delay(&self, delay: Duration) {
        let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.weather.delay_ms.store(ms, Ordering::SeqCst);
    }

    /// Each connection passes so many bytes a second, in each direction; 0: as fast as it goes.
    pub fn rate(&self, bytes_per_second: u64) {
        let rate = &self.weather.bytes_per_second;
        rate.store(bytes_per_second, Ordering::SeqCst);
    }

    /// Cuts the connection whose client sends the byte number `bytes` from now, and no other.
    pub fn cut_in(&self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.weather.cut_in.store(bytes, Ordering::SeqCst);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How connections are cut from now on.
    pub fn manner(&self, manner: Manner) {
        let current = self.weather.manner.lock();
        *current.unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Nothing passes any more and nothing is closed, or everything passes again.
    pub fn silence(&self, silent: bool) {
        self.weather.silent.store(silent, Ordering::SeqCst);
    }

    /// How new connections are met from now on; returns when it is so.
    pub fn door(&self, door: Door) {
        let (done, wait) = std::sync::mpsc::channel();
        if self.door.send((door, done)).is_ok() {
            // The other side answers, or is gone with everything it could do.
            wait.recv().unwrap_or_default();
        }
    }

    /// New connections go to `upstream` from now on.
    pub fn lead_to(&self, upstream: &str) {
        let current = self.weather.upstream.lock();
        upstream.clone_into(&mut current.unwrap_or_else(PoisonError::into_inner));
    }

    /// What passed until now.
    pub fn passed(&self) -> Passed {
        let counts = &self.weather.counts;
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Passed {
            connections: read(&counts.connections),
            refused: read(&counts.refused),
            cut: read(&counts.cut),
            sent: read(&counts.sent),
            received: read(&counts.received),
        }
    }
}

impl Weather {
    fn manner(&self) -> Manner {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn upstream(&self) -> String {
        let upstream = self.upstream.lock();
        upstream.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    listener: std::net::TcpListener,
    weather: Arc<Weather>,
    cuts: watch::Sender<u64>,
    mut orders: mpsc::UnboundedReceiver<(Door, std::sync::mpsc::Sender<()>)>,
) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut listener = TcpListener::from_std(listener).ok();
    let mut door = Door::Open;
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            order = orders.recv() => {
                let Some((wanted, done)) = order else { return };
                door = wanted;
                if door == Door::Shut {
                    listener = None;
                } else if listener.is_none() {
                    listener = reopen(address).await;
                }
                done.send(()).unwrap_or_default();
            }
            Ok((client, _)) = accepted => {
                if door == Door::Slammed {
                    weather.counts.refused.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                let weather = Arc::clone(&weather);
                let cuts = cuts.subscribe();
                tokio::spawn(relay::relay(client, weather, cuts));
            }
        }
    }
}

/// The same port again; connections that are ending may hold it for a moment.
async fn reopen(address: SocketAddr) -> Option<TcpListener> {
    for _ in 0..200 {
        // `bind` of tokio sets SO_REUSEADDR.
        if let Ok(listener) = TcpListener::bind(address).await {
            return Some(listener);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

#[cfg(test)]
#[path = "proxy/proxy_tests.rs"]
mod tests;
