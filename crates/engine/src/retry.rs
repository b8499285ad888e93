//! Trying again. The only place that backs off.

use std::future::Future;
use std::time::Duration;

use rand::RngExt as _;
use sunset_core::error::{Error, Result, RetryPolicy};

const FIRST_DELAY: Duration = Duration::from_millis(250);
const FIRST_LONG_DELAY: Duration = Duration::from_secs(2);
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// How often a passing fault is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries(pub u32);

impl Default for Retries {
    fn default() -> Self {
        Self(3)
    }
}

/// Calls `operation` until it succeeds, fails for good, or was repeated `retries` times.
/// Between calls it waits a random part of a doubling delay (full jitter), or as long as the
/// service asked for.
///
/// # Errors
/// The last error of `operation`.
pub async fn retry<T, F>(retries: Retries, mut operation: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut attempt = 0;
    loop {
        let error = match operation().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if attempt >= retries.0 || error.kind().policy() == RetryPolicy::Never {
            return Err(error);
        }
        let delay = delay(&error, attempt);
        tracing::warn!(error = %error, delay_ms = delay.as_millis(), "trying again");
        tokio::time::sleep(delay).await;
        attempt += 1;
    }
}

fn delay(error: &Error, attempt: u32) -> Duration {
    if let Some(requested) = error.requested_delay() {
        return requested.min(LONGEST_DELAY);
    }
    let first = match error.kind().policy() {
        RetryPolicy::LongBackoff => FIRST_LONG_DELAY,
        RetryPolicy::Backoff | RetryPolicy::Never => FIRST_DELAY,
    };
    let ceiling = first
        .saturating_mul(2_u32.saturating_pow(attempt.min(16)))
        .min(LONGEST_DELAY);
    ceiling.mul_f64(rand::rng().random_range(0.0..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use sunset_core::ErrorKind;

    async fn calls_until_failure(kind: ErrorKind, retries: u32) -> u32 {
        let calls = AtomicU32::new(0);
        let result: Result<()> = retry(Retries(retries), || async {
            calls.fetch_add(1, Ordering::Relaxed);
            Err(Error::new(kind, "no").retry_after(Duration::from_millis(1)))
        })
        .await;
        assert!(result.is_err());
        calls.into_inner()
    }

    #[tokio::test]
    async fn passing_faults_are_repeated_and_others_are_not() {
        assert_eq!(calls_until_failure(ErrorKind::Unreachable, 3).await, 4);
        assert_eq!(calls_until_failure(ErrorKind::Throttled, 0).await, 1);
        assert_eq!(calls_until_failure(ErrorKind::Denied, 3).await, 1);
    }

    #[test]
    fn delays_grow_and_stop_growing() {
        let error = Error::new(ErrorKind::Unreachable, "no");
        for attempt in 0..40 {
            assert!(delay(&error, attempt) <= LONGEST_DELAY);
        }
        assert!(delay(&error, 0) <= FIRST_DELAY);
    }
}
