//! What was taken back of a plan that changed a database in place.

use std::fmt::Write;

use sunset_core::ports::in_place::KeptCell;

use crate::numbers::thousands;

/// Rows that stay are named up to this number.
const SHOWN: usize = 20;

/// Why rows of a table stay as they are.
fn why(kept: &[KeptCell], table: &str) -> &'static str {
    let mut of = kept.iter().filter(|row| row.table == table).peekable();
    if of.peek().is_some() && of.all(|row| row.hindered) {
        "not as they were before"
    } else {
        "changed since"
    }
}

/// A line a table and step: rows restored, deleted, gone, kept; then the first of those that stay.
pub fn taken_text(
    lines: &[(String, String, [u64; 4])],
    kept: &[KeptCell],
    planned: bool,
) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        let written = writeln!(text, "{words}");
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    };
    if lines.is_empty() {
        line("There is nothing to take back of the rows.".to_owned());
    }
    let will = if planned { "would get" } else { "got" };
    let mut stay = 0;
    for (table, step, [restored, deleted, gone, left]) in lines {
        let mut parts = vec![format!(
            "{} rows {will} their former values",
            thousands(*restored)
        )];
        if *deleted > 0 {
            parts.push(format!(
                "{} rows that the plan made removed",
                thousands(*deleted)
            ));
        }
        if *gone > 0 {
            parts.push(format!("{} gone already", thousands(*gone)));
        }
        if *left > 0 {
            parts.push(format!("{} kept, {}", thousands(*left), why(kept, table)));
        }
        stay += left;
        line(format!("{table} ({step}): {}", parts.join(", ")));
    }
    for row in kept.iter().take(SHOWN) {
        line(format!("  kept {} {}: {}", row.table, row.key, row.found));
    }
    if stay > SHOWN as u64 {
        line(format!("  … and {} more", thousands(stay - SHOWN as u64)));
    }
    if kept.iter().any(|row| row.hindered) {
        line(
            "Where a trigger or a rule hindered it: switch it off (ALTER TABLE … DISABLE TRIGGER …), or start this command as the owner of the table."
                .to_owned(),
        );
    }
    if stay > 0 {
        line("Say --force to take these back, too.".to_owned());
    }
    text
}
