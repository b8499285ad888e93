//! The user that rows belong to.

use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_targets::postgres::{ActiveRun, Owner};

use crate::migrate::Flow;

impl Flow {
    /// Whom rows are to belong to, where the plan has them belong to one; nothing is written yet, so
    /// that a source that cannot be read leaves nobody behind.
    pub(crate) async fn coming_owner(&self) -> Result<String> {
        if !self.plan.has_owner() {
            return Ok(String::new());
        }
        let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
        let keys = self.plan.owner_keys();
        let known = self.database.coming_owner(wanted.as_deref(), &keys, true);
        Ok(known.await?.unwrap_or_else(Owner::new_id))
    }

    /// Makes the one whom rows are to belong to, where they are absent.
    pub(crate) async fn make_owner(&self, run: &ActiveRun, coming: &str) -> Result<()> {
        if !self.plan.has_owner() {
            return Ok(());
        }
        let found = self.found_owner(run, coming).await?;
        if found == coming {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Contended,
            "somebody else made the migration's user while V2 was read; nothing was migrated",
        )
        .item(found)
        .remedy("start this command again: it gives the rows to this user"))
    }

    /// The user that rows belong to, made where they are absent.
    pub(crate) async fn owner(&self, run: &ActiveRun) -> Result<String> {
        if !self.plan.has_owner() {
            return Ok(String::new());
        }
        self.found_owner(run, &Owner::new_id()).await
    }

    async fn found_owner(&self, run: &ActiveRun, id: &str) -> Result<String> {
        let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
        let keys = self.plan.owner_keys();
        let owner = run.owner_as(wanted.as_deref(), &keys, id).await?;
        if owner.created {
            self.session.say(&format!(
                "made the owner, Migration User <migration@internal.system>: {}",
                owner.id
            ));
        }
        Ok(owner.id)
    }
}
