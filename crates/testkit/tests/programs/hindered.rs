//! Backups that are not taken or were broken off, and those that would not hold when they come back.

use std::time::{Duration, Instant};

use super::backup::{digests, id_of, restored, with_rows};
use super::storm::{Storm, ended, told};
use super::workplace::Workplace;

#[test]
fn without_room_or_leave_or_a_key_nothing_is_written_and_it_says_why() {
    let Some(place) = with_rows() else {
        return;
    };
    let before = digests(&place);
    // A full disk, as the server tells it.
    place.query(
        "CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF current_query() LIKE '%sunset_backup%' THEN \
         RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF; END $$; \
         CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION full_disk()",
    );
    let full = place.expect(1, "data-migrate", &["--backup", "tables"]);
    for words in [
        "there is no room for a backup of the tables; nothing was written",
        "make room on the server",
    ] {
        assert!(full.stderr.contains(words), "{}", full.stderr);
    }
    place.query("DROP EVENT TRIGGER full_disk");
    let keyless = place.expect(1, "data-migrate", &["--backup", "neon-branch"]);
    for name in ["NEON_API_KEY", "NEON_PROJECT_ID"] {
        assert!(keyless.stderr.contains(name), "{}", keyless.stderr);
    }
    assert_eq!(digests(&place), before);
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sunset_backup%'";
    assert_eq!(place.query(schemas), ["0"]);
    let shared = place.run("data-migrate", &["--worker", "--backup", "tables"]);
    assert_eq!(shared.status, 2, "{}", shared.stderr);
}

#[test]
fn a_backup_that_was_killed_is_none_and_the_next_attempt_keeps_what_was_there() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(6);
    let place = super::storm::prepared(place, storm.cases);
    let began = Instant::now();
    let load = ["--backup", "tables", "--batch-size", storm.batch()];
    let before = digests(&place);
    let mut child = place.spawn("data-migrate", &load);
    assert!(ended(&mut child, Duration::from_secs(180)), "it hangs");
    let longest = began.elapsed();
    place.expect(0, "rollback", &["--yes"]);
    let (mut kills, mut kept) = (0, 0);
    for _ in 0..storm.blows {
        let mut child = place.spawn("data-migrate", &load);
        if !ended(&mut child, storm.moment(longest)) {
            child.kill().expect("killed");
            kills += 1;
        }
        child.wait().expect("gone");
        // What is in the catalogue is whole, and what is not has left nothing.
        let loose = "SELECT n.nspname FROM pg_namespace AS n WHERE n.nspname LIKE 'sunset_backup%' \
                     AND NOT EXISTS (SELECT FROM sunset.backups AS b WHERE b.schema_name = n.nspname)";
        assert!(place.query(loose).is_empty(), "seed {}", storm.seed);
    }
    let outcome = place.run("data-migrate", &load);
    assert_eq!(outcome.status, 3, "{}", outcome.stderr);
    let id = id_of(&outcome);
    if outcome
        .stdout
        .contains("of the attempt that was broken off")
    {
        kept += 1;
    }
    let earliest = "SELECT id FROM sunset.backups WHERE run > (SELECT max(id) FROM sunset.runs \
                    WHERE program = 'rollback') ORDER BY id LIMIT 1";
    let first = place.query(earliest).first().cloned().unwrap_or(id);
    restored(&place, &first);
    assert_eq!(digests(&place), before, "seed {}", storm.seed);
    told(&format!(
        "{kills} kills of data-migrate --backup tables: no half of a backup, the first one is of \
         before ({kept} times that of a broken-off attempt); seed {}",
        storm.seed
    ));
}

