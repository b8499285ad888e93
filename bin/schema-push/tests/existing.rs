//! Databases that have something already.

use crate::PROGRAM;
use crate::scratch::Scratch;

/// Some of V3, with rows, made by other tools: other names of constraints, other types, missing
/// columns, and more than the desired schema has.
const PARTLY: &str = include_str!("partly.sql");

#[tokio::test]
async fn what_is_there_is_changed_without_loss_and_more_is_left_alone() {
    let Some(scratch) = Scratch::with(PARTLY).await else {
        return;
    };
    insta::assert_snapshot!("partly_plan", scratch.say(PROGRAM, &["--dry-run"]).shown());
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    insta::assert_snapshot!("partly_check", scratch.say(PROGRAM, &["--check"]).shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 4);
    assert_eq!(
        scratch
            .text("SELECT string_agg(id || name || kind, ' ' ORDER BY id) FROM tenant_notes")
            .await,
        "1ax 2bx"
    );
    assert_eq!(
        scratch.text("SELECT string_agg(concat_ws('|', id, email, created_at, tenant), ' ' ORDER BY id) FROM \"user\"").await,
        "u1|a@x|2025-01-01 00:00:00|t1 u2|b@x|2025-06-01 00:00:00|t1"
    );
}

#[tokio::test]
async fn a_rename_is_done_only_when_it_is_written_down() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch.run("ALTER TABLE verification RENAME value TO secret; INSERT INTO verification VALUES ('1', 'i', 's', now()); ALTER TABLE lead_sources RENAME TO sources").await;
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 4);
    assert!(
        check
            .out
            .contains("verification.value: the column is missing"),
        "{}",
        check.out
    );
    assert!(
        check
            .out
            .contains("verification.secret: column, text NOT NULL"),
        "{}",
        check.out
    );
    let said = scratch.say(
        PROGRAM,
        &[
            "--rename",
            "verification.secret=value",
            "--rename",
            "sources=lead_sources",
        ],
    );
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    assert_eq!(scratch.text("SELECT value FROM verification").await, "s");

    for (rename, why) in [
        (
            "verification.value=secret",
            "must be part of the desired schema",
        ),
        ("verification.nothing=value", "check the name"),
        (
            "verification=verifications",
            "must be part of the desired schema",
        ),
    ] {
        let said = scratch.say(PROGRAM, &["--rename", rename]);
        // The new name is there and the old is not: done already.
        if rename == "verification.nothing=value" {
            assert_eq!(said.status, 0, "{}", said.shown());
            let note = "--rename verification.nothing=value: nothing of the old name is there";
            assert!(said.out.contains(note), "{}", said.shown());
        } else {
            assert_eq!(said.status, 2, "{}", said.shown());
            assert!(said.err.contains(why), "{}", said.err);
        }
    }
}

#[tokio::test]
async fn data_is_dropped_only_by_name() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run("ALTER TABLE \"user\" ADD COLUMN \"old.name\" text; CREATE TABLE scrap (id integer); INSERT INTO scrap VALUES (1)")
        .await;
    assert_eq!(
        scratch.say(PROGRAM, &[]).shown().lines().next(),
        Some("nothing to do")
    );
    let drops = ["--allow-drop", "user.\"old.name\"", "--allow-drop", "scrap"];
    let plan = scratch.say(PROGRAM, &[drops.as_slice(), &["--dry-run"]].concat());
    assert!(
        plan.out.contains("drop column user.old.name [loses data]"),
        "{}",
        plan.out
    );
    assert_eq!(scratch.say(PROGRAM, &drops).status, 0);
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    let again = scratch.say(PROGRAM, &drops);
    assert_eq!(again.status, 0);
    assert!(
        again.out.starts_with("nothing to do\nnot there:\n"),
        "{}",
        again.shown()
    );
    let said = scratch.say(PROGRAM, &["--allow-drop", "user.email"]);
    assert_eq!(said.status, 2);
    assert!(
        said.err.contains("a part of the desired schema"),
        "{}",
        said.err
    );
}

#[tokio::test]
async fn rows_in_the_way_are_listed_and_the_rest_is_done() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "ALTER TABLE \"user\" DROP CONSTRAINT user_email_unique, ALTER name DROP NOT NULL, ALTER image TYPE bytea USING NULL; \
             ALTER TABLE session DROP CONSTRAINT session_user_id_user_id_fk; DROP INDEX \"session_userId_idx\"; \
             INSERT INTO \"user\" (id, name, email) VALUES ('1', 'a', 'x'), ('2', NULL, 'x'), ('3', 'c', 'y'); \
             INSERT INTO session (id, expires_at, token, updated_at, user_id) VALUES ('s', now(), 't', now(), 'gone')",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    insta::assert_snapshot!("rows_in_the_way", said.shown());
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_indexes WHERE indexname = 'session_userId_idx'")
            .await,
        "1"
    );
    // New rows are held to the foreign key already; those that were there are not lost.
    assert_eq!(scratch.text("SELECT convalidated FROM pg_constraint WHERE conname = 'session_user_id_user_id_fk'").await, "false");
    assert_eq!(scratch.say(PROGRAM, &[]).status, 3);
    assert_eq!(scratch.say(PROGRAM, &["--check"]).status, 4);
    scratch
        .run("UPDATE \"user\" SET email = 'z', name = 'b' WHERE id = '2'; DELETE FROM session; ALTER TABLE \"user\" DROP image")
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn a_view_under_the_name_of_a_table_stops_nothing_else() {
    let Some(scratch) = Scratch::with("CREATE VIEW alerts AS SELECT 1 AS id").await else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("alerts: something else stands under this name"),
        "{}",
        said.out
    );
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .await,
        "11"
    );
}

#[tokio::test]
async fn an_invalid_index_that_a_broken_push_left_is_rebuilt() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('1', 'a', 'x'); \
             INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a', 'a', 'p', '1', now()); \
             ALTER TABLE \"user\" DROP CONSTRAINT user_email_unique; \
             CREATE UNIQUE INDEX user_email_unique ON \"user\" (email); \
             UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('user_email_unique'::regclass, '\"account_userId_idx\"'::regclass)",
        )
        .await;
    let check = scratch.say(PROGRAM, &["--check"]);
    assert!(
        check
            .out
            .contains("account_userId_idx: the index is invalid"),
        "{}",
        check.out
    );
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn an_index_is_built_whatever_isolation_the_database_prefers() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    let name = scratch.name.clone();
    scratch
        .run(&format!(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
             INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a', 'a', 'p', 'u', now()); \
             DROP INDEX \"account_userId_idx\"; \
             ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'; \
             ALTER DATABASE \"{name}\" SET quote_all_identifiers = on"
        ))
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(
        said.out.ends_with("1 step done\n") || said.out.contains("1 steps done"),
        "{}",
        said.out
    );
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}
