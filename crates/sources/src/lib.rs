//! Where V2 is read from. Nothing here writes.

mod delivery;
pub mod documents;
pub mod export;
pub mod firestore;
pub mod folder;
#[cfg(test)]
mod fuzz_tests;
mod http;
pub mod objects;
mod patience;
mod regular_file;
pub mod service_account;
