//! Rollback in parts: what it says about digests is what the tables hold.

use super::workplace::{Workplace, repository};

const TABLES: [&str; 3] = ["opportunities", "conversations", "meddic_analyses"];

/// A digest of each table, computed here and not by the tool.
fn digests(place: &Workplace) -> Vec<String> {
    TABLES
        .iter()
        .map(|table| {
            let sql = format!(
                "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} AS t"
            );
            place.query(&sql)[0].clone()
        })
        .collect()
}

fn sample(name: &str) -> Vec<u8> {
    let path = repository().join(format!("samples/sales-ai/firestore/{name}.ndjson"));
    std::fs::read(path).expect("the sample")
}

#[test]
fn one_run_is_taken_back_to_the_digest_of_before_it() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let leads = sample("leads");
    let place = place.with_documents(&[("leads.ndjson", &leads)]);
    place.expect(0, "schema-push", &[]);
    let first = place.run("data-migrate", &["--json"]).json();
    assert!(first["run"].is_i64(), "{first:#}");
    let between = digests(&place);
    let whole = repository().join("samples/sales-ai/firestore");
    let place = place.with("V2_FIRESTORE", &format!("file://{}", whole.display()));
    let second = place.run("data-migrate", &["--json"]).json();
    let run = second["run"].as_i64().expect("a run").to_string();
    let after = digests(&place);
    assert_ne!(between, after);
    let outcome = place.run("rollback", &["--run", &run, "--yes"]);
    assert_eq!(outcome.status, 0, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(digests(&place), between, "{}", outcome.stdout);
    let line = format!(
        "Verified: as before run {run}, to the digest: conversations, meddic_analyses, opportunities."
    );
    assert!(outcome.stdout.contains(&line), "{}", outcome.stdout);
    // Forward again; a later edit is kept, and the word is another one.
    let again = place.run("data-migrate", &["--json"]).json();
    assert_eq!(digests(&place), after);
    let run = again["run"].as_i64().expect("a run").to_string();
    place.query("UPDATE conversations SET duration = 7 WHERE id = '202506-IC001'");
    let outcome = place.run("rollback", &["--run", &run, "--yes"]);
    assert_eq!(outcome.status, 3, "{}", outcome.stdout);
    let line = format!("Not as before run {run}, because rows were kept");
    assert!(outcome.stdout.contains(&line), "{}", outcome.stdout);
    assert_eq!(
        place.query("SELECT duration FROM conversations WHERE id = '202506-IC001'"),
        ["7"]
    );
}

#[test]
fn what_is_not_known_is_said_and_what_is_is_listed() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let id =
        place.query("SELECT min(document_id) FROM sunset.provenance WHERE collection = 'cases'");
    let id = id[0].as_str();
    let runs = "SELECT count(*) FROM sunset.runs";
    let before = place.query(runs);
    let refused: [(&[&str], &str, &str); 5] = [
        (
            &["--id", "nonsense"],
            "no document and no row with the id \"nonsense\"",
            "among those that it knows are: ",
        ),
        (&["--id", &id.to_lowercase()], "no document and no row", id),
        (
            &["--collection", "nope"],
            "knows a collection \"nope\"",
            "its collections are: cases, conversations, leads, meddic_analyses, sales_cases",
        ),
        (
            &["--level", "data", "--backup-id", "nope"],
            "there is no backup \"nope\"",
            "none was taken yet: --backup tables",
        ),
        (
            &["--level", "data", "--backup-id", "backup_1"],
            "there is no backup \"backup_1\"",
            "none was taken yet: --backup tables",
        ),
    ];
    for (arguments, what, next) in refused {
        for last in ["--yes", "--dry-run"] {
            let outcome = place.expect(1, "rollback", &[arguments, &[last]].concat());
            assert!(outcome.stderr.contains(what), "{}", outcome.stderr);
            assert!(outcome.stderr.contains(next), "{}", outcome.stderr);
        }
    }
    assert_eq!(place.query(runs), before, "no run began");
    // What a rollback took back once, and what the plan reads and V2 does not have, is no mistake.
    place.expect(0, "rollback", &["--id", id, "--yes"]);
    place.expect(0, "rollback", &["--id", id, "--yes"]);
    place.expect(0, "rollback", &["--collection", "sales_cases", "--yes"]);
    place.expect(
        0,
        "rollback",
        &["--collection", "sales_cases", "--yes", "--backup", "tables"],
    );
    let kept = place.query("SELECT id FROM sunset.backups");
    let named = format!("those kept before writing are: {}", kept[0]);
    let outcome = place.expect(1, "rollback", &["--level", "data", "--backup-id", "nope"]);
    assert!(outcome.stderr.contains(&named), "{}", outcome.stderr);
}

