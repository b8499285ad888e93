//! Work that several processes share, one unit after the other.
//!
//! A run that is shared is cut into units, in stages. A unit is claimed by one worker, done and
//! completed with its outcome; a stage begins when everything before it is done. What a worker
//! claimed goes back when the worker leaves, or is silent for too long; from that moment on nothing
//! that it still sends is accepted, neither a completion nor a single row.

use async_trait::async_trait;
use serde_json::Value as JsonValue;

use crate::error::Result;

/// A piece of work that one worker does at a time. Doing it twice must do no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Units of a lower stage are done before it.
    pub stage: u32,
    /// Its place in the stage.
    pub number: u32,
    /// What is to be done.
    pub task: JsonValue,
}

/// A unit that is done, and what came of it. What was to be done is not told again: of a large run
/// that is too much to be read by every worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The unit's stage.
    pub stage: u32,
    /// Its place in the stage.
    pub number: u32,
    /// What whoever did it said.
    pub outcome: JsonValue,
    /// When it was claimed and when it was completed, milliseconds since 1970 by one clock for all
    /// workers.
    pub span: (u64, u64),
}

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// A unit of the stages below this one.
    pub below: u32,
    /// Stage and number of the units that it is at work on. Whatever else it holds was claimed, and
    /// the answer got lost.
    pub at_work: &'a [(u32, u32)],
    /// Only what was taken from a silent worker.
    pub orphaned: bool,
}

/// An answer to who asks for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This unit is the asker's now.
    Unit(Unit),
    /// There is none of that sort in this stage, and it is not done: ask again in a moment.
    Wait,
    /// Everything that was asked for is done.
    Over,
}

/// How much of the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// All units.
    pub units: u64,
    /// Those that are done.
    pub done: u64,
    /// Those of them that this worker did.
    pub own: u64,
    /// How often a unit went to another worker because the one that had it was silent.
    pub taken_over: u64,
    /// Workers that took part.
    pub workers: u64,
}

/// Where the workers of one run get their work.
///
/// Contract: each call is one transaction. It fails with `Conflict` once this worker's work was
/// taken over, and then for ever; another error may be followed by the same call, and it does no
/// harm if the first was carried out.
#[async_trait]
pub trait WorkDesk: Send + Sync {
    /// The fingerprint under which the work was published; `None` while it is not.
    async fn published(&self) -> Result<Option<String>>;

    /// Publishes the work, unless somebody did.
    ///
    /// # Errors
    /// `Mismatch` when it was published under another fingerprint.
    async fn publish(&self, fingerprint: &str, units: &[Unit]) -> Result<()>;

    /// Publishes units of a survey that is shared, before the work itself is published, unless
    /// somebody did.
    async fn publish_survey(&self, units: &[Unit]) -> Result<()>;

    /// Keeps what was noted for a unit of the survey, in the place of what was kept for it before.
    async fn keep(&self, unit: &Unit, notes: &[u8]) -> Result<()>;

    /// What was kept for the unit of the survey with this number.
    ///
    /// # Errors
    /// `NotFound` when nothing is: the run ended meanwhile.
    async fn kept(&self, number: u32) -> Result<Vec<u8>>;

    /// The next unit, those first that were taken from a silent worker. A worker asks for one at a
    /// time.
    async fn claim(&self, ask: &Ask<'_>) -> Result<Claim>;

    /// Records that a unit is done, and what came of it.
    ///
    /// # Errors
    /// `Conflict` when the unit is not this worker's.
    async fn complete(&self, unit: &Unit, outcome: &JsonValue) -> Result<()>;

    /// The units of stages below `stage` that are done, in order, with their outcomes.
    async fn outcomes(&self, stage: u32) -> Result<Vec<Completed>>;

    /// How much is done.
    async fn standing(&self) -> Result<Standing>;
}
