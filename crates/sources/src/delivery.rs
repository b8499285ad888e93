//! Handing deliveries over, in chunks, from a thread that reads files to the engine.

use futures::StreamExt;
use futures::stream::BoxStream;
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Deliveries a chunk, at the most.
const CHUNK: usize = 256;
/// Bytes as read a chunk, about: large documents come in small chunks.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks that wait for their reader.
const AHEAD: usize = 4;

/// Collects deliveries and hands them over chunk by chunk, in order.
pub(crate) struct Hand {
    sender: mpsc::Sender<Result<Vec<Delivery>>>,
    chunk: Vec<Delivery>,
    bytes: usize,
}

/// Nobody listens any more: stop reading.
#[derive(Debug)]
pub(crate) struct Unheard;

impl Hand {
    /// Adds what was made of `bytes` bytes; waits while the engine has enough to do.
    pub fn give(&mut self, delivery: Delivery, bytes: usize) -> Result<(), Unheard> {
        self.chunk.push(delivery);
        self.bytes += bytes;
        if self.chunk.len() >= CHUNK || self.bytes >= CHUNK_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Unheard> {
        self.bytes = 0;
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
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

/// Runs `read` on a thread where it may wait, and streams what it gives.
pub(crate) fn stream(
    read: impl FnOnce(&mut Hand) -> Result<(), Stop> + Send + 'static,
) -> BoxStream<'static, Result<Vec<Delivery>>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let mut hand = Hand {
            sender,
            chunk: Vec::with_capacity(CHUNK),
            bytes: 0,
        };
        let ended = read(&mut hand).and_then(|()| Ok(hand.flush()?));
        if let Err(Stop::Failed(error)) = ended {
            // What was read before the fault is not worth a chunk: the run fails.
            drop(hand.sender.blocking_send(Err(error)));
        }
    });
    received(receiver, reading)
}

/// What arrives from a reading, up to the first error. A reading that ends by a fault of its own
/// is an error too: its silence must not be taken for the end.
pub(crate) fn received(
    receiver: mpsc::Receiver<Result<Vec<Delivery>>>,
    reading: JoinHandle<()>,
) -> BoxStream<'static, Result<Vec<Delivery>>> {
    futures::stream::unfold(Some((receiver, reading)), |state| async move {
        let (mut receiver, reading) = state?;
        match receiver.recv().await {
            Some(Ok(chunk)) => Some((Ok(chunk), Some((receiver, reading)))),
            Some(Err(error)) => Some((Err(error), None)),
            None => match reading.await {
                Ok(()) => None,
                Err(cause) => {
                    let error = Error::new(ErrorKind::Internal, "reading V2's documents failed")
                        .cause(cause)
                        .remedy("this is a fault of sunset: please report it");
                    Some((Err(error), None))
                }
            },
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    #[tokio::test]
    async fn a_reading_that_dies_is_no_end() {
        let dead = stream(|_| panic!("on purpose"));
        let error = dead.try_collect::<Vec<_>>().await.expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::Internal);
        let empty = stream(|_| Ok(()));
        assert!(
            empty
                .try_collect::<Vec<_>>()
                .await
                .is_ok_and(|chunks| chunks.is_empty())
        );
    }
}
