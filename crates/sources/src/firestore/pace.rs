//! Not faster than allowed.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Lets so many documents through a second, whoever reads them.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: Option<NonZeroU32>,
    /// When what was let through is paid for.
    free_at: Mutex<Option<Instant>>,
}

impl Pace {
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            free_at: Mutex::new(None),
        }
    }

    /// Documents to ask for at once: what is answered within some seconds.
    pub fn page(&self, page: u32) -> u32 {
        match self.per_second {
            Some(rate) => page.min(rate.get().saturating_mul(10)),
            None => page,
        }
    }

    /// Counts documents that were read, and waits as long as they take at the allowed rate.
    pub async fn count(&self, documents: u32) {
        let Some(rate) = self.per_second else {
            return;
        };
        if documents == 0 {
            return;
        }
        let until = {
            let mut free_at = self.free_at.lock().await;
            let now = Instant::now();
            let begin = free_at.map_or(now, |free| free.max(now));
            let cost = Duration::from_secs(1).mul_f64(f64::from(documents) / f64::from(rate.get()));
            *free_at = Some(begin + cost);
            begin + cost
        };
        tokio::time::sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reading_takes_as_long_as_allowed() {
        let pace = Pace::new(NonZeroU32::new(1_000));
        let begun = Instant::now();
        for _ in 0..5 {
            pace.count(20).await;
        }
        assert!(begun.elapsed() >= Duration::from_millis(100));
        assert_eq!(pace.page(100_000), 10_000);
        let free = Pace::new(None);
        free.count(u32::MAX).await;
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
