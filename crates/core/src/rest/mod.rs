//! The REST API's JSON of documents and values (`google.firestore.v1.Document`).

mod decode;
mod encode;
mod query;
mod quick;

pub use decode::{Parts, decode_document, readable_name};
pub use encode::{encode_document, encode_value};
pub use query::{QueryElement, ServiceError, decode_query_element};

#[cfg(test)]
mod tests;
