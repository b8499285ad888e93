//! Where V2 is read from. Nothing here writes.

pub mod documents;
pub mod folder;
