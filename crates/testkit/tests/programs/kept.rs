//! `--backup tables` of the programs beside data-migrate: what each keeps before it writes is named,
//! and comes back to the digest; where the tables are no longer what they were, it says what to do.

use super::backup::{id_of, restored, with_rows};
use super::recordings::Recorded;
use super::repair;
use super::workplace::{OLDER_V3, Workplace};

const TABLES: [&str; 5] = [
    "\"user\"",
    "opportunities",
    "conversations",
    "meddic_analyses",
    "alerts",
];

/// The rows and a digest of each table, computed here and not by the tool, whatever the order of the
/// columns.
pub fn digests(place: &Workplace) -> Vec<(u64, String)> {
    let of_table = |table: &&str| {
        let rows = place.query(&format!("SELECT count(*) FROM {table}"));
        let digest = place.query(&format!(
            "SELECT md5(coalesce(string_agg(to_jsonb(t)::text, '|' ORDER BY t.id), '')) FROM {table} AS t"
        ));
        (rows[0].parse().expect("a number"), digest.concat())
    };
    TABLES.iter().map(of_table).collect()
}

/// That the list names a backup, first, with the run that took it and the rows of then.
fn expect_listed(place: &Workplace, id: &str, program: &str, before: &[(u64, String)]) {
    let listed = place.expect(0, "rollback", &["--list-backups"]);
    let first = format!("1. {id} (");
    assert!(listed.stdout.starts_with(&first), "{}", listed.stdout);
    let listed = place.expect(0, "rollback", &["--list-backups", "--json"]);
    let backup = &listed.json()["backups"][0];
    assert_eq!(backup["id"], id, "{backup:#}");
    let run = place.query(&format!(
        "SELECT max(id) FROM sunset.runs WHERE program = '{program}'"
    ));
    assert_eq!(backup["run"].to_string(), run.concat(), "{backup:#}");
    let tables = backup["tables"].as_array().expect("tables");
    assert!(!tables.is_empty(), "{backup:#}");
    for table in tables {
        let name = table["table"].as_str().expect("a name");
        let place = TABLES.iter().position(|of| of.trim_matches('"') == name);
        if let Some(place) = place {
            assert_eq!(table["rows"].as_u64(), Some(before[place].0), "{name}");
        }
    }
}

/// That restoring is refused with these words, by a dry run too, and changes nothing.
fn expect_refused(place: &Workplace, id: &str, words: &[&str]) {
    let ledger = "SELECT count(*) || ' ' || (SELECT count(*) FROM sunset.backups) FROM sunset.runs";
    let before = (digests(place), place.query(ledger));
    for how in ["--dry-run", "--yes"] {
        let arguments = ["--level", "data", "--backup-id", id, how];
        let outcome = place.expect(1, "rollback", &arguments);
        for said in words {
            assert!(outcome.stderr.contains(said), "{how}: {}", outcome.stderr);
        }
        let after = (digests(place), place.query(ledger));
        assert_eq!(after, before, "{how}");
    }
}

#[test]
fn what_fix_schema_keeps_comes_back_once_its_repair_is_taken_back() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    // As an older version of V3 left it, which no ledger knows of.
    place.query(&format!(
        "DROP SCHEMA sunset CASCADE; {OLDER_V3} \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES \
         ('c', 'o', 'demo', 12.5), ('d', 'o', 'demo', 60), ('e', 'o', 'demo', NULL)",
    ));
    let before = digests(&place);
    let id = id_of(&place.expect(0, "fix-schema", &["--backup", "tables"]));
    let durations =
        "SELECT string_agg(coalesce(duration::text, '-'), ' ' ORDER BY id) FROM conversations";
    assert_eq!(place.query(durations), ["13 60 -"]);
    let repaired = digests(&place);
    assert_ne!(repaired, before);
    expect_listed(&place, &id, "fix-schema", &before);
    expect_refused(
        &place,
        &id,
        &[
            "the column duration of conversations was double precision and is integer now",
            "next: take back the changes of the schema first: rollback --schema",
        ],
    );
    // As it says; and what somebody did to the rows meanwhile is undone by the backup.
    place.expect(0, "rollback", &["--schema", "--yes"]);
    assert_eq!(digests(&place), before);
    place.query(
        "DELETE FROM conversations WHERE id = 'd'; UPDATE opportunities SET company_name = 'Harmed'; \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('f', 'o', 'demo', 1.5)",
    );
    assert_ne!(digests(&place), before);
    let outcome = restored(&place, &id);
    assert_eq!(digests(&place), before, "{}", outcome.stdout);
    // And the repair does the same once more.
    place.expect(0, "fix-schema", &[]);
    assert_eq!(digests(&place), repaired);
}

