//! Room for small objects between being read and being sent.
//!
//! In memory that is pieces that are filled, sent, and filled again. An object takes room for all
//! of its pieces at once, so that no two objects wait for each other with half of what they need.
//! A piece comes back as soon as whoever sends it has let go of it, while the rest of its object is
//! still on its way. An object that finds too few of them free does not wait: its bytes go through
//! a file. Only where no file can be had does it wait for memory.

mod disk;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf as _, Bytes};
use futures::StreamExt as _;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::ByteStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::closed;
use disk::{Spool, Spooled};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Pieces in all: 12 MiB.
const PIECES: usize = (12 << 20) / PIECE;

/// Memory that was used before; the last used is the first to be used again.
type Spare = Arc<Mutex<Vec<Vec<u8>>>>;

/// See the module.
#[derive(Debug)]
pub struct Room {
    spare: Spare,
    pieces: Arc<Semaphore>,
    /// Where files are made; `None` when there is no such place, or it failed.
    folder: Mutex<Option<PathBuf>>,
}

impl Room {
    /// With files in `folder`.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            spare: Arc::default(),
            pieces: Arc::new(Semaphore::new(PIECES)),
            folder: Mutex::new(folder),
        }
    }

    /// Room for an object of so many bytes; one that is larger than the memory is given all of it.
    ///
    /// # Errors
    /// `Internal`: the room is never closed.
    pub async fn take(&self, bytes: u64) -> Result<Taken> {
        let pieces = bytes.div_ceil(PIECE as u64).clamp(1, PIECES as u64);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let memory = Arc::clone(&self.pieces);
        if let Ok(permits) = memory.try_acquire_many_owned(pieces) {
            return Ok(self.in_memory(permits));
        }
        let folder = lock(&self.folder).clone();
        if let Some(folder) = folder {
            match Spool::in_folder(&folder) {
                Ok(spool) => return Ok(Taken::Disk(spool)),
                Err(cause) => self.without_disk(&cause),
            }
        }
        let memory = Arc::clone(&self.pieces);
        let permits = memory.acquire_many_owned(pieces).await;
        Ok(self.in_memory(permits.map_err(closed)?))
    }

    fn in_memory(&self, permits: OwnedSemaphorePermit) -> Taken {
        Taken::Memory(Pieces {
            permits,
            spare: Arc::clone(&self.spare),
            open: None,
            full: Vec::new(),
        })
    }

    /// Puts more of an object into the room it has.
    ///
    /// # Errors
    /// `Unreachable` when the disk fails: no file is made from now on, and the object, read again,
    /// waits for memory. `Conflict` when it is longer than its room.
    pub fn put(&self, taken: &mut Taken, bytes: Bytes) -> Result<()> {
        match taken {
            Taken::Memory(pieces) => pieces.push(bytes),
            Taken::Disk(spool) => spool.push(&bytes).map_err(|cause| self.failed(cause)),
        }
    }

    /// All of an object is there.
    ///
    /// # Errors
    /// `Unreachable`, as with [`Room::put`].
    pub fn seal(&self, taken: Taken) -> Result<Kept> {
        match taken {
            Taken::Memory(pieces) => Ok(Kept::Memory(pieces.seal())),
            Taken::Disk(spool) => match spool.seal(&self.spare) {
                Ok(spooled) => Ok(Kept::Disk(spooled)),
                Err(cause) => Err(self.failed(cause)),
            },
        }
    }

    fn failed(&self, cause: std::io::Error) -> Error {
        self.without_disk(&cause);
        Error::new(
            ErrorKind::Unreachable,
            "cannot write what is being copied to this machine's disk",
        )
        .cause(cause)
    }

    fn without_disk(&self, cause: &std::io::Error) {
        if let Some(folder) = lock(&self.folder).take() {
            tracing::warn!(
                folder = %folder.display(),
                error = %cause,
                "recordings wait in memory alone: no file can be written (TMPDIR names another folder)"
            );
        }
    }
}

/// Room that one object has taken.
#[derive(Debug)]
pub enum Taken {
    Memory(Pieces),
    Disk(Spool),
}

/// All bytes of an object, where it waits.
#[derive(Debug)]
pub enum Kept {
    Memory(Vec<Bytes>),
    Disk(Spooled),
}

impl Kept {
    /// The bytes, once. What was given is let go of.
    pub fn into_stream(self) -> ByteStream {
        match self {
            Self::Memory(pieces) => futures::stream::iter(pieces.into_iter().map(Ok)).boxed(),
            Self::Disk(spooled) => spooled.into_stream(),
        }
    }
}

/// That an object goes on behind its end.
pub fn longer() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "the object is longer than it was listed",
    )
}

/// Memory that one object has taken.
#[derive(Debug)]
pub struct Pieces {
    permits: OwnedSemaphorePermit,
    spare: Spare,
    open: Option<Piece>,
    full: Vec<Bytes>,
}

impl Pieces {
    fn push(&mut self, mut bytes: Bytes) -> Result<()> {
        while !bytes.is_empty() {
            let mut piece = match self.open.take().or_else(|| self.next()) {
                Some(piece) => piece,
                None => return Err(longer()),
            };
            piece.fill(&mut bytes);
            if piece.is_full() {
                self.full.push(piece.seal());
            } else {
                self.open = Some(piece);
            }
        }
        Ok(())
    }

