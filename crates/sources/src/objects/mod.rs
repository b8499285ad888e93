//! Recordings: a Cloud Storage bucket, or a folder that stands for one.

mod folder;
mod gcs;
mod public;

use std::sync::Arc;

use sunset_core::config::AudioSourceSettings;
use sunset_core::error::Result;
use sunset_core::ports::objects::ObjectSource;

pub use folder::FolderObjects;
pub(crate) use gcs::Described;
pub use gcs::{Bucket, BucketSettings};
pub use public::PublicUrls;

/// Makes the source that a configuration names; nothing is read yet.
///
/// # Errors
/// `Configuration` when the key cannot be read, `NotFound` when the folder is not there.
pub fn open(settings: &AudioSourceSettings) -> Result<Arc<dyn ObjectSource>> {
    match settings {
        AudioSourceSettings::Folder {
            bucket_dir,
            dir,
            bucket,
        } => {
            let root = match bucket_dir {
                Some(bucket_dir) if bucket_dir.is_dir() => bucket_dir,
                _ => dir,
            };
            Ok(Arc::new(FolderObjects::open(root, bucket.as_deref())?))
        }
        AudioSourceSettings::Bucket {
            bucket,
            emulator,
            account,
            user_project,
        } => Ok(Arc::new(Bucket::new(BucketSettings {
            bucket: bucket.clone(),
            emulator: emulator.clone(),
            account: account.clone(),
            user_project: user_project.clone(),
            ..BucketSettings::default()
        })?)),
    }
}

/// Reads bytes as what Cloud Storage answers; a number for what came of it.
#[cfg(test)]
pub(crate) fn fuzz_answer(bytes: &[u8]) -> u64 {
    u64::from(gcs::is_page(bytes)) * 2 + u64::from(gcs::is_object(bytes))
}
