//! Reading fields of V2 documents: the rules that hold for every field, whichever column it goes to.
//!
//! [`Reader`] judges the values that a mapping comes to read, records the warnings, and knows in
//! the end what is left over.

mod company;
mod flat_names;
mod left_over;
mod normalise;
mod number;
mod plain_json;
mod reader;
mod text;
mod time;

pub use company::company_of_email;
pub use normalise::normalise_number;
pub use number::Number;
pub use reader::{LONGEST_KEY, Metadata, Reader, Scope};
pub use text::javascript_number;
