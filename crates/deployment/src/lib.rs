//! What belongs to a deployment, without touching it: env files and the rules that carry them to
//! another version.
//!
//! Nothing here reads a clock, the environment, a file or the network, and nothing that holds a
//! value of a variable can be printed.

pub mod env_file;
pub mod env_migration;
pub mod env_rules;
pub mod placeholder;
mod toml_text;
