//! The folder of all backups.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sunset_core::{Error, ErrorKind, Result};

use crate::manifest::{FORMAT, FilePart, Manifest, is_id};

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

fn read(folder: &Path) -> Result<Backup> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| failed("cannot read the manifest", &path, cause))?;
    let odd = |what: String| {
        Error::new(ErrorKind::Malformed, what)
            .item(path.display().to_string())
            .remedy(
                "take the backup again; its files may still be restored by hand with pg_restore",
            )
    };
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|cause| odd("the manifest cannot be read".to_owned()).cause(cause))?;
    if manifest.format != FORMAT {
        return Err(odd(format!(
            "the manifest has format {}, and this program knows {FORMAT}",
            manifest.format
        )));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let plain = |file: &FilePart| is_id(&file.name);
    if manifest.id != name || !manifest.files.iter().all(plain) {
        return Err(odd("the manifest is of another folder".to_owned()));
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

/// Size and SHA-256 of a file, and leave to read it for its owner alone.
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
mod tests {
    use super::*;
    use crate::manifest::DatabasePart;

    fn manifest(id: &str, files: Vec<FilePart>) -> Manifest {
        Manifest {
            format: FORMAT,
            id: id.to_owned(),
            plan: "main-server".into(),
            taken_at: "2026-11-21T11:30:00Z".into(),
            taken_by: "backup".into(),
            database: DatabasePart {
                url: "postgresql://h/x".into(),
                identity: "postgresql:1/x".into(),
                server_version: "15.18".into(),
                snapshot: "1:1:".into(),
                tables: Vec::new(),
                objects: Vec::new(),
            },
            redis: None,
            files,
        }
    }

    #[tokio::test]
    async fn only_a_whole_backup_is_listed_and_a_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("backups"));
        assert!(shelf.list().unwrap().0.is_empty());
        let draft = shelf.begin("one").unwrap();
        assert!(shelf.list().unwrap().0.is_empty());
        assert_eq!(shelf.list().unwrap().1, [".unfinished-one"]);
        assert!(shelf.open("one").is_err());
        std::fs::write(draft.path("database.dump"), b"dump").unwrap();
        let file = draft.seal("database.dump", "a dump", "x").await.unwrap();
        let id = draft.id().to_owned();
        draft.finish(manifest(&id, vec![file])).unwrap();
        // The same second again.
        let second = shelf.begin("one").unwrap();
        assert_eq!(second.id(), "one-2");
        drop(second);
        let (found, unfinished) = shelf.list().unwrap();
        assert_eq!((found.len(), unfinished.len()), (1, 0));
        let backup = shelf.open("one").unwrap();
        backup.check_files().await.unwrap();
        std::fs::write(backup.folder.join("database.dump"), b"dumb").unwrap();
        assert_eq!(
            backup.check_files().await.unwrap_err().kind(),
            ErrorKind::Mismatch
        );
        std::fs::write(backup.folder.join("database.dump"), b"du").unwrap();
        assert!(backup.faults()[0].contains("2 bytes, not 4"));
        let missing = shelf.open("../one").unwrap_err();
        assert_eq!(missing.remedy_text(), Some("the latest are: one"));
    }
}
