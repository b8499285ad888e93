//! The tables: V3's schema against the plan's.

use sunset_core::check::{Check, Finding, Section};
use sunset_core::error::Result;
use sunset_core::plans::{DocumentPlan, Integrity};
use sunset_core::ports::schema::SchemaReader;
use sunset_core::schema::diff::{self, Directions};
use sunset_core::schema::live::{LiveSchema, LiveTable};
use sunset_core::schema::model::Schema;
use sunset_core::schema::steps::Difference;

use super::failure;

/// What the check of the tables found, and what can be asked of them.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The section.
    pub section: Section,
    /// What must hold in V3, as far as the tables have the columns that it is about.
    pub integrity: Integrity,
    /// Whether rows can be compared: every table and column that the mapping writes is there, and
    /// its keys are text.
    pub comparable: bool,
}

/// V3's schema against the plan's, as `schema-push` compares them: tables, columns, types,
/// defaults, NOT NULL, keys, constraints and indexes. What V3 has beside that is no fault.
///
/// # Errors
/// Those of the database.
pub async fn tables(
    plan: &dyn DocumentPlan,
    wanted: &Schema,
    reader: &dyn SchemaReader,
) -> Result<Ground> {
    // Whether a table has rows makes no difference here.
    let live = reader.read(&wanted.namespace, Some(&[])).await?;
    let differences = diff::plan(wanted, &live, &Directions::default()).differences;
    let is_there = |table: &str| live.table(table).is_some_and(LiveTable::is_table);
    let names = || wanted.tables.iter().map(|table| &table.name);
    let missing: Vec<String> = names().filter(|name| !is_there(name)).cloned().collect();
    let columns = wanted.tables.iter().filter(|table| is_there(&table.name));
    let columns: Vec<String> = columns
        .flat_map(|table| {
            let columns = table.columns.iter();
            columns.map(|column| format!("{}.{}", table.name, column.name))
        })
        .collect();
    let absent: Vec<String> = columns
        .iter()
        .filter(|name| !has(&live, name))
        .cloned()
        .collect();
    let all = names().count();
    let mut shape = Check::new(
        "types, keys and constraints are as the plan wants them",
        format!("{all} tables with what schema-push would make of them"),
    );
    let mut drift = 0;
    for difference in &differences {
        if missing.contains(&difference.object) || absent.contains(&difference.object) {
            continue;
        }
        let finding = drifted(difference, wanted, &live, &missing);
        drift += u64::from(finding.is_some());
        shape = shape.with(finding);
    }
    let checks = vec![
        Check::new(
            "tables exist",
            format!("{all} tables of the plan with those of the database"),
        )
        .with(
            failure("tables are missing", &missing)
                .map(|finding| finding.remedy("run schema-push")),
        ),
        Check::new(
            "columns exist",
            format!(
                "{} columns of the plan with those of the database",
                columns.len()
            ),
        )
        .with(
            failure("columns are missing", &absent)
                .map(|finding| finding.remedy("run fix-schema, then schema-push")),
        ),
        shape,
    ];
    let present = all - missing.len();
    let mut summary = format!("Tables: {present} of {all} exist");
    let drift = drift + absent.len() as u64;
    if drift > 0 {
        summary.push_str(&format!("; {drift} differences from the plan's schema"));
    }
    Ok(Ground {
        section: Section {
            title: "Tables".into(),
            summary,
            checks,
            skipped: None,
        },
        integrity: within(plan.integrity(), &live),
        comparable: comparable(plan, &live),
    })
}

/// One difference with both values. Nothing is said of what a missing table would have.
fn drifted(
    difference: &Difference,
    wanted: &Schema,
    live: &LiveSchema,
    missing: &[String],
) -> Option<Finding> {
    let sides = difference.sides(wanted, live);
    if let Some(sides) = &sides
        && missing.contains(&sides.table)
        && difference.object != sides.table
    {
        return None;
    }
    let both = sides.filter(|sides| sides.wanted.is_some() || sides.found.is_some());
    let items = both.map(|sides| {
        let of = if difference.object.starts_with(&format!("{}.", sides.table)) {
            String::new()
        } else {
            format!("{}: ", sides.table)
        };
        format!(
            "{of}{} is {} instead of {}",
            difference.object,
            sides.found.as_deref().unwrap_or("missing"),
            sides.wanted.as_deref().unwrap_or("missing")
        )
    });
    let message = format!("{}: {}", difference.object, difference.what);
    Some(
        Finding::failure(message, 1, items.into_iter().collect())
            .remedy("run schema-push; it says what it cannot do"),
    )
}

/// Whether a column, `table.column`, is there.
fn has(live: &LiveSchema, name: &str) -> bool {
    name.split_once('.').is_some_and(|(table, column)| {
        live.table(table)
            .is_some_and(|table| table.is_table() && table.column(column).is_some())
    })
}

fn column(live: &LiveSchema, table: &str, column: &str) -> bool {
    has(live, &format!("{table}.{column}"))
}

/// What can be asked of the tables as they are.
fn within(mut integrity: Integrity, live: &LiveSchema) -> Integrity {
    integrity.foreign_keys.retain(|key| {
        column(live, &key.table, &key.column)
            && column(live, &key.table, &key.row_key)
            && column(live, &key.target, "id")
    });
    let pair = |(table, name): &(String, String)| column(live, table, name);
    integrity.required.retain(|required| {
        column(live, &required.table, &required.column)
            && column(live, &required.table, &required.row_key)
    });
    integrity.unique.retain(pair);
    integrity
        .numbers
        .retain(|(_, table, name)| column(live, table, name));
    integrity
}

fn comparable(plan: &dyn DocumentPlan, live: &LiveSchema) -> bool {
    let users = plan.integrity().users;
    users.is_none_or(|users| column(live, &users, "id") && column(live, &users, "email"))
        && plan.shapes().iter().all(|shape| {
            let key = shape.columns.first().map(|(name, _)| name);
            let mut columns = shape.columns.iter();
            columns.all(|(name, _)| column(live, &shape.table, name))
                && key.is_some_and(|key| is_text(live, &shape.table, key))
        })
}

fn is_text(live: &LiveSchema, table: &str, column: &str) -> bool {
    let column = live.table(table).and_then(|table| table.column(column));
    column.is_some_and(|column| {
        column.type_name == "text" || column.type_name.starts_with("character varying")
    })
}
