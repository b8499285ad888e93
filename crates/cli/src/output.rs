//! Standard output: the one place that writes there.
//!
//! What cannot be written, to a full disk most of all, is kept, and the program ends with it: an
//! empty file is no result. A pipe that nobody reads any more is none: its reader has what it wanted.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use sunset_core::error::{Error, ErrorKind};

use crate::failure;
use crate::language::Language;
use crate::status::Status;

/// A process has one standard output.
static FAULT: Fault = Fault::none();

/// Writes a text as it stands.
pub(crate) fn write(text: &[u8]) {
    // What stands behind a hole would be taken for the whole.
    if FAULT.is_there() {
        return;
    }
    let mut out = io::stdout().lock();
    FAULT.note(out.write_all(text).and_then(|()| out.flush()));
}

/// Notes what became of something that another library wrote there.
pub(crate) fn note(written: io::Result<()>) {
    FAULT.note(written.and_then(|()| io::stdout().flush()));
}

/// The status that the program ends with, as far as all was written that was to be.
pub(crate) fn settled(status: Status, language: Language) -> Status {
    let Some(error) = FAULT.take() else {
        return status;
    };
    failure::tell(&error, language);
    Status::Error
}

/// The first thing that went wrong.
struct Fault(Mutex<Option<io::Error>>);

impl Fault {
    const fn none() -> Self {
        Self(Mutex::new(None))
    }

    fn is_there(&self) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.is_some()
    }

    fn note(&self, written: io::Result<()>) {
        let Err(fault) = written else { return };
        if fault.kind() == io::ErrorKind::BrokenPipe {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert(fault);
    }

    fn take(&self) -> Option<Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = kept.take()?;
        Some(
            Error::new(ErrorKind::Refused, "cannot write to standard output")
                .cause(fault)
                .remedy(
                    "make room where it goes, or send it elsewhere, and start the command again",
                ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_kept_and_a_reader_that_left_is_none() {
        let fault = Fault::none();
        fault.note(Ok(()));
        fault.note(Err(io::ErrorKind::BrokenPipe.into()));
        assert!(!fault.is_there());
        fault.note(Err(io::Error::other("the disk is full")));
        fault.note(Err(io::Error::other("the next")));
        assert!(fault.is_there());
        let error = fault.take().expect("a fault");
        assert_eq!(error.causes(), ["the disk is full"]);
        assert!(fault.take().is_none());
    }
}
