//! The document source that a configuration names.

use sunset_core::config::DocumentSourceSettings;
use sunset_core::error::Result;
use sunset_core::ports::documents::DocumentSource;

use crate::export::Export;
use crate::folder::Folder;

/// Makes the source; nothing is read yet.
///
/// # Errors
/// When the settings cannot be made into a client (an unreadable key).
pub fn open(settings: &DocumentSourceSettings) -> Result<Box<dyn DocumentSource>> {
    match settings {
        DocumentSourceSettings::Files { dir } => Ok(Box::new(Folder::new(dir))),
        DocumentSourceSettings::Export { dir } => Ok(Box::new(Export::new(dir))),
        DocumentSourceSettings::Firestore { project, .. } => Err(sunset_core::Error::new(
            sunset_core::ErrorKind::Internal,
            "Firestore cannot be read yet",
        )
        .item(project.clone())),
    }
}
