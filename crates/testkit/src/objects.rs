//! Buckets and their ledger in memory, with faults.

mod bucket;
mod ledger;
mod source;

pub use bucket::{MemoryBucket, StoreFault};
pub use ledger::MemoryLedger;
pub use source::{MemorySource, ReadFault};

use md5::Digest as _;

/// Lower-case hexadecimal MD5.
pub fn md5_hex(bytes: &[u8]) -> String {
    hex(&md5_of(bytes))
}

fn md5_of(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes a lock that no test leaves broken.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
