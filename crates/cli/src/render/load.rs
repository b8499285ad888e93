//! What `data-migrate` did.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use sunset_core::ports::rows::RowCounts;
use sunset_core::report::{Bill, Examples, GoneItems, LoadReport};

use crate::colour::spelled;
use crate::numbers::{duration, thousands};

/// The lines that `data-migrate` ends with.
pub fn load_text(report: &LoadReport, dry_run: bool, verbose: bool) -> String {
    let mut text = String::new();
    for phase in &report.phases {
        let (verb, noun) = match (phase.label.as_str(), dry_run) {
            ("Leads", _) => ("leads to opportunities", ""),
            ("Conversations", _) => ("conversations", ""),
            ("MEDDIC", _) => ("analyses", ""),
            (other, _) => ("rows of", other),
        };
        line(
            &mut text,
            format_args!(
                "[{}] {} {} {verb}{noun} ({})",
                phase.label,
                if dry_run { "Would migrate" } else { "Migrated" },
                thousands(report.in_place_of(&phase.label)),
                duration(phase.elapsed)
            ),
        );
    }
    for (table, counts) in &report.rows {
        line(
            &mut text,
            format_args!(
                "{table}: {} inserted, {} updated, {} unchanged{}{}{}",
                thousands(counts.inserted),
                thousands(counts.updated),
                thousands(counts.unchanged),
                if counts.removed > 0 {
                    format!(", {} removed", thousands(counts.removed))
                } else {
                    String::new()
                },
                if counts.held > 0 {
                    format!(
                        ", {} stay although their document is in quarantine now",
                        thousands(counts.held)
                    )
                } else {
                    String::new()
                },
                if counts.changed() > 0 {
                    format!(
                        ", {} left alone (changed in V3)",
                        thousands(counts.changed())
                    )
                } else {
                    String::new()
                }
            ),
        );
        not_written(&mut text, table, counts);
    }
    if verbose {
        for (collection, counts) in &report.collections {
            line(
                &mut text,
                format_args!(
                    "{collection}: {} read = {} repeated + {} written + {} unchanged + {} in conflict + {} quarantined; {} superseded",
                    thousands(counts.read),
                    thousands(counts.repeated),
                    thousands(counts.written),
                    thousands(counts.unchanged),
                    thousands(counts.conflicting),
                    thousands(counts.quarantined),
                    thousands(counts.superseded)
                ),
            );
        }
    }
    fates(&mut text, report, dry_run);
    examples(&mut text, "quarantined", &report.quarantine);
    examples(&mut text, "warning", &report.warnings);
    if !report.not_planned.is_empty() {
        line(
            &mut text,
            format_args!(
                "not part of this plan: {}",
                spelled(&report.not_planned.join(", "))
            ),
        );
    }
    for remark in &report.remarks {
        line(&mut text, format_args!("note: {}", spelled(remark)));
    }
    let warnings: u64 = report.warnings.values().map(|found| found.count).sum();
    line(
        &mut text,
        format_args!(
            "{} quarantined, {} warnings",
            thousands(report.quarantined()),
            thousands(warnings)
        ),
    );
    if let Some(bill) = report.bill {
        let later = if dry_run {
            "; data-migrate reads about as many, and final-check again"
        } else {
            ""
        };
        line(&mut text, format_args!("{}{later}", bill_text(bill)));
    }
    if report.collections.values().all(|counts| counts.read == 0) {
        line(&mut text, format_args!("{}", no_documents(&report.source)));
    } else if report.written_rows() == 0 && report.conflicts.count == 0 && !dry_run {
        line(
            &mut text,
            format_args!(
                "Nothing to write: what V2 gives was written before (final-check compares V3's rows)."
            ),
        );
    }
    text
}

/// Rows that nobody changed, and that could not be written all the same.
fn not_written(text: &mut String, table: &str, counts: &RowCounts) {
    for (count, why) in [
        (
            counts.refused,
            "not written: V3 refuses them (a constraint or a trigger); final-check --report-only \
             names them",
        ),
        (
            counts.missing_parent,
            "not written: a row that they refer to is not in V3; final-check --report-only names them",
        ),
        (
            counts.unique,
            "not written: another row has a value that must be unique; final-check --report-only \
             names them",
        ),
        (
            counts.with_document,
            "left alone with their document, of which another row is left alone or not written",
        ),
    ] {
        if count > 0 {
            line(text, format_args!("{table}: {} {why}", thousands(count)));
        }
    }
}

/// What is said before a source is read whose owner is billed for it.
pub fn expected_bill_text(bill: Bill) -> String {
    format!(
        "Firestore bills reading: about {} documents, {} at {} for 100,000; \
         data-migrate reads a collection twice, or once where nothing of it has changed since the \
         last run, and so does this dry run",
        thousands(bill.reads),
        bill.cost(),
        bill.price
    )
}

/// What was read of a source whose owner is billed for it.
pub fn bill_text(bill: Bill) -> String {
    format!(
        "Firestore bills {} documents read, {} at {} for 100,000",
        thousands(bill.reads),
        bill.cost(),
        bill.price
    )
}