#[test]
fn a_collection_and_an_id_are_taken_back_and_nothing_beside_them() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let rest = |condition: &str| -> Vec<String> {
        TABLES
            .iter()
            .flat_map(|table| {
                place.query(&format!(
                    "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) \
                     FROM {table} AS t WHERE {condition}"
                ))
            })
            .collect()
    };
    let analyses = place.query(
        "SELECT string_agg(quote_literal(row_id), ',') FROM sunset.provenance WHERE collection = 'meddic_analyses'",
    );
    let others = format!("t.id NOT IN ({})", analyses[0]);
    let before = rest(&others);
    let outcome = place.expect(0, "rollback", &["--collection", "meddic_analyses", "--yes"]);
    assert_eq!(rest(&others), before);
    assert_eq!(
        place.query(&format!(
            "SELECT count(*) FROM meddic_analyses AS t WHERE NOT ({others})"
        )),
        ["0"]
    );
    for line in [
        "Verified: the rows that this does not cover are as they were, in conversations, meddic_analyses, opportunities",
        "Of a part such as this no digest of before can be known",
    ] {
        assert!(outcome.stdout.contains(line), "{}", outcome.stdout);
    }
    let id = place.query(
        "SELECT document_id FROM sunset.provenance WHERE collection = 'sales_cases' ORDER BY 1 LIMIT 1",
    );
    let of_it = place.query(&format!(
        "SELECT string_agg(quote_literal(row_id), ',') FROM sunset.provenance WHERE document_id = '{}'",
        id[0]
    ));
    let others = format!("t.id NOT IN ({})", of_it[0]);
    let before = rest(&others);
    let outcome = place.expect(0, "rollback", &["--id", &id[0], "--yes"]);
    assert_eq!(rest(&others), before, "{}", outcome.stdout);
    assert_eq!(rest(&format!("NOT ({others})")), rest("false"));
    // Everything: as before the first run.
    let outcome = place.expect(0, "rollback", &["--yes"]);
    assert!(
        outcome
            .stdout
            .contains("Verified: as before the first run, to the digest:"),
        "{}",
        outcome.stdout
    );
    assert_eq!(rest("true"), rest("false"));
}

#[test]
fn what_a_rollback_took_back_is_one_finding_until_it_is_migrated_again() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let data = ["--json", "--no-report", "--only", "data"];
    let failures = |place: &Workplace, status: i32| -> Vec<(String, u64, String)> {
        let document = place.expect(status, "final-check", &data).json();
        let checks = document["sections"][0]["checks"]
            .as_array()
            .expect("checks");
        let findings = checks.iter().flat_map(|check| {
            let findings = check["findings"].as_array().expect("findings");
            findings
                .iter()
                .filter(|one| one["severity"] == "failure")
                .cloned()
        });
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        findings
            .map(|one| {
                let count = one["count"].as_u64().expect("a count");
                (text(&one["message"]), count, text(&one["next"]))
            })
            .collect()
    };
    // Half of the cases, then all: the second run changes rows of the first, too.
    let cases = String::from_utf8(sample("cases")).expect("text");
    let half: Vec<&str> = cases.lines().take(60).collect();
    let place = place.with_documents(&[("cases.ndjson", half.join("\n").as_bytes())]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let place = place.with_documents(&[("cases.ndjson", cases.as_bytes())]);
    let second = place.expect(0, "data-migrate", &["--json"]).json();
    place.expect(0, "final-check", &data);
    let run = second["run"].as_i64().expect("a run").to_string();
    let back = place
        .expect(0, "rollback", &["--run", &run, "--yes", "--json"])
        .json();
    let back = back["run"].as_i64().unwrap_or(4);
    let found = failures(&place, 4);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0].0,
        format!("documents were rolled back by run {back}, and not migrated again")
    );
    assert!(
        found[0].1 >= 62 && found[0].2.starts_with("run data-migrate"),
        "{found:#?}"
    );
    // What is wrong beside it is told beside it.
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    let found = failures(&place, 4);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(
        (found[1].0.as_str(), found[1].1),
        ("rows are missing or differ", 1)
    );
    place.query("UPDATE conversations SET duration = 125 WHERE id = '202506-IC001'");
    // As the advice says.
    place.expect(0, "data-migrate", &[]);
    assert_eq!(failures(&place, 0), []);
    assert_eq!(place.query("SELECT count(*) FROM sunset.taken_back"), ["0"]);
    // One document, and everything.
    place.expect(0, "rollback", &["--id", "202506-IC001", "--yes"]);
    let found = failures(&place, 4);
    assert_eq!(found.len(), 1, "{found:#?}");
    place.expect(0, "data-migrate", &[]);
    assert_eq!(failures(&place, 0), []);
    // An entry that is lost afterwards is a lost entry.
    place.query("DELETE FROM sunset.items WHERE document_id = '202506-IC001'");
    let found = failures(&place, 4);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].0.starts_with("entries of the ledger"),
        "{found:#?}"
    );
    place.expect(0, "rollback", &["--yes"]);
    let found = failures(&place, 4);
    let named = found
        .iter()
        .filter(|one| one.0.contains("were rolled back by run"));
    assert_eq!(named.count(), 1, "{found:#?}");
}

#[test]
fn a_run_of_the_schema_is_told_as_that_with_the_command_that_takes_it_back() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let run = place.query("SELECT id FROM sunset.runs WHERE program = 'schema-push'");
    let runs = "SELECT count(*) FROM sunset.runs";
    let before = place.query(runs);
    for how in ["--dry-run", "--yes"] {
        let outcome = place.expect(1, "rollback", &["--run", &run[0], how]);
        for said in [
            &format!(
                "run {} is one of schema-push: it changed the schema",
                run[0]
            ),
            "next: rollback --schema takes the changes of the schema back",
        ] {
            assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        }
    }
    assert_eq!(place.query(runs), before, "no run began");
}
