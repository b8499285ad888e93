//! Numbers: what programs say of documents and rows is what there is, in text and in JSON.

use serde_json::{Value, json};

use super::catch_up::{changing_sample, count, edit, id_of};
use super::workplace::Workplace;

/// A pass as JSON; `status` is how it must end.
fn pass(place: &Workplace, status: i32, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--json"]].concat();
    place.expect(status, "data-migrate", &arguments).json()
}

#[test]
fn rows_of_documents_in_quarantine_are_told_in_every_pass() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let rows = count(&place, "conversations");
    let mut broken = String::new();
    edit(&place, "conversations.ndjson", |line| {
        if broken.is_empty() {
            broken = id_of(line);
            return Some(line.replace("\"lead_id\"", "\"was_lead_id\""));
        }
        Some(line.to_owned())
    });
    let held = |report: &Value| {
        let rows = &report["rows"]["conversations"];
        (rows["held"].as_u64(), rows["unchanged"].as_u64())
    };
    let wanted = (Some(1), Some(rows - 1));
    assert_eq!(held(&pass(&place, 3, &[])), wanted, "the first pass");
    assert_eq!(held(&pass(&place, 3, &[])), wanted, "nothing is read again");
    assert_eq!(held(&pass(&place, 3, &["--dry-run"])), wanted);
    let retrying = ["--retry-quarantined"];
    assert_eq!(held(&pass(&place, 3, &retrying)), wanted, "one by one");
    let shared = ["--worker", "held"];
    assert_eq!(held(&pass(&place, 3, &shared)), wanted, "shared");
    assert_eq!(held(&pass(&place, 3, &shared)), wanted, "after the end");
    let said = place.expect(3, "data-migrate", &[]).stdout;
    assert!(
        said.contains("1 stay although their document is in quarantine now"),
        "{said}"
    );
    // A row that somebody removed stays no longer.
    place.query(&format!(
        "DELETE FROM meddic_analyses WHERE conversation_id = '{broken}'"
    ));
    place.query(&format!("DELETE FROM conversations WHERE id = '{broken}'"));
    assert_eq!(held(&pass(&place, 3, &[])), (Some(0), wanted.1));
}

#[test]
fn a_document_that_moved_took_its_row_along() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let rows = count(&place, "conversations");
    let analyses = place.query("SELECT conversation_id FROM meddic_analyses");
    let mut moved = None;
    edit(&place, "conversations.ndjson", |line| {
        if moved.is_none() && !analyses.contains(&id_of(line)) {
            moved = Some(line.replace("/conversations/", "/sales_cases/"));
            return None;
        }
        Some(line.to_owned())
    });
    let moved = moved.expect("a conversation without an analysis");
    let mut last = true;
    edit(&place, "sales_cases.ndjson", |line| {
        let first = std::mem::take(&mut last);
        Some(if first {
            format!("{moved}\n{line}")
        } else {
            line.to_owned()
        })
    });
    let fate = |report: &Value| {
        let gone = &report["gone"];
        ["count", "pruned", "kept", "without_rows"].map(|name| gone[name].as_u64())
    };
    let wanted = [Some(0), Some(0), Some(0), Some(1)];
    assert_eq!(fate(&pass(&place, 0, &["--dry-run"])), wanted);
    assert_eq!(fate(&pass(&place, 0, &["--dry-run", "--prune"])), wanted);
    let said = place.expect(0, "data-migrate", &["--prune"]).stdout;
    assert!(
        said.contains("no row of them is in V3 (or another document gives it now): 1"),
        "{said}"
    );
    assert!(!said.contains("removed"), "{said}");
    assert_eq!(count(&place, "conversations"), rows);
    let again = pass(&place, 0, &["--prune"]);
    assert_eq!(fate(&again), [Some(0); 4], "told once: {again:#}");
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
}

#[test]
fn customers_made_of_cases_are_no_documents() {
    let Some(place) = changing_sample() else {
        return;
    };
    let documents: u64 = [
        "leads",
        "conversations",
        "cases",
        "meddic_analyses",
        "sales_cases",
    ]
    .iter()
    .map(|name| {
        let path = place.dir.path().join(format!("v2/{name}.ndjson"));
        std::fs::read_to_string(path).expect("read").lines().count() as u64
    })
    .sum();
    let before = pass(&place, 0, &["--dry-run"]);
    let customers = before["collections"]["cases#customers"]["written"].clone();
    assert_ne!(customers, json!(0), "the sample's cases have customers");
    place.expect(0, "data-migrate", &[]);
    place.query("DELETE FROM sunset.items");
    let left = place.expect(0, "cutover", &["--without-audio"]).stdout;
    assert!(
        left.contains(&format!(
            "Left to do: {documents} documents to write, 0 gone"
        )),
        "{left}"
    );
    assert!(
        left.contains(&format!(
            "made of several documents: {customers} to write, 0 gone"
        )),
        "{left}"
    );
    place.expect(0, "data-migrate", &[]);
    // A case goes, and with it the customer that was made of it alone.
    let gone = "202506-IC005";
    edit(&place, "cases.ndjson", |line| {
        (id_of(line) != gone).then(|| line.to_owned())
    });
    let found = pass(&place, 0, &[])["gone"].clone();
    assert_eq!(found["count"], json!(1), "{found:#}");
    assert_eq!(found["first"], json!([format!("cases/{gone}")]));
    assert_eq!(found["derived"]["count"], json!(1), "{found:#}");
    let pruned = pass(&place, 0, &["--prune"])["gone"].clone();
    assert_eq!(pruned["pruned"], json!(1), "{pruned:#}");
    assert_eq!(pruned["derived"]["pruned"], json!(1), "{pruned:#}");
}

