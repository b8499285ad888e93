//! What belongs to a deployment, without touching it: its inventory, judgements about what its
//! servers answer, the documents its owner keeps; env files and the rules that carry them to
//! another version.
//!
//! Nothing here reads a clock, the environment, a file or the network, and nothing that holds a
//! value of a variable can be printed.

pub mod answer;
pub mod certificate;
pub mod cors;
pub mod documents;
pub mod env_file;
pub mod env_migration;
pub mod env_rules;
pub mod health;
pub mod inventory;
pub mod page;
pub mod placeholder;
pub mod remedies;
pub mod secret_form;
pub mod sign_in;
pub mod slack;
mod toml_text;
mod url_parameter;
pub mod watch;
pub mod workflow;
pub mod wrangler;
