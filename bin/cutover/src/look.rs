//! What is left to do, without writing.

use std::sync::Arc;

use sunset_cli::{Status, render, thousands};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::rows::SettledItems;
use sunset_core::report::LoadReport;
use sunset_engine::load::{self, Destination};
use sunset_targets::postgres::Ledger;

use crate::take_over::Flow;

impl Flow {
    /// Counts what the last pass would write, and says what comes next.
    pub async fn look(&self) -> Result<Status> {
        let ledger = Ledger::open(&self.database).await?.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "nothing was migrated to this database yet",
            )
            .item(self.database.describe())
            .remedy("run schema-push and data-migrate first")
        })?;
        if let Some(done) = ledger.cut_over(self.plan.name()).await? {
            return Ok(self.already(&done));
        }
        let owner = if self.plan.has_owner() {
            let wanted = self.session.variable(env_vars::MIGRATION_USER_ID);
            let keys = self.plan.owner_keys();
            self.database.known_owner(wanted.as_deref(), &keys).await?
        } else {
            String::new()
        };
        let recorded = ledger.recorded_numbers().await?;
        let progress = self.session.progress();
        let source = self.source()?;
        let plan = self.plan.as_ref();
        let surveyed =
            load::survey(source.as_ref(), plan, &owner, &recorded, progress.as_ref()).await?;
        let known = Arc::new(ledger) as Arc<dyn SettledItems>;
        let report = load::load(
            source.as_ref(),
            plan,
            &surveyed,
            Destination::Nowhere(Some(known)),
            self.options.clone(),
            None,
            progress.as_ref(),
        )
        .await?;
        let audio = if self.arguments.without_audio || !self.plan.has_recordings() {
            None
        } else {
            Some(self.audio().await?)
        };
        self.session.print(&left_to_do(&report));
        if let Some(derived) = derived_left(&report) {
            self.session.print(&derived);
        }
        if let Some(section) = &audio {
            self.session.print(&section.summary);
            if section.checks.iter().any(|check| !check.passed()) {
                let verbose = self.session.is_verbose();
                self.session.print(&render::section_text(section, verbose));
            }
        }
        self.session.print(
            "Next: freeze V2 (no more writes to Firestore and the bucket), run audio-migrate once \
             more, then cutover --frozen.",
        );
        self.session.json(|| {
            serde_json::json!({
                "left": render::load_json(&report, None, true),
                "audio": audio.as_ref().map(render::section_json),
            })
        });
        Ok(Status::Done)
    }
}

fn left_to_do(report: &LoadReport) -> String {
    format!(
        "Left to do: {} documents to write, {} gone from V2, {} in quarantine",
        thousands(report.documents(|counts| counts.written)),
        thousands(report.gone.documents.found.count),
        thousands(report.quarantined())
    )
}

/// What is made of several documents, where anything of it is left to do.
fn derived_left(report: &LoadReport) -> Option<String> {
    let written = report.derived(|counts| counts.written);
    let gone = report.gone.derived.found.count;
    (written + gone > 0).then(|| {
        format!(
            "  made of several documents: {} to write, {} gone with their documents",
            thousands(written),
            thousands(gone)
        )
    })
}
