//! The report: what it tells is what the ledger and V2 hold, and it can be read by everybody.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::browser;
use super::workplace::{Outcome, Workplace, repository};

/// The page that a program said it wrote; what is beside it has the same name.
pub fn page_of(place: &Workplace, outcome: &Outcome) -> PathBuf {
    let path = outcome
        .stdout
        .lines()
        .chain(outcome.stderr.lines())
        .find_map(|line| line.strip_prefix("Report: "))
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("a report\n{}\n{}", outcome.stdout, outcome.stderr));
    place.dir.path().join(path)
}

/// The files that a program said it wrote: the page, and the facts.
pub fn written(place: &Workplace, outcome: &Outcome) -> (String, Value) {
    let path = page_of(place, outcome);
    let page = std::fs::read_to_string(&path).expect("the page");
    let facts = std::fs::read(path.with_extension("json")).expect("the facts");
    assert!(path.with_extension("md").is_file());
    (page, serde_json::from_slice(&facts).expect("JSON"))
}

pub fn readable(page: &str) {
    assert_eq!(browser::fetches(page), [""; 0], "it is one file");
    if let Some(faults) = browser::faults(page) {
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn the_report_adds_up_and_can_be_made_again() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let (page, facts) = written(&place, &place.expect(0, "final-check", &["--report-only"]));
    assert!(page.contains("Nothing was migrated into this database yet."));
    assert_eq!(facts["history"]["runs_total"], 0);
    readable(&page);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &["--batch-size", "7"]);
    let only = ["--only", "data", "--only", "tables", "--only", "users"];
    let (page, facts) = written(&place, &place.expect(0, "final-check", &only));
    readable(&page);
    browser::pictures(&page, "report");
    let pace = &facts["history"]["paces"][0];
    let slots = pace["slots"].as_array().expect("slots").iter();
    let booked: u64 = slots.filter_map(Value::as_u64).sum();
    let items: u64 = place.query("SELECT count(*) FROM sunset.items")[0]
        .parse()
        .expect("a number");
    assert_eq!(booked, items, "every document is booked in one slot");
    assert_eq!(pace["items"], json!(items));
    assert_eq!(pace["rows_written"], json!(111 + 153 + 110));
    let batches: u64 = place.query("SELECT count(*) FROM sunset.batches")[0]
        .parse()
        .expect("a number");
    assert_eq!(pace["batches"], json!(batches));
    assert!(batches > items / 7);
    let latency = &pace["latency_ms"];
    let percentile = |name: &str| latency[name].as_f64().expect("a latency");
    assert!(percentile("p50") > 0.0);
    assert!(percentile("p50") <= percentile("p90") && percentile("p99") <= percentile("max"));
    let flow = facts["history"]["flow"].as_array().expect("the flow");
    let ours = flow.iter().filter(|one| one["from"] != "#owner");
    let rows: u64 = ours.filter_map(|one| one["rows"].as_u64()).sum();
    assert_eq!(rows, 111 + 153 + 110);
    // Made again it tells the same.
    let (_, again) = written(&place, &place.expect(0, "final-check", &["--report-only"]));
    assert_eq!(again["history"]["paces"], facts["history"]["paces"]);
    assert_eq!(again["history"]["flow"], facts["history"]["flow"]);
    assert_eq!(again["verdict"], Value::Null);
    // What was taken back is told, too.
    place.expect(0, "rollback", &["--yes"]);
    let (page, facts) = written(&place, &place.expect(0, "final-check", &["--report-only"]));
    assert!(page.contains("rolled_back") && page.contains("Nothing that was migrated is in V3."));
    assert_eq!(facts["history"]["paces"][0]["items"], json!(items));
    assert_eq!(facts["history"]["flow"], json!([]));
    readable(&page);
}

