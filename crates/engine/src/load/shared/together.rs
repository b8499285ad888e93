//! The survey, shared by the workers of a run.
//!
//! Each worker reads slices of the source and keeps what it noted of them with the run; from what all
//! of them noted each worker comes to the decisions that a survey of its own would have come to. So
//! a source is read twice in all, however many workers there are, in place of once by each of them
//! and once more.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value as JsonValue;
use sunset_core::digest::Digest;
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::{DocumentPlan, RecordedNumbers, Resolution};
use sunset_core::ports::documents::{DocumentSource, Slice};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::work::{Unit, WorkDesk};

use super::super::Unreadable;
use super::{Fingerprint, Surveyed, Task, add_stage, foreign, task_of};
use crate::retry::{Retries, retry};
use crate::worker;

/// Stages that a survey takes; those of the load follow.
pub(super) const STAGES: u32 = 1;
/// Slices that a worker reads at once: a slice is read by one stream.
const STREAMS: usize = 4;

/// What one worker surveys with.
pub struct Together<'a> {
    /// The source, at the snapshot of the run.
    pub source: &'a dyn DocumentSource,
    /// What is moved.
    pub plan: &'a dyn DocumentPlan,
    /// To whom rows will belong.
    pub owner: &'a str,
    /// What earlier runs assigned.
    pub recorded: &'a RecordedNumbers,
    /// Where work comes from, and where notes are kept.
    pub desk: &'a dyn WorkDesk,
    /// How often a call is tried again.
    pub retries: Retries,
    /// Bytes of the source a unit, about.
    pub unit_bytes: u64,
    /// Shows how far this worker has come.
    pub progress: &'a dyn Progress,
}

/// Publishes the units of the survey where nobody did, takes part until all are done, and decides
/// from what all noted.
///
/// # Errors
/// `Configuration` for a source that has to be read before it can be cut; `NotFound` when the run
/// ended meanwhile; otherwise as [`super::survey`].
pub async fn survey(with: &Together<'_>) -> Result<(Surveyed, Fingerprint)> {
    if !with.source.cuts_unread() {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the survey of a managed export cannot be shared: only who has read it knows where to cut it",
        )
        .remedy("leave --share-survey out; the load is shared all the same"));
    }
    let snapshot = with.source.open().await?;
    // Once the load is published the survey is done.
    if retry(with.retries, || with.desk.published())
        .await?
        .is_none()
    {
        with.take_part().await?;
    }
    let not_planned = with.source.not_planned(&with.plan.collections()).await?;
    let mut survey = with.plan.survey(with.owner);
    let mut fingerprint = Fingerprint::of(with.plan, with.owner, with.recorded);
    let mut unreadable = Unreadable::default();
    let units = retry(with.retries, || with.desk.outcomes(STAGES)).await?;
    // In the order of the source: of two deliveries the later one may count.
    for done in units {
        // What came of a unit, beside the notes.
        let bad: Unreadable =
            serde_json::from_value(done.outcome).map_err(|cause| foreign().cause(cause))?;
        unreadable.absorb(bad);
        let notes = retry(with.retries, || with.desk.kept(done.number)).await?;
        fingerprint.add(Digest::of(&notes));
        survey.absorb(&notes)?;
    }
    let resolution: Arc<dyn Resolution> = survey.resolve(with.recorded).into();
    let surveyed = Surveyed {
        remarks: super::super::remarks(with.source, resolution.as_ref(), &unreadable).await?,
        snapshot,
        resolution,
        not_planned,
        unreadable,
    };
    Ok((surveyed, fingerprint))
}

impl Together<'_> {
    async fn take_part(&self) -> Result<()> {
        // Asking a source where to cut it may be billed: whoever is not the first leaves it.
        if retry(self.retries, || self.desk.standing()).await?.units == 0 {
            let units = self.units().await?;
            retry(self.retries, || self.desk.publish_survey(&units)).await?;
        }
        self.progress.start("Survey", None);
        worker::work(self.desk, self.retries, STAGES, |unit| self.perform(unit)).await?;
        self.progress.finish();
        Ok(())
    }

    async fn units(&self) -> Result<Vec<Unit>> {
        let collections = self.plan.collections();
        let bytes = (self.unit_bytes / STREAMS as u64).max(1);
        let slices = || self.source.slices(&collections, bytes);
        let slices = retry(self.retries, slices).await?;
        let tasks = slices.chunks(STREAMS).map(|slices| Task::Survey {
            slices: slices.to_vec(),
        });
        let mut units = Vec::new();
        add_stage(&mut units, &mut 0, tasks)?;
        Ok(units)
    }

    async fn perform(&self, unit: Unit) -> Result<JsonValue> {
        let Task::Survey { slices } = task_of(&unit)? else {
            return Err(foreign());
        };
        let shares: Vec<(Vec<u8>, Unreadable)> = futures::stream::iter(slices)
            .map(|slice| self.note(slice))
            .buffered(STREAMS)
            .try_collect()
            .await?;
        let mut unreadable = Unreadable::default();
        let mut notes = Vec::new();
        // One share behind the other is a share.
        for (share, bad) in shares {
            notes.extend(share);
            unreadable.absorb(bad);
        }
        retry(self.retries, || self.desk.keep(&unit, &notes)).await?;
        serde_json::to_value(unreadable).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "the outcome of a unit cannot be written",
            )
            .cause(cause)
        })
    }

    /// What a survey of one slice shares, and what could not be read of it.
    async fn note(&self, slice: Slice) -> Result<(Vec<u8>, Unreadable)> {
        let mut survey = self.plan.survey(self.owner);
        let mut deliveries = self.source.read_slice(&slice);
        let mut unreadable = Unreadable::default();
        while let Some(chunk) = deliveries.next().await {
            let chunk = chunk?;
            let count = chunk.len() as u64;
            for delivery in chunk {
                match delivery {
                    Delivery::Document(document) => survey.see(document)?,
                    Delivery::Bad(bad) => {
                        unreadable.see(&bad);
                        survey.see_bad(&bad);
                    }
                }
            }
            self.progress.advance(count);
        }
        Ok((survey.share(), unreadable))
    }
}
