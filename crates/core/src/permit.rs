//! Leave to write.
//!
//! Nothing writes to a database or a bucket without a [`WritePermit`]. A permit is bound to one
//! target, and is made of a [`Consent`], which only the parsing of arguments hands out
//! (`sunset-cli`; a test over the sources holds that to be true).

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// The operator asked for writes: not `--dry-run`, and confirmed where a confirmation is needed.
#[derive(Debug, Clone)]
pub struct Consent(());

impl Consent {
    /// For `sunset-cli`'s argument parsing (and tests) alone.
    pub fn given_by_arguments() -> Self {
        Self(())
    }
}

/// What is written to: a database by its system identifier and name, a bucket by its endpoint and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetIdentity(String);

impl TargetIdentity {
    /// A database: the system identifier of its cluster, and its name.
    pub fn database(system_identifier: &str, name: &str) -> Self {
        Self(format!("postgresql:{system_identifier}/{name}"))
    }

    /// A bucket: its endpoint without credentials, and its name.
    pub fn bucket(endpoint: &str, name: &str) -> Self {
        Self(format!("s3:{}/{name}", endpoint.trim_end_matches('/')))
    }

    /// As the ledger records it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Leave to write to one target.
#[derive(Debug, Clone)]
pub struct WritePermit {
    target: TargetIdentity,
}

impl WritePermit {
    /// Binds the operator's consent to a target.
    pub fn bind(_consent: &Consent, target: TargetIdentity) -> Self {
        Self { target }
    }

    /// The target.
    pub fn target(&self) -> &TargetIdentity {
        &self.target
    }

    /// Checks that this permit is for `target`.
    ///
    /// # Errors
    /// `Refused` when it is for another.
    pub fn check(&self, target: &TargetIdentity) -> Result<()> {
        if &self.target == target {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!(
                "leave to write was given for {}, not for {target}",
                self.target
            ),
        )
        .remedy(
            "start the command again; if it is repeated, the connection moved to another server",
        ))
    }
}
