//! What restoring a backup over a database would lose.

use sunset_core::Result;
use sunset_core::ports::in_place::Contents;
use sunset_targets::postgres::{Database, contents};

use crate::catalog;
use crate::manifest::{ObjectPart, TablePart};
use crate::shelf::Backup;

/// Over all tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loss {
    /// Tables whose rows are not those of the backup.
    pub tables: Vec<TableLoss>,
    /// Everything else that came since and would go: `view public.recent`.
    pub objects: Vec<ObjectPart>,
    /// Whether the database holds anything at all.
    pub is_empty: bool,
}

/// Of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLoss {
    /// `public.messages`
    pub name: String,
    /// Rows that were written since, new or changed; they would be lost.
    pub written: u64,
    /// Rows of the backup that are changed or gone by now; they would come back.
    pub back: u64,
    /// Whether the table itself came since.
    pub made_since: bool,
    /// Whether rows could be told apart one by one; otherwise only their numbers were compared.
    pub exact: bool,
}

/// The schema of this tool's own tables.
const LEDGER: &str = "sunset";

impl TableLoss {
    fn is_ledger(&self) -> bool {
        self.name
            .strip_prefix(LEDGER)
            .is_some_and(|rest| rest.starts_with('.'))
    }
}

impl Loss {
    /// Compares a database with a backup. Nothing is written.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(backup: &Backup, database: &Database) -> Result<Self> {
        let part = &backup.manifest.database;
        let same = part.identity == database.identity().as_str();
        let mut transaction = database.begin_reading().await?;
        let mut loss = Self::default();
        let live = catalog::tables(&mut transaction).await?;
        for (schema, name) in &live {
            let known = part
                .tables
                .iter()
                .find(|table| &table.schema == schema && &table.table == name);
            let Some(known) = known else {
                let found = catalog::rows(&mut transaction, schema, name, &[]).await?;
                loss.tables.push(TableLoss {
                    name: found.name(),
                    written: found.rows,
                    back: 0,
                    made_since: true,
                    exact: true,
                });
                continue;
            };
            let found = catalog::rows(&mut transaction, schema, name, &[]).await?;
            if found.rows == known.rows && found.digest == known.digest {
                continue;
            }
            let as_then = known.columns.iter().all(|c| found.columns.contains(c));
            if same && as_then {
                let before = Contents {
                    columns: known.columns.clone(),
                    rows: known.rows,
                    digest: known.digest.clone(),
                    snapshot: part.snapshot.clone(),
                };
                let since = contents::since(&mut transaction, schema, name, &before).await?;
                loss.tables.push(TableLoss {
                    name: known.name(),
                    written: since.written.count,
                    back: known.rows.saturating_sub(since.still.rows),
                    made_since: false,
                    exact: true,
                });
            } else {
                loss.tables.push(TableLoss {
                    name: known.name(),
                    written: found.rows.saturating_sub(known.rows),
                    back: known.rows.saturating_sub(found.rows),
                    made_since: false,
                    exact: false,
                });
            }
        }
        let is_gone = |table: &&TablePart| {
            !live
                .iter()
                .any(|(schema, name)| schema == &table.schema && name == &table.table)
        };
        for gone in part.tables.iter().filter(is_gone) {
            loss.tables.push(TableLoss {
                name: gone.name(),
                written: 0,
                back: gone.rows,
                made_since: false,
                exact: true,
            });
        }
        let objects = catalog::objects(&mut transaction).await?;
        drop(transaction);
        loss.is_empty = objects.iter().all(|object| object.kind == "schema") && live.is_empty();
        loss.objects = objects
            .into_iter()
            .filter(|object| !part.objects.contains(object))
            .collect();
        Ok(loss)
    }

    /// Whether the database holds what the backup holds; the ledger counts, too.
    pub fn is_none(&self) -> bool {
        !self.is_empty && self.tables.is_empty() && self.objects.is_empty()
    }

    /// Rows of applications that would be lost; this tool's ledger is not counted.
    pub fn written(&self) -> u64 {
        let tables = self.tables.iter().filter(|table| !table.is_ledger());
        tables.map(|table| table.written).sum()
    }

    /// In words, a line a table.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .tables
            .iter()
            .filter(|table| !table.is_ledger())
            .map(|table| {
                let about = if table.exact { "" } else { "at least " };
                let mut words = format!(
                    "{}: {about}{} rows written since",
                    table.name, table.written
                );
                if table.made_since {
                    words.push_str(", and the table itself");
                }
                if table.back > 0 {
                    words.push_str(&format!(
                        "; {about}{} of the backup's rows are changed or gone, and come back",
                        table.back
                    ));
                }
                words
            })
            .collect();
        let others = self
            .objects
            .iter()
            .filter(|object| object.kind != "table" && object.name != LEDGER)
            .map(|object| format!("{} {}: made since", object.kind, object.name));
        lines.extend(others);
        if self.tables.iter().any(TableLoss::is_ledger) {
            lines.push(format!(
                "schema {LEDGER}: the ledger of runs goes back with the rest"
            ));
        }
        lines
    }
}
