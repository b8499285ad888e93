//! The final check finds every changed cell, and its proof holds what it found.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::workplace::{Outcome, Workplace, run};

const DATA: [&str; 4] = ["--json", "--no-report", "--only", "data"];

#[test]
fn a_proof_is_written_and_checked_without_anything_else() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let key = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    std::fs::write(place.dir.path().join("key"), key).expect("a key");
    let mut arguments = DATA.to_vec();
    arguments.extend(["--proof", "v3.proof", "--proof-key", "key"]);
    place.expect(0, "final-check", &arguments);

    let offline = |arguments: &[&str]| {
        let mut all = vec!["--json", "--verify-proof", "v3.proof"];
        all.extend(arguments);
        run("final-check", &all, place.dir.path(), &BTreeMap::new())
    };
    let whole = offline(&["--signed-by", public]);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let manifest = &whole.json()["manifest"];
    // A folder is of no one moment (`manifest.rs` holds the rest of what stands there).
    assert_eq!(manifest["read_time"], Value::Null);
    let source = manifest["source"].as_str().expect("a source");
    assert!(source.ends_with("samples/sales-ai/firestore"), "{source}");
    let counts: Vec<(String, u64)> = manifest["trees"]
        .as_array()
        .expect("trees")
        .iter()
        .map(|tree| {
            let name = tree["name"].as_str().expect("a name").to_owned();
            (name, tree["count"].as_u64().expect("a count"))
        })
        .collect();
    for (name, count) in [
        ("cases", 122),
        ("leads", 23),
        ("opportunities", 111),
        ("conversations", 153),
    ] {
        assert!(
            counts.contains(&(name.to_owned(), count)),
            "{name} in {counts:?}"
        );
    }
    assert!(!whole.stdout.contains(key), "the private key is nowhere");

    let words = run(
        "final-check",
        &["--verify-proof", "v3.proof"],
        place.dir.path(),
        &BTreeMap::new(),
    );
    assert!(
        words.stdout.contains("Whose key signed it was not asked"),
        "{}",
        words.stdout
    );

    let one = offline(&["--id", "202506-IC001"]);
    assert_eq!(one.status, 0, "{}", one.stderr);
    assert_eq!(one.json()["inclusions"][0]["id"], "202506-IC001");
    assert_eq!(offline(&["--id", "nobody"]).status, 4);
    assert_eq!(offline(&["--signed-by", &"0".repeat(64)]).status, 4);

    let path = place.dir.path().join("v3.proof");
    let mut bytes = std::fs::read(&path).expect("the proof");
    let places: Vec<usize> = bytes
        .windows(12)
        .enumerate()
        .filter_map(|(at, window)| (window == b"202506-IC001").then_some(at))
        .collect();
    // A document and its row: neither tree is passed over because its own id is another.
    let trees = |outcome: &Outcome| outcome.json()["inclusions"].as_array().map(Vec::len);
    assert_eq!(trees(&one), Some(2));
    let mut seen = 0;
    for at in places.iter().flat_map(|at| *at..at + 12) {
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        let changed = offline(&["--id", "202506-IC001"]);
        if changed.status == 4 {
            let faults = changed.json()["faults"].to_string();
            assert!(faults.contains("\"row "), "byte {at}: {faults}");
            assert_eq!(trees(&changed), Some(1), "byte {at}: {faults}");
            seen += 1;
        } else {
            // Part of a longer id.
            assert_eq!(trees(&changed), Some(2), "byte {at}: {}", changed.stdout);
        }
        bytes[at] ^= 1;
    }
    assert_eq!(seen, 2 * 12);
    let at = places[0];
    bytes[at + 11] = b'9';
    std::fs::write(&path, &bytes).expect("written");
    let changed = offline(&[]);
    assert_eq!(changed.status, 4);
    assert!(
        changed.stdout.contains("202506-IC009"),
        "{}",
        changed.stdout
    );

    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    std::fs::remove_file(&path).expect("removed");
    place.expect(4, "final-check", &arguments);
    assert!(!path.exists(), "no proof of what does not pass");
}

#[test]
fn a_dry_run_writes_no_proof_and_what_cannot_be_one_is_found_at_once() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let mut dry = vec!["--only", "data", "--dry-run", "--proof", "v3.proof"];
    let shown = place.expect(0, "final-check", &dry);
    assert!(
        shown
            .stdout
            .contains("[DRY RUN] Proof: v3.proof would be written"),
        "{}",
        shown.stdout
    );
    assert!(!place.dir.path().join("v3.proof").exists());
    // A folder, before anything is compared; and parts that have no documents.
    std::fs::create_dir(place.dir.path().join("folder")).expect("a folder");
    dry[4] = "folder";
    let refused = place.expect(1, "final-check", &dry);
    assert!(
        refused.stderr.contains("the proof is to be a folder") && refused.stdout.is_empty(),
        "{}",
        refused.stderr
    );
    for option in [&["--repair"][..], &["--sample", "3"], &["--proof", "p"]] {
        let arguments = [&["--only", "users", "--no-report"], option].concat();
        let refused = place.expect(1, "final-check", &arguments);
        let words = format!(
            "{} is of documents and rows, and --only leaves them out",
            option[0]
        );
        assert!(refused.stderr.contains(&words), "{}", refused.stderr);
    }
}

