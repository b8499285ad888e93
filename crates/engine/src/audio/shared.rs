//! One copying done by several workers.
//!
//! Each worker lists both buckets and plans for itself; the recordings are cut into units by the
//! conversation that they belong to, so that all know whose unit one is, whatever they have listed.
//! Before a unit's copies begin, the ledger is asked what became of them meanwhile: what another
//! worker proved is not sent again, and a large object is gone on with where that one stopped.

mod parts;
mod unit;

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use sunset_core::audio::address::public_url;
use sunset_core::audio::outcome::{AudioReport, Planned};
use sunset_core::audio::plan::{Copy, Owner, Plan};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ObjectJournal, ObjectLedger, ObjectSource, ObjectWriter};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::work::{Completed, Unit, WorkDesk};

use super::CopyOptions;
use super::flow::Flow;
use super::limits::Slots;
use crate::retry::retry;
use crate::worker;
use parts::part_of;
use unit::Worker;

/// Recordings a unit, about: a dead worker's are soon copied by another.
const UNIT: usize = 4;
/// Units at the most; the ledger holds a row for each.
const MOST_UNITS: usize = 200_000;
/// Nothing is decided together, so nothing is compared.
const FINGERPRINT: &str = "recordings";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
enum Task {
    /// Records that no copy writes, links without a copy, uploads that nobody goes on with. With it
    /// goes what there was to do when the run began, which its outcome tells again.
    Book {
        #[serde(default)]
        planned: Planned,
        #[serde(default)]
        plan: JsonValue,
    },
    /// The recordings whose owner falls to `part` of `of`. `named` are those that there were when
    /// the run began: a worker that plans later no longer sees what was proven meanwhile.
    Copy {
        part: u32,
        of: u32,
        #[serde(default)]
        named: Vec<Named>,
    },
}

/// What came of a unit.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Share {
    report: AudioReport,
    /// What there was to do when the run began, told by one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<(Planned, JsonValue)>,
}

/// An object that is to be copied: its URI, whose it is, and whether a row is to be linked to it.
type Named = (String, Option<String>, bool);

/// What all workers of a run did, and what there was to do when it began.
#[derive(Debug, Default)]
pub struct Done {
    /// What there was to do, in numbers.
    pub planned: Planned,
    /// The same as whoever published the work told it.
    pub plan: JsonValue,
    /// What was done.
    pub report: AudioReport,
}

/// What one worker works with.
pub struct Shared<'a> {
    /// What this worker planned.
    pub plan: &'a Plan,
    /// What is told of it, where it is this worker that publishes the work.
    pub told: JsonValue,
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

/// Publishes the work where nobody did, and takes part until all of it is done. What it gives is of
/// the whole run, and the same for every worker.
///
/// # Errors
/// `Conflict` when this worker's work was taken over; otherwise as [`super::execute`].
pub async fn execute(shared: &Shared<'_>) -> Result<Done> {
    let retries = shared.options.retries;
    let published = retry(retries, || shared.desk.published()).await?;
    let units = match published {
        Some(_) => Vec::new(),
        None => shared.units()?,
    };
    retry(retries, || shared.desk.publish(FINGERPRINT, &units)).await?;
    let flow = Arc::new(Flow::new(
        Arc::clone(&shared.source),
        Arc::clone(&shared.store),
        Arc::clone(&shared.journal),
        &shared.options,
    ));
    let concurrency = shared.options.concurrency;
    let worker = Worker {
        shared,
        flow,
        slots: Slots::new(concurrency),
        parts: OnceLock::new(),
    };
    shared.progress.start("Recordings", None);
    // One more than fill the slots, for units have more recordings and fewer, and end.
    let hands = concurrency / UNIT + 1;
    worker::work_with_hands(shared.desk, retries, hands, |unit, hand| {
        worker.perform(unit, hand)
    })
    .await?;
    shared.progress.finish();
    add_up(retry(retries, || shared.desk.outcomes(u32::MAX)).await?)
}

/// What the units of a run did together.
///
/// # Errors
/// `Malformed` when what they gave cannot be read.
pub fn add_up(outcomes: Vec<Completed>) -> Result<Done> {
    let mut whole = Done::default();
    for done in outcomes {
        let share: Share = serde_json::from_value(done.outcome).map_err(|cause| {
            Error::new(ErrorKind::Malformed, "the outcome of a unit cannot be read")
                .cause(cause)
                .remedy("let all workers be of the same version")
        })?;
        whole.report.absorb(share.report);
        if let Some((planned, plan)) = share.begun {
            (whole.planned, whole.plan) = (planned, plan);
        }
    }
    Ok(whole)
}

fn task_of(unit: Unit) -> Result<Task> {
    serde_json::from_value(unit.task).map_err(|cause| {
        Error::new(
            ErrorKind::Malformed,
            "a unit of the shared run cannot be read",
        )
        .cause(cause)
        .remedy("let all workers be of the same version")
    })
}

/// The objects of a recording that may be copied.
fn names<'a>(copy: &'a Copy, public: &'a str) -> impl Iterator<Item = Named> + 'a {
    copy.candidates.iter().map(move |object| {
        let links = match &copy.owner {
            Owner::Conversation(conversation) => {
                !conversation.points_at(&public_url(public, &copy.owner.key(&object.name)))
            }
            Owner::Nobody => false,
        };
        let owner = copy.owner.id().map(ToOwned::to_owned);
        (object.uri.clone(), owner, links)
    })
}

impl Shared<'_> {
    fn units(&self) -> Result<Vec<Unit>> {
        let count = self.plan.copies.len().div_ceil(UNIT).clamp(1, MOST_UNITS);
        let of = u32::try_from(count).unwrap_or(1);
        let mut named: Vec<Vec<Named>> = vec![Vec::new(); count];
        for copy in &self.plan.copies {
            if let Some(named) = named.get_mut(part_of(copy, of) as usize) {
                named.extend(names(copy, &self.options.public_url));
            }
        }
        let book = Task::Book {
            planned: self.plan.planned(),
            plan: self.told.clone(),
        };
        let copies = (0..of).zip(named);
        let copies = copies.map(|(part, named)| (1, part, Task::Copy { part, of, named }));
        std::iter::once((0, 0, book))
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
}
