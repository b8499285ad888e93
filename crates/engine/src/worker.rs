//! A worker: claims units of a shared run, does them, and says what came of them.

use std::future::Future;
use std::time::Duration;

use serde_json::Value as JsonValue;
use sunset_core::error::Result;
use sunset_core::ports::work::{Ask, Claim, Unit, WorkDesk};
use tokio::sync::Mutex;

use crate::retry::{Retries, retry};

/// Between two questions for work, while others do the last of a stage.
const PAUSE: Duration = Duration::from_millis(500);
/// Between two questions for what a silent worker left. Whether one is silent is looked for every
/// three seconds.
const WATCH: Duration = Duration::from_secs(2);

/// By whom a unit is done, of those that work for one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// One that takes whatever comes.
    Regular,
    /// One that takes what a silent worker left, and nothing else: that need not wait until somebody
    /// is done with units of its own, however long these take.
    Relief,
}

/// Takes part until all work of the stages below `below` is done, one unit at a time. `perform`
/// gives the outcome of a unit; it may be called for a unit that another worker began.
///
/// # Errors
/// The first of `perform`, which leaves the unit to others; `Conflict` when this worker's work was
/// taken over.
pub async fn work<F>(
    desk: &dyn WorkDesk,
    retries: Retries,
    below: u32,
    perform: impl FnMut(Unit) -> F,
) -> Result<()>
where
    F: Future<Output = Result<JsonValue>>,
{
    let worker = Worker::new(desk, retries, below);
    worker.take_part(Hand::Regular, perform).await
}

/// The same with so many units at a time, and one more of what a silent worker left.
///
/// # Errors
/// As [`work`]; one hand that fails stops the others.
pub async fn work_with_hands<F>(
    desk: &dyn WorkDesk,
    retries: Retries,
    hands: usize,
    perform: impl Fn(Unit, Hand) -> F,
) -> Result<()>
where
    F: Future<Output = Result<JsonValue>>,
{
    let worker = Worker::new(desk, retries, u32::MAX);
    let regular = (0..hands.max(1))
        .map(|_| worker.take_part(Hand::Regular, |unit| perform(unit, Hand::Regular)));
    let relief = worker.take_part(Hand::Relief, |unit| perform(unit, Hand::Relief));
    // Whichever hears first that everything is done speaks for all of them.
    tokio::select! {
        biased;
        done = futures::future::try_join_all(regular) => done.map(drop),
        done = relief => done,
    }
}

struct Worker<'a> {
    desk: &'a dyn WorkDesk,
    retries: Retries,
    below: u32,
    /// Stage and number of what its hands are at work on. Held while one of them asks, so that the
    /// others do not take for lost what it is being given.
    at_work: Mutex<Vec<(u32, u32)>>,
}

impl<'a> Worker<'a> {
    fn new(desk: &'a dyn WorkDesk, retries: Retries, below: u32) -> Self {
        Self {
            desk,
            retries,
            below,
            at_work: Mutex::default(),
        }
    }

    async fn take_part<F>(&self, hand: Hand, mut perform: impl FnMut(Unit) -> F) -> Result<()>
    where
        F: Future<Output = Result<JsonValue>>,
    {
        loop {
            match self.claim(hand).await? {
                Claim::Unit(unit) => {
                    let outcome = perform(unit.clone()).await?;
                    retry(self.retries, || self.desk.complete(&unit, &outcome)).await?;
                    let mut at_work = self.at_work.lock().await;
                    at_work.retain(|known| *known != (unit.stage, unit.number));
                }
                Claim::Wait => tokio::time::sleep(hand.pause()).await,
                Claim::Over => return Ok(()),
            }
        }
    }

    async fn claim(&self, hand: Hand) -> Result<Claim> {
        let mut at_work = self.at_work.lock().await;
        let ask = Ask {
            below: self.below,
            at_work: &at_work,
            orphaned: hand == Hand::Relief,
        };
        let claim = retry(self.retries, || self.desk.claim(&ask)).await?;
        if let Claim::Unit(unit) = &claim {
            at_work.push((unit.stage, unit.number));
        }
        Ok(claim)
    }
}

impl Hand {
    fn pause(self) -> Duration {
        match self {
            Self::Regular => PAUSE,
            Self::Relief => WATCH,
        }
    }
}
