//! Limits that all copies share: bandwidth, transfers at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use sunset_core::error::{Error, ErrorKind, Result};

/// Parts of large objects on their way at once, over all objects.
const PARTS_AT_ONCE: usize = 8;

/// Objects at once.
#[derive(Debug, Clone)]
pub struct Slots {
    count: usize,
    shared: Arc<Semaphore>,
    own: Option<Arc<Semaphore>>,
}

impl Slots {
    /// So many, one at the least.
    pub fn new(count: usize) -> Self {
        let count = count.max(1);
        Self {
            count,
            shared: Arc::new(Semaphore::new(count)),
            own: None,
        }
    }

    /// The same ones and one more, which nobody else takes: its holder need not wait for the others.
    pub fn and_one(&self) -> Self {
        Self {
            own: Some(Arc::new(Semaphore::new(1))),
            ..self.clone()
        }
    }

    /// How many there are for all of a unit.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Waits until one is free.
    pub async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let shared = Arc::clone(&self.shared).acquire_owned();
        // They are never closed.
        match &self.own {
            None => shared.await.ok(),
            Some(own) => tokio::select! {
                biased;
                slot = shared => slot.ok(),
                slot = Arc::clone(own).acquire_owned() => slot.ok(),
            },
        }
    }
}

/// A bandwidth, spread evenly.
#[derive(Debug)]
struct Bandwidth {
    bytes_per_second: f64,
    next: Mutex<Instant>,
}

impl Bandwidth {
    fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second as f64,
            next: Mutex::new(Instant::now()),
        }
    }

    async fn take(&self, bytes: usize) {
        let wake = {
            let mut next = self.next.lock().await;
            let start = (*next).max(Instant::now());
            *next = start + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
            start
        };
        tokio::time::sleep_until(wake).await;
    }
}

/// See the module.
#[derive(Debug)]
pub struct Limits {
    reading: Option<Bandwidth>,
    sending: Option<Bandwidth>,
    parts: Semaphore,
}

impl Limits {
    /// `rate`: bytes a second in each direction, over all copies.
    pub fn new(rate: Option<u64>) -> Self {
        let rate = rate.filter(|rate| *rate > 0);
        Self {
            reading: rate.map(Bandwidth::new),
            sending: rate.map(Bandwidth::new),
            parts: Semaphore::new(PARTS_AT_ONCE),
        }
    }

    /// Waits until so many bytes may have been read.
    pub async fn read(&self, bytes: usize) {
        if let Some(bandwidth) = &self.reading {
            bandwidth.take(bytes).await;
        }
    }

    /// Waits until so many bytes may be sent.
    pub async fn send(&self, bytes: usize) {
        if let Some(bandwidth) = &self.sending {
            bandwidth.take(bytes).await;
        }
    }

    /// Waits for the turn of a part.
    ///
    /// # Errors
    /// `Internal`: the semaphore is never closed.
    pub async fn part(&self) -> Result<SemaphorePermit<'_>> {
        self.parts.acquire().await.map_err(closed)
    }
}

/// No limit is ever closed.
pub fn closed(cause: tokio::sync::AcquireError) -> Error {
    Error::new(ErrorKind::Internal, "a limit was closed").cause(cause)
}

/// Reads a bandwidth: bytes a second, with `K`, `M` or `G` behind it for powers of 1,024.
///
/// # Errors
/// `Configuration`.
pub fn parse_rate(text: &str) -> Result<u64> {
    let refused = || {
        Error::new(ErrorKind::Configuration, "not a bandwidth")
            .item(text.to_owned())
            .remedy("write bytes a second, with K, M or G: --limit-rate 20M")
    };
    let trimmed = text.trim();
    let (digits, factor) = match trimmed.char_indices().last() {
        Some((at, 'k' | 'K')) => (&trimmed[..at], 1_u64 << 10),
        Some((at, 'm' | 'M')) => (&trimmed[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&trimmed[..at], 1 << 30),
        _ => (trimmed, 1),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    let number: u64 = digits.parse().map_err(|_| refused())?;
    number
        .checked_mul(factor)
        .filter(|rate| *rate > 0)
        .ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_curl_and_rclone_do() {
        assert_eq!(parse_rate("20M").expect("a rate"), 20 << 20);
        assert_eq!(parse_rate("512k").expect("a rate"), 512 << 10);
        assert_eq!(parse_rate("1000").expect("a rate"), 1_000);
        for text in ["", "M", "20MB", "-1", "0", "1.5M", "99999999999G", "+5"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_slot_more_is_for_one_holder_alone() {
        let slots = Slots::new(2);
        let held = (slots.take().await, slots.take().await);
        let soon = Duration::from_secs(1);
        let waits = tokio::time::timeout(soon, slots.take()).await;
        assert!(waits.is_err(), "both are taken");
        let more = slots.and_one();
        let own = tokio::time::timeout(soon, more.take()).await;
        let own = own.expect("its own").expect("open");
        let waits = tokio::time::timeout(soon, more.take()).await;
        assert!(waits.is_err(), "it has one");
        drop(held);
        let both = (slots.take().await, more.take().await);
        assert!(both.0.is_some() && both.1.is_some());
        drop((own, both));
    }

    #[tokio::test(start_paused = true)]
    async fn a_bandwidth_is_kept_over_all_takers_in_each_direction() {
        let limits = Limits::new(Some(10_000));
        let begin = Instant::now();
        let reader = || async {
            for _ in 0..10 {
                limits.read(100).await;
            }
        };
        let sender = || async {
            for _ in 0..20 {
                limits.send(100).await;
            }
        };
        tokio::join!(reader(), reader(), sender());
        // 2,000 bytes each way: two readers share theirs, and who sends does not wait for them.
        limits.read(1).await;
        limits.send(1).await;
        let elapsed = begin.elapsed();
        assert!(elapsed >= Duration::from_millis(200), "{elapsed:?}");
        assert!(elapsed <= Duration::from_millis(205), "{elapsed:?}");
    }
}
