//! What is kept before a document plan writes.

use std::sync::atomic::{AtomicBool, Ordering};

use sunset_cli::Session;
use sunset_core::config::BackupWish;
use sunset_core::env_vars;
use sunset_core::error::Result;
use sunset_core::instant::Instant;
use sunset_core::permit::Consent;
use sunset_core::plans::DocumentPlan;
use sunset_core::plans::in_place::Parameters;
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{ActiveRun, Database};

/// The table of owners.
const OWNERS: &str = "user";

/// A backup that the first pass takes, and no later one.
pub struct Backup {
    wish: BackupWish,
    taken: AtomicBool,
}

impl Backup {
    pub fn new(wish: BackupWish) -> Self {
        Self {
            wish,
            taken: AtomicBool::new(false),
        }
    }

    /// That this role may take it, before anything is written at all.
    ///
    /// # Errors
    /// `Denied` when it may not; those of the database.
    pub async fn may_be_taken(&self, database: &Database) -> Result<()> {
        sunset_backup::may_keep(&self.wish, database).await
    }

    /// Takes it.
    ///
    /// # Errors
    /// Those of the database and of Neon's API: then nothing else may be written.
    pub async fn before_writing(
        &self,
        (plan, retries): (&dyn DocumentPlan, Retries),
        session: &Session,
        run: &ActiveRun,
        consent: &Consent,
    ) -> Result<()> {
        if matches!(self.wish, BackupWish::None) || self.taken.load(Ordering::Relaxed) {
            return Ok(());
        }
        let shapes = plan.shapes();
        let mut tables: Vec<String> = shapes.iter().map(|shape| shape.table.clone()).collect();
        if plan.has_owner() {
            let named = session.variable(env_vars::MIGRATION_USER_ID);
            let known = run.database().find_owner(named.as_deref()).await?;
            if known.is_none() {
                tables.push(OWNERS.into());
            }
        }
        // The steps behind the documents change rows of tables of their own.
        if let Some(steps) = plan.afterwards(&Parameters::new("public", Instant::MIN))? {
            tables.extend(steps.tables());
            tables.sort();
            tables.dedup();
        }
        let what = (tables.as_slice(), "public");
        let taken = sunset_backup::before_writing(&self.wish, consent, run, what, retries).await?;
        session.tell_backup(taken.as_ref());
        self.taken.store(true, Ordering::Relaxed);
        Ok(())
    }
}
