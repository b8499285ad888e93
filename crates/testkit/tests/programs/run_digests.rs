//! Of which tables a run records the digest before it changes them, and what taking the run back says
//! of each.

use super::workplace::{Workplace, repository};

const TABLES: [&str; 3] = ["opportunities", "conversations", "meddic_analyses"];

/// Other people's rows, few of them and so long that the table is more than 64 MB.
fn enlarge(place: &Workplace) {
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         ALTER TABLE opportunities ALTER COLUMN notes SET STORAGE EXTERNAL; \
         INSERT INTO opportunities (id, user_id, customer_number, company_name, notes) \
         SELECT 'big-' || n, 'u', 'big-' || n, 'Big', repeat(chr(48 + n % 64), 1000000) \
           FROM generate_series(1, 70) AS n",
    );
    let large = "SELECT pg_table_size('opportunities') > 64 * 1024 * 1024";
    assert_eq!(place.query(large), ["t"]);
}

/// A digest of each table, computed here and not by the tool.
fn digests(place: &Workplace) -> Vec<String> {
    TABLES
        .iter()
        .flat_map(|table| {
            place.query(&format!(
                "SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '|' ORDER BY t.id), '')) \
                 FROM {table} AS t"
            ))
        })
        .collect()
}

/// Migrates what is new, and gives the run.
fn migrated(place: &Workplace, options: &[&str]) -> String {
    let arguments = [options, &["--json"]].concat();
    let report = place.expect(0, "data-migrate", &arguments).json();
    report["run"].as_i64().expect("a run").to_string()
}

#[test]
fn a_large_table_is_compared_too_and_one_that_is_not_is_named() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let sample = repository().join("samples/sales-ai/firestore");
    let leads = std::fs::read(sample.join("leads.ndjson")).expect("the sample");
    let place = place.with_documents(&[("leads.ndjson", &leads)]);
    place.expect(0, "schema-push", &[]);
    enlarge(&place);
    place.expect(0, "data-migrate", &[]);
    let between = digests(&place);
    let place = place.with("V2_FIRESTORE", &format!("file://{}", sample.display()));

    // Every table, however large, unless it is said otherwise.
    let run = migrated(&place, &[]);
    assert_ne!(digests(&place), between);
    let undone = place.expect(0, "rollback", &["--run", &run, "--yes", "--json"]);
    for table in TABLES {
        let proof = &undone.json()["proof"][table];
        assert_eq!(proof["as_before_the_run"], true, "{table}: {proof}");
        assert!(proof.get("not_compared").is_none(), "{table}: {proof}");
    }
    assert!(!undone.stderr.contains("Not compared"), "{}", undone.stderr);
    assert_eq!(digests(&place), between);

    // A run that reads no large table: everything comes back, and what was not compared has a name.
    let run = migrated(&place, &["--run-digests", "small"]);
    let undone = place.expect(0, "rollback", &["--run", &run, "--yes", "--json"]);
    for line in [
        format!("Verified: as before run {run}, to the digest: conversations, meddic_analyses."),
        format!(
            "Not compared as a whole with before run {run}, for they were larger than 64 MB when it \
             began, and it was to read no large table: opportunities."
        ),
    ] {
        let said = undone.stderr.lines().any(|said| said == line);
        assert!(said, "{line}\n{}", undone.stderr);
    }
    let proof = &undone.json()["proof"]["opportunities"];
    assert_eq!(proof["as_before_the_run"], serde_json::Value::Null);
    assert_eq!(proof["not_compared"], "large_when_the_run_began");
    assert_eq!(digests(&place), between);

    // Columns of somebody else's since.
    let run = migrated(&place, &[]);
    place.query("ALTER TABLE conversations ADD COLUMN theirs text");
    let arguments = ["--run", &run, "--yes", "--json", "--lang", "zh-TW"];
    let undone = place.expect(0, "rollback", &arguments);
    for line in [
        format!("已驗證：與執行 {run} 之前相同，摘要一致：meddic_analyses, opportunities。"),
        format!("未與執行 {run} 之前整體比對，因欄位已不同：conversations。"),
    ] {
        let said = undone.stderr.lines().any(|said| said == line);
        assert!(said, "{line}\n{}", undone.stderr);
    }
    let proof = &undone.json()["proof"]["conversations"];
    assert_eq!(proof["not_compared"], "other_columns_now");

    // Everything, however it was compared: the word is of the first run.
    let undone = place.expect(0, "rollback", &["--yes"]);
    let line = "Not compared as a whole with before the first run, for the columns are others now: conversations.";
    assert!(
        undone.stdout.lines().any(|said| said == line),
        "{}",
        undone.stdout
    );
}
