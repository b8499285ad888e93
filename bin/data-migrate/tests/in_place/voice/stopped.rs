//! Runs that are killed, and backups that are not what they copy.

use crate::killed::{kill_again_and_again, kill_in_the_middle};
use crate::scratch::Scratch;

use super::{CALLS, CONFIGS, METRICS, MIGRATED, PLAN, migrate, run, with};

const MANY: &str = r"
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt)
SELECT 'c' || n, 'acme', 'n' || n, 'Atender ' || repeat('mesa ', n % 50) FROM generate_series(1, 3000) AS n;
INSERT INTO voice_agent_calls (id, tenant_id, config_id, status, transcript, duration_seconds, latency_ms)
SELECT 'k' || n, CASE n % 2 WHEN 0 THEN 'acme' ELSE 'globex' END, 'c' || (n % 3000 + 1),
       (ARRAY['completed', 'failed', 'queued'])[n % 3 + 1], repeat('palabra ', n % 20), n % 97, n % 1009
  FROM generate_series(1, 20000) AS n;
";

#[tokio::test]
async fn a_killed_run_goes_on_with_the_same_result_and_its_first_backup_holds_what_was() {
    let Some(undisturbed) = with(MANY).await else {
        return;
    };
    migrate(&undisturbed, &[]);
    let Some(scratch) = with(MANY).await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let before = (scratch.text(CONFIGS).await, scratch.text(CALLS).await);
    let mut arguments = PLAN.to_vec();
    arguments.extend(["--batch-size", "20"]);
    let lock = "SELECT FROM voice_agent_calls WHERE id = 'k500'";
    kill_in_the_middle(&scratch, &arguments, lock, "outcomes", 20_000).await;
    kill_again_and_again(&scratch, &arguments, &[120, 250, 400, 600]).await;
    migrate(&scratch, &[]);
    for digest in [MIGRATED, CALLS, METRICS] {
        assert_eq!(
            scratch.text(digest).await,
            undisturbed.text(digest).await,
            "{digest}"
        );
    }
    let booked = "SELECT count(*) || ' ' || count(DISTINCT k) FROM sunset.changes, unnest(keys) AS k WHERE step = 'outcomes'";
    assert_eq!(scratch.text(booked).await, "20000 20000");
    let first = scratch
        .text("SELECT id FROM sunset.backups ORDER BY taken_at LIMIT 1")
        .await;
    let dry = run(
        &scratch,
        "rollback",
        &["--level", "data", "--backup-id", &first, "--dry-run"],
    );
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(dry.holds("3,000 rows would be restored"), "{dry:?}");
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
    assert_eq!(
        (scratch.text(CONFIGS).await, scratch.text(CALLS).await),
        before
    );
}

/// Whatever ends a run behind its backup ends it before anything was changed.
#[tokio::test]
async fn nothing_is_changed_when_the_backup_fails() {
    let Some(scratch) = with(MANY).await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    // A role that may write rows and make the ledger, and no schema.
    let before = (scratch.text(CONFIGS).await, scratch.text(CALLS).await);
    scratch
        .run(
            "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no copies here'; END $$;
             CREATE EVENT TRIGGER no_copies ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse()",
        )
        .await;
    let said = run(&scratch, "data-migrate", &[]);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.holds("cannot back up"), "{said:?}");
    assert_eq!(
        (scratch.text(CONFIGS).await, scratch.text(CALLS).await),
        before
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.backups").await,
        "0"
    );
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'migration_backup%'")
            .await,
        "0"
    );
    migrate(&scratch, &["--skip-backup"]);
}

/// What the server does to rows as they are copied, and what is said of that. Once there are fewer of
/// them, once as many with another text, once one cell of one row is another.
const SPOILED: [(&str, &str, &str, &str); 3] = [
    (
        "voice_agent_configs",
        "IF new.id = 'c7' THEN RETURN NULL; END IF; RETURN new;",
        "2999 rows with digest ",
        ", not 3000 with ",
    ),
    (
        "voice_agent_configs",
        "new.prompt := new.prompt || '!'; RETURN new;",
        "3000 rows with digest ",
        ", not 3000 with ",
    ),
    (
        "voice_agent_calls",
        "IF new.id = 'k500' THEN new.duration_seconds := 1; END IF; RETURN new;",
        "20000 rows with digest ",
        ", not 20000 with ",
    ),
];

