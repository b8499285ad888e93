//! The rows of a backup.

use serde_json::{Value, json};
use sunset_cli::{Consented, Status, render, thousands};
use sunset_core::config::BackupWish;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::Consent;
use sunset_core::ports::backups::BackupRecord;
use sunset_core::ports::in_place::{ChangeScope, ChangeUndoer};
use sunset_core::ports::runs::RunEnd;
use sunset_targets::postgres::{ActiveRun, Ledger, RestoredTable};

use super::Levels;
use crate::level::Level;

/// Kept rows that are shown of a table.
const SHOWN: usize = 20;

impl Levels<'_> {
    pub(super) async fn data(&self, consent: &Consented) -> Result<Status> {
        let id = self.arguments.levels.backup_id.clone().unwrap_or_default();
        let backup = self.backup(&id).await?;
        let force = self.arguments.force;
        let planned = self.database.would_restore(&backup, force).await?;
        self.session.print(&format!(
            "Backup {} of {}: {}",
            backup.id,
            backup.taken_at,
            render::backup_rows(&backup)
        ));
        let restored = match consent {
            Consented::DryRun => {
                self.show(&planned, true);
                planned
            }
            Consented::Write(consent) => {
                if !self.is_confirmed(&id, &planned) {
                    self.session
                        .say("Nothing was done. Type the backup's id when asked, or give --yes.");
                    self.data_json(&planned, true, Status::Error);
                    return Ok(Status::Error);
                }
                self.announce(Level::Data, &id);
                let restored = self.restore(consent, &backup).await?;
                self.show(&restored, false);
                restored
            }
        };
        let stay = |table: &RestoredTable| table.kept > 0 || table.hindered > 0;
        let status = if restored.iter().any(stay) {
            Status::Incomplete
        } else {
            Status::Done
        };
        self.data_json(&restored, matches!(consent, Consented::DryRun), status);
        Ok(status)
    }

    async fn backup(&self, id: &str) -> Result<BackupRecord> {
        let backups = match Ledger::open(self.database).await? {
            Some(ledger) => ledger.backups(Some(&self.registered.name)).await?,
            None => Vec::new(),
        };
        backups
            .into_iter()
            .find(|backup| backup.id == id)
            .ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("there is no backup {id:?}"))
                    .remedy("rollback --list-backups shows those that there are")
            })
    }

    fn is_confirmed(&self, id: &str, planned: &[RestoredTable]) -> bool {
        if self.confirmed || self.arguments.yes {
            return true;
        }
        self.show(planned, true);
        self.session
            .typed(&format!("Type {id} to restore it: "))
            .is_some_and(|typed| typed == id)
    }

    async fn restore(
        &self,
        consent: &Consent,
        backup: &BackupRecord,
    ) -> Result<Vec<RestoredTable>> {
        let permit = self.permit(consent);
        let wish = self.arguments.backup.wish(self.session)?;
        sunset_backup::may_keep(&wish, self.database).await?;
        let ledger = Ledger::install(self.database, &permit).await?;
        let run = ledger.begin_run(&permit, &self.start(Level::Data)).await?;
        match self.restore_within(&run, backup, consent, &wish).await {
            Ok(restored) => {
                run.finish(&RunEnd::done(tables_json(&restored), json!({})))
                    .await?;
                Ok(restored)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn restore_within(
        &self,
        run: &ActiveRun,
        backup: &BackupRecord,
        consent: &Consent,
        wish: &BackupWish,
    ) -> Result<Vec<RestoredTable>> {
        let tables: Vec<String> = backup
            .tables
            .iter()
            .map(|each| each.table.clone())
            .collect();
        let what = (tables.as_slice(), backup.namespace.as_str());
        let taken = sunset_backup::before_writing(wish, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let restored = run.backups().restore(backup, self.arguments.force).await?;
        let scope = ChangeScope {
            plan: self.registered.name.to_string(),
            run: None,
            only: None,
            force: self.arguments.force,
        };
        let mut detail = self.told(Level::Data);
        detail["done"] = tables_json(&restored);
        run.undo_changes().settle(&scope, &detail).await?;
        Ok(restored)
    }

    fn show(&self, tables: &[RestoredTable], planned: bool) {
        let verb = if planned { "would be " } else { "" };
        for table in tables {
            let line = format!(
                "{}: {} rows {verb}restored, {} that the plan made {verb}removed, {} deleted since {verb}put back, {} changed since kept",
                table.table,
                thousands(table.restored),
                thousands(table.removed),
                thousands(table.inserted),
                thousands(table.kept)
            );
            self.session.print(&line);
            if !planned {
                self.session.sum_up(&line);
            }
            for row in table.kept_rows.iter().take(SHOWN) {
                self.session.print(&format!("  kept {row}"));
            }
            if table.kept > SHOWN as u64 {
                self.session.print("  …");
            }
            self.show_hindered(table);
        }
        if !self.arguments.force && tables.iter().any(|table| table.kept > 0) {
            self.session
                .print("Rows that changed after the migration stay as they are; --force restores them, too.");
        }
    }

    /// Rows that were written, and that are not as the backup has them.
    fn show_hindered(&self, table: &RestoredTable) {
        if table.hindered == 0 {
            return;
        }
        let line = format!(
            "{}: {} rows are not as they were before: a trigger, a rule or an identity column hindered it",
            table.table,
            thousands(table.hindered)
        );
        self.session.print(&line);
        self.session.sum_up(&line);
        for row in table.hindered_rows.iter().take(SHOWN) {
            self.session.print(&format!("  not restored {row}"));
        }
        if table.hindered > SHOWN as u64 {
            self.session.print("  …");
        }
        self.session.print(
            "Switch the trigger off (ALTER TABLE … DISABLE TRIGGER …), or start this command as the owner of the table, with --force.",
        );
    }

    fn data_json(&self, tables: &[RestoredTable], dry_run: bool, status: Status) {
        self.session.json(|| {
            let mut document = self.told(Level::Data);
            document["status"] = status.name().into();
            document["dry_run"] = dry_run.into();
            document["tables"] = tables_json(tables);
            document
        });
    }
}

fn tables_json(tables: &[RestoredTable]) -> Value {
    let list = tables.iter().map(|table| {
        json!({
            "table": table.table, "restored": table.restored, "removed": table.removed,
            "inserted": table.inserted, "kept": table.kept, "kept_rows": table.kept_rows,
            "hindered": table.hindered, "hindered_rows": table.hindered_rows,
        })
    });
    Value::Array(list.collect())
}
