//! One load done by several workers.
//!
//! Every worker knows all decisions: they depend on nothing but the documents, the owner, and the
//! numbers assigned before the run. It surveys the whole source at the same snapshot for that, or a
//! share of it ([`together`]). The worker that is first publishes the units, under a fingerprint of
//! all that; one that has another fingerprint is told so and does nothing. The last unit adds up what
//! all the others did.

pub mod together;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use sunset_core::digest::Digest;
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::{DocumentPlan, RecordedNumbers};
use sunset_core::ports::documents::{DocumentSource, Slice};
use sunset_core::ports::progress::{Progress, Silent};
use sunset_core::ports::rows::{Item, RowWriter};
use sunset_core::ports::work::{Completed, Unit, WorkDesk};
use sunset_core::report::{LoadReport, LoadShare};

use super::handover::Handover;
use super::stream::{batches, slice_items, write};
use super::{Destination, LoadOptions, Surveyed, gone, survey_with};
use crate::retry::retry;
use crate::worker;

/// Bytes of the source a unit, if nobody says otherwise: some seconds of work, so that a dead
/// worker's is soon done again.
pub const UNIT_BYTES: u64 = 32 << 20;
/// Units that the rows made of several documents are cut into, a phase.
const DERIVED_UNITS: u32 = 8;

/// What a unit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
enum Task {
    /// What others must know of the documents of some slices.
    Survey { slices: Vec<Slice> },
    /// The documents of a slice.
    Slice { phase: usize, slice: Slice },
    /// Every `of`-th, from `part` on, of the rows made of several documents.
    Derived { phase: usize, part: u32, of: u32 },
    /// Items whose documents V2 has no longer, and the sum of everything.
    Account,
}

/// Everything that decisions depend on, in whatever order it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u64; 4]);

impl Fingerprint {
    fn of(plan: &dyn DocumentPlan, owner: &str, recorded: &RecordedNumbers) -> Self {
        let mut fingerprint = Self([0; 4]);
        plan.revision()
            .into_iter()
            .for_each(|revision| fingerprint.add(revision));
        fingerprint.add(Digest::of(owner.as_bytes()));
        for (kind, key, number) in recorded.iter() {
            let parts = [kind, &key.collection, &key.id, number].map(str::as_bytes);
            fingerprint.add(Digest::of_parts(parts));
        }
        fingerprint
    }

    /// A sum: order plays no part, and what occurs twice counts twice.
    fn add(&mut self, digest: Digest) {
        for (sum, bytes) in self.0.iter_mut().zip(digest.as_bytes().chunks_exact(8)) {
            let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
            *sum = sum.wrapping_add(u64::from_le_bytes(bytes));
        }
    }

    fn see(&mut self, delivery: &Delivery) {
        let times;
        let (collection, id, content) = match delivery {
            Delivery::Document(document) => {
                times = format!("{:?} {:?}", document.create_time, document.update_time);
                (
                    &document.collection,
                    document.id.as_str(),
                    document.digest(),
                )
            }
            Delivery::Bad(bad) => {
                times = bad.place.clone();
                let id = bad.id.as_deref().unwrap_or_default();
                (&bad.collection, id, Digest::of(&bad.bytes))
            }
        };
        let parts: [&[u8]; 4] = [
            collection.as_bytes(),
            id.as_bytes(),
            times.as_bytes(),
            content.as_bytes(),
        ];
        self.add(Digest::of_parts(parts));
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}

/// Reads everything once, as [`super::survey`] does, and takes the fingerprint of it.
///
/// # Errors
/// As [`super::survey`].
pub async fn survey(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    owner: &str,
    recorded: &RecordedNumbers,
    progress: &dyn Progress,
) -> Result<(Surveyed, Fingerprint)> {
    let mut fingerprint = Fingerprint::of(plan, owner, recorded);
    let look = |delivery: &Delivery| fingerprint.see(delivery);
    let surveyed = survey_with(source, plan, owner, recorded, progress, look).await?;
    Ok((surveyed, fingerprint))
}

/// What one worker works with.
pub struct Shared<'a> {
    /// The source, at the snapshot of the run.
    pub source: &'a dyn DocumentSource,
    /// What is moved.
    pub plan: &'a dyn DocumentPlan,
    /// What becomes of every document.
    pub surveyed: &'a Surveyed,
    /// Of everything that was surveyed.
    pub fingerprint: Fingerprint,
    /// Where work comes from.
    pub desk: &'a dyn WorkDesk,
    /// Where rows go, in the name of this worker.
    pub writer: Arc<dyn RowWriter>,
    /// How to load.
    pub options: LoadOptions,
    /// Bytes of the source a unit, about.
    pub unit_bytes: u64,
    /// Shows how far this worker has come.
    pub progress: &'a dyn Progress,
}