#[tokio::test]
async fn nothing_is_changed_when_a_copy_is_not_like_its_table() {
    for (table, spoiling, found, wanted) in SPOILED {
        let Some(scratch) = with(MANY).await else {
            return;
        };
        assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
        let before = (scratch.text(CONFIGS).await, scratch.text(CALLS).await);
        scratch
            .run(&format!(
                "CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {spoiling} END $$;
                 CREATE FUNCTION public.beset() RETURNS event_trigger LANGUAGE plpgsql AS $$
                 DECLARE made record;
                 BEGIN
                     FOR made IN SELECT * FROM pg_event_trigger_ddl_commands()
                         WHERE object_identity LIKE 'migration_backup_%.{table}' LOOP
                         EXECUTE format('CREATE TRIGGER spoil BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION public.spoil()', made.object_identity);
                     END LOOP;
                 END $$;
                 CREATE EVENT TRIGGER beset ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.beset()"
            ))
            .await;
        let said = run(&scratch, "data-migrate", &[]);
        assert_eq!(said.status, 1, "{said:?}");
        for words in [
            format!("the copy of {table} is not like it: {found}"),
            wanted.to_owned(),
            "nothing was changed; a trigger or a rule may stand in the way".to_owned(),
        ] {
            assert!(said.holds(&words), "{words}: {said:?}");
        }
        assert!(!said.holds("Step 2 of 7"), "nothing behind it: {said:?}");
        assert_eq!(
            (scratch.text(CONFIGS).await, scratch.text(CALLS).await),
            before
        );
        let left = "SELECT (SELECT count(*) FROM sunset.backups) || ' ' || (SELECT count(*) FROM sunset.changes)
            || ' ' || (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'migration_backup%')
            || ' ' || (SELECT string_agg(state, ',') FROM sunset.runs WHERE program = 'data-migrate')";
        assert_eq!(scratch.text(left).await, "0 0 0 failed");
        scratch.run("DROP EVENT TRIGGER beset").await;
        migrate(&scratch, &[]);
        assert_eq!(
            scratch.text("SELECT count(*) FROM sunset.backups").await,
            "1"
        );
    }
}

/// Configurations that no id tells apart.
const ALIKE: &str = r"
CREATE TABLE tenants (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE voice_agent_configs (id text, tenant_id text, name text, prompt text,
    voice_id text, language text, enabled boolean, created_at timestamptz, updated_at timestamptz);
CREATE TABLE voice_agent_calls (id text PRIMARY KEY, tenant_id text, config_id text, transcript text);
INSERT INTO tenants VALUES ('acme', 'Acme');
INSERT INTO voice_agent_configs (id, tenant_id, name, prompt)
VALUES ('c', 'acme', 'One', 'Hola'), ('c', 'acme', 'Two', 'Hola');
";

#[tokio::test]
async fn a_dry_run_ends_where_a_check_before_the_rows_fails_as_the_run_does() {
    let Some(scratch) = Scratch::with(ALIKE).await else {
        return;
    };
    let stands = "what was done before stands";
    // The second run finds the columns of version 2 there, and says no other thing for that.
    for (how, remedy) in [
        (&["--dry-run"][..], "the migration would stop there"),
        (
            &["--dry-run", "--json"][..],
            "the migration would stop there",
        ),
        (&[][..], stands),
        (&[][..], stands),
        (&["--json"][..], stands),
    ] {
        let said = run(&scratch, "data-migrate", how);
        assert_eq!(said.status, 4, "{how:?}: {said:?}");
        for words in [
            "ids are present and unique",
            "Validation of version 1 failed; nothing behind it was done",
            remedy,
        ] {
            assert!(said.holds(words), "{how:?}: {words}: {said:?}");
        }
        let json = how.contains(&"--json");
        assert_eq!(said.holds(r#""check_failed""#), json, "{how:?}: {said:?}");
    }
}
