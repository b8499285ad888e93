//! `--backup`: what is kept before writing is what comes back.

use sunset_testkit::neon::{KEY, MAIN, Neon, PROJECT};

use super::workplace::{Outcome, Workplace, repository};

const TABLES: [&str; 4] = [
    "\"user\"",
    "opportunities",
    "conversations",
    "meddic_analyses",
];

/// A digest of each table, computed here and not by the tool.
pub fn digests(place: &Workplace) -> Vec<String> {
    TABLES
        .iter()
        .map(|table| {
            place.query(&format!(
                "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} AS t"
            ))[0]
                .clone()
        })
        .collect()
}

/// The id of the backup that a program said it took; restoring names the one it restores before.
pub fn id_of(outcome: &Outcome) -> String {
    outcome
        .stdout
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Backup "))
        .and_then(|rest| rest.split([':', ' ']).next())
        .unwrap_or_else(|| panic!("a backup\n{}\n{}", outcome.stdout, outcome.stderr))
        .to_owned()
}

pub fn restored(place: &Workplace, id: &str) -> Outcome {
    place.expect(
        0,
        "rollback",
        &["--level", "data", "--backup-id", id, "--yes"],
    )
}

/// A V3 with rows of its own, one of which migration changes too.
pub fn with_rows() -> Option<Workplace> {
    let place = Workplace::new()?.with("MIGRATION_USER_ID", "owner");
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email) VALUES ('owner', 'Owner', 'o@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name, raw_form_data) \
         VALUES ('mine', 'owner', 'mine-1', 'Mine', '{\"b\": 1.50, \"a\": null}'); \
         INSERT INTO conversations (id, opportunity_id, type) VALUES ('talk', 'mine', 'demo')",
    );
    Some(place)
}

#[test]
fn what_was_kept_comes_back_to_the_digest_and_migrating_again_gives_the_same() {
    let Some(place) = with_rows() else {
        return;
    };
    let before = digests(&place);
    let outcome = place.expect(0, "data-migrate", &["--backup", "tables"]);
    let id = id_of(&outcome);
    let after = digests(&place);
    assert_ne!(after, before);
    let schema = format!("sunset_{id}");
    assert_eq!(
        place.query(&format!("SELECT count(*) FROM {schema}.opportunities")),
        ["1"]
    );
    let listed = place.expect(0, "rollback", &["--list-backups", "--verbose"]);
    for line in [
        format!("1. {id} (1 conversations, 0 meddic_analyses, 1 opportunities) - "),
        format!("   {schema}.opportunities: 1 rows, "),
    ] {
        let all = format!("{}{}", listed.stdout, listed.stderr);
        assert!(all.contains(&line), "{line}\n{all}");
    }
    // Everything that can happen to a row, in every table; triggers and keys of others among it.
    place.query(
        "CREATE TABLE notes (id text PRIMARY KEY, about text REFERENCES opportunities (id) ON DELETE CASCADE); \
         INSERT INTO notes VALUES ('n', 'mine'); \
         CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.notes := 'touched'; RETURN NEW; END $$; \
         CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON opportunities FOR EACH ROW EXECUTE FUNCTION stop(); \
         UPDATE opportunities SET company_name = 'Harmed', raw_form_data = '{}' WHERE id = 'mine'; \
         DELETE FROM conversations WHERE id = 'talk'; \
         DELETE FROM meddic_analyses WHERE ctid IN (SELECT ctid FROM meddic_analyses LIMIT 7); \
         UPDATE conversations SET duration = 1",
    );
    let args = ["--level", "data", "--backup-id", &id];
    let harmed = digests(&place);
    let shown = place.expect(1, "rollback", &args);
    assert!(
        shown.stdout.contains(
            "conversations: 153 rows that came or were changed since would go, 1 would come back"
        ),
        "{}",
        shown.stdout
    );
    let mut dry = args.to_vec();
    dry.push("--dry-run");
    place.expect(0, "rollback", &dry);
    assert_eq!(digests(&place), harmed, "nothing was done yet");
    let outcome = restored(&place, &id);
    assert_eq!(digests(&place), before, "{}", outcome.stdout);
    assert!(
        outcome
            .stdout
            .contains("opportunities: 112 rows that came or were changed since went, 1 came back; its 1 rows have the digest of the backup"),
        "{}",
        outcome.stdout
    );
    // Keys and triggers stand as before, and notes still has its row.
    assert_eq!(place.query("SELECT about FROM notes"), ["mine"]);
    assert_eq!(
        place.query("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND confrelid = 'opportunities'::regclass"),
        ["4"]
    );
    assert_eq!(
        place.query("SELECT tgenabled FROM pg_trigger WHERE tgname = 'touch'"),
        ["O"]
    );
    place.query("DROP TRIGGER touch ON opportunities; DROP TABLE notes");
    // The ledger is of then, too: migrating again writes everything, and the same.
    place.expect(0, "data-migrate", &[]);
    assert_eq!(digests(&place), after);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    // What was there before the restoring was kept as well.
    let harm = id_of(&outcome);
    assert_ne!(harm, id);
    restored(&place, &harm);
    assert_eq!(digests(&place), harmed);
    place.expect(
        1,
        "rollback",
        &["--level", "data", "--backup-id", "backup_1", "--yes"],
    );
}

