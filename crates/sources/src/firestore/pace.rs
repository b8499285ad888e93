//! Not faster than allowed.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Pages of a quarter of what a second allows, so that no second asks for much more than that.
const PAGES_A_SECOND: u32 = 4;

/// Lets so many documents be asked for a second, whoever asks.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: Option<NonZeroU32>,
    /// When what was asked for is paid for.
    free_at: Mutex<Option<Instant>>,
}

impl Pace {
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            free_at: Mutex::new(None),
        }
    }

    /// Documents to ask for at once.
    pub fn page(&self, page: u32) -> u32 {
        match self.per_second {
            Some(rate) => page.min((rate.get() / PAGES_A_SECOND).max(1)),
            None => page,
        }
    }

    /// Waits until what was asked for before is paid for, and counts what is asked for now: it is
    /// read, and billed, whether or not somebody waits for the answer.
    pub async fn ask(&self, documents: u32) {
        let Some(cost) = self.cost(documents) else {
            return;
        };
        let begin = {
            let mut free_at = self.free_at.lock().await;
            let now = Instant::now();
            let begin = free_at.map_or(now, |free| free.max(now));
            *free_at = Some(begin + cost);
            begin
        };
        tokio::time::sleep_until(begin).await;
    }

    /// Counts that of the documents asked for only so many came.
    pub async fn came(&self, asked: u32, documents: u32) {
        let Some(unused) = self.cost(asked.saturating_sub(documents)) else {
            return;
        };
        let mut free_at = self.free_at.lock().await;
        *free_at = free_at.and_then(|free| free.checked_sub(unused));
    }

    fn cost(&self, documents: u32) -> Option<Duration> {
        let rate = self.per_second?.get();
        Some(Duration::from_secs_f64(
            f64::from(documents) / f64::from(rate),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_asks_for_more_than_allowed_and_a_page() {
        let pace = Pace::new(NonZeroU32::new(200));
        let page = pace.page(1_000);
        assert_eq!(page, 50);
        let begun = Instant::now();
        let stream = || async {
            let mut asked = Vec::new();
            for _ in 0..10 {
                pace.ask(page).await;
                asked.push(begun.elapsed());
            }
            asked
        };
        let (one, two, three) = tokio::join!(stream(), stream(), stream());
        let mut asked = [one, two, three].concat();
        asked.sort();
        for (index, from) in asked.iter().enumerate() {
            let second = asked.iter().skip(index);
            let within = second.filter(|at| **at < *from + Duration::from_secs(1));
            assert!(within.count() <= 5, "{asked:?}");
        }
        assert_eq!(asked.last().map(Duration::as_millis), Some(29 * 250));
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_not_come_is_given_back() {
        let pace = Pace::new(NonZeroU32::new(4));
        let begun = Instant::now();
        for _ in 0..8 {
            pace.ask(1).await;
            pace.came(1, 0).await;
        }
        assert!(begun.elapsed() < Duration::from_millis(10));
        assert_eq!(pace.page(1_000), 1);
        let free = Pace::new(None);
        free.ask(u32::MAX).await;
        assert_eq!(free.page(1_000), 1_000);
    }
}
