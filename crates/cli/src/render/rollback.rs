//! Rollbacks: what would be done, what was done, and how it was proven.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sunset_core::ports::rollback::{
    KeptReason, KeptRow, NotCompared, RollbackReport, Scope, TableProof, UndoCounts, Undone,
};
use sunset_core::ports::runs::RunRecord;

use unicode_width::UnicodeWidthStr as _;

use crate::language::Language;
use crate::numbers::thousands;

/// Rows that are listed one by one before the rest is only counted.
const LISTED: usize = 50;

/// What a scope covers, in words.
pub fn scope_text(scope: &Scope) -> String {
    if scope.is_everything() {
        return "everything that was migrated".into();
    }
    let mut parts: Vec<String> = Vec::new();
    if scope.audio_urls_only {
        parts.push("audio URLs".into());
    }
    if let Some(run) = scope.run {
        parts.push(format!("run {run}"));
    }
    if let Some(collection) = &scope.collection {
        parts.push(format!("collection {collection}"));
    }
    if let Some(id) = &scope.id {
        parts.push(format!("id {id}"));
    }
    parts.join(", ")
}

/// The heads of the table of counts, as the catalogue has them.
const HEADS: &str = "table  remove  restore  unlink  forget  gone  keep";

/// A table of counts; `would` before it happens. Its heads are in the language already, so that the
/// columns are as wide as they are.
pub fn rollback_text(undone: &Undone, would: bool, language: Language) -> String {
    let mut text = String::new();
    if undone.tables.values().all(|c| *c == UndoCounts::default()) {
        text.push_str(if would {
            "There is nothing to take back.\n"
        } else {
            "There was nothing to take back.\n"
        });
        return text;
    }
    let heads = language.words(HEADS);
    let heads: Vec<String> = heads.split("  ").map(str::to_owned).collect();
    let columns = heads.len();
    let mut lines: Vec<Vec<String>> = vec![heads];
    for (table, counts) in &undone.tables {
        if *counts == UndoCounts::default() {
            continue;
        }
        let mut line = vec![table.clone()];
        line.extend(
            [
                counts.deleted,
                counts.restored,
                counts.unlinked,
                counts.released,
                counts.gone,
                counts.kept,
            ]
            .map(thousands),
        );
        lines.push(line);
    }
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    for line in &lines {
        let mut out = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            if column == 0 {
                let _ = write!(out, "{cell}{blanks}");
            } else {
                let _ = write!(out, "  {blanks}{cell}");
            }
        }
        let _ = writeln!(text, "{}", out.trim_end());
    }
    kept_text(&mut text, &undone.kept);
    text
}

fn kept_text(text: &mut String, kept: &[KeptRow]) {
    if kept.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nKept as they are:");
    for row in kept.iter().take(LISTED) {
        let _ = writeln!(text, "  {} {}: {}", row.table, row.row_id, why(row.reason));
    }
    if kept.len() > LISTED {
        let rest = (kept.len() - LISTED) as u64;
        let _ = writeln!(
            text,
            "  … and {} more (--json lists them all)",
            thousands(rest)
        );
    }
}

fn why(reason: KeptReason) -> &'static str {
    match reason {
        KeptReason::Changed => {
            "somebody changed it after migration (--force takes it back all the same)"
        }
        KeptReason::LaterRun => "a later run wrote it again (take that one back first, or --force)",
        KeptReason::Referenced => "rows that stay refer to it",
        KeptReason::Blocked => "as it was it would clash with a row that is there now",
    }
}

/// What was proven, a line a finding.
pub fn proof_text(report: &RollbackReport, scope: &Scope) -> String {
    let mut text = String::new();
    let names = |wanted: &dyn Fn(&TableProof) -> bool| -> Vec<&str> {
        report
            .proof
            .iter()
            .filter(|(_, proof)| wanted(proof))
            .map(|(table, _)| table.as_str())
            .collect()
    };
    let untouched = names(&|proof| proof.others_untouched);
    if !untouched.is_empty() {
        let whose = if scope.is_everything() {
            "the rows that are not migration's"
        } else {
            "the rows that this does not cover"
        };
        let _ = writeln!(
            text,
            "Verified: {whose} are as they were, in {}.",
            untouched.join(", ")
        );
    }
    let moment = match scope.run {
        Some(run) => format!("run {run}"),
        None => "the first run".into(),
    };
    let before = names(&|proof| proof.as_before == Some(true));
    if !before.is_empty() {
        let _ = writeln!(
            text,
            "Verified: as before {moment}, to the digest: {}.",
            before.join(", ")
        );
    }
    let other = names(&|proof| proof.as_before == Some(false));
    if !other.is_empty() {
        let who = if scope.is_everything() {
            "others"
        } else {
            "others or later runs"
        };
        let _ = writeln!(
            text,
            "Not as before {moment}, because rows were kept, or {who} wrote since: {}.",
            other.join(", ")
        );
    }
    let unknown = not_compared(report);
    if scope.is_everything() || scope.is_one_run() {
        for (why, tables) in unknown {
            let why = match why {
                NotCompared::Large => {
                    "they were larger than 64 MB when it began, and it was to read no large table"
                }
                NotCompared::Columns => "the columns are others now",
                NotCompared::Untaken => "no digest was taken then",
            };
            let _ = writeln!(
                text,
                "Not compared as a whole with before {moment}, for {why}: {}.",
                tables.join(", ")
            );
        }
    } else if !unknown.is_empty() {
        text.push_str(
            "Of a part such as this no digest of before can be known; each row that was there \
             before was given back what the ledger kept of it.\n",
        );
    }
    let touched = names(&|proof| !proof.others_untouched);
    if !touched.is_empty() {
        let _ = writeln!(
            text,
            "NOT VERIFIED: rows that are not migration's changed while this ran, in {}. \
             Somebody else was writing; run final-check or compare with a backup.",
            touched.join(", ")
        );
    }
    text
}