/// Documents that V2 has no longer, and those that were tried again.
fn fates(text: &mut String, report: &LoadReport, dry_run: bool) {
    let gone = &report.gone;
    gone_items(text, "gone from V2", &gone.documents, dry_run);
    gone_items(
        text,
        "gone with them, made of several documents",
        &gone.derived,
        dry_run,
    );
    if gone.without_rows > 0 {
        line(
            text,
            format_args!(
                "gone from V2, and no row of them is in V3 (or another document gives it now): {}",
                thousands(gone.without_rows)
            ),
        );
    }
    if gone.departed > 0 {
        line(
            text,
            format_args!(
                "in quarantine before, and gone from V2: {}; the ledger keeps them whole, and they count no more",
                thousands(gone.departed)
            ),
        );
    }
    if let Some(retried) = &report.retried {
        line(
            text,
            format_args!(
                "of {} in quarantine before: {} {}, {} still in quarantine, {} in conflict, {} no longer in V2",
                thousands(retried.keys.len() as u64),
                thousands(retried.migrated),
                if dry_run {
                    "would be migrated"
                } else {
                    "migrated"
                },
                thousands(retried.quarantined),
                thousands(retried.conflicting),
                thousands(retried.absent())
            ),
        );
    }
}

fn gone_items(text: &mut String, what: &str, gone: &GoneItems, dry_run: bool) {
    if gone.found.count == 0 {
        return;
    }
    let fate = if gone.pruned + gone.kept > 0 {
        format!(
            "rows of {} removed, of {} left alone (changed in V3, or referred to)",
            thousands(gone.pruned),
            thousands(gone.kept)
        )
    } else if dry_run {
        "their rows stay, unless --prune is given".to_owned()
    } else {
        "their rows stay; --prune removes them".to_owned()
    };
    let count = thousands(gone.found.count);
    let first = first_of(&gone.found);
    line(text, format_args!("{what}: {count} ({first}); {fate}"));
}

/// `leads/a, leads/b, …`
fn first_of(examples: &Examples) -> String {
    let first = examples.items.iter().take(3);
    let first: Vec<_> = first.map(|item| spelled(item)).collect();
    let more = if examples.count > first.len() as u64 {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", first.join(", "))
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let written = writeln!(text, "{arguments}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn examples(text: &mut String, what: &str, found: &BTreeMap<String, Examples>) {
    for (name, examples) in found {
        line(
            text,
            format_args!(
                "{what} {name}: {} ({})",
                thousands(examples.count),
                first_of(examples)
            ),
        );
    }
}

/// The JSON document of `data-migrate`.
pub fn load_json(report: &LoadReport, run: Option<i64>, dry_run: bool) -> Value {
    let named = |found: &BTreeMap<String, Examples>| -> Value {
        let entries = found.iter().map(|(name, examples)| {
            let value = json!({"count": examples.count, "first": examples.items});
            (name.clone(), value)
        });
        Value::Object(entries.collect())
    };
    json!({
        "status": if report.quarantined() > 0 || report.conflicts.count > 0 { "incomplete" } else { "done" },
        "dry_run": dry_run,
        "run": run,
        "source": report.source,
        "read_time": report.read_time,
        "collections": report.counts_json(),
        "rows": report.rows_json(),
        "quarantined": named(&report.quarantine),
        "warnings": named(&report.warnings),
        "conflicts": {"count": report.conflicts.count, "first": report.conflicts.items},
        "gone": report.gone.to_json(),
        "retried": report.retried.as_ref().map(|retried| json!({
            "count": retried.keys.len(),
            "migrated": retried.migrated,
            "quarantined": retried.quarantined,
            "conflicting": retried.conflicting,
            "absent": retried.absent(),
        })),
        "not_planned": report.not_planned,
        "remarks": report.remarks,
        "bill": report.bill.map(Bill::to_json),
        "milliseconds": report.phases_json(),
    })
}

/// That a source is perhaps another one than was meant.
pub fn no_documents(source: &str) -> String {
    format!("{source} holds no document of this plan's collections: is V2_FIRESTORE right?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_forges_no_line_and_no_colour() {
        let odd = "leads/x\nPASSED: V3 has everything\u{1b}[32m\u{202e}";
        let report = LoadReport {
            quarantine: BTreeMap::from([(
                "bad_document".to_owned(),
                Examples {
                    count: 1,
                    items: vec![odd.to_owned()],
                },
            )]),
            ..LoadReport::default()
        };
        let text = load_text(&report, false, false);
        assert!(
            text.contains(
                "quarantined bad_document: 1 \
                 (leads/x<U+000A>PASSED: V3 has everything<U+001B>[32m<U+202E>)\n"
            ),
            "{text}"
        );
        // Data stays what it is.
        let json = load_json(&report, None, false);
        assert_eq!(json["quarantined"]["bad_document"]["first"][0], odd);
    }

    #[test]
    fn a_bill_is_told_where_there_is_one() {
        let free = LoadReport::default();
        assert!(!load_text(&free, true, true).contains("bills"));
        assert!(load_json(&free, None, true)["bill"].is_null());
        let billed = LoadReport {
            bill: Some(Bill {
                reads: 2_469_134,
                price: "0.036".parse().expect("a price"),
            }),
            ..LoadReport::default()
        };
        assert!(load_text(&billed, true, false).contains(
            "Firestore bills 2,469,134 documents read, $0.89 at $0.036 for 100,000; \
                 data-migrate reads about as many, and final-check again\n"
        ));
        assert!(load_text(&billed, false, false).contains("at $0.036 for 100,000\n"));
        let json = load_json(&billed, None, true);
        assert_eq!(json["bill"]["reads"], 2_469_134);
        assert_eq!(json["bill"]["usd_per_100000_reads"], 0.036);
    }
}
