//! Columns that no step of a plan can work with, told before the first of them is done.

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::in_place::{InPlacePlan, PlanStep, Work};
use sunset_core::ports::schema::SchemaReader;
use sunset_core::schema::live::{LiveColumn, LiveSchema};

/// Refuses columns whose days are compared and that hold none, and columns that are to be written
/// and that the server fills itself. SQL would fail upon them in the middle of the run, and a dry
/// run would not see all of it.
///
/// # Errors
/// `NotFound` or `Mismatch` for the first such column; those of the database.
pub async fn may_work(
    plan: &InPlacePlan,
    steps: &[&PlanStep],
    reader: &dyn SchemaReader,
) -> Result<()> {
    let live = reader.read(&plan.namespace, None).await?;
    for step in steps {
        for (table, column) in &step.days {
            holds_days(&live, table, column)?;
        }
        for (table, columns) in written(&step.work) {
            let Some(found) = live.table(table) else {
                continue;
            };
            let mut there = columns.into_iter().filter_map(|name| found.column(name));
            if let Some(column) = there.find(|column| column.fixed) {
                return Err(filled_by_the_server(table, column));
            }
        }
    }
    Ok(())
}

/// A table that is not there is told by the step.
fn holds_days(live: &LiveSchema, table: &str, column: &str) -> Result<()> {
    let Some(found) = live.table(table) else {
        return Ok(());
    };
    let Some(found) = found.column(column) else {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("{table} has no column {column}, which this step needs"),
        )
        .remedy("check that the URL names the application's database; the plan knows its columns by these names"));
    };
    let name = found.type_name.as_str();
    let days = name == "date" || name.starts_with("timestamp");
    // A domain has its schema in front of its name, and may well be one over days.
    let domain = name.contains('.') && !found.is_enum;
    if (days || domain) && !name.ends_with("[]") {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Mismatch,
        format!("{table}.{column} is {name}, and holds neither days nor points in time"),
    )
    .remedy("give the column the type timestamp(3) (ALTER TABLE … ALTER COLUMN … TYPE … USING …), then run this again; nothing was changed"))
}

/// The columns that a step writes, by table.
fn written(work: &Work) -> Vec<(&str, Vec<&str>)> {
    match work {
        Work::Set(updates) => updates
            .iter()
            .map(|update| {
                let columns = update.set.iter().map(|set| set.column.as_str());
                (update.table.as_str(), columns.collect())
            })
            .collect(),
        Work::Rows(updates) => updates
            .iter()
            .map(|update| {
                let columns = update.writes.iter().map(String::as_str);
                (update.table.as_str(), columns.collect())
            })
            .collect(),
        Work::Merge(merges) => merges
            .iter()
            .map(|merge| {
                let columns = merge.columns.iter().chain(&merge.along);
                (merge.table.as_str(), columns.map(String::as_str).collect())
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn filled_by_the_server(table: &str, column: &LiveColumn) -> Error {
    Error::new(
        ErrorKind::Mismatch,
        format!(
            "the server alone fills {table}.{} (a generated column, or an identity), and the plan writes to it",
            column.name
        ),
    )
    .remedy("make an ordinary column of it (ALTER TABLE … ALTER COLUMN … DROP EXPRESSION, of an identity DROP IDENTITY), then run this again; nothing was changed")
}