#[test]
fn a_dry_run_of_restoring_finds_the_keys_that_would_not_hold() {
    let Some(place) = with_rows() else {
        return;
    };
    let id = id_of(&place.expect(0, "data-migrate", &["--backup", "tables"]));
    let args = ["--level", "data", "--backup-id", &id, "--dry-run"];
    place.expect(0, "rollback", &args);
    // Somebody's row refers to one that the backup does not have.
    place.query(
        "CREATE TABLE notes (id text PRIMARY KEY, about text REFERENCES opportunities (id)); \
         INSERT INTO notes VALUES ('n', (SELECT min(id) FROM opportunities WHERE id <> 'mine')), ('none', NULL)",
    );
    let about = place
        .query("SELECT about FROM notes WHERE id = 'n'")
        .concat();
    let refused = |what: &str, item: &str| {
        for how in ["--dry-run", "--yes"] {
            let args = ["--level", "data", "--backup-id", &id, how];
            let outcome = place.expect(1, "rollback", &args);
            assert!(
                outcome.stderr.contains(what) && (how == "--yes" || outcome.stderr.contains(item)),
                "{how}: {}",
                outcome.stderr
            );
        }
    };
    let before = digests(&place);
    refused(
        "rows that came since refer to rows that the backup does not have",
        &format!("1 rows of notes refer to opportunities (notes_about_fkey): {about}"),
    );
    place.query("UPDATE notes SET about = 'mine'");
    place.expect(0, "rollback", &args);
    // The owner of the row that would come back is gone, and the table of users is not in the backup.
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('other', 'Other', 'other@x.tw'); \
         UPDATE opportunities SET user_id = 'other'; UPDATE \"user\" SET id = 'away' WHERE id = 'owner'",
    );
    refused(
        "rows of the backup refer to rows of other tables that are gone since",
        "1 rows of opportunities refer to \"user\" (",
    );
    place.query(
        "UPDATE \"user\" SET id = 'owner' WHERE id = 'away'; UPDATE opportunities SET user_id = 'owner'; \
         DELETE FROM \"user\" WHERE id = 'other'",
    );
    assert_eq!(digests(&place), before);
    let outcome = restored(&place, &id);
    assert_eq!(
        place.query("SELECT count(*) FROM opportunities"),
        ["1"],
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_column_that_must_have_a_value_is_found_before_anything_is_restored() {
    let Some(place) = with_rows() else {
        return;
    };
    let id = id_of(&place.expect(0, "data-migrate", &["--backup", "tables"]));
    place.query(
        "ALTER TABLE conversations ADD COLUMN score int; UPDATE conversations SET score = 1; \
         ALTER TABLE conversations ALTER COLUMN score SET NOT NULL",
    );
    let before = digests(&place);
    for how in ["--dry-run", "--yes"] {
        let args = ["--level", "data", "--backup-id", &id, how];
        let outcome = place.expect(1, "rollback", &args);
        for said in [
            "neither the backup nor a default has one; nothing was changed",
            "conversations: score",
            "ALTER COLUMN \"score\" SET DEFAULT …",
        ] {
            assert!(outcome.stderr.contains(said), "{how}: {}", outcome.stderr);
        }
    }
    assert_eq!(digests(&place), before);
    // As the message says: with a default it comes back.
    place.query("ALTER TABLE conversations ALTER COLUMN score SET DEFAULT 0");
    let args = ["--level", "data", "--backup-id", &id, "--dry-run"];
    place.expect(0, "rollback", &args);
    // A rule that is found only while it is done says what to do, too.
    place.query("ALTER TABLE conversations ADD CONSTRAINT scored CHECK (score > 0)");
    let args = ["--level", "data", "--backup-id", &id, "--yes"];
    let outcome = place.expect(1, "rollback", &args);
    assert!(
        outcome
            .stderr
            .contains("next: rows of the backup break a rule"),
        "{}",
        outcome.stderr
    );
    assert_eq!(digests(&place), before);
    place.query("ALTER TABLE conversations DROP CONSTRAINT scored");
    restored(&place, &id);
    assert_eq!(place.query("SELECT id FROM conversations"), ["talk"]);
}
