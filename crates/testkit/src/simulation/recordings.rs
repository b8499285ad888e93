//! Recordings in the same world: buckets and a ledger that workers share, each call of which waits
//! for its turn.
//!
//! Listings have none of their own: a survey reads both of them and the ledger at once, and nothing
//! happens in between that it would not find at its next question.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use sunset_core::audio::erasure::KnownKey;
use sunset_core::audio::record::{Conversation, Intent, MeasuredPart, ObjectRecord, Version};
use sunset_core::error::Result;
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::{
    Attributes, Body, ByteStream, Coming, LinkOutcome, ObjectJournal, ObjectLedger, ObjectSource,
    ObjectStore, ObjectWriter, Proof, SourceObject, StoredHead, StoredObject, StoredPart,
    UnfinishedUpload,
};

use super::ports::Seat;
use crate::objects::{MemoryBucket, MemoryLedger, MemorySource};

/// The buckets and the ledger, as one worker reaches them.
#[derive(Clone)]
pub struct Recorder {
    seat: Seat,
    source: Arc<MemorySource>,
    bucket: Arc<MemoryBucket>,
    ledger: Arc<MemoryLedger>,
}

impl Recorder {
    /// At a worker's place.
    pub fn new(
        seat: &Seat,
        source: &Arc<MemorySource>,
        bucket: &Arc<MemoryBucket>,
        ledger: &Arc<MemoryLedger>,
    ) -> Self {
        Self {
            seat: seat.clone(),
            source: Arc::clone(source),
            bucket: Arc::clone(bucket),
            ledger: Arc::clone(ledger),
        }
    }

    /// A request to a bucket, which knows nothing of workers that were taken for silent.
    async fn ask<T>(&self, request: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.seat.around(false, request).await
    }

    /// A transaction of the database.
    async fn write<T>(&self, transaction: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.seat.around(true, transaction).await
    }
}

#[async_trait]
impl ObjectSource for Recorder {
    fn identity(&self) -> String {
        ObjectSource::identity(&*self.source)
    }

    fn bucket(&self) -> Option<&str> {
        self.source.bucket()
    }

    fn list(&self) -> BoxStream<'static, Result<Vec<SourceObject>>> {
        ObjectSource::list(&*self.source)
    }

    async fn stat(&self, name: &str) -> Result<Option<SourceObject>> {
        self.ask(self.source.stat(name)).await
    }

    async fn read(&self, object: &SourceObject, from: u64, to: u64) -> Result<ByteStream> {
        self.ask(self.source.read(object, from, to)).await
    }
}

#[async_trait]
impl ObjectStore for Recorder {
    fn identity(&self) -> TargetIdentity {
        ObjectStore::identity(&*self.bucket)
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<Vec<StoredObject>>> {
        ObjectStore::list(&*self.bucket, prefix)
    }

    async fn head(&self, key: &str) -> Result<Option<StoredHead>> {
        self.ask(self.bucket.head(key)).await
    }

    async fn get(&self, key: &str) -> Result<ByteStream> {
        self.ask(self.bucket.get(key)).await
    }

    async fn unfinished(&self, prefix: &str) -> Result<Vec<UnfinishedUpload>> {
        self.ask(self.bucket.unfinished(prefix)).await
    }

    async fn parts(&self, upload: &UnfinishedUpload) -> Result<Option<Vec<StoredPart>>> {
        self.ask(self.bucket.parts(upload)).await
    }
}

#[async_trait]
impl ObjectWriter for Recorder {
    async fn put(&self, key: &str, body: Body, attributes: &Attributes) -> Result<Option<String>> {
        self.ask(self.bucket.put(key, body, attributes)).await
    }

    async fn begin(&self, key: &str, attributes: &Attributes) -> Result<UnfinishedUpload> {
        self.ask(self.bucket.begin(key, attributes)).await
    }

    async fn put_part(
        &self,
        upload: &UnfinishedUpload,
        number: u32,
        body: Body,
    ) -> Result<Option<String>> {
        self.ask(self.bucket.put_part(upload, number, body)).await
    }

    async fn complete(
        &self,
        upload: &UnfinishedUpload,
        parts: &[StoredPart],
    ) -> Result<Option<String>> {
        self.ask(self.bucket.complete(upload, parts)).await
    }

    async fn abort(&self, upload: &UnfinishedUpload) -> Result<()> {
        self.ask(self.bucket.abort(upload)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.ask(self.bucket.delete(key)).await
    }
}

#[async_trait]
impl ObjectLedger for Recorder {
    async fn conversations(&self) -> Result<Vec<Conversation>> {
        self.ask(self.ledger.conversations()).await
    }

    async fn objects(&self) -> Result<Vec<ObjectRecord>> {
        self.ask(self.ledger.objects()).await
    }

    async fn keys(&self, after: &str, coming: Option<&Coming>) -> Result<Vec<KnownKey>> {
        self.ask(self.ledger.keys(after, coming)).await
    }
}

#[async_trait]
impl ObjectJournal for Recorder {
    async fn record(&self, records: &[ObjectRecord]) -> Result<()> {
        self.write(self.ledger.record(records)).await
    }

    async fn discard(&self, names: &[(String, Option<String>)]) -> Result<()> {
        self.write(self.ledger.discard(names)).await
    }

    async fn intend(&self, intents: &[Intent]) -> Result<()> {
        self.write(self.ledger.intend(intents)).await
    }

    async fn measured(&self, source_uri: &str, version: &Version) -> Result<Vec<MeasuredPart>> {
        self.write(self.ledger.measured(source_uri, version)).await
    }

    async fn measure(
        &self,
        source_uri: &str,
        version: &Version,
        part: &MeasuredPart,
    ) -> Result<()> {
        self.write(self.ledger.measure(source_uri, version, part))
            .await
    }

    async fn forget(&self, source_uri: &str) -> Result<()> {
        self.write(self.ledger.forget(source_uri)).await
    }

    async fn prove(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>> {
        self.write(self.ledger.prove(proofs)).await
    }
}