/// The tables that are not compared as a whole with what they were, by the reason.
fn not_compared(report: &RollbackReport) -> BTreeMap<NotCompared, Vec<&str>> {
    let mut tables: BTreeMap<NotCompared, Vec<&str>> = BTreeMap::new();
    for (table, proof) in &report.proof {
        if let Some(why) = why_not_compared(report, table, proof) {
            tables.entry(why).or_default().push(table);
        }
    }
    tables
}

/// Where nothing was done and nothing recorded, nothing is to be compared.
fn why_not_compared(
    report: &RollbackReport,
    table: &str,
    proof: &TableProof,
) -> Option<NotCompared> {
    if proof.as_before.is_some() {
        return None;
    }
    let counts = report.undone.tables.get(table);
    let done = counts.is_some_and(|counts| *counts != UndoCounts::default());
    proof
        .not_compared
        .or_else(|| done.then_some(NotCompared::Untaken))
}

/// The runs of a ledger, a line a run.
pub fn runs_text(runs: &[RunRecord]) -> String {
    if runs.is_empty() {
        return "There are no runs.\n".into();
    }
    let mut text = String::new();
    for run in runs {
        let _ = write!(
            text,
            "{:>5}  {:<13}  {:<11}  {}",
            run.id,
            run.start.program,
            run.state.name(),
            run.started_at
        );
        if run.origin != run.id {
            let _ = write!(text, "  goes on with {}", run.origin);
        }
        if let Some(source) = &run.start.source {
            let _ = write!(text, "  {source}");
        }
        text.push('\n');
    }
    text
}

/// The runs as JSON.
pub fn runs_json(runs: &[RunRecord]) -> Value {
    json!({ "runs": runs.iter().map(run_json).collect::<Vec<_>>() })
}

/// One run as JSON.
pub(super) fn run_json(run: &RunRecord) -> Value {
    json!({
        "id": run.id, "origin": run.origin, "plan": run.start.plan,
        "program": run.start.program, "version": run.start.version,
        "source": run.start.source, "read_time": run.start.read_time,
        "host": run.start.host, "pid": run.start.pid, "state": run.state.name(),
        "started_at": run.started_at, "finished_at": run.finished_at,
        "counts": run.counts, "phases": run.phases, "error": run.error,
    })
}

/// Counts and kept rows as JSON.
pub fn undone_json(undone: &Undone) -> Value {
    let tables: serde_json::Map<String, Value> = undone
        .tables
        .iter()
        .map(|(table, counts)| {
            let counts = json!({
                "removed": counts.deleted, "restored": counts.restored,
                "unlinked": counts.unlinked, "forgotten": counts.released,
                "gone": counts.gone, "kept": counts.kept,
            });
            (table.clone(), counts)
        })
        .collect();
    let kept: Vec<Value> = undone
        .kept
        .iter()
        .map(|row| {
            json!({
                "table": row.table, "id": row.row_id, "collection": row.collection,
                "document": row.document_id, "reason": row.reason.name(),
            })
        })
        .collect();
    json!({ "tables": tables, "kept": kept })
}

/// What was proven, as JSON: `as_before` is of the first run, or of the run that was taken back. Of a
/// table that could not be compared with it, `not_compared` says why.
pub fn proof_json(report: &RollbackReport, scope: &Scope) -> Value {
    let whole = scope.is_everything() || scope.is_one_run();
    let moment = if scope.is_one_run() {
        "as_before_the_run"
    } else {
        "as_before_the_first_run"
    };
    let tables: serde_json::Map<String, Value> = report
        .proof
        .iter()
        .map(|(table, proof)| {
            let mut known = json!({
                "others_untouched": proof.others_untouched,
                moment: proof.as_before,
            });
            let why = why_not_compared(report, table, proof).filter(|_| whole);
            if let Some(why) = why {
                known["not_compared"] = json!(why.name());
            }
            (table.clone(), known)
        })
        .collect();
    Value::Object(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_heads_in_every_language() {
        let counts = UndoCounts {
            deleted: 12_345,
            restored: 1,
            released: 7,
            ..UndoCounts::default()
        };
        let mut undone = Undone::default();
        undone.tables.insert("conversations".into(), counts);
        undone.tables.insert("資料".into(), counts);
        for language in [Language::En, Language::ZhTw, Language::Es] {
            let text = rollback_text(&undone, true, language);
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 3, "{text}");
            let widths: Vec<usize> = lines.iter().map(|line| line.width()).collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
            assert_eq!(
                lines[0].split("  ").filter(|cell| !cell.is_empty()).count(),
                7
            );
            // Said once more, as everything that is printed, it stays.
            assert_eq!(language.words(lines[0]), lines[0]);
        }
        let chinese = rollback_text(&undone, true, Language::ZhTw);
        assert!(chinese.starts_with("資料表 "), "{chinese}");
    }
}
