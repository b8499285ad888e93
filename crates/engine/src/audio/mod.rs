//! Recordings from the old bucket to the new one, proven byte by byte.
//!
//! [`survey`] reads what there is and computes the plan, [`execute`] carries it out. Between the
//! source's bytes and a conversation that points at R2 stand these proofs, in this order: the
//! bytes read have the length, CRC32C and MD5 that the source states; their beginning is audio; R2
//! states for what it stored the MD5 of what was sent. Then one transaction records all of it and
//! changes `audio_url`.

mod copier;
mod hashes;
mod limits;
mod multipart;
mod verify_urls;

use std::collections::VecDeque;
use std::sync::Arc;

use futures::TryStreamExt;
use sunset_core::audio::PREFIX;
use sunset_core::audio::address::public_url;
use sunset_core::audio::outcome::{AudioReport, Failure};
use sunset_core::audio::plan::{Copy, Known, Options, Owner, Plan, Why, plan};
use sunset_core::audio::planner::{listed, same_version};
use sunset_core::audio::record::{Conversation, ObjectRecord, Role, State};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{
    LinkOutcome, ObjectJournal, ObjectLedger, ObjectSource, ObjectStore, ObjectWriter,
    SourceObject, UnfinishedUpload,
};
use sunset_core::ports::progress::Progress;
use tokio::task::JoinSet;

use crate::retry::{Retries, retry};
use copier::{Copier, Fault, Stored};
use hashes::Sums;
use limits::Limits;

pub use hashes::{Hashes, hex};
pub use limits::parse_rate;
pub use verify_urls::{UrlCheck, verify_urls};

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
}

