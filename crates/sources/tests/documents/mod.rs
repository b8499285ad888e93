//! Documents: managed exports, folders, Firestore.
#![allow(
    clippy::print_stdout,
    reason = "a test that needs what is absent says that it was skipped"
)]

mod bucket;
mod conformance;
mod emulator;
mod export;
mod firestore;
mod folder;
mod heard;
mod reading;
mod slices;
