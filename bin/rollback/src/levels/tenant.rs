//! One tenant: off v2 first, then its rows as they were.

use serde_json::json;
use sunset_cli::{Consented, Status, render};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_core::plans::in_place::{SqlText, Tenancy};
use sunset_core::ports::in_place::{ChangeScope, ChangeUndoer, InPlaceReader};
use sunset_core::ports::runs::RunEnd;
use sunset_core::schema::name::qualified;
use sunset_engine::in_place::{TakenReport, plan_take_back, take_back};
use sunset_targets::postgres::{ActiveRun, FlagChange, InPlaceLook, Ledger};

use super::Levels;
use crate::in_place::{counts, report_lines};
use crate::level::Level;

impl Levels<'_> {
    pub(super) async fn tenant(&self, tenancy: &Tenancy, consent: &Consented) -> Result<Status> {
        let tenant = self.options().tenant_id.clone().unwrap_or_default();
        self.check_tenant(tenancy, &tenant).await?;
        let scope = ChangeScope {
            plan: self.registered.name.to_string(),
            run: None,
            only: Some((tenancy.column.clone(), tenant.clone())),
            force: self.arguments.force,
        };
        let stored = self.flag(tenancy).await?;
        let is_off = stored
            .as_ref()
            .is_none_or(|stored| stored.flag.overrides.get(&tenant) == Some(&false));
        let flag = format!("the tenant {tenant} off in the flag {}", tenancy.flag);
        let report = match consent {
            Consented::DryRun => {
                if !is_off {
                    self.session.print(&format!("would be done: {flag}"));
                }
                self.would_take_back(&scope).await?
            }
            Consented::Write(consent) => {
                self.announce(Level::Tenant, &tenant);
                if !is_off {
                    // Calls go to v1 before the rows of v2 go.
                    let change = FlagChange::Override(tenant.clone(), Some(false));
                    self.change_flag(tenancy, consent, stored.as_ref(), &change)
                        .await?;
                    self.print(&format!("done: {flag}"));
                }
                self.take_back(consent, &scope).await?
            }
        };
        let dry_run = matches!(consent, Consented::DryRun);
        self.print(&render::taken_text(
            &report_lines(&report),
            &report.kept,
            dry_run,
        ));
        let status = if report.kept() > 0 {
            Status::Incomplete
        } else {
            Status::Done
        };
        self.session.json(|| {
            let mut document = self.told(Level::Tenant);
            document["status"] = status.name().into();
            document["dry_run"] = dry_run.into();
            document["flag"] = json!((!is_off).then_some(flag));
            document["rows"] = counts(&report);
            document
        });
        Ok(status)
    }

    async fn check_tenant(&self, tenancy: &Tenancy, tenant: &str) -> Result<()> {
        let known = InPlaceLook::new(self.database.clone())
            .number(&SqlText {
                sql: format!(
                    "SELECT count(*) FROM {} AS t WHERE t.id::text = $1",
                    qualified("public", &tenancy.table)
                ),
                binds: vec![tenant.to_owned()],
            })
            .await?;
        if known > 0 {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no tenant {tenant:?}"),
        )
        .remedy("check the id in the table of tenants"))
    }

    async fn would_take_back(&self, scope: &ChangeScope) -> Result<TakenReport> {
        match Ledger::open(self.database).await? {
            Some(ledger) => plan_take_back(&ledger.changes(), scope, self.retries).await,
            None => Ok(TakenReport::default()),
        }
    }

    async fn take_back(&self, consent: &Consent, scope: &ChangeScope) -> Result<TakenReport> {
        let permit = self.permit(consent);
        let ledger = Ledger::install(self.database, &permit).await?;
        let run = ledger
            .begin_run(&permit, &self.start(Level::Tenant))
            .await?;
        match self.take_back_within(&ledger, &run, scope).await {
            Ok(report) => {
                run.finish(&RunEnd::done(counts(&report), json!({})))
                    .await?;
                Ok(report)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn take_back_within(
        &self,
        ledger: &Ledger,
        run: &ActiveRun,
        scope: &ChangeScope,
    ) -> Result<TakenReport> {
        let undoer = run.undo_changes();
        let progress = self.session.progress();
        let changes = ledger.changes();
        let report = take_back(&changes, &undoer, scope, self.retries, progress.as_ref()).await?;
        let mut detail = self.told(Level::Tenant);
        detail["done"] = counts(&report);
        undoer.settle(scope, &detail).await?;
        Ok(report)
    }
}
