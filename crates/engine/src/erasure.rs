//! Copied recordings that a rollback removes from the new bucket.
//!
//! The ledger gives the keys under which migration stored something, or was about to when it was
//! stopped. Each object is looked at, and goes only where it is what was recorded, or says itself
//! that migration stored it; what else stands there is named. What was about to be stored and is
//! not there may still be on its way: it is looked for again the next time.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use sunset_core::audio::PREFIX;
use sunset_core::audio::erasure::{Fate, KnownKey};
use sunset_core::audio::pointer::Pointers;
use sunset_core::audio::record::{ObjectRecord, State};
use sunset_core::error::Result;
use sunset_core::ports::objects::{
    Coming, ObjectJournal, ObjectLedger, ObjectStore, ObjectWriter, UnfinishedUpload,
};
use sunset_core::ports::progress::Progress;

use crate::retry::{Retries, retry};

/// Objects that are asked for, and removed, at once.
const AT_ONCE: usize = 8;

/// What became of the copied objects, or would.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Removed from the bucket.
    pub removed: u64,
    /// Removed by somebody else already.
    pub gone: u64,
    /// Left, for rows name them.
    pub in_use: u64,
    /// Keys of the objects that are left for rows that name them, with such a row.
    pub named: Vec<(String, String)>,
    /// Left, for something stood under their keys before this database's ledger had an entry of them.
    pub stood: u64,
    /// Recordings in other buckets than the settings name: which, and how many.
    pub elsewhere: Vec<(String, u64)>,
    /// Earlier recordings whose place under their keys the run to be taken back took: they are gone.
    pub replaced: u64,
    /// Uploads that were begun and not ended, given up.
    pub uploads: u64,
    /// Keys of objects that stay, because they are not known to be what migration stored, with why.
    pub kept: Vec<(String, &'static str)>,
    /// Keys of the objects that go, or would, where they are asked for.
    pub keys: Vec<String>,
}

/// Where objects are looked for.
pub struct Looking<'a> {
    /// The bucket.
    pub bucket: &'a dyn ObjectStore,
    /// What is known of it.
    pub ledger: &'a dyn ObjectLedger,
    /// For passing faults.
    pub retries: Retries,
    /// Told of each object.
    pub progress: &'a dyn Progress,
    /// Told the key of each object that goes, or would.
    pub told: &'a (dyn Fn(&str) + Sync),
    /// Whether the keys of the objects that go are given, too.
    pub named: bool,
}

/// What removes objects, and records that they are not there any more.
struct Hand<'a> {
    writer: &'a dyn ObjectWriter,
    journal: &'a dyn ObjectJournal,
}

/// What [`erase_objects`] would do once `coming` has been done. Every object is looked at.
///
/// # Errors
/// When an object cannot be looked at even after `retries`.
pub async fn plan_erasure(looking: &Looking<'_>, coming: &Coming) -> Result<Erased> {
    looking.all(Some(coming), None).await
}

/// Removes copied objects from the new bucket, and records that they are not there any more.
///
/// # Errors
/// When an object cannot be looked at or removed even after `retries`; those removed until then
/// are recorded, and starting again goes on.
pub async fn erase_objects(
    looking: &Looking<'_>,
    writer: &dyn ObjectWriter,
    journal: &dyn ObjectJournal,
) -> Result<Erased> {
    looking.all(None, Some(&Hand { writer, journal })).await
}

type Uploads = BTreeMap<String, Vec<UnfinishedUpload>>;

/// What is found once, before the first object is looked at.
#[derive(Default)]
struct Found {
    uploads: Uploads,
    pointers: Pointers,
}

