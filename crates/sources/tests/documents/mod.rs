//! Documents: managed exports, folders, Firestore.

mod export;
mod folder;
mod reading;
