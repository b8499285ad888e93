//! Recordings from the old bucket to the new one, proven byte by byte.
//!
//! [`survey`] reads what there is and computes the plan, [`execute`] carries it out. Between the
//! source's bytes and a conversation that points at R2 stand these proofs, in this order: the
//! bytes read have the length, CRC32C and MD5 that the source states; their beginning is audio; R2
//! states for what it stored the MD5 of what was sent. Then one transaction records all of it and
//! changes `audio_url`.

mod booking;
mod copier;
mod flow;
mod hashes;
mod limits;
mod measure;
mod multipart;
mod room;
pub mod shared;
mod verify_urls;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use futures::TryStreamExt;
use sunset_core::audio::PREFIX;
use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::{Copy, Known, Options, Owner, Plan, plan};
use sunset_core::audio::record::Conversation;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{
    LinkOutcome, ObjectJournal, ObjectLedger, ObjectSource, ObjectStore, ObjectWriter, Proof,
    UnfinishedUpload,
};
use sunset_core::ports::progress::Progress;
use tokio::task::JoinSet;

use crate::retry::{Retries, retry};
use flow::{Became, Done, Flow};
use limits::Slots;

pub use hashes::{Hashes, hex};
pub use limits::parse_rate;
pub use verify_urls::{UrlCheck, verify_urls};

/// Intents a transaction at the most.
const TOGETHER: usize = 1_000;

/// How to copy.
#[derive(Debug, Clone)]
pub struct CopyOptions {
    /// Objects at once.
    pub concurrency: usize,
    /// Bytes a second in each direction.
    pub rate: Option<u64>,
    /// For passing faults.
    pub retries: Retries,
    /// What public URLs begin with.
    pub public_url: String,
    /// The folder for files in which small objects wait; `None`: they wait in memory alone.
    pub scratch: Option<PathBuf>,
}

/// Reads source, bucket and ledger, one listing of each, and computes the plan.
///
/// The ledger first: what another worker proves meanwhile is then in the listing and not yet known to
/// be proven, which is looked for again before it is copied. The other way round it would be taken
/// for lost.
///
/// # Errors
/// Those of source, store and database.
pub async fn survey(
    source: &dyn ObjectSource,
    store: &dyn ObjectStore,
    ledger: &dyn ObjectLedger,
    options: &Options,
    retries: Retries,
) -> Result<Plan> {
    let conversations = retry(retries, || ledger.conversations()).await?;
    let recorded = retry(retries, || ledger.objects()).await?;
    let (objects, stored) = tokio::try_join!(
        retry(retries, || source.list().try_concat()),
        retry(retries, || store.list(PREFIX).try_concat()),
    )?;
    let known = Known {
        bucket: source.bucket().map(ToOwned::to_owned),
        objects,
        conversations,
        ledger: recorded,
        stored,
    };
    Ok(plan(known, options))
}

/// Carries a plan out.
///
/// # Errors
/// What keeps every object from being copied: a wrong key, a bucket or a database that is gone.
/// What was copied until then is recorded.
pub async fn execute(
    plan: Plan,
    source: Arc<dyn ObjectSource>,
    store: Arc<dyn ObjectWriter>,
    journal: Arc<dyn ObjectJournal>,
    options: &CopyOptions,
    progress: &dyn Progress,
) -> Result<AudioReport> {
    let mut report = AudioReport::default();
    book(
        &plan,
        store.as_ref(),
        journal.as_ref(),
        options.retries,
        &mut report,
    )
    .await?;
    let flow = Arc::new(Flow::new(source, store, journal, options));
    progress.start("Recordings", Some(plan.copies.len() as u64));
    copy_all(
        &flow,
        plan.copies,
        &Slots::new(options.concurrency),
        &mut report,
        progress,
    )
    .await?;
    progress.finish();
    Ok(report)
}