/// Publishes the work where nobody did, and takes part until all of it is done. The report is of
/// the whole run.
///
/// # Errors
/// `Mismatch` when this worker surveyed something else than the one that published; `Conflict` when
/// its work was taken over; otherwise as [`super::load`].
pub async fn load(shared: &Shared<'_>) -> Result<LoadReport> {
    shared.publish().await?;
    shared.progress.start("Documents", None);
    let told = ToldTwins::default();
    worker::work(shared.desk, shared.options.retries, u32::MAX, |unit| {
        shared.perform(unit, &told)
    })
    .await?;
    shared.progress.finish();
    shared.sum(u32::MAX).await
}

/// Twins in quarantine that this worker has told of: one may be in several slices, and is one.
type ToldTwins = Mutex<HashSet<String>>;

impl Shared<'_> {
    async fn publish(&self) -> Result<()> {
        let retries = self.options.retries;
        let fingerprint = self.fingerprint.to_string();
        if retry(retries, || self.desk.published()).await?.is_some() {
            // It compares.
            return retry(retries, || self.desk.publish(&fingerprint, &[])).await;
        }
        if self.options.prune {
            // What cannot be removed is told before anything is written.
            let destination = Destination::Writer(Arc::clone(&self.writer));
            let mut unused = LoadReport::default();
            gone::find(
                self.plan,
                self.surveyed,
                &destination,
                &self.options,
                &mut unused,
                |_| (),
            )
            .await?;
        }
        let mut units = Vec::new();
        let mut stage = together::STAGES;
        for (index, phase) in self.plan.phases().iter().enumerate() {
            let collections: Vec<&str> = phase.collections.iter().map(String::as_str).collect();
            let slices = || self.source.slices(&collections, self.unit_bytes);
            let slices = retry(retries, slices).await?.into_iter();
            let documents = slices.map(|slice| Task::Slice {
                phase: index,
                slice,
            });
            add_stage(&mut units, &mut stage, documents)?;
            let derived = (0..DERIVED_UNITS).map(|part| Task::Derived {
                phase: index,
                part,
                of: DERIVED_UNITS,
            });
            if self.surveyed.resolution.derived(index).next().is_some() {
                add_stage(&mut units, &mut stage, derived)?;
            }
        }
        add_stage(&mut units, &mut stage, std::iter::once(Task::Account))?;
        retry(retries, || self.desk.publish(&fingerprint, &units)).await
    }

    async fn perform(&self, unit: Unit, told: &ToldTwins) -> Result<JsonValue> {
        let share = match task_of(&unit)? {
            // All of these are done when there are others.
            Task::Survey { .. } => return Err(foreign()),
            Task::Slice { phase, slice } => self.slice(phase, &slice, told).await?,
            Task::Derived { phase, part, of } => self.derived(phase, part, of).await?,
            Task::Account => self.account(unit.stage).await?,
        };
        serde_json::to_value(share).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "the outcome of a unit cannot be written",
            )
            .cause(cause)
        })
    }

    fn label(&self, phase: usize) -> String {
        let mut phases = self.plan.phases().into_iter();
        phases
            .nth(phase)
            .map_or_else(String::new, |phase| phase.label)
    }

    async fn slice(&self, phase: usize, slice: &Slice, told: &ToldTwins) -> Result<LoadShare> {
        let twins = Mutex::new(Vec::new());
        let batch_size = self.options.batch_size;
        let deliveries = self.source.read_slice(slice);
        let items = slice_items(deliveries, &self.surveyed.resolution, batch_size, &twins);
        let report = self.write(phase, items, self.progress).await?;
        let twins = twins.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut shares = Vec::with_capacity(twins.len());
        for twin in twins {
            let name = format!("{}/{}", twin.key.collection, twin.key.id);
            let alone = batches(std::iter::once(twin), 1);
            let report = self.write(phase, alone, &Silent).await?;
            self.progress.advance(1);
            if report.quarantined() > 0 {
                let mut known = told.lock().unwrap_or_else(PoisonError::into_inner);
                if known.insert(name.clone()) {
                    self.progress.quarantined(report.quarantined());
                }
            }
            shares.push((name, LoadShare::of(report, Vec::new())));
        }
        Ok(LoadShare::of(report, shares))
    }

    async fn derived(&self, phase: usize, part: u32, of: u32) -> Result<LoadShare> {
        let (part, of) = (part as usize, of.max(1) as usize);
        let mut items: Vec<Item> = self.surveyed.resolution.derived(phase).collect();
        // Another worker may have them in another order.
        items.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        let items = items.into_iter().skip(part).step_by(of);
        let report = self
            .write(
                phase,
                batches(items, self.options.batch_size),
                self.progress,
            )
            .await?;
        Ok(LoadShare::of(report, Vec::new()))
    }

    async fn write(
        &self,
        phase: usize,
        items: futures::stream::BoxStream<'_, Result<Vec<Item>>>,
        progress: &dyn Progress,
    ) -> Result<LoadReport> {
        let mut report = LoadReport::default();
        report.begin_phase(&self.label(phase));
        let destination = Destination::Writer(Arc::clone(&self.writer));
        write(
            items,
            destination,
            &self.options,
            &mut report,
            progress,
            &mut Handover::none(),
        )
        .await?;
        Ok(report)
    }

    /// The sum must be everything that was read; then what V2 has no longer is dealt with.
    async fn account(&self, stage: u32) -> Result<LoadShare> {
        self.sum(stage).await?.conserve()?;
        let destination = Destination::Writer(Arc::clone(&self.writer));
        let mut report = LoadReport::default();
        let removal = gone::find(
            self.plan,
            self.surveyed,
            &destination,
            &self.options,
            &mut report,
            |_| (),
        )
        .await?;
        removal
            .carry_out(
                self.surveyed,
                &destination,
                &self.options,
                &mut report,
                self.progress,
            )
            .await?;
        Ok(LoadShare {
            heading: Some(self.blank().heading()),
            ..LoadShare::of(report, Vec::new())
        })
    }

    /// A report in which every document is read and nothing else has happened.
    fn blank(&self) -> LoadReport {
        let mut report = LoadReport::new(
            &self.surveyed.snapshot,
            &self.surveyed.not_planned,
            self.surveyed.resolution.as_ref(),
            self.plan,
        );
        report.remarks.clone_from(&self.surveyed.remarks);
        report
    }

    /// What the units below `stage` did.
    async fn sum(&self, stage: u32) -> Result<LoadReport> {
        let outcomes = retry(self.options.retries, || self.desk.outcomes(stage)).await?;
        let mut report = self.blank();
        report.absorb_shares(shares(outcomes)?);
        Ok(report)
    }
}

