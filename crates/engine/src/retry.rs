//! Trying again. How long to wait is [`sunset_core::backoff`]'s to say.

use std::future::Future;

use rand::RngExt as _;
use sunset_core::backoff;
use sunset_core::error::{Result, RetryPolicy};

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
        let delay = backoff::delay(&error, attempt, rand::rng().random_range(0.0..=1.0));
        tracing::warn!(error = %error, delay_ms = delay.as_millis(), "trying again");
        tokio::time::sleep(delay).await;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;
    use sunset_core::{Error, ErrorKind};

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
}
