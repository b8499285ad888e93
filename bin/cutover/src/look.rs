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
            self.session.print(&format!(
                "V3 took over from V2 on {} (run {}).",
                done.at, done.run
            ));
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
        if let Some(section) = &audio {
            self.session.print(&section.summary);
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
    let written: u64 = report
        .collections
        .values()
        .map(|counts| counts.written)
        .sum();
    let staying = report.gone.found.count;
    format!(
        "Left to do: {} documents to write, {} gone from V2, {} in quarantine",
        thousands(written),
        thousands(staying),
        thousands(report.quarantined())
    )
}