#[test]
fn an_empty_database_and_one_without_tables_are_kept_as_they_are() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &["--backup", "tables"]);
    let before = digests(&place);
    let id = id_of(&place.expect(0, "data-migrate", &["--backup", "tables"]));
    assert_ne!(digests(&place), before);
    restored(&place, &id);
    assert_eq!(
        digests(&place),
        before,
        "the owner that was made is gone, too"
    );
    let again = place.expect(0, "data-migrate", &["--backup", "none"]);
    assert!(!again.stdout.contains("Backup"), "{}", again.stdout);
}

#[test]
fn what_a_rollback_keeps_comes_back_with_the_owner_that_it_removed() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let migrated = digests(&place);
    assert!(migrated[0].starts_with("1 "), "the migration made its user");
    // A part that does not concern the user leaves its table alone, so that others may use it.
    let part_of = ["--collection", "meddic_analyses", "--yes"];
    let part = place.expect(
        0,
        "rollback",
        &[&part_of[..], &["--backup", "tables"]].concat(),
    );
    place.query("INSERT INTO \"user\" (id, name, email) VALUES ('new', 'New', 'n@x.tw')");
    place.query("INSERT INTO session (id, expires_at, token, updated_at, user_id) VALUES ('s', now(), 't', now(), 'new')");
    restored(&place, &id_of(&part));
    assert_eq!(digests(&place)[1..], migrated[1..]);
    let part = place.expect(
        0,
        "rollback",
        &[&part_of[..], &["--backup", "tables"]].concat(),
    );
    place.expect(0, "data-migrate", &[]);
    place.query("DELETE FROM \"user\" WHERE id = 'new'");
    // Everything: with the user.
    let outcome = place.expect(0, "rollback", &["--yes", "--backup", "tables"]);
    assert_ne!(digests(&place), migrated);
    let all = id_of(&outcome);
    let outcome = restored(&place, &all);
    assert_eq!(digests(&place), migrated, "{}", outcome.stdout);
    place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    let runs =
        "SELECT count(*) FROM sunset.runs WHERE program = 'data-migrate' AND state <> 'done'";
    assert_eq!(place.query(runs), ["0"], "their rows are there again");
    // And what stood there in between.
    restored(&place, &id_of(&outcome));
    assert!(
        digests(&place)
            .iter()
            .all(|digest| digest.starts_with("0 "))
    );
    // A backup without the user, whom its rows need, and who is gone.
    let id = id_of(&part);
    let args = ["--level", "data", "--backup-id", &id, "--yes"];
    let refused = place.expect(1, "rollback", &args);
    let words = "rows of the backup refer to rows of other tables that are gone since";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert!(
        digests(&place)
            .iter()
            .all(|digest| digest.starts_with("0 "))
    );
    // Without its tables it says how they come back, and then it does.
    place.expect(0, "rollback", &["--schema", "--yes"]);
    let args = ["--level", "data", "--backup-id", &all, "--yes"];
    let refused = place.expect(1, "rollback", &args);
    let words = "make it again with schema-push";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    place.expect(0, "schema-push", &[]);
    restored(&place, &all);
    assert_eq!(digests(&place), migrated);
}

