//! Recordings in the new bucket (`--delete-objects`).

use serde_json::{Map, Value, json};
use sunset_core::error::Result;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{Coming, ObjectStore as _};
use sunset_core::ports::rollback::Undone;
use sunset_engine::erasure::{Erased, Looking, erase_objects, plan_erasure};
use sunset_targets::postgres::{ActiveRun, ObjectBook};
use sunset_targets::r2::R2Bucket;

use super::Flow;

/// Objects that are listed one by one before the rest is only counted.
const LISTED: usize = 50;

impl Flow {
    /// What would become of the bucket once `rows` is done.
    pub(super) async fn plan_bucket(&self, rows: &Undone) -> Result<Erased> {
        let Some(bucket) = &self.bucket else {
            return Ok(Erased::default());
        };
        let kept = rows.kept.iter();
        let kept = kept.map(|row| (row.table.clone(), row.row_id.clone()));
        let coming = Coming {
            urls_only: self.scope.audio_urls_only,
            kept: kept.collect(),
        };
        let look = async |looking: &Looking<'_>| plan_erasure(looking, &coming).await;
        self.looking(bucket, look).await
    }

    /// Empties it, now that the rows are taken back.
    pub(super) async fn empty_bucket(&self, run: &ActiveRun, consent: &Consent) -> Result<Erased> {
        let Some(bucket) = &self.bucket else {
            return Ok(Erased::default());
        };
        let permit = WritePermit::bind(consent, bucket.identity());
        let writer = bucket.writer(&permit)?;
        let journal = run.objects(bucket.identity());
        let erase = async |looking: &Looking<'_>| erase_objects(looking, &writer, &journal).await;
        self.looking(bucket, erase).await
    }

    async fn looking(
        &self,
        bucket: &R2Bucket,
        look: impl AsyncFnOnce(&Looking<'_>) -> Result<Erased>,
    ) -> Result<Erased> {
        let ledger = ObjectBook::new(self.database.clone(), true, bucket.identity());
        let progress = self.session.progress();
        let looking = Looking {
            bucket,
            ledger: &ledger,
            retries: self.retries,
            progress: progress.as_ref(),
            told: &|key| self.session.detail(key),
            named: self.session.wants_json(),
        };
        look(&looking).await
    }

    /// Says it.
    pub(super) fn tell_bucket(&self, erased: &Erased, would: bool) {
        if let (Some(run), 1..) = (self.scope.run, erased.replaced) {
            self.session.print(&format!(
                "{} recordings took the place of earlier ones under the same keys in run {run}; \
                 those cannot come back: their links lead to what run {run} stored.",
                erased.replaced
            ));
        }
        let Some(bucket) = &self.bucket else {
            return;
        };
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
            lines.extend(named_lines(&erased.named));
        }
        if erased.stood > 0 {
            lines.push(format!(
                "{} objects stay in the bucket: they stood there when this database's ledger had no \
                 entry of them, so another database may rely on them. Remove them by hand where none \
                 does.",
                erased.stood
            ));
        }
        for (other, count) in &erased.elsewhere {
            lines.push(format!(
                "{count} recordings lie in {other}, and the settings name {}: set \
                 CLOUDFLARE_R2_BUCKET, and CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_R2_ENDPOINT, to that \
                 bucket, and give rollback --delete-objects again.",
                bucket.identity()
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
    pub(super) fn put_bucket(&self, erased: &Erased, document: &mut Map<String, Value>) {
        document.insert("objects_removed".into(), erased.removed.into());
        document.insert("objects_gone".into(), erased.gone.into());
        document.insert("objects_in_use".into(), erased.in_use.into());
        document.insert("objects_named".into(), json!(erased.named));
        document.insert("uploads_given_up".into(), erased.uploads.into());
        document.insert("objects_kept".into(), json!(erased.kept));
        document.insert("objects_stood".into(), erased.stood.into());
        document.insert("objects_elsewhere".into(), json!(erased.elsewhere));
        document.insert("objects_replaced".into(), erased.replaced.into());
    }
}

/// Which rows name the objects that stay for them.
fn named_lines(named: &[(String, String)]) -> Vec<String> {
    let one = |(key, row): &(String, String)| format!("  {key}: named by {row}");
    let mut lines: Vec<String> = named.iter().take(LISTED).map(one).collect();
    if named.len() > LISTED {
        let rest = sunset_cli::thousands((named.len() - LISTED) as u64);
        lines.push(format!("  … and {rest} more (--json lists them all)"));
    }
    lines
}
