//! Recordings in the new bucket (`--delete-objects`).

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use sunset_core::error::Result;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{Coming, ObjectStore as _};
use sunset_core::ports::rollback::Undone;
use sunset_engine::erasure::{Erased, Looking, erase_objects, plan_erasure};
use sunset_targets::postgres::{ActiveRun, ObjectBook};
use sunset_targets::r2::R2Bucket;

use super::Flow;

/// What became of the bucket, or would, and the keys of the objects that go where they are asked
/// for.
#[derive(Debug, Default)]
pub struct Emptied {
    pub erased: Erased,
    pub keys: Vec<String>,
}

impl Emptied {
    /// Whether nothing was done, or would be.
    pub fn is_nothing(&self) -> bool {
        self.erased.removed + self.erased.uploads == 0
    }
}

impl Flow {
    /// What would become of the bucket once `rows` is done.
    pub(super) async fn plan_bucket(&self, rows: &Undone) -> Result<Emptied> {
        let Some(bucket) = &self.bucket else {
            return Ok(Emptied::default());
        };
        let kept = rows.kept.iter().filter(|row| row.table == "conversations");
        let coming = Coming {
            urls_only: self.scope.audio_urls_only,
            kept: kept.map(|row| row.row_id.clone()).collect(),
        };
        let keys = Mutex::new(Vec::new());
        let told = |key: &str| {
            self.session.detail(key);
            if self.session.wants_json() {
                let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                keys.push(key.to_owned());
            }
        };
        let book = self.book(bucket);
        let progress = self.session.progress();
        let looking = Looking {
            bucket,
            ledger: &book,
            retries: self.retries,
            progress: progress.as_ref(),
            told: &told,
        };
        let erased = plan_erasure(&looking, &coming).await?;
        let keys = keys.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Emptied { erased, keys })
    }

    /// Empties it, now that the rows are taken back.
    pub(super) async fn empty_bucket(&self, run: &ActiveRun, consent: &Consent) -> Result<Emptied> {
        let Some(bucket) = &self.bucket else {
            return Ok(Emptied::default());
        };
        let permit = WritePermit::bind(consent, bucket.identity());
        let writer = bucket.writer(&permit)?;
        let book = self.book(bucket);
        let progress = self.session.progress();
        let told = |key: &str| self.session.detail(key);
        let looking = Looking {
            bucket,
            ledger: &book,
            retries: self.retries,
            progress: progress.as_ref(),
            told: &told,
        };
        let erased = erase_objects(&looking, &writer, &run.objects(bucket.identity())).await?;
        Ok(Emptied {
            erased,
            keys: Vec::new(),
        })
    }

    fn book(&self, bucket: &R2Bucket) -> ObjectBook {
        ObjectBook::new(self.database.clone(), true, bucket.identity())
    }

    /// Says it.
    pub(super) fn tell_bucket(&self, emptied: &Emptied, would: bool) {
        if self.bucket.is_none() {
            return;
        }
        let erased = &emptied.erased;
        let (verb, left, uploads) = if would {
            (
                "would be removed",
                "Would stay in the bucket",
                "would be given up",
            )
        } else {
            ("were removed", "Kept in the bucket", "were given up")
        };
        let mut lines = vec![format!(
            "{} recordings {verb} from the bucket.",
            erased.removed
        )];
        if erased.gone > 0 {
            lines.push(format!(
                "{} recordings were not in the bucket any more.",
                erased.gone
            ));
        }
        if erased.in_use > 0 {
            lines.push(format!(
                "{} recordings stay in the bucket, for rows name them.",
                erased.in_use
            ));
        }
        if erased.uploads > 0 {
            lines.push(format!("{} unfinished uploads {uploads}.", erased.uploads));
        }
        let kept = erased.kept.iter();
        lines.extend(kept.map(|(key, why)| format!("{left}: {key}: {why}")));
        for line in lines {
            self.session.print(&line);
        }
    }

    /// The same as JSON.
    pub(super) fn put_bucket(&self, emptied: &Emptied, document: &mut Map<String, Value>) {
        let erased = &emptied.erased;
        document.insert("objects_removed".into(), erased.removed.into());
        document.insert("objects_gone".into(), erased.gone.into());
        document.insert("objects_in_use".into(), erased.in_use.into());
        document.insert("uploads_given_up".into(), erased.uploads.into());
        document.insert("objects_kept".into(), json!(erased.kept));
    }
}