#[test]
fn a_forged_proof_paints_nothing_on_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = serde_json::json!({
        "tool": "final-check", "plan": "sales-ai", "made_at": "now", "source": "s", "read_time": null,
        "database": "d", "target": "t", "summary": ["\u{1b}[2J\u{1b}[HVERIFIED: all of it\u{1b}[8m"],
        "verdict": "passed", "trees": [],
    });
    let manifest = serde_json::to_vec(&manifest).expect("JSON");
    let mut bytes = b"SUNSETP\x01".to_vec();
    bytes.extend((manifest.len() as u64).to_be_bytes());
    bytes.extend([0; 96]);
    bytes.extend(&manifest);
    std::fs::write(folder.path().join("forged"), bytes).expect("written");
    let arguments = ["--verify-proof", "forged"];
    let outcome = run("final-check", &arguments, folder.path(), &BTreeMap::new());
    assert_eq!(outcome.status, 4, "{}", outcome.stderr);
    assert!(!outcome.stdout.contains('\u{1b}'), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("<U+001B>[2J"), "{}", outcome.stdout);
}

#[test]
fn a_thousand_changed_cells_are_each_found_and_named_and_no_other() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // Somebody else, whom rows can be given to.
    place.query("INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw')");
    let clean = place.expect(0, "final-check", &DATA).json();
    assert!(named(&clean).is_empty(), "none is invented");
    let mut found = 0;
    let mut round = 0;
    let mut every_column = BTreeSet::new();
    while found < 1_000 {
        round += 1;
        assert!(round < 15, "{found} changes in {round} rounds");
        for table in ["opportunities", "conversations", "meddic_analyses"] {
            place.query(&format!("CREATE TABLE kept_{table} AS TABLE {table}"));
        }
        let mut changed = BTreeSet::new();
        for table in ["opportunities", "conversations", "meddic_analyses"] {
            for cell in change_one_cell_a_row(&place, table, round) {
                let (_, column) = cell.split_once(' ').expect("a row and a column");
                every_column.insert(format!("{table}.{column}"));
                changed.insert(cell);
            }
        }
        let outcome = place.expect(4, "final-check", &DATA).json();
        assert_eq!(named(&outcome), changed, "round {round}");
        found += changed.len();
        for table in ["meddic_analyses", "conversations", "opportunities"] {
            set_back(&place, table);
        }
    }
    // Whom a row belongs to, and what it refers to, are cells as all others.
    for key in [
        "opportunities.user_id",
        "conversations.opportunity_id",
        "meddic_analyses.conversation_id",
        "meddic_analyses.opportunity_id",
    ] {
        assert!(every_column.contains(key), "{key} of {every_column:?}");
    }
    place.expect(0, "final-check", &DATA);
}

#[test]
fn rows_that_are_gone_or_lead_elsewhere_are_named_and_those_of_others_are_not() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // Rows of others, which V2 does not know, are no fault.
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'o-1', 'O'); \
         INSERT INTO conversations (id, opportunity_id, type) VALUES ('c', 'o', 'demo'); \
         INSERT INTO meddic_analyses (id, conversation_id, opportunity_id) VALUES ('m', 'c', 'o')",
    );
    let clean = place.expect(0, "final-check", &DATA).json();
    assert!(named(&clean).is_empty(), "none is invented");
    let gone: BTreeSet<String> = place
        .query(
            "DELETE FROM meddic_analyses WHERE id IN (SELECT id FROM meddic_analyses WHERE id <> 'm' \
             ORDER BY md5(id) LIMIT 30) RETURNING id",
        )
        .into_iter()
        .collect();
    let mut moved: BTreeSet<String> = BTreeSet::new();
    for (table, column, to) in [
        ("conversations", "opportunity_id", "o"),
        ("opportunities", "user_id", "u"),
        ("meddic_analyses", "conversation_id", "c"),
    ] {
        moved.extend(place.query(&format!(
            "UPDATE {table} SET {column} = '{to}' WHERE id IN (SELECT id FROM {table} WHERE {column} <> '{to}' \
             ORDER BY md5(id || 'x') LIMIT 30) RETURNING id || ' {column}'"
        )));
    }
    assert_eq!((gone.len(), moved.len()), (30, 90));
    let found = named(&place.expect(4, "final-check", &DATA).json());
    let (led, missing): (BTreeSet<String>, BTreeSet<String>) =
        found.into_iter().partition(|cell| moved.contains(cell));
    assert_eq!(led, moved);
    let missing: BTreeSet<String> = missing
        .iter()
        .map(|cell| cell.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(missing, gone);
}

/// Every column but the primary key: a row with another one is missing, and another's
/// (`integrity.rs`).
fn columns(place: &Workplace, table: &str) -> Vec<(String, String, bool)> {
    place
        .query(&format!(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY 1"
        ))
        .into_iter()
        .filter_map(|line| {
            let mut parts = line.split('|').map(str::to_owned);
            Some((parts.next()?, parts.next()?, parts.next()? == "YES"))
        })
        .filter(|(name, _, _)| name != "id")
        .collect()
}

