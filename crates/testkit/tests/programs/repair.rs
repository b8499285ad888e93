//! `final-check --repair` and `--sample`.

use serde_json::{Value, json};

use super::workplace::{Workplace, document};

/// One case of customer `id` with a phone number.
fn case(id: &str, phone: &str) -> String {
    let time = "2025-11-01T00:00:00Z";
    let fields = json!({
        "customerId": {"stringValue": format!("C-{id}")},
        "customerPhone": {"stringValue": phone},
        "createdAt": {"timestampValue": time},
    });
    document(&format!("cases/{id}"), &fields, time)
}

/// A V2 of these cases.
pub fn v2(place: Workplace, cases: &[(&str, &str)]) -> Workplace {
    let lines: Vec<String> = cases.iter().map(|(id, phone)| case(id, phone)).collect();
    place.with_documents(&[("cases.ndjson", lines.join("\n").as_bytes())])
}

const DATA: [&str; 4] = ["--json", "--no-report", "--only", "data"];

fn findings(document: &Value) -> Vec<String> {
    let sections = document["sections"].as_array().expect("sections");
    let checks = sections
        .iter()
        .flat_map(|section| section["checks"].as_array().expect("checks"));
    let findings = checks.flat_map(|check| check["findings"].as_array().expect("findings"));
    findings
        .flat_map(|finding| finding["items"].as_array().expect("items"))
        .map(|item| item.as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn a_repair_writes_what_nobody_changed_and_can_be_taken_back() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let place = v2(place, &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.query("UPDATE opportunities SET contact_phone = 'theirs' WHERE id IN ('C-b', 'C-c')");
    place.query("UPDATE opportunities SET notes = 'call back' WHERE id = 'C-d'");
    // V2 goes on: two phone numbers change, one of them of a row that was changed in V3 too; a
    // case comes.
    let place = v2(
        place,
        &[("a", "11"), ("b", "22"), ("c", "3"), ("d", "4"), ("e", "5")],
    );
    let everything = "SELECT 'o', t::text FROM opportunities t UNION ALL \
                      SELECT 'c', t::text FROM conversations t ORDER BY 1, 2";
    let before = place.query(everything);

    let mut arguments = DATA.to_vec();
    arguments.extend(["--repair", "--dry-run"]);
    let shown = place.expect(4, "final-check", &arguments);
    assert!(
        shown
            .stderr
            .contains("5 rows would be written again, 2 that somebody changed"),
        "{}",
        shown.stderr
    );
    assert_eq!(place.query(everything), before, "a dry run writes nothing");

    arguments.pop();
    let repaired = place.expect(4, "final-check", &arguments).json();
    assert_eq!(
        repaired["repaired"],
        json!({"opportunities": 2, "conversations": 3}),
        "{repaired:#}"
    );
    assert_eq!(repaired["differing"], json!({"opportunities": 2}));
    let phones = "SELECT id, contact_phone, notes FROM opportunities ORDER BY id";
    assert_eq!(
        place.query(phones),
        [
            "C-a|11|",
            "C-b|theirs|",
            "C-c|theirs|",
            "C-d|4|call back",
            "C-e|5|"
        ]
    );
    let named = findings(&repaired);
    for item in [
        "C-a: contact_phone is \"1\" instead of \"11\"",
        "C-b: contact_phone is \"theirs\" instead of \"22\" (changed in V3 since)",
        "C-c: contact_phone is \"theirs\" instead of \"3\" (changed in V3 since)",
        "C-d: notes is \"call back\" instead of null",
        "C-e: missing",
    ] {
        assert!(named.iter().any(|said| said == item), "{item}\n{named:#?}");
    }

    let run = place.query("SELECT id FROM sunset.runs WHERE program = 'final-check'");
    place.expect(0, "rollback", &["--yes", "--run", &run[0]]);
    assert_eq!(place.query(everything), before, "the repair is taken back");
    let outcome = place.expect(3, "rollback", &["--yes"]);
    assert!(outcome.stdout.contains("C-d"), "{}", outcome.stdout);
    assert_eq!(
        place.query(phones),
        ["C-b|theirs|", "C-c|theirs|", "C-d|4|call back"],
        "what people entered stays"
    );
}

#[test]
fn a_sample_finds_what_it_looks_at_and_proves_nothing() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let sample = |size: &str, status: i32| {
        let mut arguments = DATA.to_vec();
        arguments.extend(["--sample", size]);
        place.expect(status, "final-check", &arguments).json()
    };
    let small = sample("20", 4);
    assert_eq!(small["verdict"], "incomplete");
    let looked_at: u64 = ["opportunities", "conversations", "meddic_analyses"]
        .map(|table| small["compared"][table].as_u64().expect("a number"))
        .iter()
        .sum();
    assert!((10..60).contains(&looked_at), "{looked_at}");
    assert_eq!(
        sample("100000", 0)["verdict"],
        "passed",
        "a sample of all is all"
    );
    place.query("UPDATE conversations SET duration = 7");
    let found = sample("20", 4);
    assert_eq!(found["verdict"], "failed");
    assert_eq!(
        found["differing"]["conversations"], small["compared"]["conversations"],
        "each of the sample's conversations"
    );
}