#[test]
fn a_plan_in_place_is_kept_and_comes_back() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let sample = repository().join("samples/leora-phase2/database.sql");
    let made = std::process::Command::new("psql")
        .args([&place.url(), "-qX", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(sample)
        .output()
        .expect("psql");
    assert!(made.status.success(), "{made:?}");
    let plan = ["--plan", "leora-phase2"];
    let all = "SELECT c.relname || ' ' || (xpath('/row/d/text()', query_to_xml(format('SELECT md5(coalesce(string_agg(t::text, ''|'' ORDER BY t::text), '''')) AS d FROM %I AS t', c.relname), false, true, '')))[1]::text \
               FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1";
    place.expect(0, "schema-push", &plan);
    let before = place.query(all);
    let outcome = place.run(
        "data-migrate",
        &["--plan", "leora-phase2", "--backup", "tables"],
    );
    assert!(
        [0, 3].contains(&outcome.status),
        "{}\n{}",
        outcome.stdout,
        outcome.stderr
    );
    let id = id_of(&outcome);
    let after = place.query(all);
    assert_ne!(after, before);
    let mut back = plan.to_vec();
    back.extend(["--level", "data", "--backup-id", &id, "--yes"]);
    place.expect(0, "rollback", &back);
    assert_eq!(place.query(all), before);
    let again = place.run("data-migrate", &plan);
    assert_eq!(again.status, outcome.status, "{}", again.stderr);
}

#[test]
fn a_branch_of_the_database_is_made_before_writing_and_restored() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let neon = Neon::start("127.0.0.1").expect("a fake");
    neon.memory().busy = 1;
    let place = place
        .with("NEON_API_KEY", KEY)
        .with("NEON_PROJECT_ID", PROJECT)
        .with("NEON_API_URL", neon.url());
    place.expect(0, "schema-push", &[]);
    let outcome = place.expect(0, "data-migrate", &["--backup", "neon-branch"]);
    let id = id_of(&outcome);
    assert_eq!(
        neon.memory().made,
        [format!(
            "{{\"branch\":{{\"name\":\"sunset_{id}\",\"parent_id\":\"{MAIN}\"}}}}"
        )]
    );
    let listed = place.expect(0, "rollback", &["--list-backups"]);
    assert!(
        listed
            .stdout
            .contains(&format!("{id} (branch sunset_{id})")),
        "{}",
        listed.stdout
    );
    let args = ["--level", "data", "--backup-id", &id];
    let shown = place.expect(1, "rollback", &args);
    assert!(
        shown.stdout.contains("The whole database would become"),
        "{}",
        shown.stdout
    );
    assert!(neon.memory().restored.is_empty());
    let outcome = restored(&place, &id);
    {
        let memory = neon.memory();
        let (branch, body) = memory.restored.first().expect("one");
        assert_eq!(branch, MAIN);
        assert_eq!(body["source_branch_id"], format!("br-sunset_{id}-1"));
        assert_eq!(body["preserve_under_name"], format!("before_{id}"));
    }
    assert!(
        outcome
            .stdout
            .contains(&format!("stays as the branch before_{id}")),
        "{}",
        outcome.stdout
    );
    // Refusals: no room for a branch, and a database that is not of the project.
    place.query("UPDATE opportunities SET company_name = 'x'");
    neon.memory().full = true;
    neon.memory().host = "ep-other-1.eu.aws.neon.tech".into();
    let other = place.expect(1, "rollback", &["--yes", "--backup", "neon-branch"]);
    assert!(
        other
            .stderr
            .contains("no branch of the Neon project has the host of the database"),
        "{}",
        other.stderr
    );
    neon.memory().host = "127.0.0.1".into();
    let full = place.expect(1, "rollback", &["--yes", "--backup", "neon-branch"]);
    assert!(
        full.stderr.contains("delete old branches"),
        "{}",
        full.stderr
    );
    for outcome in [&outcome, &other, &full] {
        assert!(!format!("{}{}", outcome.stdout, outcome.stderr).contains("napi"));
    }
    assert_ne!(place.query("SELECT count(*) FROM opportunities"), ["0"]);
}
