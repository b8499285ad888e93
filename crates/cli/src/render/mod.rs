//! Reports in words, as JSON and as HTML.

mod check;
mod load;
mod report;
mod rollback;
pub mod schema;

pub use check::{check_json, check_text, verdict_line};
pub use load::{load_json, load_text};
pub use report::FinalReport;
pub use rollback::{
    proof_json, proof_text, rollback_text, runs_json, runs_text, scope_text, undone_json,
};
