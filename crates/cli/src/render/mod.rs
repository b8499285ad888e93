//! Reports in words and as JSON.

mod load;

pub use load::{load_json, load_text};
