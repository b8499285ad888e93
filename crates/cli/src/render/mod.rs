//! Reports in words, as JSON and as HTML.

mod audio;
mod backup;
mod bucket;
mod check;
mod in_place;
mod inspect;
mod inspect_field;
mod inspect_page;
mod load;
mod proof;
mod report;
mod rollback;
pub mod schema;
mod taken_back;

pub use audio::{audio_json, audio_text, plan_json, plan_json_with, plan_text};
pub use backup::{backup_json, backup_lines, backup_text, rows as backup_rows};
pub use bucket::{bucket_json, bucket_text};
pub use check::{check_json, check_text, section_json, section_text, verdict_line, verdict_name};
pub use in_place::{
    StepText, in_place_check_text, in_place_verdict, place_of, step_heading, step_text, steps_json,
    summary_text,
};
pub use inspect::{inspect_json, inspect_text};
pub use inspect_page::inspect_html;
pub use load::{bill_text, expected_bill_text, load_json, load_text, no_documents};
pub use proof::{fault_text, hexadecimal, inclusions_json, inclusions_text, proof_document_text};
pub use report::{Failure, Report};
pub use rollback::{
    proof_json, proof_text, rollback_text, runs_json, runs_text, scope_text, undone_json,
};
pub use taken_back::taken_text;