#[test]
fn what_audio_migrate_keeps_comes_back_and_is_linked_again() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let before = digests(&place);
    let id = id_of(&place.expect(0, "audio-migrate", &["--backup", "tables"]));
    let linked = digests(&place);
    assert_ne!(linked, before);
    expect_listed(&place, &id, "audio-migrate", &before);
    place.query("UPDATE conversations SET title = 'Harmed' WHERE id < '202507'");
    let outcome = restored(&place, &id);
    assert_eq!(digests(&place), before, "{}", outcome.stdout);
    let stored = place.stored();
    assert_eq!(stored.len(), 127, "the bucket is no table");
    // What is in the bucket already is linked again.
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(digests(&place), linked);
    assert_eq!(place.stored(), stored);
    place.expect(0, "check-r2", &[]);
    place.expect(0, "final-check", &["--no-report"]);
}

#[test]
fn what_a_repair_keeps_comes_back_and_is_repaired_again() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let place = repair::v2(place, &[("a", "1"), ("b", "2"), ("c", "3")]);
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // V2 goes on: a number changes, and a case comes.
    let cases = [("a", "11"), ("b", "2"), ("c", "3"), ("d", "4")];
    let place = repair::v2(place, &cases);
    let before = digests(&place);
    let check = ["--no-report", "--only", "data"];
    let repairing = [&check[..], &["--repair"]].concat();
    let keeping = [&repairing[..], &["--backup", "tables"]].concat();
    let outcome = place.expect(0, "final-check", &keeping);
    let all = "rows were written again, 0 that differ were left alone";
    assert!(outcome.stdout.contains(all), "{}", outcome.stdout);
    let id = id_of(&outcome);
    let repaired = digests(&place);
    assert_ne!(repaired, before);
    expect_listed(&place, &id, "final-check", &before);
    let outcome = restored(&place, &id);
    assert_eq!(digests(&place), before, "{}", outcome.stdout);
    // The ledger is of then, too: what differs is found again, and can be written again.
    place.expect(4, "final-check", &check);
    place.expect(0, "final-check", &repairing);
    assert_eq!(digests(&place), repaired);
    place.expect(0, "final-check", &check);
}

#[test]
fn a_backup_whose_tables_lost_a_column_or_got_a_rule_is_refused_and_says_what_to_do() {
    let Some(place) = with_rows() else {
        return;
    };
    let before = digests(&place);
    let id = id_of(&place.expect(0, "data-migrate", &["--backup", "tables"]));
    // Somebody drops a column that the backup has.
    place.query("ALTER TABLE opportunities DROP COLUMN industry");
    expect_refused(
        &place,
        &id,
        &[
            "the tables are not as they were when the backup was taken: opportunities has no column industry",
            "next: take back the changes of the schema first: rollback --schema",
        ],
    );
    for (language, said) in [
        ("zh-TW", "opportunities 沒有欄位 industry"),
        ("es", "opportunities no tiene la columna industry"),
    ] {
        let arguments = ["--level", "data", "--backup-id", &id, "--lang", language];
        let outcome = place.expect(1, "rollback", &arguments);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    place.query("ALTER TABLE opportunities ADD COLUMN industry text");
    // A column must have a value since, which no row of the backup has: found while it is done.
    place.query(
        "UPDATE conversations SET title = 'untitled' WHERE title IS NULL; \
         ALTER TABLE conversations ALTER COLUMN title SET NOT NULL",
    );
    let migrated = digests(&place);
    let arguments = ["--level", "data", "--backup-id", &id, "--yes"];
    let outcome = place.expect(1, "rollback", &arguments);
    for said in [
        "next: rows of the backup break a rule that the table has got since; nothing was changed",
        "ALTER COLUMN … DROP NOT NULL",
    ] {
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    assert_eq!(digests(&place), migrated);
    let states =
        "SELECT state FROM sunset.runs WHERE program = 'rollback' ORDER BY id DESC LIMIT 1";
    assert_eq!(place.query(states), ["failed"]);
    // As it says.
    place.query("ALTER TABLE conversations ALTER COLUMN title DROP NOT NULL");
    let outcome = restored(&place, &id);
    assert_eq!(digests(&place), before, "{}", outcome.stdout);
}