    /// An empty piece of it; `None` when all are in use.
    fn next(&mut self) -> Option<Piece> {
        let permit = self.permits.split(1)?;
        Some(Piece::of(&self.spare, Some(permit)))
    }

    fn seal(mut self) -> Vec<Bytes> {
        self.full.extend(self.open.take().map(Piece::seal));
        self.full
    }
}

/// Up to [`PIECE`] bytes.
#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    spare: Spare,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Piece {
    /// An empty one; the permit, if it takes any, goes back with it.
    fn of(spare: &Spare, permit: Option<OwnedSemaphorePermit>) -> Self {
        let used = lock(spare).pop();
        Self {
            bytes: used.unwrap_or_else(|| Vec::with_capacity(PIECE)),
            spare: Arc::clone(spare),
            _permit: permit,
        }
    }

    /// Takes from the beginning of `chunk` as much as goes in.
    fn fill(&mut self, chunk: &mut Bytes) {
        let take = chunk.len().min(PIECE - self.bytes.len());
        let (front, _) = chunk.split_at(take);
        self.bytes.extend_from_slice(front);
        chunk.advance(take);
    }

    /// Whether nothing more goes in.
    fn is_full(&self) -> bool {
        self.bytes.len() == PIECE
    }

    /// Its bytes; with the last that holds them, the piece comes back.
    fn seal(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        lock(&self.spare).push(bytes);
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt as _;
    use std::time::Duration;

    const ALL: u64 = (PIECES * PIECE) as u64;

    async fn is_full(room: &Room) -> bool {
        let taking = tokio::time::timeout(Duration::from_millis(20), room.take(1));
        taking.await.is_err()
    }

    fn pieces(taken: Taken) -> Pieces {
        match taken {
            Taken::Memory(pieces) => pieces,
            Taken::Disk(_) => panic!("on disk"),
        }
    }

    #[tokio::test]
    async fn a_piece_that_was_let_go_of_is_room_for_others_while_the_rest_is_held() {
        let room = Room::new(None);
        let mut taken = pieces(room.take(ALL).await.expect("room"));
        let first = taken.next().expect("a piece").seal();
        let second = taken.next().expect("a piece").seal();
        assert!(is_full(&room).await);
        let clone = first.clone();
        drop(first);
        assert!(is_full(&room).await, "somebody holds it yet");
        drop(clone);
        let mut next = pieces(room.take(1).await.expect("room for one piece"));
        assert_eq!(lock(&room.spare).len(), 1);
        let again = next.next().expect("a piece");
        assert!(again.as_ref().is_empty(), "what was in it is gone");
        assert_eq!(lock(&room.spare).len(), 0, "its memory is used again");
        assert!(next.next().is_none(), "one was taken");
        drop((taken, second));
        assert!(!is_full(&room).await);
    }

    #[tokio::test]
    async fn one_that_is_too_large_gets_all() {
        let room = Room::new(None);
        let taken = room.take(u64::MAX).await.expect("room");
        assert!(is_full(&room).await);
        drop(taken);
        assert!(room.take(0).await.is_ok());
    }

    #[tokio::test]
    async fn a_piece_takes_what_goes_in_and_leaves_the_rest() {
        let room = Room::new(None);
        let mut taken = pieces(room.take(ALL).await.expect("room"));
        let bytes: Vec<u8> = (0..=255).cycle().take(PIECE + 7).collect();
        let mut chunk = Bytes::from(bytes.clone());
        let mut piece = taken.next().expect("a piece");
        piece.fill(&mut chunk);
        assert!(piece.is_full());
        assert_eq!(chunk.len(), 7);
        assert_eq!(piece.seal(), bytes[..PIECE]);
    }

    #[tokio::test]
    async fn who_finds_no_memory_goes_through_a_file_and_comes_back_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = Room::new(Some(folder.path().to_owned()));
        let held = room.take(ALL).await.expect("room");
        let bytes: Vec<u8> = (0..=255).cycle().take(5 * PIECE + 7).collect();
        for on_disk in [true, false] {
            let mut taken = room.take(bytes.len() as u64).await.expect("room");
            assert_eq!(matches!(taken, Taken::Disk(_)), on_disk);
            for chunk in bytes.chunks(50_000) {
                let chunk = Bytes::copy_from_slice(chunk);
                room.put(&mut taken, chunk).expect("room");
            }
            let kept = room.seal(taken).expect("sealed");
            let read: Vec<Bytes> = kept.into_stream().try_collect().await.expect("read");
            assert_eq!(read.concat(), bytes);
            if on_disk {
                // From here on there is memory again.
                room.pieces.add_permits(PIECES);
            }
        }
        drop(held);
    }

    #[tokio::test]
    async fn without_a_disk_one_waits_for_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = Room::new(Some(folder.path().join("gone")));
        let held = room.take(ALL).await.expect("room");
        assert!(is_full(&room).await);
        drop(held);
        assert!(matches!(room.take(1).await, Ok(Taken::Memory(_))));
    }

    #[tokio::test]
    async fn an_object_takes_no_more_than_its_room() {
        let room = Room::new(None);
        let mut taken = room.take(1).await.expect("room");
        let one = Bytes::from(vec![0; PIECE]);
        assert!(room.put(&mut taken, one.clone()).is_ok());
        let error = room.put(&mut taken, one).expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}
