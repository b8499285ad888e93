//! Levels that move tenants back, and touch no row of theirs.

use serde_json::{Value, json};
use sunset_cli::{Consented, Status};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_core::plans::in_place::Tenancy;
use sunset_rollout::Percentage;
use sunset_targets::postgres::{FlagChange, FlagStore, StoredFlag};

use super::Levels;
use crate::level::Level;

impl Levels<'_> {
    pub(super) async fn partial(&self, tenancy: &Tenancy, consent: &Consented) -> Result<Status> {
        let text = self.options().target_percentage.clone().unwrap_or_default();
        let target = Percentage::parse(&text)?;
        let stored = self.flag(tenancy).await?;
        let present = stored
            .as_ref()
            .map_or_else(Percentage::zero, |stored| stored.flag.percentage.clone());
        if target > present {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{target} is more than the present {present}: a rollback never moves anybody forward"),
            )
            .remedy("name a smaller percentage, or use rollout set to go forward"));
        }
        let what = format!("{present} → {target} of the tenants");
        let change = (target != present).then_some(FlagChange::Percentage(target));
        self.switch(Level::Partial, tenancy, consent, (stored, change), &what)
            .await
    }

    pub(super) async fn total(&self, tenancy: &Tenancy, consent: &Consented) -> Result<Status> {
        if self.reason().is_none() {
            return Err(
                Error::new(ErrorKind::Configuration, "--level total asks for a reason")
                    .remedy("say --reason \"…\"; it stands in the audit"),
            );
        }
        let stored = self.flag(tenancy).await?;
        let overrides = stored.as_ref().map_or(0, |stored| {
            let all = stored.flag.overrides.values();
            all.filter(|on| **on).count()
        });
        let what = format!("the flag {} off, {overrides} overrides off", tenancy.flag);
        let is_on = stored
            .as_ref()
            .is_some_and(|stored| stored.flag.enabled || overrides > 0);
        let change = is_on.then_some(FlagChange::AllOff);
        self.switch(Level::Total, tenancy, consent, (stored, change), &what)
            .await
    }

    pub(super) async fn flag(&self, tenancy: &Tenancy) -> Result<Option<StoredFlag>> {
        FlagStore::new(self.database.clone())
            .stored_if_any(&tenancy.flag)
            .await
    }

    /// Changes the flag and writes the audit, or shows what would be done.
    async fn switch(
        &self,
        level: Level,
        tenancy: &Tenancy,
        consent: &Consented,
        (stored, change): (Option<StoredFlag>, Option<FlagChange>),
        what: &str,
    ) -> Result<Status> {
        let Some(change) = change else {
            let words = if stored.is_some() {
                "There is nothing to take back: the flag stands there already.".to_owned()
            } else {
                format!(
                    "There is nothing to take back: there is no flag {}, so everybody is on v1.",
                    tenancy.flag
                )
            };
            self.print(&words);
            if let Consented::Write(consent) = consent {
                self.audit(consent, level, json!("nothing to do")).await?;
            }
            self.flag_json(level, consent, &Value::Null);
            return Ok(Status::Done);
        };
        match consent {
            Consented::DryRun => self.session.print(&format!("would be done: {what}")),
            Consented::Write(consent) => {
                self.announce(level, what);
                self.change_flag(tenancy, consent, stored.as_ref(), &change)
                    .await?;
                self.print(&format!("done: {what}"));
                self.audit(consent, level, json!(change.action())).await?;
            }
        }
        self.flag_json(level, consent, &json!(change.action()));
        Ok(Status::Done)
    }

    pub(super) async fn change_flag(
        &self,
        tenancy: &Tenancy,
        consent: &Consent,
        stored: Option<&StoredFlag>,
        change: &FlagChange,
    ) -> Result<()> {
        let store = FlagStore::new(self.database.clone());
        let who = self.who();
        let seen = stored.map(|stored| stored.version.as_str());
        let author = (who.as_str(), self.reason());
        store
            .change(&self.permit(consent), &tenancy.flag, seen, change, author)
            .await
    }

    fn flag_json(&self, level: Level, consent: &Consented, done: &Value) {
        let dry_run = matches!(consent, Consented::DryRun);
        self.session.json(|| {
            let mut document = self.told(level);
            document["status"] = "done".into();
            document["dry_run"] = dry_run.into();
            document["flag"] = done.clone();
            document
        });
    }
}
