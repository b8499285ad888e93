//! Rows that a statement left out without failing.

use sunset_core::{Error, ErrorKind};

/// Rows were not written although no statement failed: a trigger of the table gave NULL for them.
#[derive(Debug, thiserror::Error)]
#[error("no statement failed, and {0} of the rows are not there")]
struct Swallowed(usize);

/// The error for `missing` rows of a table that a statement left out, or left as they were.
pub(crate) fn swallowed(table: &str, missing: usize) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("table {table} did not take a row, without an error: a trigger keeps it out"),
    )
    .item(table.to_owned())
    .remedy(
        "see the table's BEFORE triggers (\\d in psql) and disable those that return NULL for the \
         time of the migration, then repeat this command",
    )
    .cause(Swallowed(missing))
}

/// Whether rows were left out by [`swallowed`].
pub(crate) fn is_swallowed(fault: &Error) -> bool {
    std::error::Error::source(fault).is_some_and(|cause| cause.is::<Swallowed>())
}