#[test]
fn rows_that_v3_refuses_are_not_called_changed() {
    let Some(place) = changing_sample() else {
        return;
    };
    // A lead with a conversation of its own, so that this one has no parent.
    let lead = place.dir.path().join("v2/conversations.ndjson");
    let lead = std::fs::read_to_string(lead).expect("read");
    let lead: Value = serde_json::from_str(lead.lines().next().expect("a line")).expect("JSON");
    let lead = lead["fields"]["lead_id"]["stringValue"].as_str();
    let lead = lead.expect("a lead").to_owned();
    place.query(&format!(
        "ALTER TABLE opportunities ADD CONSTRAINT refuses CHECK (id <> '{lead}')"
    ));
    let outcome = place.expect(3, "data-migrate", &[]);
    let said = &outcome.stdout;
    assert!(
        said.contains("opportunities: 1 not written: V3 refuses them"),
        "{said}"
    );
    assert!(
        said.contains("not written: a row that they refer to is not in V3"),
        "{said}"
    );
    assert!(!said.contains("changed in V3"), "{said}");
    let rows = pass(&place, 3, &[])["rows"].clone();
    let opportunities = &rows["opportunities"];
    assert_eq!(opportunities["refused"], json!(1), "{rows:#}");
    assert_eq!(opportunities["conflicting"], json!(1), "{rows:#}");
    let conversations = &rows["conversations"];
    assert!(
        conversations["missing_parent"].as_u64() >= Some(1),
        "{rows:#}"
    );
    assert_eq!(
        conversations["missing_parent"],
        conversations["conflicting"]
    );
}

#[test]
fn a_row_beside_one_that_somebody_changed_is_not_called_changed() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    let both = place.query(
        "SELECT c.row_id, c.document_id FROM sunset.provenance AS c \
         JOIN sunset.provenance AS m USING (collection, document_id) \
         WHERE collection = 'cases' AND c.table_name = 'conversations' \
         AND m.table_name = 'meddic_analyses' ORDER BY 1 LIMIT 1",
    );
    let (row, document) = both[0].split_once('|').expect("two columns");
    place.query(&format!(
        "UPDATE conversations SET store_name = 'by hand' WHERE id = '{row}'"
    ));
    edit(&place, "cases.ndjson", |line| {
        Some(if id_of(line) == document {
            let name = "\"customerName\": {\"stringValue\": \"";
            line.replace(name, &format!("{name}New "))
        } else {
            line.to_owned()
        })
    });
    let rows = pass(&place, 3, &[])["rows"].clone();
    assert_eq!(rows["conversations"]["conflicting"], json!(1), "{rows:#}");
    assert_eq!(rows["conversations"]["with_document"], json!(0), "{rows:#}");
    // The analysis beside it is as V2 has it.
    assert_eq!(rows["meddic_analyses"]["conflicting"], json!(0), "{rows:#}");
    let said = place.expect(3, "data-migrate", &[]).stdout;
    let changed: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("1 left alone (changed in V3)"))
        .collect();
    assert!(
        changed.len() == 1 && changed[0].starts_with("conversations: "),
        "{said}"
    );
    assert!(!said.contains("left alone with their document"), "{said}");
}

#[test]
fn a_worker_that_comes_after_the_end_tells_the_report_of_the_run() {
    let Some(place) = changing_sample() else {
        return;
    };
    let mut broken = false;
    edit(&place, "conversations.ndjson", |line| {
        let first = !std::mem::replace(&mut broken, true);
        Some(if first {
            line.replace("\"lead_id\"", "\"was_lead_id\"")
        } else {
            line.to_owned()
        })
    });
    let shared = ["--worker", "once"];
    let first = pass(&place, 3, &shared);
    assert_eq!(first["status"], json!("incomplete"), "{first:#}");
    assert_eq!(pass(&place, 3, &shared), first);
    let said = place.expect(3, "data-migrate", &shared);
    assert!(said.stdout.contains("1 quarantined, "), "{}", said.stdout);
    assert!(
        said.stderr.contains("is done already; this is its report"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_cut_over_is_recorded_once_and_with_what_was_accepted() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    place.query(
        "UPDATE opportunities SET notes = 'called' WHERE id = (SELECT min(id) FROM opportunities)",
    );
    let frozen = ["--frozen", "--without-audio"];
    let outcome = place.expect(4, "cutover", &frozen);
    assert!(
        outcome
            .stdout
            .contains("cutover --frozen --accept-filled takes it as it is"),
        "{}",
        outcome.stdout
    );
    assert_eq!(count(&place, "sunset.cut_overs"), 0);
    let accepting = [frozen.as_slice(), &["--accept-filled"]].concat();
    // What else is wrong is not accepted with it.
    place.query(
        "UPDATE conversations SET title = 'changed' WHERE id = (SELECT min(id) FROM conversations)",
    );
    place.expect(4, "cutover", &accepting);
    place.expect(0, "rollback", &["--yes", "--force"]);
    place.expect(0, "data-migrate", &[]);
    place.query(
        "UPDATE opportunities SET notes = 'called' WHERE id = (SELECT min(id) FROM opportunities)",
    );
    place.expect(0, "cutover", &accepting);
    assert_eq!(
        place.query("SELECT accepted FROM sunset.cut_overs"),
        ["{\"opportunities\": 1}"]
    );
    assert_eq!(
        place.query("SELECT count(*) FROM opportunities WHERE notes = 'called'"),
        ["1"]
    );
    // Once recorded, it says so and does nothing more.
    let runs = count(&place, "sunset.runs");
    let outcome = place.expect(0, "cutover", &["--without-audio"]);
    assert!(
        outcome.stdout.contains("nothing to do"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains("Left to do"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("Next:"), "{}", outcome.stdout);
    assert_eq!(count(&place, "sunset.runs"), runs);
}
