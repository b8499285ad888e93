//! The REST API's JSON of documents and values (`google.firestore.v1.Document`).

mod decode;
mod encode;

pub use decode::{decode_document, readable_name};
pub use encode::{encode_document, encode_value};

#[cfg(test)]
mod tests;
