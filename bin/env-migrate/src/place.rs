//! Writing a file of secrets: whole or not at all, for its owner alone, the old one kept.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind as Io, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;

/// What became of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// It held these bytes already.
    Unchanged,
    /// There was none.
    New,
    /// There was another.
    Replaced {
        /// Where that is now.
        kept: PathBuf,
    },
}

/// How many files that were replaced may stand beside each other.
const KEPT: u32 = 10_000;

fn failed(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let item = path.display().to_string();
    move |cause| {
        let kind = match cause.kind() {
            Io::NotFound => ErrorKind::NotFound,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::Denied,
            _ => ErrorKind::Internal,
        };
        Error::new(kind, what)
            .item(item)
            .cause(cause)
            .remedy("check that its folder is there, may be written to, and has room")
    }
}

/// Puts `bytes` at `path`, or behind the link that `path` is.
///
/// # Errors
/// `Refused` when something that is no file stands there; `Denied`, `NotFound`, `Internal` when
/// it cannot be written: what was there before is there still.
pub fn replace(path: &Path, bytes: &[u8], _consent: &Consent) -> Result<Written> {
    let target = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(cause) if cause.kind() == Io::NotFound => path.to_owned(),
        Err(cause) => return Err(failed(path, "cannot look at the file")(cause)),
    };
    let before = match fs::metadata(&target) {
        Ok(facts) if facts.is_file() => Some(facts),
        Ok(_) => {
            return Err(
                Error::new(ErrorKind::Refused, "what stands there is no file")
                    .item(path.display().to_string())
                    .remedy("name a file with --to"),
            );
        }
        Err(cause) if cause.kind() == Io::NotFound => None,
        Err(cause) => return Err(failed(path, "cannot look at the file")(cause)),
    };
    let private = Permissions::from_mode(0o600);
    if before.is_some() && fs::read(&target).is_ok_and(|there| there == bytes) {
        fs::set_permissions(&target, private).map_err(failed(path, "cannot set its mode"))?;
        return Ok(Written::Unchanged);
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // Made with mode 0600; removed by itself when what follows fails.
    let mut draft = tempfile::Builder::new()
        .prefix(".env-migrate-")
        .permissions(private.clone())
        .tempfile_in(&folder)
        .map_err(failed(path, "cannot write beside the file"))?;
    draft
        .write_all(bytes)
        .and_then(|()| draft.as_file().sync_all())
        .map_err(failed(path, "cannot write the file"))?;
    let kept = match before {
        Some(_) => Some(keep(&target).map_err(failed(path, "cannot keep the old file"))?),
        None => None,
    };
    draft
        .persist(&target)
        .map_err(|fault| failed(path, "cannot put the file in its place")(fault.error))?;
    File::open(&folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path, "cannot make the file last"))?;
    Ok(match kept {
        Some(kept) => Written::Replaced { kept },
        None => Written::New,
    })
}

/// Gives the file a second name, which the first free of FILE.old, FILE.old.2, … is.
fn keep(target: &Path) -> std::io::Result<PathBuf> {
    let private = Permissions::from_mode(0o600);
    for number in 1..=KEPT {
        let mut name = target.as_os_str().to_owned();
        name.push(".old");
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let kept = PathBuf::from(name);
        match fs::hard_link(target, &kept) {
            Ok(()) => {
                fs::set_permissions(&kept, private)?;
                return Ok(kept);
            }
            Err(cause) if cause.kind() == Io::AlreadyExists => {}
            // Not every file system knows second names.
            Err(_) => {
                let mut from = File::open(target)?;
                let mut copy = match File::create_new(&kept) {
                    Ok(copy) => copy,
                    Err(cause) if cause.kind() == Io::AlreadyExists => continue,
                    Err(cause) => return Err(cause),
                };
                copy.set_permissions(private)?;
                std::io::copy(&mut from, &mut copy)?;
                copy.sync_all()?;
                return Ok(kept);
            }
        }
    }
    Err(std::io::Error::other("too many old files are kept already"))
}
