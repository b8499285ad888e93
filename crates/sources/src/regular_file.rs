//! Files that can be read again from their beginning.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Opens a file.
///
/// # Errors
/// `IsADirectory` for a folder, `Unsupported` for a pipe, a socket or a device: opening a pipe
/// would wait for somebody who writes into it, and nothing could end that.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let kind = path.metadata()?.file_type();
    if kind.is_file() {
        return File::open(path);
    }
    Err(if kind.is_dir() {
        io::Error::new(ErrorKind::IsADirectory, "it is a folder")
    } else {
        io::Error::new(ErrorKind::Unsupported, "it is a pipe, a socket or a device")
    })
}
