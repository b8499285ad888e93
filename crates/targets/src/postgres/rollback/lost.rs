//! Rows that migration removed because V2 gave them no longer.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;

use super::candidates::{Candidate, Fate};
use super::scope::{Filter, IMAGES};
use crate::postgres::fault::error;

/// A row of which only an image is left.
#[derive(Debug, Clone)]
pub(super) struct Lost {
    pub row_id: String,
    pub image: i64,
    pub collection: String,
    pub document_id: String,
    /// Whether it was there before what is taken back; otherwise only the image goes.
    pub comes_back: bool,
}

impl Lost {
    /// The row as one that is restored.
    pub fn candidate(&self) -> Candidate {
        Candidate {
            row_id: self.row_id.clone(),
            collection: self.collection.clone(),
            document_id: self.document_id.clone(),
            fate: Fate::Restore(self.image),
            restores: true,
        }
    }
}

/// The next of them behind `after`.
pub(super) async fn next(
    transaction: &mut Transaction<'_, Postgres>,
    filter: &Filter,
    table: &str,
    (after, most): (&str, i64),
) -> Result<Vec<Lost>> {
    let failed = |cause| error(cause, "cannot read the images of removed rows");
    let statement = format!(include_str!("lost_rows.sql"), scope = IMAGES);
    filter
        .bind(crate::postgres::query(AssertSqlSafe(statement)))
        .bind(table)
        .bind(after)
        .bind(most)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            let provenance: Option<String> = row.try_get("provenance")?;
            let entry: serde_json::Value = provenance
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default();
            let created = entry.get("created_run").and_then(serde_json::Value::as_i64);
            let inserted =
                entry.get("action").and_then(|action| action.as_str()) == Some("inserted");
            let ours = inserted
                && created
                    .is_some_and(|run| filter.runs.as_ref().is_none_or(|runs| runs.contains(&run)));
            let text = |name: &str| {
                let text = entry.get(name).and_then(|value| value.as_str());
                text.unwrap_or_default().to_owned()
            };
            Ok(Lost {
                row_id: row.try_get("row_id")?,
                image: row.try_get("id")?,
                collection: text("collection"),
                document_id: text("document_id"),
                comes_back: !ours,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}
