//! What is checked, with all that is needed to check it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sunset_cli::{Consented, Session, WriteArgs};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_deployment::inventory::Inventory;

use crate::arguments::Subject;
use crate::client::Client;
use crate::sources::Sources;

/// See the module.
pub struct Deployment {
    pub inventory: Inventory,
    pub client: Client,
    pub sources: Sources,
    pub repository: PathBuf,
    pub timeout: Duration,
    pub consent: Consented,
}

impl Deployment {
    /// Reads the inventory and every file that is named.
    ///
    /// # Errors
    /// `NotFound`, `Malformed`, `Configuration`.
    pub fn open(subject: &Subject, write: &WriteArgs, session: &Session) -> Result<Self> {
        let (_, inventory) = inventory(subject)?;
        let consent = write.consent(session);
        let sources = Sources::read(subject, &inventory, session)?;
        Ok(Self {
            client: Client::new(subject.timeout)?,
            sources,
            inventory,
            repository: subject.repository.clone(),
            timeout: subject.timeout,
            consent,
        })
    }

    /// The present time.
    pub fn now() -> Timestamp {
        Timestamp::now()
    }
}

/// The inventory, and its text.
///
/// # Errors
/// `NotFound`, `Malformed`.
pub fn inventory(subject: &Subject) -> Result<(String, Inventory)> {
    let (text, path) = match &subject.inventory {
        Some(path) => (text(path)?, Some(path.clone())),
        None => {
            let path = Path::new("deploy.toml");
            let own = if path.exists() {
                text(path)?
            } else {
                String::new()
            };
            // `deploy-check inventory > deploy.toml`: the shell has made an empty one by now.
            if own.trim().is_empty() {
                (Inventory::SALES_AI_V3.to_owned(), None)
            } else {
                (own, Some(path.to_owned()))
            }
        }
    };
    let inventory = Inventory::parse(&text, subject.domain.as_deref()).map_err(|error| {
        match (error.item_name(), &path) {
            (None, Some(path)) => error.item(path.display().to_string()),
            _ => error,
        }
    })?;
    Ok((text, inventory))
}

/// A file's text.
///
/// # Errors
/// `NotFound`, `Denied`, `Malformed`.
pub fn text(path: &Path) -> Result<String> {
    let bytes = bytes(path)?;
    String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorKind::Malformed, "the file is no UTF-8 text")
            .item(path.display().to_string())
            .remedy("save it as UTF-8")
    })
}

/// A file's bytes.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|cause| {
        let kind = match cause.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
            _ => ErrorKind::Configuration,
        };
        Error::new(kind, "cannot read the file")
            .item(path.display().to_string())
            .cause(cause)
            .remedy("check its name and its permissions")
    })
}
