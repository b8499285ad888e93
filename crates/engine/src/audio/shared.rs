//! One copying done by several workers.
//!
//! Each worker lists both buckets and plans for itself; the recordings are cut into units by the
//! conversation that they belong to, so that all know whose unit one is, whatever they have listed.
//! Before a unit's copies begin, the ledger is asked what became of them meanwhile: what another
//! worker proved is not sent again, and a large object is gone on with where that one stopped.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::{Copy, Owner, Plan};
use sunset_core::audio::planner::same_version;
use sunset_core::audio::record::ObjectRecord;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ObjectJournal, ObjectLedger, ObjectSource, ObjectWriter};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::work::{Unit, WorkDesk};

use super::flow::Flow;
use super::{CopyOptions, book, copy_all};
use crate::retry::retry;
use crate::worker;

/// Recordings a unit, about: a dead worker's are soon copied by another.
const UNIT: usize = 4;
/// Units at the most; the ledger holds a row for each.
const MOST_UNITS: usize = 200_000;
/// Nothing is decided together, so nothing is compared.
const FINGERPRINT: &str = "recordings";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
enum Task {
    /// Records that no copy writes, links without a copy, uploads that nobody goes on with.
    Book,
    /// The recordings whose owner falls to `part` of `of`.
    Copy { part: u32, of: u32 },
}

/// What one worker works with.
pub struct Shared<'a> {
    /// What this worker planned.
    pub plan: &'a Plan,
    /// The old bucket.
    pub source: Arc<dyn ObjectSource>,
    /// The new one.
    pub store: Arc<dyn ObjectWriter>,
    /// Where outcomes go, in the name of this worker.
    pub journal: Arc<dyn ObjectJournal>,
    /// What is known meanwhile.
    pub ledger: &'a dyn ObjectLedger,
    /// Where work comes from.
    pub desk: &'a dyn WorkDesk,
    /// How to copy.
    pub options: CopyOptions,
    /// Shows how far this worker has come.
    pub progress: &'a dyn Progress,
}

/// Publishes the work where nobody did, and takes part until all of it is done. The report is of
/// the whole run.
///
/// # Errors
/// `Conflict` when this worker's work was taken over; otherwise as [`super::execute`].
pub async fn execute(shared: &Shared<'_>) -> Result<AudioReport> {
    let retries = shared.options.retries;
    let units = units(shared.plan.copies.len())?;
    retry(retries, || shared.desk.publish(FINGERPRINT, &units)).await?;
    let flow = Arc::new(Flow::new(
        Arc::clone(&shared.source),
        Arc::clone(&shared.store),
        Arc::clone(&shared.journal),
        &shared.options,
    ));
    shared.progress.start("Recordings", None);
    worker::work(shared.desk, retries, u32::MAX, |unit| {
        shared.perform(&flow, unit)
    })
    .await?;
    shared.progress.finish();
    let mut report = AudioReport::default();
    for (_, outcome) in retry(retries, || shared.desk.outcomes(u32::MAX)).await? {
        let share = serde_json::from_value(outcome).map_err(|cause| {
            Error::new(ErrorKind::Malformed, "the outcome of a unit cannot be read").cause(cause)
        })?;
        report.absorb(share);
    }
    Ok(report)
}

fn units(copies: usize) -> Result<Vec<Unit>> {
    let of = u32::try_from(copies.div_ceil(UNIT).clamp(1, MOST_UNITS)).unwrap_or(1);
    let copies = (0..of).map(|part| (1, part, Task::Copy { part, of }));
    std::iter::once((0, 0, Task::Book))
        .chain(copies)
        .map(|(stage, number, task)| {
            let task = serde_json::to_value(task).map_err(|cause| {
                Error::new(ErrorKind::Internal, "a unit of work cannot be written").cause(cause)
            })?;
            Ok(Unit {
                stage,
                number,
                task,
            })
        })
        .collect()
}

/// The part that a recording falls to.
fn part_of(copy: &Copy, of: u32) -> u32 {
    let name = match &copy.owner {
        Owner::Conversation(conversation) => conversation.id.as_str(),
        Owner::Nobody => copy.candidates.first().map_or("", |object| &object.name),
    };
    crc32c::crc32c(name.as_bytes()) % of.max(1)
}

impl Shared<'_> {
    async fn perform(&self, flow: &Arc<Flow>, unit: Unit) -> Result<JsonValue> {
        let task: Task = serde_json::from_value(unit.task).map_err(|cause| {
            Error::new(
                ErrorKind::Malformed,
                "a unit of the shared run cannot be read",
            )
            .cause(cause)
            .remedy("let all workers be of the same version")
        })?;
        let mut report = AudioReport::default();
        match task {
            Task::Book => {
                let (store, journal) = (self.store.as_ref(), self.journal.as_ref());
                book(self.plan, store, journal, self.options.retries, &mut report).await?;
            }
            Task::Copy { part, of } => {
                let copies = self.plan.copies.iter();
                let copies = copies.filter(|copy| part_of(copy, of) == part);
                let copies = self
                    .up_to_date(copies.cloned().collect(), &mut report)
                    .await?;
                let concurrency = self.options.concurrency;
                copy_all(flow, copies, concurrency, &mut report, self.progress).await?;
            }
        }
        serde_json::to_value(report).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "the outcome of a unit cannot be written",
            )
            .cause(cause)
        })
    }

    /// Leaves out what another worker proved since this one planned.
    async fn up_to_date(
        &self,
        mut copies: Vec<Copy>,
        report: &mut AudioReport,
    ) -> Result<Vec<Copy>> {
        let candidates = copies.iter().flat_map(|copy| &copy.candidates);
        let uris: Vec<String> = candidates.map(|object| object.uri.clone()).collect();
        if uris.is_empty() {
            return Ok(copies);
        }
        let records = retry(self.options.retries, || self.ledger.objects_at(&uris)).await?;
        let records: HashMap<(String, Option<String>), ObjectRecord> = records
            .into_iter()
            .map(|record| {
                let name = (record.source_uri.clone(), record.conversation_id.clone());
                (name, record)
            })
            .collect();
        copies.retain_mut(|copy| {
            let owner = copy.owner.id().map(ToOwned::to_owned);
            let now = |uri: &str| records.get(&(uri.to_owned(), owner.clone()));
            let proven = copy.candidates.iter().find_map(|object| {
                let record = now(&object.uri)?;
                let new = copy.previous.as_ref() != Some(record);
                (new && record.is_copied() && same_version(object, record)).then_some(object.size)
            });
            if let Some(bytes) = proven {
                report.copied.add(bytes);
                match copy.owner {
                    Owner::Conversation(_) => report.linked += 1,
                    Owner::Nobody => report.orphans.add(bytes),
                }
                return false;
            }
            if let Some(first) = copy.candidates.first() {
                copy.previous = now(&first.uri).cloned();
            }
            true
        });
        Ok(copies)
    }
}
