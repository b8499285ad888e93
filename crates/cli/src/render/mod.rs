//! Reports in words, as JSON and as HTML.

mod check;
mod load;
mod report;

pub use check::{check_json, check_text, verdict_line};
pub use load::{load_json, load_text};
pub use report::FinalReport;
