//! The flows over ports in memory.
#![allow(missing_docs)]

mod recordings;
