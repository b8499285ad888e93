//! Again and again while V2 is still written to, until V3 takes over.

use std::fs;

use serde_json::json;

use super::workplace::{Workplace, document, repository};

/// A copy of the sample that the test may change.
pub fn changing_sample() -> Option<Workplace> {
    let place = Workplace::new()?;
    let sample = repository().join("samples/sales-ai/firestore");
    let files: Vec<(String, Vec<u8>)> = fs::read_dir(sample)
        .expect("the sample")
        .map(|entry| {
            let entry = entry.expect("a file");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("read"))
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let place = place.with_documents(&files);
    place.expect(0, "schema-push", &[]);
    Some(place)
}

/// Keeps the lines of a file that `keep` says, changed by it.
pub fn edit(place: &Workplace, file: &str, mut change: impl FnMut(&str) -> Option<String>) {
    let path = place.dir.path().join("v2").join(file);
    let text = fs::read_to_string(&path).expect("read");
    let lines: Vec<String> = text.lines().filter_map(&mut change).collect();
    fs::write(&path, lines.join("\n") + "\n").expect("written");
}

pub fn id_of(line: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let name = document["name"].as_str().expect("a name");
    name.rsplit('/').next().expect("an id").to_owned()
}

pub fn count(place: &Workplace, table: &str) -> u64 {
    place.query(&format!("SELECT count(*) FROM {table}"))[0]
        .parse()
        .expect("a number")
}

/// What the tables and the ledger's account of them hold.
fn digest(place: &Workplace) -> Vec<String> {
    ["opportunities", "conversations", "meddic_analyses"]
        .iter()
        .flat_map(|table| {
            place.query(&format!(
                "SELECT '{table}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY id), '')) FROM {table} AS t"
            ))
        })
        .collect()
}

#[test]
fn documents_gone_from_v2_are_reported_and_removed_only_when_that_is_asked_for() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let conversations = count(&place, "conversations");
    // A case goes, and with it its conversation, its analysis, and the customer made of it alone.
    let mut gone = String::new();
    edit(&place, "cases.ndjson", |line| {
        if gone.is_empty() {
            gone = id_of(line);
            return None;
        }
        Some(line.to_owned())
    });
    let outcome = place.expect(0, "data-migrate", &[]);
    assert!(
        outcome.stdout.contains("gone from V2: ")
            && outcome.stdout.contains(&format!("cases/{gone}")),
        "{}",
        outcome.stdout
    );
    assert_eq!(count(&place, "conversations"), conversations);
    let before = digest(&place);
    let outcome = place.expect(0, "data-migrate", &["--prune", "--dry-run"]);
    assert!(
        outcome.stdout.contains("gone from V2"),
        "{}",
        outcome.stdout
    );
    assert_eq!(digest(&place), before);
    let outcome = place.expect(0, "data-migrate", &["--prune", "--json"]);
    let report = outcome.json();
    assert!(report["gone"]["pruned"].as_u64() >= Some(1), "{report}");
    assert_eq!(report["gone"]["kept"], json!(0), "{report}");
    assert!(count(&place, "conversations") < conversations);
    // Nothing is left to find, and the proof agrees.
    let outcome = place.expect(0, "data-migrate", &["--prune"]);
    assert!(
        !outcome.stdout.contains("gone from V2"),
        "{}",
        outcome.stdout
    );
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    // What was removed comes back when its run is taken back.
    let run = report["run"].as_i64().expect("a run").to_string();
    place.expect(0, "rollback", &["--yes", "--run", &run]);
    assert_eq!(digest(&place), before);
    // And goes again.
    let outcome = place.expect(0, "data-migrate", &["--prune", "--json"]);
    assert_eq!(outcome.json()["gone"]["pruned"], report["gone"]["pruned"]);
    assert!(count(&place, "conversations") < conversations);
}

