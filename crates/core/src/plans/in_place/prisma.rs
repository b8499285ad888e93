//! A run's changes as a migration that Prisma can keep beside its others.

use std::fmt::Write;

use crate::instant::Instant;
use crate::schema::name::{qualified, quote_identifier, quote_literal};

use super::places::without_marks;
use super::updates::{Considered, SetUpdate};
use super::{InPlacePlan, Work};

/// The name of the folder: fourteen digits of the time (UTC), and the plan's name for it.
pub fn folder_name(began: Instant, name: &str) -> String {
    let digits: String = began
        .to_timestamp_text()
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect();
    format!("{digits}_{name}")
}

/// The text of `migration.sql`: the statements that changed the schema, as they were recorded,
/// and what set rows, each as one UPDATE.
pub fn migration_sql(plan: &InPlacePlan, statements: &[String]) -> String {
    let mut text = format!("-- {}: {}\n", plan.name, plan.title);
    for (name, value) in &plan.states {
        line(&mut text, &format!("-- {name}: {value}"));
    }
    line(
        &mut text,
        "-- Already applied where it was made: prisma migrate resolve --applied <this folder>",
    );
    if !statements.is_empty() {
        line(&mut text, "\n-- Schema");
    }
    for statement in statements {
        // Prisma sends the file as one message, in which nothing can be done concurrently.
        let statement = statement.replace("INDEX CONCURRENTLY", "INDEX");
        line(&mut text, &format!("{statement};"));
    }
    for step in &plan.steps {
        if matches!(step.work, Work::Rows(_) | Work::Merge(_)) {
            let words = "changes rows by more than one UPDATE: data-migrate does";
            line(&mut text, &format!("\n-- {} {words}", step.title));
        }
        let Work::Set(updates) = &step.work else {
            continue;
        };
        for update in updates {
            line(&mut text, &format!("\n-- {}", step.title));
            line(
                &mut text,
                &format!("{};", update_sql(&plan.namespace, update)),
            );
        }
    }
    text
}

fn update_sql(namespace: &str, update: &SetUpdate) -> String {
    let assigned: Vec<String> = update
        .set
        .iter()
        .map(|set| {
            format!(
                "{} = {}",
                quote_identifier(&set.column),
                typed(namespace, &set.value, set.as_type.as_deref())
            )
        })
        .collect();
    let mut conditions: Vec<String> = Vec::new();
    let Considered { condition, .. } = &update.rows;
    conditions.extend(condition.clone());
    let differs: Vec<String> = update
        .set
        .iter()
        .map(|set| {
            format!(
                "t.{} IS DISTINCT FROM {}",
                quote_identifier(&set.column),
                typed(namespace, &set.value, set.as_type.as_deref())
            )
        })
        .collect();
    conditions.push(format!("({})", differs.join(" OR ")));
    let mut sql = format!(
        "UPDATE {} AS t SET {} WHERE {}",
        qualified(namespace, &update.table),
        assigned.join(", "),
        conditions.join(" AND ")
    );
    // From the last on, so that $1 is not found within $10.
    for (index, value) in update.binds.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", index + 1), &quote_literal(value));
    }
    without_marks(&sql)
}

fn typed(namespace: &str, value: &str, as_type: Option<&str>) -> String {
    match as_type {
        Some(name) => format!("({value})::{}", qualified(namespace, name)),
        None => format!("({value})"),
    }
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}
