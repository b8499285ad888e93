//! Room for small objects: pieces of memory that are filled, sent, and filled again.
//!
//! An object takes room for all of its pieces at once, so that no two objects wait for each other
//! with half of what they need. A piece comes back as soon as whoever sends it has let go of it,
//! while the rest of its object is still on its way.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf as _, Bytes};
use sunset_core::error::Result;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::closed;

/// Bytes of a piece; also the step in which a bandwidth limit is kept.
pub const PIECE: usize = 64 << 10;
/// Pieces in all: 12 MiB.
const PIECES: usize = (12 << 20) / PIECE;

/// Memory that was used before; the last used is the first to be used again.
type Spare = Mutex<Vec<Vec<u8>>>;

/// See the module.
#[derive(Debug)]
pub struct Room {
    spare: Arc<Spare>,
    pieces: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            spare: Arc::default(),
            pieces: Arc::new(Semaphore::new(PIECES)),
        }
    }
}

impl Room {
    /// Waits for room for an object of so many bytes; one that is larger than the room gets all of
    /// it.
    ///
    /// # Errors
    /// `Internal`: the room is never closed.
    pub async fn take(&self, bytes: u64) -> Result<Taken> {
        let pieces = bytes.div_ceil(PIECE as u64).clamp(1, PIECES as u64);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let permits = Arc::clone(&self.pieces).acquire_many_owned(pieces).await;
        Ok(Taken {
            permits: permits.map_err(closed)?,
            spare: Arc::clone(&self.spare),
        })
    }
}

/// Room that one object has taken.
#[derive(Debug)]
pub struct Taken {
    permits: OwnedSemaphorePermit,
    spare: Arc<Spare>,
}

impl Taken {
    /// An empty piece of it; `None` when all are in use.
    pub fn piece(&mut self) -> Option<Piece> {
        let permit = self.permits.split(1)?;
        let used = lock(&self.spare).pop();
        Some(Piece {
            bytes: used.unwrap_or_else(|| Vec::with_capacity(PIECE)),
            spare: Arc::clone(&self.spare),
            _permit: permit,
        })
    }
}

/// Up to [`PIECE`] bytes.
#[derive(Debug)]
pub struct Piece {
    bytes: Vec<u8>,
    spare: Arc<Spare>,
    _permit: OwnedSemaphorePermit,
}

impl Piece {
    /// Takes from the beginning of `chunk` as much as goes in.
    pub fn fill(&mut self, chunk: &mut Bytes) {
        let take = chunk.len().min(PIECE - self.bytes.len());
        let (front, _) = chunk.split_at(take);
        self.bytes.extend_from_slice(front);
        chunk.advance(take);
    }

    /// Whether nothing more goes in.
    pub fn is_full(&self) -> bool {
        self.bytes.len() == PIECE
    }

    /// Its bytes; with the last that holds them, the piece comes back.
    pub fn seal(self) -> Bytes {
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

fn lock(spare: &Spare) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ALL: u64 = (PIECES * PIECE) as u64;

    async fn is_full(room: &Room) -> bool {
        let taking = tokio::time::timeout(Duration::from_millis(20), room.take(1));
        taking.await.is_err()
    }

    #[tokio::test]
    async fn a_piece_that_was_let_go_of_is_room_for_others_while_the_rest_is_held() {
        let room = Room::default();
        let mut taken = room.take(ALL).await.expect("room");
        let first = taken.piece().expect("a piece").seal();
        let second = taken.piece().expect("a piece").seal();
        assert!(is_full(&room).await);
        let clone = first.clone();
        drop(first);
        assert!(is_full(&room).await, "somebody holds it yet");
        drop(clone);
        let mut next = room.take(1).await.expect("room for one piece");
        assert_eq!(lock(&room.spare).len(), 1);
        let again = next.piece().expect("a piece");
        assert!(again.as_ref().is_empty(), "what was in it is gone");
        assert_eq!(lock(&room.spare).len(), 0, "its memory is used again");
        assert!(next.piece().is_none(), "one was taken");
        drop((taken, second));
        assert!(!is_full(&room).await);
    }

    #[tokio::test]
    async fn one_that_is_too_large_gets_all() {
        let room = Room::default();
        let taken = room.take(u64::MAX).await.expect("room");
        assert!(is_full(&room).await);
        drop(taken);
        assert!(room.take(0).await.is_ok());
    }

    #[tokio::test]
    async fn a_piece_takes_what_goes_in_and_leaves_the_rest() {
        let room = Room::default();
        let mut taken = room.take(ALL).await.expect("room");
        let bytes: Vec<u8> = (0..=255).cycle().take(PIECE + 7).collect();
        let mut chunk = Bytes::from(bytes.clone());
        let mut piece = taken.piece().expect("a piece");
        piece.fill(&mut chunk);
        assert!(piece.is_full());
        assert_eq!(chunk.len(), 7);
        assert_eq!(piece.seal(), bytes[..PIECE]);
    }
}
