//! Documents and rows: compared, and written again where that was asked for.

use serde_json::json;
use sunset_cli::{Session, render};
use sunset_core::check::Section;
use sunset_core::config::BackupWish;
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::{DocumentPlan, Integrity, RecordedNumbers};
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use sunset_core::ports::rows::{OnConflict, RowWriter};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::ports::verify::{LeafSink, OwnerOfRows};
use sunset_core::report::Comparison;
use sunset_engine::load::Surveyed;
use sunset_engine::retry::Retries;
use sunset_engine::verify::{Verification, VerifyOptions};
use sunset_engine::{check, load};
use sunset_targets::postgres::{ActiveRun, Database, Ledger, MIGRATION_EMAIL, Verifier};

use crate::Arguments;

/// Comparisons under way at once.
const CONNECTIONS: usize = 2;

/// Whether rows that differ are written again.
pub enum Repair {
    /// They are only found.
    No,
    /// They are found, and it is said which would be written.
    Show,
    /// They are written.
    Write(Consent),
}

/// What is compared with what.
pub struct Data<'a> {
    /// What is kept before a repair writes.
    pub backup: &'a BackupWish,
    pub plan: &'a dyn DocumentPlan,
    pub ledger: Option<&'a Ledger>,
    pub database: &'a Database,
    pub verifier: &'a Verifier,
    /// What must hold in V3, as far as it can be asked.
    pub integrity: &'a Integrity,
    pub session: &'a Session,
    pub batch_size: usize,
    pub sample: Option<u32>,
    pub retries: Retries,
}

impl Data<'_> {
    pub async fn compare(
        &self,
        source: &dyn DocumentSource,
        repair: &Repair,
        leaves: Option<&mut dyn LeafSink>,
    ) -> Result<(Section, Snapshot, Comparison)> {
        let owner = self.owner().await?;
        let of_rows = match &owner {
            Some(OwnerOfRows::Found(id) | OwnerOfRows::Recorded { id, .. }) => id.as_str(),
            Some(OwnerOfRows::Nobody) | None => "",
        };
        let recorded = match self.ledger {
            Some(ledger) => ledger.recorded_numbers().await?,
            None => RecordedNumbers::default(),
        };
        let progress = self.session.progress();
        let surveyed =
            load::survey(source, self.plan, of_rows, &recorded, progress.as_ref()).await?;
        for remark in &surveyed.remarks {
            self.session.say(&format!("note: {remark}"));
        }
        let comparison = match repair {
            Repair::Write(consent) => self.repair(source, &surveyed, consent).await?,
            Repair::Show | Repair::No => self.look(source, &surveyed, None, leaves).await?,
        };
        if let Repair::Show = repair {
            self.show(&comparison);
        }
        if comparison.collections.values().all(|proof| proof.read == 0) {
            self.session
                .say(&render::no_documents(&surveyed.snapshot.source));
        }
        let mut section =
            check::data(self.plan, self.integrity, &comparison, self.verifier).await?;
        if let Some(owner) = &owner {
            section
                .checks
                .insert(0, check::owner(owner, MIGRATION_EMAIL));
        }
        Ok((section, surveyed.snapshot, comparison))
    }

    /// Whom the rows belong to, where they belong to somebody.
    async fn owner(&self) -> Result<Option<OwnerOfRows>> {
        if !self.plan.has_owner() {
            return Ok(None);
        }
        let named = self.session.variable(env_vars::MIGRATION_USER_ID);
        // Of those, the ones that are there.
        let mut keys = self.plan.owner_keys();
        keys.retain(|key| self.integrity.foreign_keys.contains(key));
        let named = named.as_deref();
        let ledger = self.ledger.is_some();
        let found = self.database.owner_of_rows(named, &keys, ledger).await?;
        Ok(Some(found))
    }

    async fn look(
        &self,
        source: &dyn DocumentSource,
        surveyed: &Surveyed,
        writer: Option<&dyn RowWriter>,
        leaves: Option<&mut dyn LeafSink>,
    ) -> Result<Comparison> {
        let progress = self.session.progress();
        let verification = Verification {
            source,
            plan: self.plan,
            surveyed,
            verifier: self.verifier,
            writer,
            options: VerifyOptions {
                batch_size: self.batch_size,
                connections: CONNECTIONS,
                sample: self.sample.map(|count| count as usize),
                retries: self.retries,
            },
            progress: progress.as_ref(),
        };
        verification.run(leaves).await
    }

    /// Compares and writes within a run of its own, so that a rollback can take it back.
    async fn repair(
        &self,
        source: &dyn DocumentSource,
        surveyed: &Surveyed,
        consent: &Consent,
    ) -> Result<Comparison> {
        let Some(ledger) = self.ledger else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "there is no ledger that says who wrote which row",
            )
            .item(self.database.describe())
            .remedy("run data-migrate: nothing was migrated into this database yet"));
        };
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        let options = json!({ "repair": true });
        let start = RunStart {
            source: Some(surveyed.snapshot.source.clone()),
            read_time: surveyed.snapshot.read_time.clone(),
            ..sunset_cli::run_start::<Arguments>(self.plan.name(), options)
        };
        sunset_backup::may_keep(self.backup, self.database).await?;
        let run = ledger.begin_run(&permit, &start).await?;
        match self.repair_within(source, surveyed, &run, consent).await {
            Ok(comparison) => {
                let counts = json!({ "repaired": comparison.repaired });
                run.finish(&RunEnd::done(counts, json!({}))).await?;
                Ok(comparison)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn repair_within(
        &self,
        source: &dyn DocumentSource,
        surveyed: &Surveyed,
        run: &ActiveRun,
        consent: &Consent,
    ) -> Result<Comparison> {
        let shapes = self.plan.shapes();
        let tables: Vec<String> = shapes.iter().map(|shape| shape.table.clone()).collect();
        let what = (tables.as_slice(), "public");
        let taken =
            sunset_backup::before_writing(self.backup, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let rows = run.rows(OnConflict::Keep).rebooking();
        let comparison = self.look(source, surveyed, Some(&rows), None).await?;
        let detail = json!({
            "repaired": comparison.repaired,
            "left": comparison.differing,
            "booked": comparison.booked,
        });
        run.audit("repair", &detail).await?;
        self.session.print(&format!(
            "[Repair] {} rows were written again, {} that differ were left alone",
            comparison.repaired_rows(),
            comparison.differing_rows()
        ));
        if comparison.booked > 0 {
            self.session.print(&format!(
                "[Repair] {} entries of the ledger were booked again",
                comparison.booked
            ));
        }
        Ok(comparison)
    }

    fn show(&self, comparison: &Comparison) {
        let (changed, ours): (Vec<_>, Vec<_>) = comparison
            .differences
            .iter()
            .partition(|difference| difference.changed_since);
        self.session.print(&format!(
            "[Repair] {} rows would be written again, {} that somebody changed in V3 would be left alone",
            ours.len(),
            changed.len()
        ));
        let bookable = comparison.ledger_faults.iter();
        let bookable = bookable.filter(|fault| fault.is_bookable()).count();
        if bookable > 0 {
            self.session.print(&format!(
                "[Repair] {bookable} entries of the ledger would be booked again"
            ));
        }
        for difference in ours {
            self.session
                .print(&format!("[Repair] {} {}", difference.table, difference.id));
        }
    }
}
