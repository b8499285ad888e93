//! Branches of a database that a provider makes and restores: copies of the whole of it, at once.

use async_trait::async_trait;

use crate::error::Result;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBranch {
    /// Its name; a project has one of a name.
    pub name: String,
    /// The id of the branch that it is made of; the default branch otherwise.
    pub of: Option<String>,
    /// Whether it can be connected to at once.
    pub with_compute: bool,
}

/// A branch as the provider tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BranchState {
    /// `br-cool-sun-123456`
    pub id: String,
    /// Its name.
    pub name: String,
    /// The branch that it was made of.
    pub of: Option<String>,
    /// RFC 3339.
    pub created_at: Option<String>,
    /// `ready`, `init`, …
    pub state: String,
}

/// A branch that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MadeBranch {
    /// The branch.
    pub branch: BranchState,
    /// The host of its compute, where it has one.
    pub host: Option<String>,
}

/// The branches of one project.
///
/// Contract: each method asks once. [`BranchApi::make`] and [`BranchApi::restore`] are repeated
/// only after `Throttled`, which says that nothing was done.
#[async_trait]
pub trait BranchApi: Send + Sync {
    /// The project's id.
    fn project(&self) -> &str;

    /// All branches.
    async fn all(&self) -> Result<Vec<BranchState>>;

    /// One branch.
    async fn one(&self, id: &str) -> Result<BranchState>;

    /// The id of the branch that a host name leads to; `None` where none of the project's does.
    async fn of_host(&self, host: &str) -> Result<Option<String>>;

    /// Makes a branch.
    async fn make(&self, wish: &NewBranch) -> Result<MadeBranch>;

    /// Makes a branch what another one is; what it was is kept under a name.
    async fn restore(&self, id: &str, from: &str, keep_as: &str) -> Result<()>;
}