#[test]
fn a_gone_document_whose_row_was_changed_in_v3_keeps_it() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let row = place.query(
        "SELECT row_id, document_id FROM sunset.provenance WHERE table_name = 'opportunities' AND collection = 'leads' \
         AND NOT EXISTS (SELECT FROM conversations WHERE opportunity_id = row_id) ORDER BY 1 LIMIT 1",
    );
    let (id, document) = row[0].split_once('|').expect("two columns");
    place.query(&format!(
        "UPDATE opportunities SET company_name = 'kept by hand' WHERE id = '{id}'"
    ));
    edit(&place, "leads.ndjson", |line| {
        (id_of(line) != document).then(|| line.to_owned())
    });
    let outcome = place.expect(3, "data-migrate", &["--prune", "--json"]);
    assert_eq!(
        outcome.json()["gone"]["kept"],
        json!(1),
        "{}",
        outcome.stdout
    );
    assert_eq!(
        place.query(&format!(
            "SELECT company_name FROM opportunities WHERE id = '{id}'"
        )),
        ["kept by hand"]
    );
}

#[test]
fn nothing_is_removed_when_v2_was_not_read_whole() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let before = digest(&place);
    let leads = place.dir.path().join("v2/leads.ndjson");
    let text = fs::read_to_string(&leads).expect("read");
    // A line of which not even the id is left may be any document.
    let last = text.trim_end().rfind('\n').expect("lines");
    fs::write(&leads, &text[..last + 12]).expect("written");
    edit(&place, "leads.ndjson", {
        let mut first = true;
        move |line| {
            if first {
                first = false;
                return None;
            }
            Some(line.to_owned())
        }
    });
    let outcome = place.expect(1, "data-migrate", &["--prune"]);
    assert!(outcome.stderr.contains("unreadable"), "{}", outcome.stderr);
    assert_eq!(digest(&place), before);
    // A collection that is not there at all.
    fs::remove_file(&leads).expect("removed");
    let outcome = place.expect(1, "data-migrate", &["--prune"]);
    assert!(
        outcome.stderr.contains("--prune-empty leads"),
        "{}",
        outcome.stderr
    );
    assert_eq!(digest(&place), before);
    let outcome = place.expect(1, "data-migrate", &["--prune", "--prune-empty", "lead"]);
    assert!(
        outcome.stderr.contains("its collections are"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn quarantined_documents_are_tried_again_after_the_source_was_mended() {
    let Some(place) = changing_sample() else {
        return;
    };
    let outcome = place.expect(0, "data-migrate", &["--retry-quarantined"]);
    assert!(
        outcome.stdout.contains("Nothing is in quarantine"),
        "{}",
        outcome.stdout
    );
    assert_eq!(count(&place, "opportunities"), 0, "it ended at once");
    let path = place.dir.path().join("v2/cases.ndjson");
    let whole = fs::read_to_string(&path).expect("read");
    // Two cases lose the field without which they are nothing.
    let mut broken = 0;
    edit(&place, "cases.ndjson", |line| {
        let mut document: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if broken < 2 {
            broken += 1;
            document["fields"] = json!("nothing of a document");
        }
        Some(document.to_string())
    });
    place.expect(3, "data-migrate", &[]);
    let outcome = place.expect(
        1,
        "data-migrate",
        &["--retry-quarantined", "no_such_reason"],
    );
    assert!(
        outcome.stderr.contains("the reasons there are"),
        "{}",
        outcome.stderr
    );
    let outcome = place.expect(3, "data-migrate", &["--retry-quarantined", "--json"]);
    let retried = outcome.json()["retried"].clone();
    assert_eq!(retried["migrated"], json!(0), "{retried}");
    assert_eq!(retried["count"], retried["quarantined"], "{retried}");
    fs::write(&path, whole).expect("mended");
    let outcome = place.expect(0, "data-migrate", &["--retry-quarantined", "--json"]);
    let retried = outcome.json()["retried"].clone();
    assert_eq!(retried["migrated"], retried["count"], "{retried}");
    assert_eq!(count(&place, "sunset.quarantine"), 0);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
}

/// The counts of a run, without what differs from run to run.
fn counts(place: &Workplace, arguments: &[&str]) -> serde_json::Value {
    let arguments = [arguments, &["--json"]].concat();
    let mut report = place.expect(3, "data-migrate", &arguments).json();
    for name in ["run", "dry_run", "milliseconds"] {
        report.as_object_mut().expect("an object").remove(name);
    }
    report
}

#[test]
fn what_is_as_it_was_is_not_mapped_again_and_counts_the_same() {
    let Some(place) = changing_sample() else {
        return;
    };
    // Warnings, quarantine, and a document that comes twice.
    let mut cut = 0;
    edit(&place, "conversations.ndjson", |line| {
        cut += 1;
        Some(if cut % 9 == 0 {
            line.replace("\"lead_id\"", "\"was_lead_id\"")
        } else {
            line.replace("\"integerValue\": \"", "\"stringValue\": \" ")
        })
    });
    place.expect(3, "data-migrate", &[]);
    let same = counts(&place, &[]);
    assert_eq!(
        same,
        counts(&place, &["--dry-run"]),
        "a dry run says the same"
    );
    // Where nothing is known of what the outcomes rest on, everything is mapped and compared.
    place.query("UPDATE sunset.items SET basis = NULL");
    let outcomes =
        "SELECT count(*) FROM sunset.items WHERE basis IS NULL AND collection NOT LIKE '%#%'";
    assert_ne!(place.query(outcomes), ["0"]);
    assert_eq!(same, counts(&place, &[]));
    assert_eq!(place.query(outcomes), ["0"], "and is known again");
    assert_eq!(same, counts(&place, &[]));

    // One lead's shop is renamed in a conversation of it: the conversation is written, and the
    // lead, whose own document did not change.
    let mut changed = String::new();
    edit(&place, "conversations.ndjson", |line| {
        if changed.is_empty()
            && line.contains("\"store_name\": {\"stringValue\": \"")
            && line.contains("\"lead_id\"")
        {
            changed = id_of(line);
            return Some(line.replace(
                "\"store_name\": {\"stringValue\": \"",
                "\"store_name\": {\"stringValue\": \"New ",
            ));
        }
        Some(line.to_owned())
    });
    assert!(!changed.is_empty(), "the sample names shops");
    let after = counts(&place, &[]);
    let written = |name: &str| after["collections"][name]["written"].as_u64();
    assert_eq!(written("conversations"), Some(1), "{after}");
    assert_eq!(written("cases"), Some(0), "{after}");
    let expected = digest(&place);
    place.query("UPDATE sunset.items SET basis = NULL");
    counts(&place, &[]);
    assert_eq!(
        digest(&place),
        expected,
        "mapping everything finds nothing more"
    );
}

/// A lead with a customer number.
fn lead(id: &str, number: &str) -> String {
    let fields = json!({
        "customer_number": {"stringValue": number},
        "company_name": {"stringValue": format!("Company {id}")},
    });
    document(&format!("leads/{id}"), &fields, "2025-11-26T04:21:36Z") + "\n"
}

#[test]
fn leads_that_exchange_their_numbers_do_so_in_v3_too() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let first = [lead("a", "N-1"), lead("b", "N-2"), lead("c", "N-3")].concat();
    let place = place.with_documents(&[("leads.ndjson", first.as_bytes())]);
    place.expect(0, "schema-push", &[]);
    // A batch a lead: none of them ever meets the other within one.
    let alone = ["--batch-size", "1"];
    place.expect(0, "data-migrate", &alone);
    let before = digest(&place);
    let path = place.dir.path().join("v2/leads.ndjson");
    let swapped = [lead("a", "N-2"), lead("b", "N-3"), lead("c", "N-1")].concat();
    fs::write(&path, swapped).expect("written");
    let dry = place.expect(0, "data-migrate", &["--batch-size", "1", "--dry-run"]);
    assert!(!dry.stdout.contains("conflict"), "{}", dry.stdout);
    let outcome = place.expect(0, "data-migrate", &["--batch-size", "1", "--json"]);
    let report = outcome.json();
    assert_eq!(
        place.query("SELECT id || ' ' || customer_number FROM opportunities ORDER BY id"),
        ["a N-2", "b N-3", "c N-1"]
    );
    let counts = &report["collections"]["leads"];
    assert_eq!(counts["written"], json!(3), "{report}");
    assert_eq!(counts["conflicting"], json!(0), "{report}");
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    place.expect(0, "data-migrate", &alone);
    // And back, by its run alone.
    let run = report["run"].as_i64().expect("a run").to_string();
    place.expect(0, "rollback", &["--yes", "--run", &run]);
    assert_eq!(digest(&place), before);
}
