//! The folder of all backups.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sunset_core::{Error, ErrorKind, Result};

use crate::manifest::{FORMAT, FilePart, Manifest, is_id};
use crate::take::{DUMP, RDB};

const MANIFEST: &str = "manifest.json";
/// What begins the names of folders that are not whole.
const UNFINISHED: &str = ".unfinished-";

/// The folder of all backups.
#[derive(Debug, Clone)]
pub struct Shelf {
    root: PathBuf,
}

/// One that is whole.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// One that is being written. Dropped before [`Draft::finish`], its folder goes.
#[derive(Debug)]
pub struct Draft {
    root: PathBuf,
    folder: PathBuf,
    id: String,
    finished: bool,
}

fn failed(what: &str, path: &Path, cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .item(path.display().to_string())
        .cause(cause)
        .remedy("check the folder's owner, permissions and free space, or name another with --dir")
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

impl Shelf {
    /// Of this folder, which need not be there yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Begins a backup; `stem` begins its id, and a number behind it makes it the only one.
    ///
    /// # Errors
    /// `Configuration` where the folder cannot be written.
    pub fn begin(&self, stem: &str) -> Result<Draft> {
        private_folder(&self.root)
            .map_err(|cause| failed("cannot make the folder of backups", &self.root, cause))?;
        for attempt in 1..1_000 {
            let id = match attempt {
                1 => stem.to_owned(),
                number => format!("{stem}-{number}"),
            };
            let folder = self.root.join(format!("{UNFINISHED}{id}"));
            if self.root.join(&id).exists() {
                continue;
            }
            match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    return Ok(Draft {
                        root: self.root.clone(),
                        folder,
                        id,
                        finished: false,
                    });
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(failed("cannot make a folder", &folder, cause)),
            }
        }
        Err(
            Error::new(ErrorKind::Conflict, "there is no free name for a backup")
                .item(self.root.display().to_string())
                .remedy("remove folders that begin with .unfinished-"),
        )
    }

    /// The backup of an id; `latest` is the one that was taken last.
    ///
    /// # Errors
    /// `NotFound`, naming the latest ones; `Malformed` for a manifest that cannot be read.
    pub fn open(&self, id: &str) -> Result<Backup> {
        if id == "latest"
            && let Some(Ok(latest)) = self.list()?.0.pop()
        {
            return Ok(latest);
        }
        let folder = self.root.join(id);
        if is_id(id) && !folder.join(MANIFEST).is_file() && folder.join(DUMP).is_file() {
            return Err(without_manifest(&folder));
        }
        if !is_id(id) || !folder.join(MANIFEST).is_file() {
            let (all, _) = self.list()?;
            let known: Vec<&str> = all
                .iter()
                .rev()
                .take(5)
                .filter_map(|each| each.as_ref().ok())
                .map(|backup| backup.manifest.id.as_str())
                .collect();
            let known = if known.is_empty() {
                "there is none here yet: run backup".to_owned()
            } else {
                format!("the latest are: {}", known.join(", "))
            };
            return Err(
                Error::new(ErrorKind::NotFound, format!("there is no backup {id:?}"))
                    .item(self.root.display().to_string())
                    .remedy(known),
            );
        }
        read(&folder)
    }

    /// All backups, the oldest first, and the names of folders that are not whole.
    ///
    /// # Errors
    /// `Configuration` where the folder cannot be read; one without a folder has none.
    pub fn list(&self) -> Result<(Vec<Result<Backup>>, Vec<String>)> {
        let entries = match std::fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Vec::new(), Vec::new()));
            }
            Err(cause) => {
                return Err(failed(
                    "cannot read the folder of backups",
                    &self.root,
                    cause,
                ));
            }
        };
        let (mut found, mut unfinished) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = entry
                .map_err(|cause| failed("cannot read the folder of backups", &self.root, cause))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(UNFINISHED) {
                unfinished.push(name);
            } else if is_id(&name) && entry.path().join(MANIFEST).is_file() {
                found.push(read(&entry.path()));
            } else if is_id(&name) && entry.path().join(DUMP).is_file() {
                found.push(Err(without_manifest(&entry.path())));
            }
        }
        let when = |each: &Result<Backup>| {
            each.as_ref()
                .map(|backup| (backup.manifest.taken_at.clone(), backup.manifest.id.clone()))
                .unwrap_or_default()
        };
        found.sort_by_key(when);
        unfinished.sort();
        Ok((found, unfinished))
    }
}

fn malformed(what: String, path: &Path) -> Error {
    Error::new(ErrorKind::Malformed, what)
        .item(path.display().to_string())
        .remedy("take the backup again; its files may still be restored by hand with pg_restore")
}

fn without_manifest(folder: &Path) -> Error {
    malformed(format!("a backup without its {MANIFEST}"), folder)
}

