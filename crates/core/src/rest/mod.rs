//! The REST API's JSON of documents and values (`google.firestore.v1.Document`).

mod encode;

pub use encode::{encode_document, encode_value};