/// What the rows of a foreign key's column refer to.
fn referred(column: &str) -> Option<&'static str> {
    match column {
        "user_id" => Some("\"user\""),
        "opportunity_id" => Some("opportunities"),
        "conversation_id" => Some("conversations"),
        _ => None,
    }
}

/// Changes one cell of every row, another column by another row and round; gives `id column`.
fn change_one_cell_a_row(place: &Workplace, table: &str, round: usize) -> Vec<String> {
    let columns = columns(place, table);
    let sets: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(number, (name, kind, nullable))| {
            // By round: the least change that can be seen, another value, and none at all.
            let changed = match (kind.as_str(), round % 3) {
                // Another row that there is.
                (_, way) if referred(name).is_some() => {
                    let target = referred(name).unwrap_or_default();
                    let which = if way == 0 { "min" } else { "max" };
                    let other = format!(
                        "(SELECT {which}(k.id) FROM {target} AS k WHERE k.id IS DISTINCT FROM t.{name})"
                    );
                    if way == 2 && *nullable {
                        format!("CASE WHEN {name} IS NULL THEN {other} END")
                    } else {
                        other
                    }
                }
                (_, 2) if *nullable => {
                    let value = match kind.as_str() {
                        "integer" => "0",
                        "jsonb" => "'{}'::jsonb",
                        "timestamp without time zone" => "'infinity'::timestamp",
                        _ => "t.id",
                    };
                    format!("CASE WHEN {name} IS NULL THEN {value} END")
                }
                ("integer", 0) => format!("coalesce(-1 - {name}, 7)"),
                ("integer", _) => format!("coalesce({name}, 0) + 1"),
                // JSON's null is no NULL; an array of one is not the one; one key more.
                ("jsonb", 0) => format!(
                    "CASE WHEN jsonb_typeof({name}) = 'object' THEN {name} || '{{\"zzz\": null}}' \
                     ELSE coalesce({name} || '[null]', '[]') END"
                ),
                ("jsonb", _) => format!(
                    "CASE WHEN {name} IS NULL THEN 'null'::jsonb ELSE jsonb_build_array({name}) END"
                ),
                // A time zone's worth, and the least.
                ("timestamp without time zone", 0) => {
                    format!("coalesce({name} + interval '8 hours', 'epoch')")
                }
                ("timestamp without time zone", _) => {
                    format!("coalesce({name} + interval '1 microsecond', 'epoch')")
                }
                (_, 0) => format!("coalesce(' ' || {name}, t.id)"),
                _ => format!("coalesce({name}, '') || chr(8203)"),
            };
            format!("{name} = CASE WHEN chosen = {number} THEN {changed} ELSE {name} END")
        })
        .collect();
    let count = columns.len();
    let chosen =
        format!("SELECT id, abs(hashtext(id || '{round}'::text)) % {count} AS chosen FROM {table}");
    place.query(&format!(
        "UPDATE {table} AS t SET {} FROM ({chosen}) AS c WHERE c.id = t.id",
        sets.join(", ")
    ));
    let names: Vec<&str> = columns.iter().map(|(name, _, _)| name.as_str()).collect();
    place
        .query(&format!(
            "SELECT id || ' ' || ('{{{}}}'::text[])[chosen + 1] FROM ({chosen}) AS c",
            names.join(",")
        ))
        .into_iter()
        .collect()
}

fn set_back(place: &Workplace, table: &str) {
    let names: Vec<String> = columns(place, table)
        .into_iter()
        .map(|(name, _, _)| name)
        .collect();
    let sets: Vec<String> = names
        .iter()
        .map(|name| format!("{name} = k.{name}"))
        .collect();
    place.query(&format!(
        "UPDATE {table} AS t SET {} FROM kept_{table} AS k WHERE k.id = t.id; DROP TABLE kept_{table}",
        sets.join(", ")
    ));
}

/// `id column` of every cell that a failure names.
fn named(document: &Value) -> BTreeSet<String> {
    let mut cells = BTreeSet::new();
    for section in document["sections"].as_array().expect("sections") {
        let of_rows = |check: &&Value| {
            let name = check["name"].as_str().unwrap_or_default();
            name.ends_with("every row is as V2 says") || name.ends_with("does not fill is empty")
        };
        let checks = section["checks"].as_array().expect("checks").iter();
        for check in checks.filter(of_rows) {
            let findings = check["findings"].as_array().expect("findings").iter();
            for finding in findings.filter(|finding| finding["severity"] == "failure") {
                for item in finding["items"].as_array().expect("items") {
                    let item = item.as_str().expect("text");
                    let (id, rest) = item.split_once(": ").expect("an id and what differs");
                    let column = rest.split_once(" is ").map_or(rest, |(column, _)| column);
                    cells.insert(format!("{id} {column}"));
                }
            }
        }
    }
    cells
}
