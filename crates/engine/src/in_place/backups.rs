//! Copies of the tables before anything is changed.

use sunset_core::error::{ErrorKind, Result};
use sunset_core::plans::in_place::{BackupSpec, InPlacePlan, SqlText, TableFacts, Work};
use sunset_core::ports::backups::{BackupRecord, BackupSort};
use sunset_core::schema::name::qualified;

use super::{InPlaceOptions, Ports, Sight, StepReport, first_missing};
use crate::retry::retry;

/// Takes a backup, or says why there is none.
pub(super) async fn back_up(
    plan: &InPlacePlan,
    spec: &BackupSpec,
    live: Sight<'_>,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    if let Some(why) = &spec.left_out {
        report.remark = Some(why.clone());
        return Ok(());
    }
    let Some(writers) = ports.writer else {
        for table in &spec.tables {
            if live.real.table(&table.table).is_none() {
                continue;
            }
            let condition = table.rows.clone().unwrap_or_else(|| SqlText {
                sql: "true".to_owned(),
                binds: Vec::new(),
            });
            let relation = qualified(&plan.namespace, &table.table);
            let count = SqlText {
                sql: format!(
                    "SELECT count(*) FROM {relation} AS t WHERE {}",
                    condition.sql
                ),
                binds: condition.binds,
            };
            let rows = ports.rows.number(&count).await?;
            report.count(format!("{} to copy", table.noun), rows);
        }
        return Ok(());
    };
    let first = retry(options.retries, || writers.backups.is_first()).await?;
    if !first && !is_work_left(plan, live, ports, options).await? {
        report.remark = Some("nothing is to be changed: no backup is needed".to_owned());
        return Ok(());
    }
    // What people wrote since an earlier attempt stands in no copy yet: each attempt takes its own.
    let earlier = retry(options.retries, || {
        writers.backups.taken_before(BackupSort::Step)
    })
    .await?;
    ports.progress.start("backup", None);
    let taken = retry(options.retries, || {
        writers.backups.take(spec, &plan.namespace, options.began)
    })
    .await?;
    ports.progress.finish();
    tell(&taken, earlier.as_ref(), report);
    Ok(())
}

fn tell(taken: &BackupRecord, earlier: Option<&BackupRecord>, report: &mut StepReport) {
    for table in &taken.tables {
        report.count(format!("{} copied and compared", table.noun), table.rows);
    }
    report.remark = Some(match earlier {
        None => format!("{} (schema {})", taken.id, taken.schema),
        Some(earlier) => format!(
            "{} (schema {}); {} holds the rows as they were before an earlier attempt",
            taken.id, taken.schema, earlier.id
        ),
    });
}

/// What a step must know of its table; none where the table is not one that it can change. It writes
/// nothing then, and says why when its turn comes, or a check before it does.
fn changeable(facts: Result<TableFacts>) -> Result<Option<TableFacts>> {
    match facts {
        Err(fault) if matches!(fault.kind(), ErrorKind::Mismatch) => Ok(None),
        facts => facts.map(Some),
    }
}

/// Whether any step would write something.
async fn is_work_left(
    plan: &InPlacePlan,
    live: Sight<'_>,
    ports: Ports<'_>,
    options: InPlaceOptions,
) -> Result<bool> {
    for step in &plan.steps {
        if first_missing(step, live.real).is_some() {
            return Ok(true);
        }
        match &step.work {
            Work::Set(updates) => {
                for update in updates {
                    let Some(facts) = changeable(TableFacts::of_set(live.real, update))? else {
                        continue;
                    };
                    if ports.rows.would_set(&facts, update).await?.rows > 0 {
                        return Ok(true);
                    }
                }
            }
            Work::Rows(updates) => {
                for update in updates {
                    let Some(facts) = changeable(TableFacts::of_rows(live.real, update))? else {
                        continue;
                    };
                    let mut last: Option<String> = None;
                    loop {
                        let looked = ports.rows.would_change(
                            &facts,
                            update,
                            last.as_deref(),
                            options.batches.rows,
                        );
                        let batch = looked.await?;
                        if batch.changed.rows > 0 {
                            return Ok(true);
                        }
                        match batch.last {
                            Some(key) => last = Some(key),
                            None => break,
                        }
                    }
                }
            }
            Work::Merge(merges) => {
                for merge in merges {
                    let Some(facts) = changeable(TableFacts::of_merge(live.real, merge))? else {
                        continue;
                    };
                    if ports.rows.would_merge(&facts, merge).await?.rows > 0 {
                        return Ok(true);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(false)
}
