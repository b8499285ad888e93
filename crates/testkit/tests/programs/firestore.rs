//! data-migrate from a Firestore: its snapshot in the ledger, and what it says of its cost.

use sunset_testkit::firestore::{FakeFirestore, Fault, READ_TIME};

use super::storm;
use super::workplace::{Workplace, repository};

/// A server that holds the sample.
pub async fn with_sample() -> FakeFirestore {
    let fake = FakeFirestore::start().await.expect("a server");
    let folder = repository().join("samples/sales-ai/firestore");
    for file in std::fs::read_dir(folder).expect("the sample") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for line in text.lines() {
            fake.put(serde_json::from_str(line).expect("JSON"));
        }
    }
    fake
}

const RUNS: &str = "SELECT state, source, read_time FROM sunset.runs \
                    WHERE program = 'data-migrate' ORDER BY id";

#[tokio::test(flavor = "multi_thread")]
async fn the_snapshot_is_in_the_ledger_whatever_becomes_of_the_run() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let fake = with_sample().await;
    let place = place
        .with("V2_FIRESTORE", "firestore://sales-ai-demo")
        .with("FIRESTORE_EMULATOR_HOST", &fake.host());
    place.expect(0, "schema-push", &[]);
    // The first reading goes well, and in the second the snapshot is gone.
    fake.fail([vec![Fault::Empty; 6], vec![Fault::SnapshotTooOld]].concat());
    let failed = place.expect(1, "data-migrate", &[]);
    assert!(failed.stderr.contains("too old"), "{}", failed.stderr);
    assert!(failed.stderr.contains("--read-time"), "{}", failed.stderr);
    let later = "2025-11-03T02:30:00Z";
    let done = place.expect(
        0,
        "data-migrate",
        &[
            "--read-time",
            later,
            "--max-reads-per-second",
            "5000",
            "--json",
        ],
    );
    assert_eq!(done.json()["read_time"], later);
    let recorded = place.query(RUNS);
    assert_eq!(
        recorded,
        [
            format!("failed|firestore://sales-ai-demo/(default)|{READ_TIME}"),
            format!("done|firestore://sales-ai-demo/(default)|{later}"),
        ]
    );
    // An emulator bills nobody.
    assert!(done.json()["bill"].is_null());
    let dry = place.expect(0, "data-migrate", &["--dry-run"]);
    assert!(!dry.stdout.contains("bills") && !dry.stderr.contains("bills"));
    let check = place.expect(
        0,
        "final-check",
        &[
            "--only",
            "data",
            "--no-report",
            "--read-time",
            later,
            "--json",
        ],
    );
    assert_eq!(check.json()["read_time"], later);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_within_an_answer_and_long_waits_are_told() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let fake = FakeFirestore::start().await.expect("a server");
    for number in 0..3 {
        fake.put(serde_json::json!({
            "name": format!("projects/p/databases/(default)/documents/cases/{number}"),
            "fields": { "customerId": { "stringValue": "C" } },
            "createTime": READ_TIME,
            "updateTime": READ_TIME,
        }));
    }
    let place = place
        .with("V2_FIRESTORE", "firestore://p")
        .with("FIRESTORE_EMULATOR_HOST", &fake.host());
    place.expect(0, "schema-push", &[]);
    let asks = |retry_after| Fault::Status {
        code: 429,
        status: "RESOURCE_EXHAUSTED",
        retry_after: Some(retry_after),
    };
    fake.fail([asks(5), Fault::Duplicates, Fault::Duplicates]);
    let outcome = place.expect(0, "data-migrate", &["--json"]);
    let cases = &outcome.json()["collections"]["cases"];
    assert_eq!(
        (&cases["read"], &cases["repeated"], &cases["written"]),
        (&6.into(), &3.into(), &3.into())
    );
    assert!(
        outcome.stderr.contains("V2 is asked again in 5 s: "),
        "{}",
        outcome.stderr
    );
    fake.fail([asks(3_600)]);
    let failed = place.expect(1, "data-migrate", &["--lang", "es"]);
    assert!(
        failed.stderr.contains("dentro de 60 minutos"),
        "{}",
        failed.stderr
    );
}

#[test]
fn another_time_is_refused_where_there_is_none() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let time = ["--read-time", "2025-11-03T02:30:00Z"];
    let refused = place.expect(1, "data-migrate", &time);
    assert!(refused.stderr.contains("--read-time"), "{}", refused.stderr);
    place.expect(2, "data-migrate", &["--read-time", "yesterday"]);
    place.expect(2, "data-migrate", &["--max-reads-per-second", "0"]);
    place.expect(2, "data-migrate", &["--read-price", "a lot"]);
}

/// A V3 whose rows do not differ from place to place.
fn owned(place: Workplace, fake: &FakeFirestore) -> Workplace {
    let place = place
        .with("V2_FIRESTORE", "firestore://sales-ai-demo")
        .with("FIRESTORE_EMULATOR_HOST", &fake.host())
        .with("MIGRATION_USER_ID", "owner");
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email, created_at, updated_at) \
         VALUES ('owner', 'Owner', 'o@x.tw', '2025-01-01', '2025-01-01')",
    );
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_share_the_survey_read_everything_twice_in_all() {
    let (Some(alone), Some(together)) = (Workplace::new(), Workplace::new()) else {
        return;
    };
    let fake = with_sample().await;
    let alone = owned(alone, &fake);
    alone.expect(0, "data-migrate", &[]);
    let wanted = storm::meaning(&alone);
    let read_by_one = fake.delivered();
    assert!(read_by_one > 300, "{read_by_one}");

    let together = owned(together, &fake);
    let work = [
        "--worker",
        "sharing",
        "--share-survey",
        "--unit-size",
        "32K",
    ];
    let workers: Vec<_> = (0..3)
        .map(|_| together.spawn("data-migrate", &work))
        .collect();
    for worker in workers {
        storm::expect_status(&storm::outcome(worker), 0, "a worker");
    }
    assert_eq!(fake.delivered() - read_by_one, read_by_one);
    storm::expect_same(&storm::meaning(&together), &wanted, "by three workers");
    let stages =
        "SELECT string_agg(DISTINCT task ->> 'do', ' ' ORDER BY task ->> 'do') FROM sunset.work";
    assert_eq!(together.query(stages), ["account derived slice survey"]);
    let surveyed = "SELECT count(*) > 3 FROM sunset.work WHERE task ->> 'do' = 'survey'";
    assert_eq!(together.query(surveyed), ["t"]);
    // Names and numbers of customers do not stay behind.
    assert_eq!(
        together.query("SELECT count(*) FROM sunset.survey_notes"),
        ["0"]
    );
    // Who comes late with other terms is told so.
    let late = together.expect(1, "data-migrate", &["--worker", "sharing"]);
    assert!(late.stderr.contains("--share-survey"), "{}", late.stderr);
}

#[test]
fn the_survey_of_an_export_is_not_shared() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(2, "data-migrate", &["--share-survey"]);
    let export = repository().join("samples/sales-ai/export");
    let place = place.with("V2_FIRESTORE", &format!("export://{}", export.display()));
    place.expect(0, "schema-push", &[]);
    let refused = place.expect(1, "data-migrate", &["--worker", "--share-survey"]);
    assert!(
        refused.stderr.contains("leave --share-survey out"),
        "{}",
        refused.stderr
    );
}
