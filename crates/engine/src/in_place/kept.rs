//! Tables that stay as they are: what they hold is recorded before a plan does anything, and
//! compared behind it.

use sunset_core::check::{Check, Finding, Section};
use sunset_core::error::Result;
use sunset_core::plans::in_place::InPlacePlan;
use sunset_core::ports::in_place::{Contents, InPlaceReader, KeptTable};
use sunset_core::schema::diff::Directions;
use sunset_core::schema::live::LiveSchema;

use super::questions::grouped;
use super::{InPlaceOptions, Ports, StepReport};
use crate::retry::retry;
use crate::schema;

/// Records what the kept tables hold, unless that was done before the schema became the plan's.
pub(super) async fn keep(
    plan: &InPlacePlan,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    let namespace = plan.namespace.as_str();
    let Some(writers) = ports.writer else {
        for table in &plan.kept {
            let found = ports.rows.contents(namespace, table, &[]).await?;
            report.count(format!("rows of {table} to be recorded"), found.rows);
        }
        return Ok(());
    };
    let known = ports.rows.kept(&plan.name, namespace).await?;
    let complete = plan
        .kept
        .iter()
        .all(|table| known.iter().any(|kept| &kept.table == table));
    let directions = Directions::default();
    let (wanted, _) = schema::plan(ports.schema, &plan.schema, &directions).await?;
    if complete && wanted.steps.is_empty() && !options.again {
        let when = known.first().map_or("", |kept| kept.taken_at.as_str());
        report.remark = Some(format!("recorded already, at {when}; that stays"));
        return Ok(());
    }
    for table in &plan.kept {
        ports.progress.start(table, None);
        let found = retry(options.retries, || {
            writers.rows.keep(&plan.name, namespace, table)
        })
        .await?;
        ports.progress.finish();
        report.count(format!("rows of {table} recorded"), found.rows);
    }
    Ok(())
}

/// Whether the kept tables hold what was recorded. Rows that came since are told, and fail nothing.
pub(super) async fn section(
    plan: &InPlacePlan,
    live: &LiveSchema,
    rows: &dyn InPlaceReader,
) -> Result<Section> {
    let known = rows.kept(&plan.name, &plan.namespace).await?;
    let mut checks = Vec::new();
    for table in &plan.kept {
        let name = format!("{table} is intact");
        checks.push(match known.iter().find(|kept| &kept.table == table) {
            Some(kept) => compare(&name, &plan.namespace, kept, live, rows).await?,
            None => Check::new(name, "not compared").with(Some(
                Finding::failure(
                    "what it held before the migration was not recorded",
                    1,
                    Vec::new(),
                )
                .remedy(format!("run data-migrate --plan {}", plan.named)),
            )),
        });
    }
    let good = checks.iter().filter(|check| check.passed()).count();
    Ok(Section {
        title: "Old tables".to_owned(),
        summary: format!("Old tables: {good} of {} intact", checks.len()),
        checks,
        skipped: None,
    })
}

async fn compare(
    name: &str,
    namespace: &str,
    kept: &KeptTable,
    live: &LiveSchema,
    rows: &dyn InPlaceReader,
) -> Result<Check> {
    let before = &kept.contents;
    let table = &kept.table;
    let digits: String = before.digest.chars().take(12).collect();
    let check = Check::new(
        name,
        format!(
            "{} rows in {} columns, digest {digits}, as of {}",
            grouped(before.rows),
            before.columns.len(),
            kept.taken_at
        ),
    );
    let gone: Vec<String> = before
        .columns
        .iter()
        .filter(|column| {
            live.table(table)
                .is_none_or(|found| found.column(column).is_none())
        })
        .cloned()
        .collect();
    if !gone.is_empty() {
        let finding = Finding::failure("columns of before are gone", gone.len() as u64, gone);
        return Ok(check.with(Some(finding.remedy("restore the table from a backup"))));
    }
    let now = rows.contents(namespace, table, &before.columns).await?;
    if same(before, &now) {
        return Ok(check);
    }
    let since = rows.since(namespace, kept).await?;
    if same(before, &since.still) {
        let finding = Finding::note(
            format!("{table}: every row of before is as it was; rows came since"),
            since.written.count,
            since.written.sample,
        );
        return Ok(check.with(Some(finding)));
    }
    let missing = before.rows.saturating_sub(since.still.rows);
    let finding = Finding::failure(
        format!(
            "{table}: rows of before are changed or gone; {} rows were written since, and it holds {} now",
            grouped(since.written.count),
            grouped(now.rows)
        ),
        missing.max(1),
        since.written.sample,
    );
    Ok(check.with(Some(finding.remedy(
        "the plan writes to none of them. Where v1 served meanwhile these are its own writes: \
         look at the rows, then record the tables anew with data-migrate --step before; otherwise \
         restore them from the backup",
    ))))
}

fn same(one: &Contents, other: &Contents) -> bool {
    one.rows == other.rows && one.digest == other.digest
}
