//! One copying done by several workers.
//!
//! Each worker lists both buckets and plans for itself; the recordings are cut into units by the
//! conversation that they belong to, so that all know whose unit one is, whatever they have listed.
//! Before a unit's copies begin, the ledger is asked what became of them meanwhile: what another
//! worker proved is not sent again, and a large object is gone on with where that one stopped.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use sunset_core::audio::address::public_url;
use sunset_core::audio::outcome::{AudioReport, Planned};
use sunset_core::audio::plan::{Copy, Owner, Plan};
use sunset_core::audio::planner::same_version;
use sunset_core::audio::record::{ObjectRecord, Role};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ObjectJournal, ObjectLedger, ObjectSource, ObjectWriter};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::work::{Completed, Unit, WorkDesk};

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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
enum Task {
    /// Records that no copy writes, links without a copy, uploads that nobody goes on with. With it
    /// goes what there was to do when the run began, which every worker tells in the end.
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
    shared.progress.start("Recordings", None);
    worker::work(shared.desk, retries, u32::MAX, |unit| {
        shared.perform(&flow, unit)
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
        let share = serde_json::from_value(done.outcome).map_err(|cause| {
            Error::new(ErrorKind::Malformed, "the outcome of a unit cannot be read").cause(cause)
        })?;
        whole.report.absorb(share);
        if let Task::Book { planned, plan } = task_of(done.unit)? {
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

/// The part that a recording falls to.
fn part_of(copy: &Copy, of: u32) -> u32 {
    let name = match &copy.owner {
        Owner::Conversation(conversation) => conversation.id.as_str(),
        Owner::Nobody => copy.candidates.first().map_or("", |object| &object.name),
    };
    part_of_name(name, of)
}

fn part_of_name(name: &str, of: u32) -> u32 {
    crc32c::crc32c(name.as_bytes()) % of.max(1)
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

    async fn perform(&self, flow: &Arc<Flow>, unit: Unit) -> Result<JsonValue> {
        let mut report = AudioReport::default();
        match task_of(unit)? {
            Task::Book { planned, .. } => {
                let (store, journal) = (self.store.as_ref(), self.journal.as_ref());
                book(self.plan, store, journal, self.options.retries, &mut report).await?;
                let told = report.linked + (report.changed.len() + report.gone.len()) as u64;
                // The others were linked by a worker that died before it could say so.
                report.linked += planned.relinks.saturating_sub(told);
            }
            Task::Copy { part, of, named } => {
                let copies = self.plan.copies.iter();
                let copies = copies.filter(|copy| part_of(copy, of) == part);
                let copies: Vec<Copy> = copies.cloned().collect();
                self.done_before_planning(named, &copies, &mut report)
                    .await?;
                self.duplicates(part, of).await?;
                let copies = self.up_to_date(flow, copies, &mut report).await?;
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

    /// Accounts for what a worker that died had done of a unit before this one planned.
    async fn done_before_planning(
        &self,
        named: Vec<Named>,
        copies: &[Copy],
        report: &mut AudioReport,
    ) -> Result<()> {
        let public = &self.options.public_url;
        let planned = copies.iter().flat_map(|copy| names(copy, public));
        let planned: HashSet<_> = planned.map(|(uri, owner, _)| (uri, owner)).collect();
        let left = named.into_iter();
        let left = left.filter(|(uri, owner, _)| !planned.contains(&(uri.clone(), owner.clone())));
        let left: Vec<Named> = left.collect();
        if left.is_empty() {
            return Ok(());
        }
        let uris: Vec<String> = left.iter().map(|(uri, ..)| uri.clone()).collect();
        let mut records = self.recorded(&uris).await?;
        for (uri, owner, links) in left {
            let Some(record) = records.remove(&(uri, owner)) else {
                continue;
            };
            // What an earlier run copied and another format takes the place of is none of this run.
            if record.is_copied() && record.role != Role::Duplicate {
                let bytes = record.size.unwrap_or(0);
                report.copied.add(bytes);
                report.linked += u64::from(links);
                if record.role == Role::Orphan {
                    report.orphans.add(bytes);
                }
            } else if record.role == Role::Quarantined {
                report.quarantined.push(record);
            }
        }
        Ok(())
    }

    /// Entries of duplicates that are of another object than they say: a worker that died had found
    /// out, and had not come to correct them.
    async fn duplicates(&self, part: u32, of: u32) -> Result<()> {
        let planned = self.plan.records.iter().filter(|record| {
            let owner = record.conversation_id.as_deref();
            record.role == Role::Duplicate && owner.is_some_and(|id| part_of_name(id, of) == part)
        });
        let mut planned: Vec<ObjectRecord> = planned.cloned().collect();
        let uris: Vec<String> = planned.iter().map(|one| one.source_uri.clone()).collect();
        if uris.is_empty() {
            return Ok(());
        }
        let known = self.recorded(&uris).await?;
        planned.retain(|record| {
            let name = (record.source_uri.clone(), record.conversation_id.clone());
            let now = known.get(&name);
            // One that was copied meanwhile is a duplicate no longer.
            now.is_some_and(|now| now.role == Role::Duplicate && !now.is_copied() && now != record)
        });
        if planned.is_empty() {
            return Ok(());
        }
        retry(self.options.retries, || self.journal.record(&planned)).await
    }

    /// What the ledger has of some objects now, by URI and conversation.
    async fn recorded(
        &self,
        uris: &[String],
    ) -> Result<HashMap<(String, Option<String>), ObjectRecord>> {
        let records = retry(self.options.retries, || self.ledger.objects_at(uris)).await?;
        let named = records.into_iter().map(|record| {
            let name = (record.source_uri.clone(), record.conversation_id.clone());
            (name, record)
        });
        Ok(named.collect())
    }

    /// Leaves out what another worker proved since this one planned.
    async fn up_to_date(
        &self,
        flow: &Flow,
        mut copies: Vec<Copy>,
        report: &mut AudioReport,
    ) -> Result<Vec<Copy>> {
        let candidates = copies.iter().flat_map(|copy| &copy.candidates);
        let uris: Vec<String> = candidates.map(|object| object.uri.clone()).collect();
        if uris.is_empty() {
            return Ok(copies);
        }
        let records = self.recorded(&uris).await?;
        let mut behind_others = Vec::new();
        copies.retain_mut(|copy| {
            let owner = copy.owner.id().map(ToOwned::to_owned);
            let now = |uri: &str| records.get(&(uri.to_owned(), owner.clone()));
            let proven = (0_usize..)
                .zip(&copy.candidates)
                .find_map(|(index, object)| {
                    let record = now(&object.uri)?;
                    // One that an earlier run copied is a duplicate where another takes its place.
                    let new =
                        copy.previous.as_ref() != Some(record) && record.role == copy.owner.role();
                    let proven = new && record.is_copied() && same_version(object, record);
                    proven.then_some((index, object.size, record.url.clone()))
                });
            if let Some((index, bytes, url)) = proven {
                let before = copy.candidates.iter().take(index);
                let before = before.filter_map(|object| now(&object.uri));
                let quarantined = before.filter(|record| record.role == Role::Quarantined);
                report.quarantined.extend(quarantined.cloned());
                report.copied.add(bytes);
                match &copy.owner {
                    Owner::Conversation(conversation) => {
                        let linked = !url.is_some_and(|url| conversation.points_at(&url));
                        report.linked += u64::from(linked);
                    }
                    Owner::Nobody => report.orphans.add(bytes),
                }
                if index > 0 {
                    behind_others.push((copy.clone(), index));
                }
                return false;
            }
            if let Some(first) = copy.candidates.first() {
                copy.previous = now(&first.uri).cloned();
            }
            true
        });
        for (copy, index) in behind_others {
            flow.note_others(&copy, index).await?;
        }
        Ok(copies)
    }
}
