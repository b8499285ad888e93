//! The project whose database gets branches.

use super::{Faults, Variables};
use crate::env_vars as env;
use crate::secret::Secret;

/// A Neon project, by its API.
#[derive(Debug, Clone)]
pub struct NeonSettings {
    /// A key of the API.
    pub key: Secret,
    /// `quiet-sun-12345678`
    pub project: String,
    /// Where the API is.
    pub url: String,
}

impl NeonSettings {
    /// Reads the `NEON_…` variables.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        Self {
            key: Secret::new(variables.require(env::NEON_API_KEY, faults)),
            project: variables.require(env::NEON_PROJECT_ID, faults),
            url: variables
                .get(env::NEON_API_URL)
                .unwrap_or_else(|| "https://console.neon.tech/api/v2".into()),
        }
    }
}

/// What is kept before anything is written.
#[derive(Debug, Clone)]
pub enum BackupWish {
    /// Nothing.
    None,
    /// Copies of the tables, within the database.
    Tables,
    /// A branch of the project.
    NeonBranch(NeonSettings),
}
