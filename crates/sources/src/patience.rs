//! Asking again while that may help.

use std::time::Duration;

use rand::RngExt as _;
use sunset_core::backoff;
use sunset_core::error::{Error, ErrorKind, Result, RetryPolicy};
use sunset_core::talk::TARGET;
use tokio::time::Instant;

/// Google asks for a second at first, where our own database may be asked again after a quarter of
/// one: an outage of some seconds is to be outlived.
const STEPS_AHEAD: u32 = 2;

/// A service may ask for longer waits than we choose ourselves, but not for longer ones than this.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// Waits from here on are said.
const LONG: Duration = Duration::from_secs(5);

/// How often a request is repeated without progress.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    retries: u32,
}

impl Patience {
    pub fn new(retries: u32) -> Self {
        Self { retries }
    }

    /// At most so many attempts.
    pub fn at_most(self, retries: Option<u32>) -> Self {
        Self {
            retries: retries.map_or(self.retries, |retries| retries.min(self.retries)),
        }
    }

    /// Waits behind the failed attempt `attempt` (from 0), or gives the error back where there is
    /// to be no other.
    pub async fn wait(self, error: Error, attempt: u32) -> Result<()> {
        if attempt >= self.retries || error.kind().policy() == RetryPolicy::Never {
            return Err(error);
        }
        let delay = match error.requested_delay() {
            Some(asked) if asked > LONGEST_ASKED => return Err(too_long(error, asked)),
            Some(asked) => asked,
            None => {
                let later = attempt.saturating_add(STEPS_AHEAD);
                backoff::delay(&error, later, rand::rng().random_range(0.0..=1.0))
            }
        };
        tracing::debug!(error = %error, delay_ms = delay.as_millis(), "reading V2 again");
        if delay >= LONG {
            let seconds = delay.as_secs();
            tracing::warn!(target: TARGET, "V2 is asked again in {seconds} s: {error}");
        }
        tokio::time::sleep(delay.max(Duration::from_millis(1))).await;
        Ok(())
    }

    /// An answer, after as many questions as it takes.
    pub async fn ask<T>(self, ask: impl AsyncFn() -> Result<T>) -> Result<T> {
        let mut attempt = 0;
        loop {
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.wait(error, attempt).await?,
            }
            attempt += 1;
        }
    }
}

fn too_long(error: Error, asked: Duration) -> Error {
    let seconds = asked.as_secs();
    let longest = LONGEST_ASKED.as_secs();
    Error::new(
        ErrorKind::Throttled,
        format!("the service asks to be left alone for {seconds} s, and no wait is longer than {longest} s"),
    )
    .cause(error)
    .remedy(format!(
        "run the same command again in {} minutes: what is migrated is passed over",
        seconds.div_ceil(60)
    ))
}

/// Says of something that does not come that it is waited for, again and again.
pub(crate) struct Wait<'a> {
    what: &'a str,
    every: Duration,
    begun: Instant,
    due: Instant,
}

impl<'a> Wait<'a> {
    /// Of `what`, every so often.
    pub fn of(what: &'a str, every: Duration) -> Self {
        let begun = Instant::now();
        Self {
            what,
            every,
            begun,
            due: begun + every,
        }
    }

    /// It came: the next one is waited for from now on.
    pub fn over(&mut self) {
        *self = Self::of(self.what, self.every);
    }

    /// Waits for something that may bring it nearer.
    pub async fn until<T>(&mut self, coming: impl Future<Output = T>) -> T {
        let mut coming = std::pin::pin!(coming);
        loop {
            match tokio::time::timeout_at(self.due, coming.as_mut()).await {
                Ok(came) if Instant::now() < self.due => return came,
                Ok(came) => {
                    self.say();
                    return came;
                }
                Err(_) => self.say(),
            }
        }
    }

    fn say(&mut self) {
        let (what, seconds) = (self.what, self.begun.elapsed().as_secs());
        tracing::warn!(target: TARGET, "still waiting for {what}: nothing came for {seconds} s");
        self.due = Instant::now() + self.every;
    }
}
