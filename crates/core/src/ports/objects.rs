//! Reading objects from the old bucket, storing them in the new one, and the ledger between them.

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use crate::audio::erasure::KnownKey;
use crate::audio::pointer::Pointers;
use crate::audio::record::{Conversation, Intent, MeasuredPart, ObjectRecord, Version};
use crate::error::Result;
use crate::permit::TargetIdentity;
use crate::ports::verify::Found;

/// The bytes of an object, or of a part of it, as they arrive.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// An object as its source states it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceObject {
    /// Its name within the bucket; any Unicode.
    pub name: String,
    /// `gs://<bucket>/<name>`, or `file://…` where no bucket's name is known.
    pub uri: String,
    /// Bytes as stored (of the compressed form where `content_encoding` is `gzip`).
    pub size: u64,
    /// Which version of the object this is: GCS's generation, a file's modification time in
    /// nanoseconds.
    pub generation: Option<i64>,
    /// CRC32C (Castagnoli) of the bytes as stored.
    pub crc32c: Option<u32>,
    /// MD5 of the bytes as stored; composite objects have none.
    pub md5: Option<[u8; 16]>,
    /// As the source states it; never trusted.
    pub content_type: Option<String>,
    /// `gzip` where the stored bytes are compressed.
    pub content_encoding: Option<String>,
}

/// A bucket, or a folder that stands for one. Reading never changes it.
#[async_trait]
pub trait ObjectSource: Send + Sync {
    /// As the ledger names it: `gs://bucket`, `file:///dir`.
    fn identity(&self) -> String;

    /// The bucket's name, where one is known.
    fn bucket(&self) -> Option<&str>;

    /// Every object, in pages of at most a thousand. An `Err` ends the listing: what came before
    /// it is not the whole.
    fn list(&self) -> BoxStream<'static, Result<Vec<SourceObject>>>;

    /// The object of that name as it is now, with every checksum that the source can state.
    /// `None` when there is none.
    async fn stat(&self, name: &str) -> Result<Option<SourceObject>>;

    /// Bytes `from..to` (the end exclusive) of that generation of the object, as stored.
    ///
    /// # Errors
    /// `Conflict` when the object has another generation by now, `NotFound` when it is gone. The
    /// stream itself may end early without an error: the caller counts.
    async fn read(&self, object: &SourceObject, from: u64, to: u64) -> Result<ByteStream>;
}

/// An object as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// ETag without quotes, where the store states one.
    pub etag: Option<String>,
}

/// What a store says of one object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredHead {
    /// Bytes.
    pub size: u64,
    /// ETag without quotes.
    pub etag: Option<String>,
    /// `Content-Type`
    pub content_type: Option<String>,
    /// User metadata `sha256`
    pub sha256: Option<String>,
    /// User metadata `source-uri`
    pub source_uri: Option<String>,
}

/// What is stored beside the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// `Content-Type`, from the bytes.
    pub content_type: String,
    /// `Content-Encoding`, where the stored bytes are compressed.
    pub content_encoding: Option<String>,
    /// `Cache-Control`
    pub cache_control: String,
    /// User metadata; names and values are ASCII.
    pub metadata: Vec<(String, String)>,
}

/// A part that a store holds of an unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// From 1.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// ETag without quotes: the part's MD5.
    pub etag: String,
}

/// An unfinished multipart upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedUpload {
    /// The key it is for.
    pub key: String,
    /// Its id.
    pub id: String,
}

/// The new bucket, for reading.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// The bucket a permit is bound to.
    fn identity(&self) -> TargetIdentity;

    /// Objects whose key starts with `prefix`, in pages of at most a thousand.
    fn list(&self, prefix: &str) -> BoxStream<'static, Result<Vec<StoredObject>>>;

    /// What the store says of an object; `None` when there is none.
    async fn head(&self, key: &str) -> Result<Option<StoredHead>>;

    /// The object's bytes.
    async fn get(&self, key: &str) -> Result<ByteStream>;

    /// Unfinished uploads whose key starts with `prefix`; empty where the store cannot tell.
    async fn unfinished(&self, prefix: &str) -> Result<Vec<UnfinishedUpload>>;

    /// The parts of an unfinished upload; `None` when the store knows no such upload, or cannot
    /// tell.
    async fn parts(&self, upload: &UnfinishedUpload) -> Result<Option<Vec<StoredPart>>>;
}

/// What is sent in one request: exactly `length` bytes whose MD5 is `md5`.
pub struct Body {
    /// The bytes; a stream that gives fewer or more makes the request fail.
    pub bytes: ByteStream,
    /// Their number.
    pub length: u64,
    /// Sent as `Content-MD5`.
    pub md5: [u8; 16],
}

/// The new bucket, for writing. Made only with a permit for it.
///
/// Contract: nothing is retried here. A body is read once; who repeats a call brings a new one.
#[async_trait]
pub trait ObjectWriter: ObjectStore {
    /// Stores an object by one request. Gives the ETag that the store states.
    async fn put(&self, key: &str, body: Body, attributes: &Attributes) -> Result<Option<String>>;

    /// Begins a multipart upload.
    async fn begin(&self, key: &str, attributes: &Attributes) -> Result<UnfinishedUpload>;

