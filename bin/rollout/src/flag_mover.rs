//! A schedule's hand on a flag.

use async_trait::async_trait;
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Mover, Standing};
use sunset_targets::postgres::{FlagChange, FlagStore};

/// Moves tenants by the share of a flag.
pub struct FlagMover {
    pub store: FlagStore,
    pub flag: String,
    pub by: String,
    /// None in a dry run, which moves nothing.
    pub permit: Option<WritePermit>,
}

/// A change of something else in the row, at the same moment, is no reason to stop.
const ATTEMPTS: u32 = 3;

#[async_trait]
impl Mover for FlagMover {
    async fn standing(&self) -> Result<Standing> {
        let stored = self.store.stored(&self.flag).await?;
        Ok(stored.map_or_else(
            || Standing {
                percentage: Percentage::zero(),
                enabled: true,
            },
            |stored| Standing {
                percentage: stored.flag.percentage,
                enabled: stored.flag.enabled,
            },
        ))
    }

    async fn move_to(&self, expected: &[Percentage], to: &Percentage, why: &str) -> Result<()> {
        let permit = self
            .permit
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Refused, "there is no leave to write"))?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let stored = self.store.stored(&self.flag).await?;
            let present = stored
                .as_ref()
                .map_or_else(Percentage::zero, |stored| stored.flag.percentage.clone());
            if stored.is_some() && present == *to {
                return Ok(());
            }
            if !expected.contains(&present) {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format!("the share of v2 is {present} by now"),
                )
                .remedy("see `rollout history`; repeat the command if it is still meant"));
            }
            let seen = stored.as_ref().map(|stored| stored.version.as_str());
            let change = FlagChange::Percentage(to.clone());
            let author = (self.by.as_str(), Some(why).filter(|why| !why.is_empty()));
            match self
                .store
                .change(permit, &self.flag, seen, &change, author)
                .await
            {
                Err(error) if error.kind() == ErrorKind::Conflict && attempt < ATTEMPTS => {}
                outcome => return outcome,
            }
        }
    }
}