/// Reads source, bucket and ledger, one listing of each, and computes the plan.
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
    let (objects, stored, ledger) = tokio::try_join!(
        retry(retries, || source.list().try_concat()),
        retry(retries, || store.list(PREFIX).try_concat()),
        async {
            let conversations = retry(retries, || ledger.conversations()).await?;
            let objects = retry(retries, || ledger.objects()).await?;
            Ok((conversations, objects))
        }
    )?;
    let known = Known {
        bucket: source.bucket().map(ToOwned::to_owned),
        objects,
        conversations: ledger.0,
        ledger: ledger.1,
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
    let retries = options.retries;
    if !plan.records.is_empty() {
        retry(retries, || journal.record(&plan.records)).await?;
    }
    for relink in &plan.relinks {
        let conversation = Some(&relink.conversation);
        let outcome = retry(retries, || journal.prove(&relink.record, conversation)).await?;
        note_link(&mut report, outcome, &relink.conversation);
    }
    if !plan.copies.is_empty() {
        report.aborted = abort_abandoned(store.as_ref(), &plan.copies, retries).await?;
    }
    let flow = Arc::new(Flow {
        copier: Copier {
            source,
            store,
            journal,
            limits: Arc::new(Limits::new(options.rate)),
            retries,
        },
        public_url: options.public_url.clone(),
    });
    progress.start("Recordings", Some(plan.copies.len() as u64));
    let mut waiting = VecDeque::from(plan.copies);
    let mut copying = JoinSet::new();
    loop {
        while copying.len() < options.concurrency.max(1)
            && let Some(copy) = waiting.pop_front()
        {
            let flow = Arc::clone(&flow);
            copying.spawn(async move { flow.copy(copy).await });
        }
        let Some(done) = copying.join_next().await else {
            break;
        };
        let done = done.map_err(|cause| {
            Error::new(ErrorKind::Internal, "copying an object was broken off").cause(cause)
        })?;
        // An error drops the set, and with it every copy under way.
        note(&mut report, done?);
        progress.advance(1);
    }
    progress.finish();
    Ok(report)
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

struct Flow {
    copier: Copier,
    public_url: String,
}

/// What became of one recording.
struct Done {
    owner: Owner,
    result: Became,
    quarantined: Vec<ObjectRecord>,
}

enum Became {
    Copied(Box<Stored>, Option<LinkOutcome>),
    Refreshed(u64, Option<LinkOutcome>),
    Failed(Box<Failure>),
    /// Every format of it is in quarantine.
    Nothing,
}

impl Flow {
    /// Copies the first of the candidates that can be, and records what became of the others.
    async fn copy(&self, copy: Copy) -> Result<Done> {
        let mut quarantined = Vec::new();
        let mut result = Became::Nothing;
        for (index, object) in copy.candidates.iter().enumerate() {
            let previous = copy.previous.as_ref().filter(|_| index == 0);
            if let Some(refreshed) = self.refresh(&copy, object, previous).await? {
                result = refreshed;
                break;
            }
            match self
                .copy_version(object.clone(), &copy.owner, previous)
                .await?
            {
                Ok((stored, link)) => {
                    result = Became::Copied(Box::new(stored), link);
                    self.note_others(&copy, index).await?;
                    break;
                }
                Err((record, None)) => {
                    self.record(&record).await?;
                    quarantined.push(record);
                }
                Err((record, Some(error))) => {
                    self.record(&record).await?;
                    result = Became::Failed(Box::new(Failure { record, error }));
                    break;
                }
            }
        }
        Ok(Done {
            owner: copy.owner,
            result,
            quarantined,
        })
    }

    /// Copies an object in the version it has now, proves it and links it; the record of what
    /// was not copied otherwise, with the error where another run may succeed.
    #[allow(clippy::type_complexity)]
    async fn copy_version(
        &self,
        mut object: SourceObject,
        owner: &Owner,
        previous: Option<&ObjectRecord>,
    ) -> Result<std::result::Result<(Stored, Option<LinkOutcome>), (ObjectRecord, Option<Error>)>>
    {
        let mut attempt = 0;
        loop {
            let fault = match self.copier.copy(&object, owner, previous).await {
                Ok(stored) => {
                    let link = self.prove(&object, owner, &stored).await?;
                    return Ok(Ok((stored, link)));
                }
                Err(fault) => fault,
            };
            let again = attempt < self.copier.retries.0;
            attempt += 1;
            let mut record = unproven(&object, owner);
            match fault {
                Fault::Fatal(error) => return Err(error),
                Fault::Changed => {
                    let now = retry(self.copier.retries, || {
                        self.copier.source.stat(&object.name)
                    });
                    match now.await {
                        Ok(Some(now)) if again => object = now,
                        Ok(Some(_)) => {
                            let error = Error::new(
                                ErrorKind::Conflict,
                                "the object changes while it is copied",
                            );
                            return Ok(Err(failed(record, error)));
                        }
                        Ok(None) => {
                            let error = Error::new(
                                ErrorKind::NotFound,
                                "the object was removed after it was listed",
                            );
                            return Ok(Err(failed(record, error)));
                        }
                        Err(error) => return Ok(Err(failed(record, error))),
                    }
                }
                Fault::Failed(error) if error.kind() == ErrorKind::Mismatch => {
                    if !again {
                        record.role = Role::Quarantined;
                        record.state = State::Failed;
                        record.detail = Some(format!("not proven: {error}"));
                        return Ok(Err((record, None)));
                    }
                    tracing::warn!(error = %error, "copying again");
                }
                Fault::Failed(error) => return Ok(Err(failed(record, error))),
                Fault::Quarantined(why) => {
                    record.role = Role::Quarantined;
                    record.state = State::Listed;
                    record.detail = Some(why);
                    return Ok(Err((record, None)));
                }
            }
        }
    }

    /// Records the proof and links the conversation, in one transaction.
    async fn prove(
        &self,
        object: &SourceObject,
        owner: &Owner,
        stored: &Stored,
    ) -> Result<Option<LinkOutcome>> {
        let mut record = unproven(object, owner);
        let Sums {
            crc32c,
            md5,
            sha256,
            ..
        } = stored.sums;
        record.state = State::Copied;
        record.crc32c = Some(crc32c);
        record.md5 = Some(md5);
        record.sha256 = Some(sha256);
        record.content_type = Some(stored.format.content_type().to_owned());
        record.etag = Some(stored.etag.clone());
        record.url = Some(public_url(&self.public_url, &stored.key));
        record.key = Some(stored.key.clone());
        self.journal(&record, owner).await
    }

    async fn journal(&self, record: &ObjectRecord, owner: &Owner) -> Result<Option<LinkOutcome>> {
        let conversation = match owner {
            Owner::Conversation(conversation) => Some(conversation),
            Owner::Nobody => None,
        };
        let journal = &self.copier.journal;
        retry(self.copier.retries, || journal.prove(record, conversation)).await
    }

    /// An object whose listing states another version and no checksums (a file with another
    /// modification time) may have the bytes that were copied.
    async fn refresh(
        &self,
        copy: &Copy,
        object: &SourceObject,
        previous: Option<&ObjectRecord>,
    ) -> Result<Option<Became>> {
        let copied = previous.filter(|record| {
            copy.why == Why::SourceChanged && record.is_copied() && record.size == Some(object.size)
        });
        let (Some(previous), None, None) = (copied, object.md5, object.crc32c) else {
            return Ok(None);
        };
        let Some(key) = &previous.key else {
            return Ok(None);
        };
        let now = retry(self.copier.retries, || {
            self.copier.source.stat(&object.name)
        })
        .await;
        let head = retry(self.copier.retries, || self.copier.store.head(key)).await?;
        let same = head.is_some_and(|head| {
            head.size == object.size && (head.etag.is_none() || head.etag == previous.etag)
        });
        let Ok(Some(now)) = now else {
            return Ok(None);
        };
        if !same || !same_version(&now, previous) {
            return Ok(None);
        }
        let mut record = previous.clone();
        record.generation = now.generation;
        record.url = Some(public_url(&self.public_url, key));
        let link = self.journal(&record, &copy.owner).await?;
        Ok(Some(Became::Refreshed(object.size, link)))
    }

    /// When not the first candidate was copied, the others are duplicates of another object than
    /// the plan said.
    async fn note_others(&self, copy: &Copy, chosen: usize) -> Result<()> {
        let Some(object) = copy.candidates.get(chosen).filter(|_| chosen > 0) else {
            return Ok(());
        };
        let conversation = match &copy.owner {
            Owner::Conversation(conversation) => Some(conversation),
            Owner::Nobody => None,
        };
        let others = copy.candidates.iter().skip(chosen + 1).map(|other| {
            let mut record = listed(other, conversation, Role::Duplicate);
            record.duplicate_of = Some(object.uri.clone());
            record
        });
        let others: Vec<_> = others.collect();
        if others.is_empty() {
            return Ok(());
        }
        retry(self.copier.retries, || self.copier.journal.record(&others)).await
    }

    async fn record(&self, record: &ObjectRecord) -> Result<()> {
        let records = std::slice::from_ref(record);
        retry(self.copier.retries, || self.copier.journal.record(records)).await
    }
}

/// The record of an object that is not proven (yet).
fn unproven(object: &SourceObject, owner: &Owner) -> ObjectRecord {
    let mut record = listed(object, None, owner.role());
    record.conversation_id = owner.id().map(ToOwned::to_owned);
    record
}

fn failed(mut record: ObjectRecord, error: Error) -> (ObjectRecord, Option<Error>) {
    record.state = State::Failed;
    record.detail = Some(error.to_string());
    (record, Some(error))
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
