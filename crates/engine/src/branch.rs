//! Branches of a database: made, waited for, and restored.

use std::time::Duration;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_core::ports::branches::{BranchApi, BranchState, MadeBranch, NewBranch};
use tokio::time::Instant;

use crate::retry::{Retries, retry};

/// How long a branch may take to be ready, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);

/// Checks that no branch has that name.
///
/// # Errors
/// `Conflict`; those of the API.
pub async fn check_free(api: &dyn BranchApi, name: &str, retries: Retries) -> Result<()> {
    let all = retry(retries, || api.all()).await?;
    if all.iter().all(|branch| branch.name != name) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        "the project has a branch of that name already",
    )
    .item(name.to_owned())
    .remedy("choose another name, or delete that branch in the Neon console"))
}

/// Makes a branch and waits until it is ready.
///
/// # Errors
/// Those of the API; `Unreachable` when it is not ready in time.
pub async fn make(
    api: &dyn BranchApi,
    wish: &NewBranch,
    _consent: &Consent,
    retries: Retries,
) -> Result<MadeBranch> {
    let mut made = when_free(retries, || api.make(wish)).await?;
    made.branch = ready(api, &made.branch.id, retries).await?;
    Ok(made)
}

/// Makes a branch what another one is, and waits until it is ready.
///
/// # Errors
/// As [`make`].
pub async fn restore(
    api: &dyn BranchApi,
    (id, from, keep_as): (&str, &str, &str),
    _consent: &Consent,
    retries: Retries,
) -> Result<BranchState> {
    when_free(retries, || api.restore(id, from, keep_as)).await?;
    ready(api, id, retries).await
}

/// Repeats what was not done because the project was busy. What was lost on the way may have been
/// done: that is not sent twice.
async fn when_free<T, F>(retries: Retries, mut operation: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut patience = retries.0;
    loop {
        match operation().await {
            Err(error) if error.kind() == ErrorKind::Throttled && patience > 0 => {
                patience -= 1;
                tokio::time::sleep(error.requested_delay().unwrap_or(PAUSE * 2)).await;
            }
            other => return other,
        }
    }
}

async fn ready(api: &dyn BranchApi, id: &str, retries: Retries) -> Result<BranchState> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let branch = retry(retries, || api.one(id)).await?;
        if branch.state == "ready" {
            return Ok(branch);
        }
        if Instant::now() > deadline {
            return Err(Error::new(
                ErrorKind::Unreachable,
                format!("the branch is not ready after {} s", PATIENCE.as_secs()),
            )
            .item(id.to_owned())
            .remedy("look at it in the Neon console, Branches"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
