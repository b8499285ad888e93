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
