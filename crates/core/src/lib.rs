//! The pure heart of sunset: documents, mappings, rows, desired schema, checks, configuration.
//!
//! Nothing here reads a clock, the environment, a file or the network, prints, or draws random
//! numbers. The same input gives the same output.

pub mod audio;
pub mod backoff;
pub mod check;
pub mod config;
pub mod digest;
pub mod document;
pub mod env_vars;
pub mod error;
pub mod inspect;
pub mod instant;
pub mod json;
pub mod permit;
pub mod plans;
pub mod ports;
pub mod proof;
pub mod reading;
pub mod report;
pub mod rest;
pub mod row;
pub mod schema;
pub mod secret;
pub mod talk;
pub mod value;

pub use error::{Error, ErrorKind, Result};