impl Looking<'_> {
    async fn all(&self, coming: Option<&Coming>, hand: Option<&Hand<'_>>) -> Result<Erased> {
        let mut erased = Erased::default();
        let mut found = Found::default();
        let mut after = String::new();
        let mut first = true;
        self.progress.start("Objects", None);
        loop {
            let page = retry(self.retries, || self.ledger.keys(&after, coming)).await?;
            let Some(last) = page.last() else {
                break;
            };
            after.clone_from(&last.key);
            if std::mem::take(&mut first) {
                found.uploads = self.uploads().await?;
                found.pointers = retry(self.retries, || self.ledger.pointers(coming)).await?;
            }
            let looks = page.iter().map(|known| self.one(known, &found, hand));
            let mut looks = futures::stream::iter(looks).buffered(AT_ONCE);
            while let Some(one) = looks.try_next().await? {
                erased.add(one);
                self.progress.advance(1);
            }
        }
        self.progress.finish();
        erased.kept.sort();
        erased.elsewhere = retry(self.retries, || self.ledger.elsewhere()).await?;
        Ok(erased)
    }

    async fn uploads(&self) -> Result<Uploads> {
        let mut uploads = Uploads::new();
        for upload in retry(self.retries, || self.bucket.unfinished(PREFIX)).await? {
            uploads.entry(upload.key.clone()).or_default().push(upload);
        }
        Ok(uploads)
    }

    /// One key: its unfinished uploads, and its object.
    async fn one(
        &self,
        known: &KnownKey,
        found: &Found,
        hand: Option<&Hand<'_>>,
    ) -> Result<Erased> {
        let mut erased = Erased::default();
        let begun = found
            .uploads
            .get(&known.key)
            .filter(|_| known.is_unfinished());
        let mut begun = begun.cloned().unwrap_or_default();
        let listed = begun.len();
        // A store that does not list its uploads knows of the one that was recorded.
        let recorded = known
            .records
            .iter()
            .filter_map(|record| record.upload.clone());
        for id in recorded {
            if !begun.iter().any(|upload| upload.id == id) {
                let key = known.key.clone();
                begun.push(UnfinishedUpload { key, id });
            }
        }
        for (place, upload) in begun.iter().enumerate() {
            let there = place < listed
                || retry(self.retries, || self.bucket.parts(upload))
                    .await?
                    .is_some();
            erased.uploads += u64::from(there);
            if let Some(hand) = hand {
                retry(self.retries, || hand.writer.abort(upload)).await?;
            }
        }
        let head = retry(self.retries, || self.bucket.head(&known.key)).await?;
        let row = found.pointers.to(&known.key);
        match known.fate(head.as_ref(), row.is_some()) {
            Fate::InUse => {
                erased.in_use += 1;
                let row = row.unwrap_or("conversations").to_owned();
                erased.named.push((known.key.clone(), row));
                return Ok(erased);
            }
            Fate::Stood => {
                erased.stood += 1;
                return Ok(erased);
            }
            Fate::Kept(why) => {
                erased.kept.push((known.key.clone(), why));
                return Ok(erased);
            }
            Fate::Gone => erased.gone += 1,
            Fate::Nothing => {}
            Fate::Removed => {
                erased.removed += 1;
                (self.told)(&known.key);
                if self.named {
                    erased.keys.push(known.key.clone());
                }
                if let Some(hand) = hand {
                    retry(self.retries, || hand.writer.delete(&known.key)).await?;
                }
            }
        }
        if let Some(hand) = hand
            && !known.records.is_empty()
        {
            let records: Vec<ObjectRecord> = known.records.iter().map(not_stored).collect();
            retry(self.retries, || hand.journal.record(&records)).await?;
        }
        Ok(erased)
    }
}

impl Erased {
    /// Whether something of migration stays that nobody is known to need.
    pub fn is_incomplete(&self) -> bool {
        !self.kept.is_empty() || self.stood > 0 || !self.elsewhere.is_empty()
    }

    /// Whether nothing was done, or would be.
    pub fn is_nothing(&self) -> bool {
        self.removed + self.uploads == 0
    }

    fn add(&mut self, other: Self) {
        self.removed += other.removed;
        self.gone += other.gone;
        self.in_use += other.in_use;
        self.named.extend(other.named);
        self.stood += other.stood;
        self.uploads += other.uploads;
        self.kept.extend(other.kept);
        self.keys.extend(other.keys);
    }
}

/// The record of an object that is not in the bucket any more.
fn not_stored(record: &ObjectRecord) -> ObjectRecord {
    ObjectRecord {
        state: State::Listed,
        detail: Some("removed by rollback".into()),
        key: None,
        etag: None,
        url: None,
        upload: None,
        took_ms: None,
        ..record.clone()
    }
}
