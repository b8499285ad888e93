//! Handing deliveries over, in chunks, from a thread that reads files to the engine.
//!
//! The thread that reads only finds where documents begin and end. Their bytes go by chunks to
//! other threads that decode them, several chunks at a time, and what those make arrives in the
//! order in which it was read.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Deliveries a chunk, at the most.
const CHUNK: usize = 64;
/// Bytes as read a chunk, about: large documents come in small chunks.
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that wait for whoever decodes them.
const AHEAD: usize = 2;
/// Chunks that are decoded at a time, at the most, however many processors there are: each is held
/// in memory.
const DECODED_AT_ONCE: usize = 4;

/// Makes deliveries of bytes, on any thread.
pub(crate) trait Decode: Send + Sync + 'static {
    /// What is known of a document beside its bytes.
    type About: Send + 'static;

    /// What the bytes are. It depends on nothing else, so that order and threads play no part.
    fn decode(&self, about: Self::About, bytes: &[u8]) -> Delivery;
}

/// One place of a chunk.
enum Piece<A> {
    Ready(Delivery),
    /// To be decoded, from these bytes of the chunk.
    Bytes(A, Range<usize>),
}

/// What was read together.
struct Chunk<A> {
    pieces: Vec<Piece<A>>,
    bytes: Vec<u8>,
}

impl<A> Chunk<A> {
    fn empty() -> Self {
        Self {
            pieces: Vec::with_capacity(CHUNK),
            bytes: Vec::new(),
        }
    }

    fn decoded(self, decoder: &impl Decode<About = A>) -> Vec<Delivery> {
        let Self { pieces, bytes } = self;
        pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Ready(delivery) => delivery,
                Piece::Bytes(about, range) => {
                    decoder.decode(about, bytes.get(range).unwrap_or_default())
                }
            })
            .collect()
    }
}

/// Collects what is read and hands it over chunk by chunk, in order.
pub(crate) struct Hand<A> {
    sender: mpsc::Sender<Result<Chunk<A>>>,
    chunk: Chunk<A>,
    /// Of what the chunk holds, as read.
    size: usize,
}

/// Nobody listens any more: stop reading.
#[derive(Debug)]
pub(crate) struct Unheard;

impl<A> Hand<A> {
    fn new(sender: mpsc::Sender<Result<Chunk<A>>>) -> Self {
        Self {
            sender,
            chunk: Chunk::empty(),
            size: 0,
        }
    }

    /// Adds what was made of `bytes` bytes; waits while the engine has enough to do.
    pub fn give(&mut self, delivery: Delivery, bytes: usize) -> Result<(), Unheard> {
        self.add(Piece::Ready(delivery), bytes)
    }

    /// Adds bytes that are still to be decoded.
    pub fn give_bytes(&mut self, about: A, bytes: &[u8]) -> Result<(), Unheard> {
        let start = self.chunk.bytes.len();
        self.chunk.bytes.extend_from_slice(bytes);
        self.add(Piece::Bytes(about, start..start + bytes.len()), bytes.len())
    }

    fn add(&mut self, piece: Piece<A>, size: usize) -> Result<(), Unheard> {
        self.chunk.pieces.push(piece);
        self.size += size;
        if self.chunk.pieces.len() >= CHUNK || self.size >= CHUNK_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Unheard> {
        self.size = 0;
        if self.chunk.pieces.is_empty() {
            return Ok(());
        }
        let mut next = Chunk::empty();
        // The next one will be about as long.
        next.bytes
            .reserve(self.chunk.bytes.len().min(CHUNK_BYTES + (CHUNK_BYTES >> 2)));
        let chunk = std::mem::replace(&mut self.chunk, next);
        self.sender.blocking_send(Ok(chunk)).map_err(|_| Unheard)
    }
}

/// How reading files ended before their end.
pub(crate) enum Stop {
    /// Nobody listens any more.
    Unheard,
    /// The rest cannot be read.
    Failed(sunset_core::Error),
}

impl From<Unheard> for Stop {
    fn from(Unheard: Unheard) -> Self {
        Self::Unheard
    }
}

impl From<sunset_core::Error> for Stop {
    fn from(error: sunset_core::Error) -> Self {
        Self::Failed(error)
    }
}

/// Runs `read` on a thread where it may wait, and streams what becomes of what it gives.
pub(crate) fn stream<D: Decode>(
    decoder: D,
    read: impl FnOnce(&mut Hand<D::About>) -> Result<(), Stop> + Send + 'static,
) -> BoxStream<'static, Result<Vec<Delivery>>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let mut hand = Hand::new(sender);
        let ended = read(&mut hand).and_then(|()| Ok(hand.flush()?));
        if let Err(Stop::Failed(error)) = ended {
            // What was read before the fault is not worth a chunk: the run fails.
            drop(hand.sender.blocking_send(Err(error)));
        }
    });
    let decoder = Arc::new(decoder);
    received(receiver, reading)
        .map_ok(move |chunk| {
            let decoder = Arc::clone(&decoder);
            async move {
                tokio::task::spawn_blocking(move || chunk.decoded(decoder.as_ref()))
                    .await
                    .map_err(broken)
            }
        })
        .try_buffered(at_once())
        .boxed()
}

