//! A worker: claims units of a shared run, does them, and says what came of them.

use std::future::Future;
use std::time::Duration;

use serde_json::Value as JsonValue;
use sunset_core::error::Result;
use sunset_core::ports::work::{Claim, Unit, WorkDesk};

use crate::retry::{Retries, retry};

/// Between two questions for work, while others do the last of a stage.
const PAUSE: Duration = Duration::from_millis(500);

/// Takes part until all work of the stages below `below` is done. `perform` gives the outcome of a
/// unit; it may be called for a unit that another worker began.
///
/// # Errors
/// The first of `perform`, which leaves the unit to others; `Conflict` when this worker's work was
/// taken over.
pub async fn work<F>(
    desk: &dyn WorkDesk,
    retries: Retries,
    below: u32,
    mut perform: impl FnMut(Unit) -> F,
) -> Result<()>
where
    F: Future<Output = Result<JsonValue>>,
{
    loop {
        match retry(retries, || desk.claim(below)).await? {
            Claim::Unit(unit) => {
                let outcome = perform(unit.clone()).await?;
                retry(retries, || desk.complete(&unit, &outcome)).await?;
            }
            Claim::Wait => tokio::time::sleep(PAUSE).await,
            Claim::Over => return Ok(()),
        }
    }
}