    /// Sends one part. Gives the ETag that the store states.
    async fn put_part(
        &self,
        upload: &UnfinishedUpload,
        number: u32,
        body: Body,
    ) -> Result<Option<String>>;

    /// Makes the object of its parts. Gives the ETag that the store states.
    async fn complete(
        &self,
        upload: &UnfinishedUpload,
        parts: &[StoredPart],
    ) -> Result<Option<String>>;

    /// Gives an upload up; harmless when it is gone.
    async fn abort(&self, upload: &UnfinishedUpload) -> Result<()>;

    /// Removes an object; harmless when there is none.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// What became of `conversations.audio_url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOutcome {
    /// It points at the stored object now.
    Linked,
    /// It did already.
    AlreadyLinked,
    /// Somebody changed it since: it was left alone.
    Changed,
    /// The conversation is gone.
    Gone,
}

/// A rollback that is still to come, as far as it lets rows name other URLs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coming {
    /// Whether only URLs are taken back, and rows stay.
    pub urls_only: bool,
    /// Rows that stay as they are: table and primary key.
    pub kept: Vec<(String, String)>,
}

impl Coming {
    /// The rows of a table that stay as they are.
    pub fn kept_of(&self, table: &str) -> Vec<String> {
        let kept = self.kept.iter().filter(|(of, _)| of == table);
        kept.map(|(_, id)| id.clone()).collect()
    }
}

/// What the ledger knows of objects, for reading.
#[async_trait]
pub trait ObjectLedger: Send + Sync {
    /// The conversations that migration wrote; empty where there is no ledger yet.
    async fn conversations(&self) -> Result<Vec<Conversation>>;

    /// Every recorded object; empty where there is no ledger yet.
    async fn objects(&self) -> Result<Vec<ObjectRecord>>;

    /// Recorded objects whose entries were changed since by somebody else.
    async fn altered(&self) -> Result<Found> {
        Ok(Found::default())
    }

    /// Those of the recorded objects that have one of these source URIs.
    async fn objects_at(&self, uris: &[String]) -> Result<Vec<ObjectRecord>> {
        let mut objects = self.objects().await?;
        objects.retain(|object| uris.contains(&object.source_uri));
        Ok(objects)
    }

    /// The next keys behind `after` (empty for the first) under which something of migration is
    /// stored or may be, in the ledger's order; none at the end. `coming` is a rollback that is
    /// still to come: rows that will name a URL no longer do not count.
    async fn keys(&self, after: &str, coming: Option<&Coming>) -> Result<Vec<KnownKey>>;

    /// The recordings that rows name, of whatever table and column, however their URLs are written;
    /// `coming` as for [`Self::keys`].
    async fn pointers(&self, _coming: Option<&Coming>) -> Result<Pointers> {
        Ok(Pointers::default())
    }

    /// Copies that the ledger has in other buckets than the one that is meant: which, and how many.
    async fn elsewhere(&self) -> Result<Vec<(String, u64)>> {
        Ok(Vec::new())
    }
}

/// A proven copy, and the conversation that is to point at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What was proven.
    pub record: ObjectRecord,
    /// Without one nothing is linked.
    pub conversation: Option<Conversation>,
}

/// Writes what became of objects, within one run.
///
/// Contract: each call is one transaction, and calling again with the same is harmless.
#[async_trait]
pub trait ObjectJournal: Send + Sync {
    /// Records objects; one already recorded for the same source URI and conversation is replaced.
    async fn record(&self, records: &[ObjectRecord]) -> Result<()>;

    /// Drops entries, by source URI and conversation, that say of an object what it is no longer.
    /// What accounts for something stored stays, unless another entry does so by now.
    async fn discard(&self, names: &[(String, Option<String>)]) -> Result<()>;

    /// Records what is about to be stored, before it is: whatever happens then, a rollback knows
    /// where to look. What is recorded of a key already stays, until its object is proven: also when
    /// a rollback found nothing there, for what a stopped run sent may get there later. Where
    /// something stands under a key that the ledger knows nothing of, that is recorded, too.
    async fn intend(&self, intents: &[Intent]) -> Result<()>;

    /// The parts of that version of the object that were measured, from the first on without a
    /// gap.
    async fn measured(&self, source_uri: &str, version: &Version) -> Result<Vec<MeasuredPart>>;

    /// Records a measured part; what is known of it in another version is replaced.
    async fn measure(&self, source_uri: &str, version: &Version, part: &MeasuredPart)
    -> Result<()>;

    /// Forgets what was measured of an object: it proved wrong.
    async fn forget(&self, source_uri: &str) -> Result<()>;

    /// Records proven copies and, in the same transaction, lets `conversations.audio_url` point at
    /// each where it still holds what migration wrote. The objects' measurements, and that they
    /// were to be stored, are forgotten. What was copied under the same keys before is there no
    /// longer: those entries do not count as copied any more.
    /// Gives what became of each link, in order; `None` for a proof without a conversation. No two
    /// proofs are of the same object for the same conversation, or of the same conversation.
    async fn prove(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>>;
}

/// Fetches public URLs without credentials.
#[async_trait]
pub trait PublicReader: Send + Sync {
    /// The first `length` bytes, and the size of the whole where the answer states it.
    async fn beginning(&self, url: &str, length: u64) -> Result<(Bytes, Option<u64>)>;
}
