//! Rows by a pure function, and what a query gives.

use sunset_core::error::Result;
use sunset_core::plans::in_place::{Merge, PlanStep, RowUpdate, TableFacts};
use sunset_core::ports::in_place::{Changed, RowBatch};

use super::{InPlaceOptions, Ports, Sight, StepReport, examples, sets};
use crate::retry::retry;
use crate::schema::LOCK_RETRIES;

/// From the first key to the last.
pub(super) async fn change(
    step: &PlanStep,
    update: &RowUpdate,
    live: Sight<'_>,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    let facts = TableFacts::of_rows(live.foreseen, update)?.seen_from(live.real);
    let mut changed = Changed::default();
    let mut last: Option<String> = None;
    let size = ports.rows.rows_of(&facts, update).await?;
    ports.progress.start(&update.noun, Some(size));
    loop {
        let after = last.as_deref();
        let limit = options.batches.rows;
        let batch: RowBatch = match ports.writer {
            // Somebody may hold the lock of a row for a while.
            Some(writers) => {
                retry(LOCK_RETRIES, || {
                    writers
                        .rows
                        .change(&step.name, &facts, update, after, limit)
                })
                .await?
            }
            None => {
                retry(options.retries, || {
                    ports.rows.would_change(&facts, update, after, limit)
                })
                .await?
            }
        };
        ports.progress.advance(batch.seen);
        if let Some(witness) = ports.witness {
            for (image, outcome) in &batch.images {
                witness.see(image, outcome);
            }
        }
        for (code, items) in &batch.warnings {
            report.warn(code, items.len() as u64, items);
        }
        for (reason, items) in &batch.quarantined {
            examples(&mut report.quarantined, reason, items.len() as u64, items);
        }
        changed.add(batch.changed);
        match batch.last {
            Some(key) => last = Some(key),
            None => break,
        }
    }
    ports.progress.finish();
    let labels = update.labels.as_ref();
    sets::counted(
        (&update.noun, labels),
        &update.groups,
        &changed,
        ports,
        report,
    );
    Ok(())
}

/// What a query gives, in one transaction.
pub(super) async fn merge(
    step: &PlanStep,
    merge: &Merge,
    live: Sight<'_>,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    let facts = TableFacts::of_merge(live.foreseen, merge)?.seen_from(live.real);
    let early = std::ptr::eq(live.foreseen, live.real) || live.foreseen == live.real;
    // Counted first, so that the bar has an end; the query itself is one statement.
    let total = match &merge.forecast {
        Some(forecast) => Some(retry(options.retries, || ports.rows.number(forecast)).await?),
        None => None,
    };
    ports.progress.start(&merge.noun, total);
    let changed = match (ports.writer, total) {
        (Some(writers), _) => {
            retry(options.retries, || {
                writers.rows.merge(&step.name, &facts, merge)
            })
            .await?
        }
        (None, Some(rows)) if !early => Changed {
            rows,
            ..Changed::default()
        },
        (None, _) => ports.rows.would_merge(&facts, merge).await?,
    };
    ports.progress.advance(total.unwrap_or(changed.rows));
    ports.progress.finish();
    report.written += changed.rows;
    if let Some(labels) = &merge.labels {
        report.count_all(labels, ports.writer.is_some(), changed.rows);
        return Ok(());
    }
    let verb = |verb: &str| {
        if ports.writer.is_some() {
            format!("{} {verb}", merge.noun)
        } else {
            format!("{} to be {verb}", merge.noun)
        }
    };
    report.count(verb("added"), changed.inserted);
    report.count(verb("changed"), changed.rows - changed.inserted);
    Ok(())
}
