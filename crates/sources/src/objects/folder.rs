//! A folder whose files stand for the objects of a bucket.

use std::io::{Read, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use md5::Digest as _;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ByteStream, ObjectSource, SourceObject};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;

/// Objects a page.
const PAGE: usize = 1_000;
/// Bytes read at once.
const CHUNK: usize = 128 << 10;

/// A folder. Its files' paths below it are the objects' names; a file's modification time is its
/// generation. Listing states no checksums, since that would read every file: [`ObjectSource::stat`]
/// computes them.
#[derive(Debug, Clone)]
pub struct FolderObjects {
    root: PathBuf,
    bucket: Option<String>,
}

impl FolderObjects {
    /// The folder `root`, which holds what the bucket `bucket` held, where its name is known.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder.
    pub fn open(root: &Path, bucket: Option<&str>) -> Result<Self> {
        if !root.is_dir() {
            return Err(
                Error::new(ErrorKind::NotFound, "the folder of recordings is not there")
                    .item(root.display().to_string())
                    .remedy("V2_AUDIO=file://DIR must name a folder that this machine can read"),
            );
        }
        let root = root
            .canonicalize()
            .map_err(|cause| unreadable(root, cause))?;
        Ok(Self {
            root,
            bucket: bucket.map(ToOwned::to_owned),
        })
    }

    fn describe(&self, path: &Path) -> Result<SourceObject> {
        let metadata = path.metadata().map_err(|cause| unreadable(path, cause))?;
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let name = relative.to_str().ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "a file's name is not Unicode")
                .item(path.display().to_string())
                .remedy("rename the file: names of objects are Unicode")
        })?;
        let uri = match &self.bucket {
            Some(bucket) => format!("gs://{bucket}/{name}"),
            None => format!("file://{}", path.display()),
        };
        let modified = metadata.modified().ok();
        let since_1970 = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(SourceObject {
            name: name.to_owned(),
            uri,
            size: metadata.len(),
            generation: since_1970.and_then(|time| i64::try_from(time.as_nanos()).ok()),
            ..SourceObject::default()
        })
    }

    /// Sends the files below `dir`, page by page, in the order of their names.
    fn walk(&self, pages: &mpsc::Sender<Result<Vec<SourceObject>>>) -> Result<()> {
        let mut page = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let entries = folder
                .read_dir()
                .map_err(|cause| unreadable(&folder, cause))?;
            let mut paths = Vec::new();
            for entry in entries {
                let entry = entry.map_err(|cause| unreadable(&folder, cause))?;
                let kind = entry
                    .file_type()
                    .map_err(|cause| unreadable(&entry.path(), cause))?;
                // A link to a folder could lead round in a circle; a link to a file is a file.
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if entry.path().is_file() {
                    paths.push(entry.path());
                }
            }
            paths.sort();
            for path in paths {
                page.push(self.describe(&path)?);
                if page.len() == PAGE && pages.blocking_send(Ok(std::mem::take(&mut page))).is_err()
                {
                    return Ok(());
                }
            }
        }
        if !page.is_empty() {
            // Nobody listens any more: there is nobody to tell.
            drop(pages.blocking_send(Ok(page)));
        }
        Ok(())
    }
}

#[async_trait]
impl ObjectSource for FolderObjects {
    fn identity(&self) -> String {
        format!("file://{}", self.root.display())
    }

    fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    fn list(&self) -> BoxStream<'static, Result<Vec<SourceObject>>> {
        let (sender, receiver) = mpsc::channel(2);
        let folder = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = folder.walk(&sender) {
                drop(sender.blocking_send(Err(error)));
            }
        });
        futures::stream::unfold(receiver, |mut receiver| async move {
            let page = receiver.recv().await?;
            Some((page, receiver))
        })
        .boxed()
    }

    async fn stat(&self, name: &str) -> Result<Option<SourceObject>> {
        let path = self.root.join(name);
        if !path.is_file() {
            return Ok(None);
        }
        let folder = self.clone();
        let described = tokio::task::spawn_blocking(move || {
            let mut object = folder.describe(&path)?;
            let (crc32c, md5) = checksums(&path)?;
            object.crc32c = Some(crc32c);
            object.md5 = Some(md5);
            Ok(Some(object))
        });
        described.await.map_err(|cause| {
            Error::new(ErrorKind::Internal, "computing checksums was broken off").cause(cause)
        })?
    }

    async fn read(&self, object: &SourceObject, from: u64, to: u64) -> Result<ByteStream> {
        let path = self.root.join(&object.name);
        let now = match self.describe(&path) {
            Ok(now) => now,
            Err(_) if !path.exists() => {
                return Err(Error::new(ErrorKind::NotFound, "the file is gone").item(&object.name));
            }
            Err(error) => return Err(error),
        };
        if (now.size, now.generation) != (object.size, object.generation) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "the file was changed since it was listed",
            )
            .item(&object.name));
        }
        let mut file = tokio::fs::File::open(&path)
            .await
            .map_err(|cause| unreadable(&path, cause))?;
        if from > 0 {
            let sought = file.seek(SeekFrom::Start(from)).await;
            sought.map_err(|cause| unreadable(&path, cause))?;
        }
        let limited = file.take(to.saturating_sub(from));
        Ok(ReaderStream::with_capacity(limited, CHUNK)
            .map_err(move |cause| unreadable(&path, cause))
            .boxed())
    }
}

fn checksums(path: &Path) -> Result<(u32, [u8; 16])> {
    let mut file = std::fs::File::open(path).map_err(|cause| unreadable(path, cause))?;
    let mut buffer = vec![0; CHUNK];
    let (mut crc, mut md5) = (0, md5::Md5::new());
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|cause| unreadable(path, cause))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((crc, md5.finalize().into()));
        };
        crc = crc32c::crc32c_append(crc, bytes);
        md5.update(bytes);
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let kind = match cause.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        _ => ErrorKind::Unreachable,
    };
    Error::new(kind, "cannot read a file of recordings")
        .item(path.display().to_string())
        .cause(cause)
        .remedy("check that it is there and that this user may read it")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(folder: &FolderObjects) -> Vec<SourceObject> {
        folder.list().try_concat().await.expect("listed")
    }

    async fn bytes(
        folder: &FolderObjects,
        object: &SourceObject,
        from: u64,
        to: u64,
    ) -> Result<Vec<u8>> {
        let parts: Vec<_> = folder.read(object, from, to).await?.try_collect().await?;
        Ok(parts.concat())
    }

    #[tokio::test]
    async fn files_are_objects_with_their_paths_as_names() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(dir.path().join("a/音檔")).expect("made");
        std::fs::write(dir.path().join("a/音檔/x y+%.mp3"), b"123456789").expect("written");
        std::fs::write(dir.path().join("z.wav"), b"").expect("written");
        let folder = FolderObjects::open(dir.path(), Some("b")).expect("opened");
        let objects = all(&folder).await;
        let mut uris: Vec<_> = objects
            .iter()
            .map(|one| (one.uri.as_str(), one.size))
            .collect();
        uris.sort_unstable();
        assert_eq!(uris, [("gs://b/a/音檔/x y+%.mp3", 9), ("gs://b/z.wav", 0)]);
        let object = objects.iter().find(|one| one.size == 9).expect("listed");
        assert_eq!(
            bytes(&folder, object, 0, 9).await.expect("read"),
            b"123456789"
        );
        assert_eq!(bytes(&folder, object, 3, 6).await.expect("read"), b"456");
        let stated = folder
            .stat(&object.name)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(stated.crc32c, Some(0xE306_9283));
        assert_eq!(folder.stat("nothing").await.expect("read"), None);
    }

    #[tokio::test]
    async fn a_changed_file_is_not_read_as_the_listed_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.mp3");
        std::fs::write(&path, b"one").expect("written");
        let folder = FolderObjects::open(dir.path(), None).expect("opened");
        let object = all(&folder).await.remove(0);
        std::fs::write(&path, b"other").expect("written");
        let error = bytes(&folder, &object, 0, 3).await.expect_err("changed");
        assert_eq!(error.kind(), ErrorKind::Conflict);
        std::fs::remove_file(&path).expect("removed");
        let error = bytes(&folder, &object, 0, 3).await.expect_err("gone");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn an_absent_folder_is_named() {
        let error = FolderObjects::open(Path::new("/no/such/folder"), None).expect_err("absent");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(
            error
                .remedy_text()
                .is_some_and(|text| text.contains("V2_AUDIO"))
        );
    }
}
