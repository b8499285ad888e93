//! Bodies of requests, and patience with them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::ByteStream;

/// How long nothing may move.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is known of a body while and after it is sent.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    moved: Arc<AtomicU64>,
    fault: Arc<Mutex<Option<Error>>>,
}

impl Sending {
    /// The error that the body itself ended with: it says more than the request's.
    pub fn fault(&self) -> Option<Error> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// A body of a known length.
pub struct Sized {
    /// Behind a lock only because the SDK wants a body that can be shared; it is never waited for.
    bytes: Mutex<ByteStream>,
    left: u64,
    sending: Sending,
}

impl Sized {
    pub fn new(bytes: ByteStream, length: u64) -> (Self, Sending) {
        let sending = Sending::default();
        let body = Self {
            bytes: Mutex::new(bytes),
            left: length,
            sending: sending.clone(),
        };
        (body, sending)
    }

    fn fail(&self, error: Error) -> std::io::Error {
        let text = error.to_string();
        *self
            .sending
            .fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(error);
        std::io::Error::other(text)
    }
}

impl http_body::Body for Sized {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, std::io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let stream = self.bytes.get_mut().unwrap_or_else(PoisonError::into_inner);
        let next = match stream.as_mut().poll_next(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(next) => next,
        };
        Poll::Ready(match next {
            Some(Ok(bytes)) => {
                let length = bytes.len() as u64;
                if length > self.left {
                    let error = Error::new(
                        ErrorKind::Conflict,
                        "the source gave more bytes than it stated",
                    );
                    return Poll::Ready(Some(Err(self.fail(error))));
                }
                self.left -= length;
                self.sending.moved.fetch_add(length, Ordering::Relaxed);
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(error)) => Some(Err(self.fail(error))),
            None => {
                let error = Error::new(
                    ErrorKind::Unreachable,
                    format!("the source ended {} bytes too early", self.left),
                );
                Some(Err(self.fail(error)))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Waits for an answer as long as something moves, and a minute longer.
pub async fn watched<T>(request: impl Future<Output = T>, sending: Option<&Sending>) -> Result<T> {
    let mut request = std::pin::pin!(request);
    let mut seen = 0;
    loop {
        if let Ok(answer) = tokio::time::timeout(PATIENCE, &mut request).await {
            return Ok(answer);
        }
        let moved = sending.map_or(0, |sending| sending.moved.load(Ordering::Relaxed));
        if moved == seen {
            return Err(Error::new(
                ErrorKind::Unreachable,
                format!("R2 was silent for {} s", PATIENCE.as_secs()),
            )
            .remedy("check this machine's network; the same command goes on where it stopped"));
        }
        seen = moved;
    }
}