fn read(folder: &Path) -> Result<Backup> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| failed("cannot read the manifest", &path, cause))?;
    let odd = |what: String| malformed(what, &path);
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|cause| odd("the manifest cannot be read".to_owned()).cause(cause))?;
    if manifest.format != FORMAT {
        return Err(odd(format!(
            "the manifest has format {}, and this program knows {FORMAT}",
            manifest.format
        )));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if manifest.id != name {
        return Err(odd("the manifest is of another folder".to_owned()));
    }
    if let Some(odd_one) = manifest.files.iter().find(|file| !is_id(&file.name)) {
        return Err(odd(format!(
            "the manifest names a file that is not in its folder: {:?}",
            odd_one.name
        )));
    }
    let needed = [(DUMP, true), (RDB, manifest.redis.is_some())];
    let named = |name: &str| manifest.files.iter().any(|file| file.name == name);
    if let Some((lost, _)) = needed.iter().find(|(name, is)| *is && !named(name)) {
        return Err(odd(format!("the manifest says nothing of {lost}")));
    }
    Ok(Backup {
        folder: folder.to_owned(),
        manifest,
    })
}

impl Backup {
    /// The path of a file.
    pub fn path(&self, file: &FilePart) -> PathBuf {
        self.folder.join(&file.name)
    }

    /// What is wrong with the files by their sizes alone.
    pub fn faults(&self) -> Vec<String> {
        let fault = |file: &FilePart| match std::fs::metadata(self.path(file)) {
            Ok(found) if found.len() == file.size => None,
            Ok(found) => Some(format!(
                "{} has {} bytes, not {}",
                file.name,
                found.len(),
                file.size
            )),
            Err(_) => Some(format!("{} is missing", file.name)),
        };
        self.manifest.files.iter().filter_map(fault).collect()
    }

    /// Checks sizes and digests of all files.
    ///
    /// # Errors
    /// `Mismatch`, naming the first file that is not what the manifest says.
    pub async fn check_files(&self) -> Result<()> {
        let wrong = |what: String| {
            Error::new(ErrorKind::Mismatch, what)
                .item(self.folder.display().to_string())
                .remedy("this backup is damaged: use another one, see `backup list`")
        };
        if let Some(fault) = self.faults().first() {
            return Err(wrong(fault.clone()));
        }
        for file in &self.manifest.files {
            let (_, found) = sum(self.path(file)).await?;
            if found != file.sha256 {
                return Err(wrong(format!(
                    "the SHA-256 of {} is not the manifest's",
                    file.name
                )));
            }
        }
        Ok(())
    }
}

impl Draft {
    /// The id that it will have.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where a file of it goes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file that was written: its size and digest.
    ///
    /// # Errors
    /// `Configuration` where it cannot be read back.
    pub async fn seal(&self, name: &str, what: &str, made_with: &str) -> Result<FilePart> {
        let path = self.path(name);
        // A copy of the folder may be readable by others; its files go on being its owner's.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .map_err(|cause| failed("cannot keep the file private", &path, cause))?;
        let (size, sha256) = sum(path.clone()).await?;
        File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(|cause| failed("cannot bring the file to the disk", &path, cause))?;
        Ok(FilePart {
            name: name.to_owned(),
            what: what.to_owned(),
            made_with: made_with.to_owned(),
            size,
            sha256,
        })
    }

    /// Writes the manifest and gives the folder its name.
    ///
    /// # Errors
    /// `Configuration` where that cannot be written; the folder is removed then.
    pub fn finish(mut self, manifest: Manifest) -> Result<Backup> {
        let folder = self.root.join(&self.id);
        let write = || -> std::io::Result<()> {
            let mut text = serde_json::to_string_pretty(&manifest)?;
            text.push('\n');
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(self.path(MANIFEST))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            File::open(&self.folder)?.sync_all()?;
            std::fs::rename(&self.folder, &folder)?;
            File::open(&self.root)?.sync_all()
        };
        write().map_err(|cause| failed("cannot write the backup", &folder, cause))?;
        self.finished = true;
        Ok(Backup { folder, manifest })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // What stays is listed as unfinished.
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

/// Size and SHA-256 of a file.
async fn sum(path: PathBuf) -> Result<(u64, String)> {
    let item = path.clone();
    let work = move || -> std::io::Result<(u64, String)> {
        let mut file = File::open(&path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0_u8; 1 << 20];
        let mut size = 0_u64;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            size += read as u64;
            hash.update(buffer.get(..read).unwrap_or_default());
        }
        let digest = hash.finalize();
        Ok((
            size,
            digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Error::new(ErrorKind::Internal, "cannot hash a file").cause(cause))?
        .map_err(|cause| failed("cannot read the file", &item, cause))
}

#[cfg(test)]
mod tests;
