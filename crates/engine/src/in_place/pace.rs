//! How many rows a batch has, so that nobody waits long for one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What a batch is to take: whoever wants one of its rows waits so long at most, where the server
/// does not become slower meanwhile.
const TARGET: Duration = Duration::from_millis(250);

/// What it may take, whatever the server does: then it is given up and done with fewer rows. With
/// the end of its transaction, and whatever somebody else waits for besides, no second.
const PATIENCE: Duration = Duration::from_millis(600);

/// Where nothing is known of the server yet.
const FIRST: u32 = 1_000;

/// A batch of so few rows takes what time it needs, or the work would never end.
const LEAST: u32 = 100;

/// The rows of a batch, by what the last ones took. Shared by all connections.
pub(super) struct Pace {
    most: u32,
    rows: AtomicU32,
}

impl Pace {
    /// At most so many rows.
    pub fn new(most: u32) -> Self {
        Self {
            most,
            rows: AtomicU32::new(FIRST.min(most)),
        }
    }

    /// The rows of the next batch.
    pub fn rows(&self) -> u32 {
        self.rows.load(Ordering::Relaxed)
    }

    /// How long a batch of so many rows may take; none where it cannot be made smaller.
    pub fn patience(rows: u32) -> Option<Duration> {
        (rows > LEAST).then_some(PATIENCE)
    }

    /// A batch of at most `limit` rows wrote `written` in this time.
    pub fn took(&self, time: Duration, limit: u32, written: u64) {
        let least = LEAST.min(self.most);
        let next = if time > TARGET {
            let fitting = u128::from(limit) * TARGET.as_millis() / time.as_millis().max(1);
            // At most to a quarter: one slow answer says little.
            u32::try_from(fitting).unwrap_or(limit).max(limit / 4)
        } else if time < TARGET / 2 && written * 2 > u64::from(limit) {
            limit.saturating_add(limit / 2)
        } else {
            return;
        };
        self.rows
            .store(next.clamp(least, self.most), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_while_they_are_quick_and_shrink_when_they_are_slow() {
        let pace = Pace::new(10_000);
        assert_eq!(pace.rows(), 1_000);
        for _ in 0..10 {
            let rows = pace.rows();
            pace.took(Duration::from_millis(20), rows, u64::from(rows));
        }
        assert_eq!(pace.rows(), 10_000);
        pace.took(Duration::from_millis(200), 10_000, 10_000);
        assert_eq!(pace.rows(), 10_000, "quick enough");
        pace.took(Duration::from_millis(500), 10_000, 10_000);
        assert_eq!(pace.rows(), 5_000);
        pace.took(Duration::from_secs(60), 5_000, 5_000);
        assert_eq!(pace.rows(), 1_250);
        for _ in 0..10 {
            pace.took(Duration::from_secs(60), pace.rows(), 1);
        }
        assert_eq!(pace.rows(), 100);
        // A batch that found little to do says nothing of the next.
        pace.took(Duration::from_millis(1), 100, 3);
        assert_eq!(pace.rows(), 100);
    }

    #[test]
    fn a_batch_that_takes_too_long_becomes_smaller_until_it_has_all_the_time_it_needs() {
        let pace = Pace::new(10_000);
        let mut attempts = 0;
        while let Some(patience) = Pace::patience(pace.rows()) {
            pace.took(patience, pace.rows(), 0);
            attempts += 1;
        }
        assert_eq!(pace.rows(), LEAST);
        assert!(
            attempts < 10,
            "{attempts} attempts, as often as it is tried again"
        );
    }

    #[test]
    fn nobody_gets_more_than_was_asked_for() {
        let pace = Pace::new(7);
        assert_eq!(pace.rows(), 7);
        pace.took(Duration::from_millis(1), 7, 7);
        assert_eq!(pace.rows(), 7);
        pace.took(Duration::from_secs(9), 7, 7);
        assert_eq!(pace.rows(), 7);
    }
}
