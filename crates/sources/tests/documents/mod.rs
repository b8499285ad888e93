//! Documents: managed exports, folders, Firestore.

mod export;
mod reading;
