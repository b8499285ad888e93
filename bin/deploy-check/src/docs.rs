//! Writing the owner's documents.

use std::io::Write;
use std::path::Path;

use serde_json::json;
use sunset_cli::{Consented, Session, Status, WriteArgs};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_deployment::documents;
use sunset_deployment::inventory::Inventory;

fn failed(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let item = path.display().to_string();
    move |cause| {
        Error::new(ErrorKind::Configuration, what)
            .item(item)
            .cause(cause)
            .remedy("check that --out names a folder that may be written to")
    }
}

/// Writes the documents; ticks that somebody set stay.
///
/// # Errors
/// `Refused` when a file was changed by hand in another way, and `force` is not given.
pub fn write(
    inventory: &Inventory,
    folder: &Path,
    force: bool,
    write: &WriteArgs,
    session: &Session,
) -> Result<Status> {
    let consent = write.consent(session);
    let mut files = Vec::new();
    let mut changed = Vec::new();
    for (name, text) in documents::all(inventory) {
        let path = folder.join(name);
        let old = match std::fs::read_to_string(&path) {
            Ok(old) => Some(old),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err(failed(&path, "cannot read the document")(cause)),
        };
        let text = match &old {
            Some(old) => documents::with_ticks_of(old, &text),
            None => text,
        };
        if old.as_ref().is_some_and(|old| *old != text) {
            changed.push(path.display().to_string());
        }
        files.push((path, text));
    }
    if !changed.is_empty() && !force {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "these documents are there already and differ in more than their ticks: {}",
                changed.join(", ")
            ),
        )
        .remedy("write to another folder, or give --force to replace them; ticks are kept"));
    }
    match &consent {
        Consented::Write(consent) => {
            std::fs::create_dir_all(folder).map_err(failed(folder, "cannot make the folder"))?;
            for (path, text) in &files {
                put(path, folder, text, consent)?;
                session.print(&format!("wrote {}", path.display()));
            }
        }
        Consented::DryRun => {
            for (path, _) in &files {
                session.print(&format!("would write {}", path.display()));
            }
        }
    }
    session.json(|| {
        let names: Vec<String> = files
            .iter()
            .map(|(path, _)| path.display().to_string())
            .collect();
        json!({ "files": names, "written": matches!(consent, Consented::Write(_)) })
    });
    Ok(Status::Done)
}

/// Whole or not at all.
fn put(path: &Path, folder: &Path, text: &str, _consent: &Consent) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let what = "cannot write the document";
    let mut draft = tempfile::Builder::new()
        .prefix(".deploy-check-")
        .permissions(std::fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed(path, what))?;
    draft
        .write_all(text.as_bytes())
        .map_err(failed(path, what))?;
    draft
        .persist(path)
        .map_err(|fault| failed(path, what)(fault.error))?;
    Ok(())
}