/// The report of a run that is over, from what its units gave.
///
/// # Errors
/// `Malformed` when that cannot be read.
pub fn told(plan: &dyn DocumentPlan, outcomes: Vec<Completed>) -> Result<LoadReport> {
    let mut shares = shares(outcomes)?;
    let heading = shares.iter_mut().find_map(|share| share.heading.take());
    let mut report = LoadReport::under(heading.unwrap_or_default(), plan);
    report.absorb_shares(shares);
    Ok(report)
}

fn shares(outcomes: Vec<Completed>) -> Result<Vec<LoadShare>> {
    let of_load = outcomes
        .into_iter()
        .filter(|done| done.stage >= together::STAGES);
    let shares = of_load.map(|done| {
        let share: LoadShare = serde_json::from_value(done.outcome)?;
        Ok(LoadShare {
            span: Some(done.span),
            ..share
        })
    });
    shares.collect::<serde_json::Result<_>>().map_err(|cause| {
        Error::new(ErrorKind::Malformed, "the outcome of a unit cannot be read")
            .cause(cause)
            .remedy("let all workers be of the same version")
    })
}

fn foreign() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "a unit of the shared run cannot be read",
    )
    .remedy("let all workers be of the same version")
}

fn task_of(unit: &Unit) -> Result<Task> {
    serde_json::from_value(unit.task.clone()).map_err(|cause| foreign().cause(cause))
}

fn add_stage(
    units: &mut Vec<Unit>,
    stage: &mut u32,
    tasks: impl Iterator<Item = Task>,
) -> Result<()> {
    for (number, task) in (0_u32..).zip(tasks) {
        let task = serde_json::to_value(task).map_err(|cause| {
            Error::new(ErrorKind::Internal, "a unit of work cannot be written").cause(cause)
        })?;
        units.push(Unit {
            stage: *stage,
            number,
            task,
        });
    }
    *stage += 1;
    Ok(())
}