#[test]
fn ten_thousand_documents_in_quarantine_make_no_large_page() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let lines: String = (0..10_000)
        .map(|number| format!("{{\"_id\":\"bad-{number:05}\",\"companyName\":{number}, broken\n"))
        .collect();
    let place = place.with_documents(&[("leads.ndjson", lines.as_bytes())]);
    place.expect(0, "schema-push", &[]);
    let outcome = place.expect(3, "data-migrate", &["--report", "told"]);
    let (page, facts) = written(&place, &outcome);
    let quarantined: u64 = facts["quarantine"]
        .as_object()
        .expect("reasons")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(quarantined, 10_000, "{facts:#}");
    assert!(page.len() < 200_000, "{} bytes", page.len());
    assert!(page.contains("10,000") && page.contains("<details>"));
    readable(&page);
}

#[test]
fn a_run_that_was_killed_and_gone_on_with_is_told_as_it_was() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let mut child = place.spawn("data-migrate", &["--batch-size", "1", "--connections", "1"]);
    let booked = || {
        place.query("SELECT CASE WHEN to_regclass('sunset.batches') IS NULL THEN 0 ELSE 1 END")[0]
            == "1"
            && place.query("SELECT count(*) > 20 FROM sunset.batches")[0] == "t"
    };
    while !booked() {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it ended before it could be killed"
        );
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    place.expect(0, "data-migrate", &[]);
    let (page, facts) = written(&place, &place.expect(0, "final-check", &["--report-only"]));
    let runs = facts["history"]["runs"].as_array().expect("runs");
    let states: Vec<&str> = runs
        .iter()
        .filter(|run| run["program"] == "data-migrate")
        .filter_map(|run| run["state"].as_str())
        .collect();
    assert_eq!(states, ["interrupted", "done"]);
    let paces = facts["history"]["paces"].as_array().expect("paces");
    assert_eq!(paces.len(), 2);
    let rows: u64 = paces
        .iter()
        .filter_map(|pace| pace["rows_written"].as_u64())
        .sum();
    assert_eq!(rows, 111 + 153 + 110, "both attempts together");
    assert!(page.contains("interrupted"));
    readable(&page);
}

#[test]
fn a_plan_in_place_is_told_by_its_steps() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let loaded = std::process::Command::new("psql")
        .args([&place.url(), "-qX", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(repository().join("samples/leora-phase2/database.sql"))
        .output()
        .expect("psql");
    assert!(loaded.status.success(), "{loaded:?}");
    let plan = ["--plan", "leora-phase2"];
    let outcome = place.run("data-migrate", &[plan[0], plan[1], "--report", "told"]);
    assert!(matches!(outcome.status, 0 | 3), "{}", outcome.stderr);
    let (page, facts) = written(&place, &outcome);
    readable(&page);
    let changed: u64 = place.query("SELECT sum(cardinality(keys)) FROM sunset.changes")[0]
        .parse()
        .expect("a number");
    assert!(changed > 0);
    let flow = facts["history"]["flow"].as_array().expect("the flow");
    let told: u64 = flow.iter().filter_map(|one| one["rows"].as_u64()).sum();
    assert_eq!(told, changed);
    assert_eq!(
        facts["history"]["paces"][0]["rows_written"],
        json!(changed),
        "every row is in a batch"
    );
    let (page, facts) = written(&place, &place.expect(0, "final-check", &plan));
    assert_eq!(facts["verdict"], "passed");
    assert_eq!(facts["plan"], "leora-phase2");
    readable(&page);
}

#[test]
fn a_run_that_failed_is_told_with_its_error_and_how_to_go_on() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    // The disk is full when the last table is written to, as the server tells it.
    place.query(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$; \
         CREATE TRIGGER full_disk BEFORE INSERT ON meddic_analyses EXECUTE FUNCTION full_disk()",
    );
    let outcome = place.expect(1, "data-migrate", &["--report", "told"]);
    let (page, facts) = written(&place, &outcome);
    let runs = facts["history"]["runs"].as_array().expect("runs");
    let last = runs.last().expect("a run");
    assert_eq!(last["state"], "failed", "{last:#}");
    let error = last["error"].as_str().expect("an error");
    assert!(error.contains("No space left on device"), "{error}");
    assert!(page.contains("No space left on device"));
    readable(&page);
}
