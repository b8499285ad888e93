//! What a proof says of itself, held against what V2, V3 and the server say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sunset_testkit::firestore::READ_TIME;

use super::firestore::with_sample;
use super::notices::with_password;
use super::workplace::{Workplace, repository, run};

/// The documents of each collection, by the sample's files: a line each.
fn documents() -> BTreeMap<String, u64> {
    let folder = repository().join("samples/sales-ai/firestore");
    let files = std::fs::read_dir(folder).expect("the sample");
    files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("text");
            (name.into_owned(), text.lines().count() as u64)
        })
        .collect()
}

/// The manifest as anybody reads it, who has nothing but the file.
fn read_offline(place: &Workplace, file: &str) -> Value {
    let arguments = ["--json", "--verify-proof", file];
    let nothing = BTreeMap::new();
    let outcome = run("final-check", &arguments, place.dir.path(), &nothing);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let document = outcome.json();
    assert_eq!(document["verified"], true);
    document["manifest"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_says_by_what_when_and_of_what_it_was_made_and_how_much_that_is() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let fake = with_sample().await;
    let (url, password) = with_password(&place.url());
    let place = place
        .with("V2_FIRESTORE", "firestore://sales-ai-demo")
        .with("FIRESTORE_EMULATOR_HOST", &fake.host())
        .with("DATABASE_URL", &url);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // Rows of others are no part of it.
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('theirs', 'u', 'o-1', 'O')",
    );
    let clock = "SELECT clock_timestamp()";
    let before = place.query(clock).concat();
    let check = ["--json", "--no-report", "--only", "data"];
    let proving = [&check[..], &["--proof", "v3.proof"]].concat();
    let checked = place.expect(0, "final-check", &proving).json();
    let manifest = read_offline(&place, "v3.proof");
    let said = |name: &str| manifest[name].as_str().expect("text").to_owned();

    // The tool, and when.
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(said("tool"), format!("final-check {version}"));
    assert_eq!(said("plan"), "sales-ai");
    let made = said("made_at");
    assert!(made.ends_with('Z'), "{made}");
    let in_between = place.query(&format!(
        "SELECT '{made}'::timestamptz BETWEEN '{before}' AND clock_timestamp()"
    ));
    assert_eq!(in_between, ["t"], "{before} {made}");
    // The source, and its snapshot.
    assert_eq!(said("source"), "firestore://sales-ai-demo/(default)");
    assert_eq!(said("read_time"), READ_TIME);
    // The target: as the server knows it, and as it was reached, without the password.
    let identity = place.query(
        "SELECT 'postgresql:' || system_identifier || '/' || current_database() FROM pg_control_system()",
    );
    assert_eq!(identity, [said("target")]);
    let (_, server) = url.rsplit_once('@').expect("a user");
    let (server, name) = server.split_once('/').expect("a database");
    let shown = said("database");
    assert!(
        shown.contains(server) && shown.ends_with(&format!("/{name}")),
        "{shown}"
    );
    assert!(!manifest.to_string().contains(&password), "{manifest:#}");
    // What the check said.
    assert_eq!(said("verdict"), "passed");
    let sections = checked["sections"].as_array().expect("sections").iter();
    let summaries: Vec<&Value> = sections.map(|section| &section["summary"]).collect();
    let summary = manifest["summary"].as_array().expect("lines").iter();
    assert_eq!(summary.collect::<Vec<_>>(), summaries);
    assert_eq!(summaries.len(), 1, "{summaries:?}");

    // How much there is, of each collection and each table.
    let mut expected: BTreeSet<(String, String, u64)> = documents()
        .into_iter()
        .map(|(name, count)| ("collection".to_owned(), name, count))
        .collect();
    assert_eq!(expected.len(), 5);
    for table in ["opportunities", "conversations", "meddic_analyses"] {
        let count = place.query(&format!(
            "SELECT count(*) FROM {table} WHERE id <> 'theirs'"
        ));
        let count = count[0].parse().expect("a number");
        expected.insert(("table".to_owned(), table.to_owned(), count));
    }
    let trees = manifest["trees"].as_array().expect("trees");
    let told: BTreeSet<(String, String, u64)> = trees
        .iter()
        .map(|tree| {
            let text = |name: &str| tree[name].as_str().expect("text").to_owned();
            let count = tree["count"].as_u64().expect("a count");
            (text("kind"), text("name"), count)
        })
        .collect();
    assert_eq!(told, expected);
    assert_eq!(trees.len(), expected.len());
    let roots: BTreeSet<&str> = trees
        .iter()
        .filter_map(|tree| tree["root"].as_str())
        .collect();
    assert!(
        roots.len() == trees.len() && roots.iter().all(|root| root.len() == 64),
        "{roots:?}"
    );
    // The bytes of the ids are those of the rows.
    let ids = place.query("SELECT sum(octet_length(id)) FROM conversations");
    let of_conversations = trees
        .iter()
        .find(|tree| tree["kind"] == "table" && tree["name"] == "conversations");
    let bytes = of_conversations.map(|tree| tree["id_bytes"].to_string());
    assert_eq!(bytes, Some(ids.concat()));

    // Another snapshot of the same says so; every root is the same.
    let later = "2025-11-03T02:30:00Z";
    let again = ["--proof", "later.proof", "--read-time", later];
    place.expect(0, "final-check", &[&check[..], &again].concat());
    let another = read_offline(&place, "later.proof");
    assert_eq!(another["read_time"], later);
    assert_eq!(another["trees"], manifest["trees"]);
}
