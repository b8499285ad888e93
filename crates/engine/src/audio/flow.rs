//! One recording: its formats, its versions, its record.

use std::sync::Arc;
use std::time::Duration;

use sunset_core::audio::address::public_url;
use sunset_core::audio::outcome::Failure;
use sunset_core::audio::plan::{Copy, Owner, Why};
use sunset_core::audio::planner::{listed, same_version};
use sunset_core::audio::record::{Intent, ObjectRecord, Role, State};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{
    LinkOutcome, ObjectJournal, ObjectSource, ObjectWriter, Proof, SourceObject,
};

use tokio::time::Instant;

use super::CopyOptions;
use super::booking::Booking;
use super::copier::{Copier, Fault, Stored};
use super::hashes::Sums;
use super::limits::Limits;
use super::room::Room;
use crate::retry::retry;

/// What the copies of one run share.
pub struct Flow {
    pub copier: Copier,
    pub booking: Booking,
    pub public_url: String,
}

/// What became of one recording.
pub struct Done {
    pub owner: Owner,
    pub result: Became,
    pub quarantined: Vec<ObjectRecord>,
}

/// See [`Done`].
pub enum Became {
    Copied(Box<Stored>, Option<LinkOutcome>),
    Refreshed(u64, Option<LinkOutcome>),
    Failed(Box<Failure>),
    /// Every format of it is in quarantine.
    Nothing,
}

impl Flow {
    /// What all copies need.
    pub fn new(
        source: Arc<dyn ObjectSource>,
        store: Arc<dyn ObjectWriter>,
        journal: Arc<dyn ObjectJournal>,
        options: &CopyOptions,
    ) -> Self {
        Self {
            booking: Booking::new(Arc::clone(&journal), options.retries),
            copier: Copier {
                source,
                store,
                journal,
                limits: Arc::new(Limits::new(options.rate)),
                room: Room::new(options.scratch.clone()),
                retries: options.retries,
            },
            public_url: options.public_url.clone(),
        }
    }

    /// Copies the first of the candidates that can be, and records what became of the others.
    pub async fn copy(&self, copy: Copy) -> Result<Done> {
        let mut quarantined = Vec::new();
        let mut result = Became::Nothing;
        for (index, object) in copy.candidates.iter().enumerate() {
            if index > 0 {
                // That of the first was recorded with those of the other recordings.
                let intent = copy.intent(index, &self.public_url);
                self.intend(intent.as_slice()).await?;
            }
            let previous = copy.previous.as_deref().filter(|_| index == 0);
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
        let began = Instant::now();
        let mut attempt = 0;
        loop {
            let fault = match self.copier.copy(&object, owner, previous).await {
                Ok(stored) => {
                    let link = self.prove(&object, owner, &stored, began.elapsed()).await?;
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
                Fault::Halfway(error, record) => return Ok(Err(failed(*record, error))),
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
        took: Duration,
    ) -> Result<Option<LinkOutcome>> {
        let mut record = unproven(object, owner);
        let Sums {
            crc32c,
            md5,
            sha256,
            ..
        } = stored.sums;
        record.state = State::Copied;
        record.took_ms = u64::try_from(took.as_millis()).ok();
        record.crc32c = Some(crc32c);
        record.md5 = Some(md5);
        record.sha256 = Some(sha256);
        record.content_type = Some(stored.format.content_type().to_owned());
        record.etag = Some(stored.etag.clone());
        record.url = Some(public_url(&self.public_url, &stored.key));
        record.key = Some(stored.key.clone());
        self.book(record, owner).await
    }

    async fn book(&self, record: ObjectRecord, owner: &Owner) -> Result<Option<LinkOutcome>> {
        let conversation = match owner {
            Owner::Conversation(conversation) => Some(conversation.clone()),
            Owner::Nobody => None,
        };
        let proof = Proof {
            record,
            conversation,
        };
        self.booking.book(proof).await
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
        let link = self.book(record, &copy.owner).await?;
        Ok(Some(Became::Refreshed(object.size, link)))
    }

    /// When not the first candidate was copied, the others are duplicates of another object than
    /// the plan said.
    pub async fn note_others(&self, copy: &Copy, chosen: usize) -> Result<()> {
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

    /// Records what is to be stored.
    pub async fn intend(&self, intents: &[Intent]) -> Result<()> {
        retry(self.copier.retries, || self.copier.journal.intend(intents)).await
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