/// As many as there are processors; two on one, so that the next is under way while one is used.
fn at_once() -> usize {
    std::thread::available_parallelism()
        .map_or(2, NonZero::get)
        .clamp(2, DECODED_AT_ONCE)
}

/// What arrives from a reading, up to the first error. A reading that ends by a fault of its own
/// is an error too: its silence must not be taken for the end.
pub(crate) fn received<T: Send + 'static>(
    receiver: mpsc::Receiver<Result<T>>,
    reading: JoinHandle<()>,
) -> BoxStream<'static, Result<T>> {
    futures::stream::unfold(Some((receiver, reading)), |state| async move {
        let (mut receiver, reading) = state?;
        match receiver.recv().await {
            Some(Ok(chunk)) => Some((Ok(chunk), Some((receiver, reading)))),
            Some(Err(error)) => Some((Err(error), None)),
            None => match reading.await {
                Ok(()) => None,
                Err(cause) => Some((Err(broken(cause)), None)),
            },
        }
    })
    .boxed()
}

fn broken(cause: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Internal, "reading V2's documents failed")
        .cause(cause)
        .remedy("this is a fault of sunset: please report it")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sunset_core::document::BadDocument;

    use super::*;

    fn bad(place: &str) -> Delivery {
        Delivery::Bad(BadDocument {
            collection: "cases".into(),
            id: None,
            place: place.into(),
            bytes: Vec::new(),
            why: String::new(),
            breaks_off: false,
        })
    }

    /// Takes the longer the smaller the number is; dies at 999,999.
    struct Slow;

    impl Decode for Slow {
        type About = u64;

        fn decode(&self, about: u64, bytes: &[u8]) -> Delivery {
            assert_ne!(about, 999_999, "on purpose");
            assert_eq!(bytes, about.to_le_bytes());
            if about.is_multiple_of(CHUNK as u64) {
                std::thread::sleep(Duration::from_millis(20_u64.saturating_sub(about / 256)));
            }
            bad(&about.to_string())
        }
    }

    #[tokio::test]
    async fn a_reading_that_dies_is_no_end() {
        let dead = stream(Slow, |_| panic!("on purpose"));
        let error = dead.try_collect::<Vec<_>>().await.expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::Internal);
        let dead = stream(Slow, |hand| {
            for number in [1, 999_999_u64] {
                hand.give_bytes(number, &number.to_le_bytes())?;
            }
            Ok(())
        });
        let error = dead.try_collect::<Vec<_>>().await.expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::Internal);
        let empty = stream(Slow, |_| Ok(()));
        assert!(
            empty
                .try_collect::<Vec<_>>()
                .await
                .is_ok_and(|chunks| chunks.is_empty())
        );
    }

    #[tokio::test]
    async fn whatever_is_decoded_first_the_order_is_that_of_reading() {
        let mixed = stream(Slow, |hand| {
            for number in 0..5_000_u64 {
                if number % 3 == 0 {
                    hand.give_bytes(number, &number.to_le_bytes())?;
                } else {
                    hand.give(bad(&number.to_string()), 8)?;
                }
            }
            Ok(())
        });
        let chunks: Vec<Vec<Delivery>> = mixed.try_collect().await.expect("all of it");
        assert!(chunks.len() > 10);
        let expected: Vec<Delivery> = (0..5_000).map(|number| bad(&number.to_string())).collect();
        assert_eq!(chunks.concat(), expected);
    }
}
