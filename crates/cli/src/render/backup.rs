//! Backups: taken, listed, restored.

use serde_json::{Value, json};
use sunset_core::ports::backups::BackupRecord;

use crate::numbers::{bytes, thousands};

/// What was kept before writing.
pub fn backup_text(backup: &BackupRecord, before: bool) -> String {
    let held = match &backup.branch {
        Some(branch) => format!("the branch {} ({})", branch.name, branch.id),
        None => format!(
            "{} rows of {} tables in the schema {}",
            thousands(backup.tables.iter().map(|table| table.rows).sum()),
            backup.tables.len(),
            backup.schema
        ),
    };
    if before {
        format!(
            "Backup {} of the attempt that was broken off: {held}",
            backup.id
        )
    } else {
        format!("Backup {}: {held}", backup.id)
    }
}

/// The backups of a plan, as lines: one each, and its tables for those who want more.
pub fn backup_lines(place: usize, backup: &BackupRecord) -> (String, Vec<String>) {
    let held = match &backup.branch {
        Some(branch) => format!("branch {}", branch.name),
        None => rows(backup),
    };
    let line = format!("{place}. {} ({held}) - {}", backup.id, ago(backup.age));
    let tables = backup.tables.iter().map(|table| {
        format!(
            "   {}.{}: {} rows, {}, run {}",
            backup.schema,
            table.table,
            thousands(table.rows),
            bytes(table.bytes),
            backup.run
        )
    });
    (line, tables.collect())
}

/// As `rollback --list-backups --json` has it.
pub fn backup_json(backup: &BackupRecord) -> Value {
    let tables = backup.tables.iter().map(|table| {
        json!({
            "table": table.table, "rows": table.rows, "bytes": table.bytes, "digest": table.digest,
        })
    });
    json!({
        "id": backup.id,
        "sort": backup.sort.name(),
        "plan": backup.plan,
        "run": backup.run,
        "schema": (!backup.schema.is_empty()).then_some(&backup.schema),
        "branch": backup.branch.as_ref().map(|branch| json!({
            "id": branch.id, "name": branch.name, "of": branch.of, "project": branch.project,
        })),
        "taken_at": backup.taken_at,
        "tables": tables.collect::<Vec<_>>(),
    })
}

/// `45 configs, 1,234 calls`; tables that were empty are left out behind the first two.
pub fn rows(backup: &BackupRecord) -> String {
    let shown: Vec<String> = backup
        .tables
        .iter()
        .enumerate()
        .filter(|(at, table)| *at < 2 || table.rows > 0)
        .map(|(_, table)| format!("{} {}", thousands(table.rows), table.noun))
        .collect();
    shown.join(", ")
}

/// `2h ago`
fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s ago"),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..86_400 => format!("{}h ago", seconds / 3_600),
        _ => format!("{}d ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn ages_are_told_in_the_largest_unit() {
        let told = [0, 59, 60, 3_599, 3_600, 7_300, 86_399, 86_400, 900_000].map(ago);
        assert_eq!(
            told,
            [
                "0s ago", "59s ago", "1m ago", "59m ago", "1h ago", "2h ago", "23h ago", "1d ago",
                "10d ago"
            ]
        );
    }
}
