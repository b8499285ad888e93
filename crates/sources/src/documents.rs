//! The document source that a configuration names.

use sunset_core::config::DocumentSourceSettings;
use sunset_core::error::Result;
use sunset_core::ports::documents::DocumentSource;

use crate::export::Export;
use crate::firestore::{Firestore, FirestoreSettings, ReadOptions};
use crate::folder::Folder;

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
/// As [`open`].
pub fn open_with(
    settings: &DocumentSourceSettings,
    options: ReadOptions,
) -> Result<Box<dyn DocumentSource>> {
    Ok(match settings {
        DocumentSourceSettings::Files { dir } => Box::new(Folder::new(dir)),
        DocumentSourceSettings::Export { dir } => Box::new(Export::new(dir)),
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
