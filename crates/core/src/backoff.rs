//! How long to wait before trying again. Whoever waits draws the random number.

use std::time::Duration;

use crate::error::{Error, RetryPolicy};

const FIRST: Duration = Duration::from_millis(250);
const FIRST_LONG: Duration = Duration::from_secs(2);

/// No wait is longer, whatever a service asks for.
pub const LONGEST: Duration = Duration::from_secs(60);

/// The wait behind the failed attempt `attempt` (from 0): as long as the service asked for, else
/// the part `fraction` (0 to 1) of a doubling delay (full jitter).
pub fn delay(error: &Error, attempt: u32, fraction: f64) -> Duration {
    if let Some(requested) = error.requested_delay() {
        return requested.min(LONGEST);
    }
    let first = match error.kind().policy() {
        RetryPolicy::LongBackoff => FIRST_LONG,
        RetryPolicy::Backoff | RetryPolicy::Never => FIRST,
    };
    first
        .saturating_mul(2_u32.saturating_pow(attempt.min(16)))
        .min(LONGEST)
        .mul_f64(fraction.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn delays_grow_and_stop_growing() {
        let error = Error::new(ErrorKind::Unreachable, "no");
        assert_eq!(delay(&error, 0, 1.0), FIRST);
        assert_eq!(delay(&error, 1, 1.0), FIRST * 2);
        assert_eq!(delay(&error, 1, 0.5), FIRST);
        assert_eq!(delay(&error, u32::MAX, 1.0), LONGEST);
        assert_eq!(delay(&error, 40, 0.0), Duration::ZERO);
        let throttled = Error::new(ErrorKind::Throttled, "no");
        assert_eq!(delay(&throttled, 0, 1.0), FIRST_LONG);
    }

    #[test]
    fn a_service_may_ask_for_a_delay() {
        let asked = |seconds| {
            let error = Error::new(ErrorKind::Throttled, "no");
            delay(&error.retry_after(Duration::from_secs(seconds)), 0, 0.0)
        };
        assert_eq!(asked(7), Duration::from_secs(7));
        assert_eq!(asked(7_000), LONGEST);
    }
}
