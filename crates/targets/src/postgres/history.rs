//! How the migration went, read of the ledger at one point in time.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::audio::format::Format;
use sunset_core::report::{Examples, History, Latency, Pace, Recordings, StepPace};

use super::connection::Database;
use super::fault::error;
use super::ledger::Ledger;
use super::runs::record;

/// Documents of one reason or code that are named; all are counted.
const NAMED: i64 = 1_000;

/// Runs of which the pace is told: the last ones.
const PACES: i64 = 12;

/// Slots that a run's time is cut into, at most.
const SLOTS: f64 = 120.0;

const WHAT: &str = "cannot read how the migration went";

impl Ledger {
    /// What the ledger of a database tells of how it went; nothing where there is none.
    ///
    /// # Errors
    /// As of [`Ledger::open`].
    pub async fn history_in(database: &Database) -> Result<History> {
        match Self::open(database).await? {
            Some(ledger) => ledger.history().await,
            None => Ok(History::default()),
        }
    }

    /// What the ledger tells of how it went, all of it as of one moment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn history(&self) -> Result<History> {
        let failed = |cause| error(cause, WHAT);
        let fetch = || async {
            let mut transaction = self.database().begin_reading().await?;
            let history = read(&mut transaction).await.map_err(failed)?;
            transaction.rollback().await.map_err(failed)?;
            Ok(history)
        };
        self.database().steadily(fetch).await
    }
}

async fn read(transaction: &mut Transaction<'_, Postgres>) -> sqlx::Result<History> {
    let runs = super::query(include_str!("history/runs.sql"))
        .fetch_all(&mut **transaction)
        .await?;
    let total = match runs.first() {
        Some(row) => count(row, "total")?,
        None => 0,
    };
    let mut history = History {
        runs: runs.iter().map(record).collect::<sqlx::Result<_>>()?,
        runs_total: total,
        documents: pairs(transaction, include_str!("history/documents.sql")).await?,
        flow: pairs(transaction, include_str!("history/flow.sql")).await?,
        quarantine: groups(transaction, include_str!("history/quarantine.sql")).await?,
        departed: groups(transaction, include_str!("history/departed.sql")).await?,
        warnings: groups(transaction, include_str!("history/warnings.sql")).await?,
        conflicts: groups(transaction, include_str!("history/conflicts.sql")).await?,
        ..History::default()
    };
    let formats = Format::ALL;
    let extensions: Vec<String> = formats.map(|f| f.extension().to_owned()).into();
    let media_types: Vec<String> = formats.map(|f| f.content_type().to_owned()).into();
    let rows = super::query(include_str!("history/recordings.sql"))
        .bind(&extensions)
        .bind(&media_types)
        .fetch_all(&mut **transaction)
        .await?;
    for row in &rows {
        history.recordings.push(Recordings {
            format: row.try_get("format")?,
            role: row.try_get("role")?,
            state: row.try_get("state")?,
            objects: count(row, "objects")?,
            bytes: count(row, "bytes")?,
        });
    }
    let rows = super::query(include_str!("history/paces.sql"))
        .bind(PACES)
        .fetch_all(&mut **transaction)
        .await?;
    for row in rows.iter().rev() {
        history.paces.push(pace(transaction, row).await?);
    }
    Ok(history)
}

fn count(row: &PgRow, column: &str) -> sqlx::Result<u64> {
    let count: i64 = row.try_get(column)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

async fn pairs(
    transaction: &mut Transaction<'_, Postgres>,
    sql: &'static str,
) -> sqlx::Result<BTreeMap<(String, String), u64>> {
    let rows = super::query(AssertSqlSafe(sql))
        .fetch_all(&mut **transaction)
        .await?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let key = (row.try_get("first")?, row.try_get("second")?);
        *found.entry(key).or_default() += count(row, "count")?;
    }
    Ok(found)
}

async fn groups(
    transaction: &mut Transaction<'_, Postgres>,
    sql: &'static str,
) -> sqlx::Result<BTreeMap<String, Examples>> {
    let rows = super::query(AssertSqlSafe(sql))
        .bind(NAMED)
        .fetch_all(&mut **transaction)
        .await?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let examples = Examples {
            count: count(row, "count")?,
            items: row
                .try_get::<Option<Vec<String>>, _>("items")?
                .unwrap_or_default(),
        };
        found.insert(row.try_get("name")?, examples);
    }
    Ok(found)
}

async fn pace(transaction: &mut Transaction<'_, Postgres>, row: &PgRow) -> sqlx::Result<Pace> {
    let recordings: bool = row.try_get("recordings")?;
    let seconds: f64 = row.try_get::<f64, _>("seconds")?.max(0.0);
    // A recording that an older version copied has no time.
    let latency: Vec<Option<f64>> = row.try_get::<Option<_>, _>("latency")?.unwrap_or_default();
    let mut pace = Pace {
        run: row.try_get("run")?,
        recordings,
        began_at: row.try_get("began_at")?,
        seconds,
        slot_seconds: (seconds / SLOTS).max(0.1),
        slots: Vec::new(),
        items: count(row, "items")?,
        written: count(row, "written")?,
        batches: count(row, "batches")?,
        latency: match latency.as_slice() {
            [Some(p50), Some(p90), Some(p95), Some(p99), Some(max)] => Some(Latency {
                p50: *p50,
                p90: *p90,
                p95: *p95,
                p99: *p99,
                max: *max,
            }),
            _ => None,
        },
        steps: Vec::new(),
    };
    let slots = super::query(include_str!("history/slots.sql"))
        .bind(pace.run)
        .bind(recordings)
        .bind(pace.slot_seconds)
        .fetch_all(&mut **transaction)
        .await?;
    for slot in &slots {
        // The last moment belongs to the last slot.
        let place = usize::try_from(count(slot, "slot")?).unwrap_or(0);
        let place = place.min(SLOTS as usize);
        if pace.slots.len() <= place {
            pace.slots.resize(place + 1, 0);
        }
        if let Some(items) = pace.slots.get_mut(place) {
            *items += count(slot, "items")?;
        }
    }
    if !recordings {
        let steps = super::query(include_str!("history/steps.sql"))
            .bind(pace.run)
            .fetch_all(&mut **transaction)
            .await?;
        for step in &steps {
            pace.steps.push(StepPace {
                name: step.try_get("step")?,
                items: count(step, "items")?,
                written: count(step, "written")?,
                batches: count(step, "batches")?,
                seconds: step.try_get::<f64, _>("seconds")?.max(0.0),
            });
        }
    }
    Ok(pace)
}