/// What is done before anything is copied.
async fn book(
    plan: &Plan,
    store: &dyn ObjectWriter,
    journal: &dyn ObjectJournal,
    retries: Retries,
    report: &mut AudioReport,
) -> Result<()> {
    if !plan.records.is_empty() {
        retry(retries, || journal.record(&plan.records)).await?;
    }
    for names in plan.stale.chunks(TOGETHER) {
        retry(retries, || journal.discard(names)).await?;
    }
    for relinks in plan.relinks.chunks(booking::TOGETHER) {
        let proofs = relinks.iter().map(|relink| Proof {
            record: relink.record.clone(),
            conversation: Some(relink.conversation.clone()),
        });
        let proofs: Vec<_> = proofs.collect();
        let outcomes = retry(retries, || journal.prove(&proofs)).await?;
        for ((relink, proof), outcome) in relinks.iter().zip(&proofs).zip(outcomes) {
            let outcome = booking::because_of(proof, outcome);
            note_link(report, outcome, &relink.conversation);
        }
    }
    if !plan.copies.is_empty() {
        report.aborted += abort_abandoned(store, &plan.copies, retries).await?;
    }
    Ok(())
}

/// Copies, some at a time.
async fn copy_all(
    flow: &Arc<Flow>,
    copies: Vec<Copy>,
    slots: &Slots,
    report: &mut AudioReport,
    progress: &dyn Progress,
) -> Result<()> {
    for copies in copies.chunks(TOGETHER) {
        let intents = copies.iter();
        let intents = intents.filter_map(|copy| copy.intent(0, &flow.public_url));
        flow.intend(&intents.collect::<Vec<_>>()).await?;
    }
    let mut waiting = VecDeque::from(copies);
    let mut copying = JoinSet::new();
    loop {
        while copying.len() <= slots.count()
            && let Some(copy) = waiting.pop_front()
        {
            let (flow, slots) = (Arc::clone(flow), slots.clone());
            copying.spawn(async move {
                let _slot = slots.take().await;
                flow.copy(copy).await
            });
        }
        let Some(done) = copying.join_next().await else {
            return Ok(());
        };
        let done = done.map_err(|cause| {
            Error::new(ErrorKind::Internal, "copying an object was broken off").cause(cause)
        })?;
        // An error drops the set, and with it every copy under way.
        note(report, done?);
        progress.advance(1);
    }
}

/// Gives up uploads of keys that are to be written and that are not the ones to go on with.
async fn abort_abandoned(
    store: &dyn ObjectWriter,
    copies: &[Copy],
    retries: Retries,
) -> Result<u64> {
    let resumable = |upload: &UnfinishedUpload| {
        copies.iter().any(|copy| {
            let previous = copy.previous.as_ref();
            previous.is_some_and(|previous| previous.upload.as_ref() == Some(&upload.id))
        })
    };
    let is_ours = |upload: &UnfinishedUpload| {
        copies.iter().any(|copy| {
            let mut names = copy.candidates.iter().map(|object| &object.name);
            names.any(|name| copy.owner.key(name) == upload.key)
        })
    };
    let mut aborted = 0;
    for upload in retry(retries, || store.unfinished(PREFIX)).await? {
        if is_ours(&upload) && !resumable(&upload) {
            retry(retries, || store.abort(&upload)).await?;
            aborted += 1;
        }
    }
    Ok(aborted)
}

fn note(report: &mut AudioReport, done: Done) {
    report.quarantined.extend(done.quarantined);
    let link = match done.result {
        Became::Copied(stored, link) => {
            report.copied.add(stored.sums.length);
            if stored.sent + stored.kept > 1 {
                report.parts_sent += stored.sent;
                report.parts_kept += stored.kept;
            }
            if done.owner == Owner::Nobody {
                report.orphans.add(stored.sums.length);
            }
            link
        }
        Became::Refreshed(bytes, link) => {
            report.refreshed.add(bytes);
            link
        }
        Became::Failed(failure) => {
            report.failed.push(*failure);
            None
        }
        Became::Nothing => None,
    };
    if let Owner::Conversation(conversation) = &done.owner {
        note_link(report, link, conversation);
    }
}

fn note_link(report: &mut AudioReport, link: Option<LinkOutcome>, conversation: &Conversation) {
    match link {
        Some(LinkOutcome::Linked) => report.linked += 1,
        Some(LinkOutcome::Changed) => report.changed.push(conversation.id.clone()),
        Some(LinkOutcome::Gone) => report.gone.push(conversation.id.clone()),
        Some(LinkOutcome::AlreadyLinked) | None => {}
    }
}
