//! The document source that a configuration names.

use sunset_core::config::DocumentSourceSettings;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::documents::DocumentSource;

use crate::export::{BucketExport, Export};
use crate::firestore::{Firestore, FirestoreSettings, ReadOptions};
use crate::folder::Folder;
use crate::objects::BucketSettings;

/// Makes the source; nothing is read yet.
///
/// # Errors
/// When the settings cannot be made into a client (an unreadable key).
pub fn open(settings: &DocumentSourceSettings) -> Result<Box<dyn DocumentSource>> {
    open_with(settings, ReadOptions::default())
}

/// The same, read as `options` say, where the source lets itself be told.
///
/// # Errors
/// As [`open`]; `Configuration` when a time is asked for that the source does not have.
pub fn open_with(
    settings: &DocumentSourceSettings,
    options: ReadOptions,
) -> Result<Box<dyn DocumentSource>> {
    if options.read_time.is_some() && !matches!(settings, DocumentSourceSettings::Firestore { .. })
    {
        return Err(Error::new(
            ErrorKind::Configuration,
            "only Firestore itself can be read as of another time",
        )
        .item("--read-time")
        .remedy("leave --read-time out, or let V2_FIRESTORE name firestore://PROJECT"));
    }
    Ok(match settings {
        DocumentSourceSettings::Files { dir, project } => {
            Box::new(Folder::new(dir).of_project(project.clone()))
        }
        DocumentSourceSettings::Export { dir, project } => {
            Box::new(Export::new(dir).of_project(project.clone()))
        }
        DocumentSourceSettings::BucketExport {
            bucket,
            path,
            emulator,
            account,
            user_project,
            project,
        } => {
            let export = BucketExport {
                settings: BucketSettings {
                    bucket: bucket.clone(),
                    emulator: emulator.clone(),
                    account: account.clone(),
                    user_project: user_project.clone(),
                    ..BucketSettings::default()
                },
                path: path.clone(),
                retries: options.retries,
            };
            Box::new(Export::in_bucket(export).of_project(project.clone()))
        }
        DocumentSourceSettings::Firestore {
            project,
            database,
            emulator,
            account,
        } => {
            let settings = FirestoreSettings {
                database: database.clone(),
                emulator: emulator.clone(),
                account: account.clone(),
                ..FirestoreSettings::new(project.clone())
            };
            Box::new(Firestore::new(&settings, options)?)
        }
    })
}
