//! Asking again while that may help.

use std::time::Duration;

use rand::RngExt as _;
use sunset_core::backoff;
use sunset_core::error::{Error, Result, RetryPolicy};

/// Google asks for a second at first, where our own database may be asked again after a quarter of
/// one: an outage of some seconds is to be outlived.
const STEPS_AHEAD: u32 = 2;

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
        let later = attempt.saturating_add(STEPS_AHEAD);
        let delay = backoff::delay(&error, later, rand::rng().random_range(0.0..=1.0));
        tracing::warn!(error = %error, delay_ms = delay.as_millis(), "reading V2 again");
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
