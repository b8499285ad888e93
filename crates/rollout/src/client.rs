//! The flag as an application asks it: without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use sunset_core::Result;
use tokio::task::JoinHandle;

use crate::buckets::Buckets;
use crate::decision::{Decision, Flag, Reason};

/// How old the copy of a flag becomes.
pub const FRESH: Duration = Duration::from_secs(60);
/// How soon a source that failed is asked again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where flags are read from.
#[async_trait]
pub trait FlagSource: Send + Sync + 'static {
    /// The flag of that name; `None` where there is no such flag.
    ///
    /// # Errors
    /// When it cannot be read; the client then goes on with what it knows.
    async fn read(&self, name: &str) -> Result<Option<Flag>>;
}

/// A flag's copy, renewed every 60 s by a task of its own. A decision reads it and never waits:
/// while the source is away the last known flag decides, and v1 as long as nothing is known.
///
/// A flag that the source says does not exist puts everybody on v1, whatever was known before.
pub struct FlagClient {
    shared: Arc<Shared>,
    renewing: JoinHandle<()>,
}

struct Shared {
    source: Box<dyn FlagSource>,
    name: String,
    known: ArcSwapOption<Flag>,
    buckets: Buckets,
    begun: Instant,
    /// Milliseconds between `begun` and the last successful reading, plus one; 0: none.
    read_at: AtomicU64,
}

impl FlagClient {
    /// Reads the flag once, waiting ten seconds at most, and goes on renewing it. A source that
    /// fails is no error: v1 is decided until it answers.
    pub async fn start(source: impl FlagSource, name: &str) -> Self {
        Self::start_with(source, name, FRESH).await
    }

    /// As [`FlagClient::start`], renewing every `fresh`.
    pub async fn start_with(source: impl FlagSource, name: &str, fresh: Duration) -> Self {
        let shared = Arc::new(Shared {
            source: Box::new(source),
            name: name.to_owned(),
            known: ArcSwapOption::empty(),
            buckets: Buckets::new(),
            begun: Instant::now(),
            read_at: AtomicU64::new(0),
        });
        let mut good = shared.renew().await;
        let renewing = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                loop {
                    tokio::time::sleep(if good { fresh } else { AGAIN.min(fresh) }).await;
                    good = shared.renew().await;
                }
            }
        });
        Self { shared, renewing }
    }

    /// Whether a tenant is on v2.
    pub fn enabled(&self, tenant: &str) -> bool {
        self.decide(tenant).v2
    }

    /// The same, with the reason.
    pub fn decide(&self, tenant: &str) -> Decision {
        match &*self.shared.known.load() {
            Some(flag) => flag.decide_with(tenant, || self.shared.buckets.of(&flag.name, tenant)),
            None => Decision {
                v2: false,
                reason: Reason::Unknown,
            },
        }
    }

    /// How long ago the source last answered; `None`: never.
    pub fn age(&self) -> Option<Duration> {
        let at = self.shared.read_at.load(Ordering::Acquire).checked_sub(1)?;
        Some(
            self.shared
                .begun
                .elapsed()
                .saturating_sub(Duration::from_millis(at)),
        )
    }

    /// Reads the flag now. Whether the source answered.
    pub async fn refresh(&self) -> bool {
        self.shared.renew().await
    }
}

impl Drop for FlagClient {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

impl Shared {
    async fn renew(&self) -> bool {
        match tokio::time::timeout(PATIENCE, self.source.read(&self.name)).await {
            Ok(Ok(flag)) => {
                self.known.store(flag.map(Arc::new));
                let at = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
                self.read_at.store(at + 1, Ordering::Release);
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(flag = self.name, error = %error, "the flag cannot be read");
                false
            }
            Err(_) => {
                tracing::warn!(flag = self.name, "the flag's source does not answer");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::percentage::Percentage;
    use sunset_core::{Error, ErrorKind};

    /// Answers what it was told to; `Err` while it was told nothing.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Option<Option<Flag>>>>);

    impl Told {
        fn tell(&self, answer: Option<Option<Flag>>) {
            *self.0.lock().unwrap() = answer;
        }
    }

    #[async_trait]
    impl FlagSource for Told {
        async fn read(&self, _name: &str) -> Result<Option<Flag>> {
            let answer = self.0.lock().unwrap().clone();
            answer.ok_or_else(|| Error::new(ErrorKind::Unreachable, "away"))
        }
    }

    fn all() -> Flag {
        Flag {
            percentage: Percentage::whole(100),
            ..Flag::new("f")
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_known_flag_decides_while_the_source_is_away() {
        let told = Told::default();
        let client = FlagClient::start(told.clone(), "f").await;
        assert_eq!(client.decide("t").reason, Reason::Unknown);
        assert!(!client.enabled("t"));
        assert_eq!(client.age(), None);
        told.tell(Some(Some(all())));
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert!(
            client.enabled("t"),
            "a source that failed is asked again soon"
        );
        told.tell(None);
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert!(client.enabled("t"), "the last known flag stays");
        told.tell(Some(None));
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert!(!client.enabled("t"), "a flag that was deleted decides v1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_seen_within_a_minute() {
        let told = Told::default();
        told.tell(Some(Some(all())));
        let client = FlagClient::start(told.clone(), "f").await;
        assert!(client.enabled("t"));
        told.tell(Some(Some(Flag {
            enabled: false,
            ..all()
        })));
        assert!(client.enabled("t"), "the copy is used until it is renewed");
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert_eq!(client.decide("t").reason, Reason::SwitchedOff);
    }
}
