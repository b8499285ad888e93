//! What it says, word for word.

use super::run::{folder, line, run_at, run_sample};
use serde_json::json;

#[test]
fn the_sample() {
    let outcome = run_sample("firestore", &[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("sample", outcome.stdout);
}

#[test]
fn everything_that_stands_out() {
    let key = format!("AIza{}", "Sy".repeat(17) + "x");
    let cases = [
        line("cases", "IC-1", &json!({
            "audio": {"mapValue": {"fields": {"duration": {"doubleValue": 1.5}}}},
            "createdAt": {"timestampValue": "2025-11-03T02:15:00Z"},
            "status": {"stringValue": "won"},
            "lead_id": {"stringValue": "L1"},
            "leadId": {"stringValue": "L2"},
            "maps": {"stringValue": key},
            "analysis.score": {"integerValue": "7"},
        })),
        line("cases", "ic–1", &json!({
            "audio": {"mapValue": {"fields": {"duration": {"stringValue": "80"}}}},
            "createdAt": {"stringValue": "2025-11-03 10:15"},
            "status": {"stringValue": "a\u{0}b"},
            "lead_id": {"stringValue": "L9"},
            "ratio": {"doubleValue": "NaN"},
        })),
        line("cases", "ic\u{200b}–1", &json!({"lead_id": {"stringValue": "L1"}})),
        "{\"name\": \"projects/p/databases/(default)/documents/cases/x\", \"fields\": {\"n\": {\"integerValue\": \"Anna\"}}}\n".to_owned(),
    ];
    let leads = [
        line("leads", "L1", &json!({})),
        line("leads", "L2", &json!({"x": {"nullValue": null}})),
    ];
    let dir = folder(&[
        ("cases.ndjson", &cases.concat()),
        ("leads.ndjson", &leads.concat()),
    ]);
    let outcome = run_at(dir.path(), &["--source", "file://."]);
    // What was made here has no createTime but its file's.
    let timeless: String = outcome
        .stdout
        .lines()
        .filter(|line| !line.starts_with("  created "))
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!("stands_out", timeless);
    assert_eq!(outcome.status, 3, "a document cannot be read");
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let dir = folder(&[("cases.ndjson", "")]);
    let nowhere = run_at(dir.path(), &["--source", "file://elsewhere"]);
    assert_eq!(nowhere.status, 1);
    assert!(
        nowhere.stderr.contains("check the path in V2_FIRESTORE"),
        "{}",
        nowhere.stderr
    );
    let unnamed = run_at(dir.path(), &[]);
    assert_eq!(unnamed.status, 1);
    assert!(
        unnamed.stderr.contains("V2_FIRESTORE"),
        "{}",
        unnamed.stderr
    );
    let unknown = run_at(
        dir.path(),
        &["--source", "file://.", "--collection", "case"],
    );
    assert_eq!(
        (unknown.status, unknown.stderr.as_str()),
        (
            1,
            "error: there is no collection \"case\" (file://.)\n  next: the collections are: cases\n"
        )
    );
    let usage = run_at(dir.path(), &["--max-documents", "0"]);
    assert_eq!(usage.status, 2);
    let page = run_at(
        dir.path(),
        &["--source", "file://.", "--html", "no/such/folder.html"],
    );
    assert_eq!(page.status, 1);
    assert!(
        page.stderr.contains("cannot write the report"),
        "{}",
        page.stderr
    );
}

#[test]
fn an_empty_source_is_no_mistake_and_no_silence() {
    let dir = folder(&[]);
    let outcome = run_at(dir.path(), &["--source", "file://."]);
    assert_eq!(outcome.status, 0);
    assert_eq!(
        outcome.stdout,
        "file://.: 0 documents in 0 collections, 0 B as Firestore counts them\n\nThe source holds no collection: is V2_FIRESTORE right?\n"
    );
}
