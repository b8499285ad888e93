//! What stands in the way is in the plan, before anything is done.

use crate::PROGRAM;
use crate::scratch::Scratch;

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'C');";

/// The desired schema, and then what somebody did to it.
async fn changed(sql: &str) -> Option<Scratch> {
    let scratch = Scratch::with("").await?;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch.run("DROP SCHEMA sunset CASCADE").await;
    scratch.run(sql).await;
    Some(scratch)
}

#[tokio::test]
async fn what_uses_a_column_is_named_and_the_rest_is_done() {
    let Some(scratch) = changed(
        "ALTER TABLE opportunities ALTER notes TYPE varchar(50), ALTER industry TYPE varchar(50), \
             ALTER landing_page TYPE varchar(90), DROP COLUMN referrer; \
         CREATE VIEW recent AS SELECT id, notes FROM opportunities; \
         CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TRIGGER told BEFORE UPDATE OF industry ON opportunities FOR EACH ROW EXECUTE FUNCTION nothing(); \
         ALTER TABLE opportunities ADD COLUMN page text GENERATED ALWAYS AS (lower(landing_page)) STORED",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    for part in [
        "opportunities.notes: view public.recent uses it",
        "opportunities.industry: trigger told on table public.opportunities uses it",
        "opportunities.landing_page: generated column page uses it",
        "add column opportunities.referrer",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.shown());
    }
    let said = scratch.say(PROGRAM, &["--allow-drop", "opportunities.page"]);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch
        .run("DROP VIEW recent; DROP TRIGGER told ON opportunities")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn names_that_others_have_stop_nothing_else() {
    let Some(scratch) = Scratch::with(
        "CREATE SEQUENCE alerts; CREATE TYPE verification AS ENUM ('a'); CREATE TYPE session AS (a integer); \
         CREATE DOMAIN lead_sources AS text; CREATE TABLE other (id integer); CREATE INDEX user_email_unique ON other (id); \
         CREATE SEQUENCE \"account_userId_idx\"",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &["--dry-run"]);
    for part in [
        "alerts: a sequence has this name",
        "verification: an enum has this name",
        "session: a composite type has this name",
        "lead_sources: a domain has this name",
        "user: something else has the name user_email_unique",
        "form_submissions_source_id_lead_sources_id_fk: lead_sources is missing",
        "account_userId_idx: something else has this name",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.shown());
    }
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch
        .run("DROP SEQUENCE alerts; DROP TYPE verification; DROP TYPE session; DROP DOMAIN lead_sources; DROP TABLE other; DROP SEQUENCE \"account_userId_idx\"")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn a_partitioned_table_is_an_answer() {
    let Some(scratch) = Scratch::with(
        "CREATE TABLE conversations (id text, created_at timestamp NOT NULL) PARTITION BY RANGE (created_at); \
         CREATE TABLE conversations_2025 PARTITION OF conversations FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out.contains("conversations: the table is partitioned"),
        "{}",
        said.shown()
    );
    assert!(
        said.out
            .contains("conversations has no key (id) to refer to"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn constraints_that_hold_otherwise_are_seen_and_replaced() {
    let sql = format!(
        "{OWNED} ALTER TABLE conversations DROP CONSTRAINT conversations_case_number_unique, \
             ADD CONSTRAINT conversations_case_number_unique UNIQUE NULLS NOT DISTINCT (case_number); \
         ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique, \
             ADD CONSTRAINT opportunities_customer_number_unique UNIQUE (customer_number) DEFERRABLE INITIALLY DEFERRED; \
         CREATE TABLE users (id text PRIMARY KEY); \
         ALTER TABLE alerts ADD CONSTRAINT alerts_to_users FOREIGN KEY (user_id) REFERENCES users (id); \
         ALTER TABLE utm_campaigns SET UNLOGGED; \
         ALTER TABLE form_submissions DROP COLUMN user_agent, ADD COLUMN user_agent text GENERATED ALWAYS AS (id) STORED"
    );
    let Some(scratch) = changed(&sql).await else {
        return;
    };
    let before = scratch.dump().await;
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 4, "{}", check.shown());
    for part in [
        "conversations_case_number_unique: the unique constraint of conversations is UNIQUE NULLS NOT DISTINCT (case_number)",
        "opportunities_customer_number_unique: the unique constraint of opportunities is UNIQUE (customer_number) DEFERRABLE",
        "alerts_to_users: a second foreign key of alerts",
        "utm_campaigns: is UNLOGGED",
        "form_submissions.user_agent: is a generated column",
    ] {
        assert!(check.out.contains(part), "{part}\n{}", check.shown());
    }
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    let run = scratch.begin().await;
    let reader = sunset_targets::postgres::LiveReader::new(scratch.database().await);
    sunset_engine::schema::undo(
        &reader,
        &run.schema(),
        false,
        &sunset_core::ports::progress::Silent,
    )
    .await
    .expect("undo");
    crate::scratch::finish(run).await;
    assert_eq!(scratch.dump().await, before);
    scratch.say(PROGRAM, &[]);
    scratch
        .run("ALTER TABLE form_submissions ALTER user_agent DROP EXPRESSION")
        .await;
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 0, "{}", check.shown());
}

#[tokio::test]
async fn a_check_waits_for_no_table_that_is_none_of_its_concern() {
    let Some(scratch) = changed("CREATE TABLE others (id integer)").await else {
        return;
    };
    let mut holder = scratch.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE others IN ACCESS EXCLUSIVE MODE")
        .execute(&mut holder)
        .await
        .expect("lock");
    let mut command = scratch.program(PROGRAM, &["--check"]);
    let check = tokio::task::spawn_blocking(move || command.output().expect("program"));
    let output = tokio::time::timeout(std::time::Duration::from_secs(20), check)
        .await
        .expect("it waits")
        .expect("join");
    assert_eq!(output.status.code(), Some(0));
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut holder)
        .await
        .expect("rollback");
}

#[tokio::test]
async fn pushes_at_the_same_moment_do_not_break_each_other() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let mut pushes = Vec::new();
    for _ in 0..3 {
        pushes.push(
            scratch
                .program(PROGRAM, &[])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .expect("program"),
        );
    }
    let mut done = 0;
    for push in pushes {
        let output = push.wait_with_output().expect("wait");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            done += 1;
        } else {
            // Another holds the run lock, and is named.
            assert!(said.contains("run "), "{said}");
            assert!(!said.contains("already exists"), "{said}");
        }
    }
    assert!(done > 0);
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_a_matter_of_usage() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let long = "x".repeat(70);
    for arguments in [
        ["--rename", "a.b.c=d"],
        ["--rename", "a"],
        ["--allow-drop", "a.b.c"],
        ["--schema", ""],
        ["--schema", "sunset"],
        ["--schema", long.as_str()],
    ] {
        let said = scratch.say(PROGRAM, &arguments);
        assert_eq!(said.status, 2, "{arguments:?} {}", said.shown());
    }
    scratch.say(PROGRAM, &[]);
    let said = scratch.say(PROGRAM, &["--allow-drop", "opportunities.nots"]);
    assert!(
        said.out
            .contains("--allow-drop opportunities.nots: nothing of this name is there"),
        "{}",
        said.shown()
    );
    let file = std::env::temp_dir().join(format!("{}-dry.sql", scratch.name));
    let path = file.to_str().expect("path");
    let said = scratch.say(PROGRAM, &["--dry-run", "--out", path]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(!file.exists());
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_foreseen() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.take_no_writes().await;
    let said = scratch.say(PROGRAM, &["--dry-run"]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out.contains("would fail: this server takes no writes"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn tokens_are_not_shown() {
    let sql = format!(
        "{OWNED} ALTER TABLE session DROP CONSTRAINT session_token_unique; \
         INSERT INTO session (id, expires_at, token, updated_at, user_id) VALUES \
             ('s1', now(), 'let-me-in', now(), 'u'), ('s2', now(), 'let-me-in', now(), 'u')"
    );
    let Some(scratch) = changed(&sql).await else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(said.out.contains("s1 = s2 (2 rows)"), "{}", said.shown());
    assert!(!said.out.contains("let-me-in"), "{}", said.shown());
}

#[tokio::test]
async fn indexes_that_a_type_builds_anew_are_no_surprise() {
    let sql = format!(
        "{OWNED} INSERT INTO conversations (id, opportunity_id, type, title) VALUES ('k', 'o', 'demo', 'T'); \
         ALTER TABLE conversations ALTER title TYPE varchar(20); CREATE INDEX lowered ON conversations (lower(title)); \
         CREATE INDEX partly ON conversations (type) WHERE title <> ''; CREATE INDEX plainly ON conversations (title DESC); \
         CREATE INDEX elsewhere ON conversations (lower(type))"
    );
    let Some(scratch) = changed(&sql).await else {
        return;
    };
    scratch
        .run(
            "CREATE SCHEMA kept; CREATE TABLE kept.files AS SELECT relname, relfilenode FROM pg_class \
             WHERE relname IN ('lowered', 'partly', 'plainly', 'elsewhere')",
        )
        .await;
    let said = scratch.say(PROGRAM, &["--verbose"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    for part in [
        "change column conversations.title from character varying(20) to text [needs attention]",
        "the table is locked while indexes are built anew over every row: lowered, partly\n",
        "reads every row",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.shown());
    }
    // Exactly those have other files now.
    let files = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class AS c \
        JOIN kept.files AS f USING (relname) WHERE c.relfilenode <> f.relfilenode";
    assert_eq!(scratch.text(files).await, "lowered partly");
}

#[tokio::test]
async fn a_virtual_column_is_told_from_a_stored_one() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let version = scratch.text("SELECT current_setting('server_version_num')");
    if version.await.as_str() < "180000" {
        println!("skipped: virtual columns are new with PostgreSQL 18");
        return;
    }
    scratch
        .run("CREATE TABLE form_submissions (id text PRIMARY KEY, user_agent text GENERATED ALWAYS AS (id) VIRTUAL)")
        .await;
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert!(
        dry.out.contains("add another column, fill it") && !dry.out.contains("DROP EXPRESSION"),
        "{}",
        dry.shown()
    );
}

#[tokio::test]
async fn names_do_not_steer_the_terminal() {
    let Some(scratch) = changed(
        "ALTER TABLE verification ADD COLUMN \"a\u{1b}[2Jb\" text; CREATE TABLE \"x\u{1b}]0;t\u{7}\" (id integer); \
         ALTER TABLE verification ADD CONSTRAINT \"two\nlines\" CHECK (value <> '')",
    )
    .await
    else {
        return;
    };
    for arguments in [
        &["--dry-run"] as &[&str],
        &["--check", "--strict"],
        &["--rename", "verification.\u{1b}c=value"],
    ] {
        let said = scratch.say(PROGRAM, arguments);
        assert!(
            !said.shown().contains(['\u{1b}', '\u{7}']),
            "{:?}",
            said.shown()
        );
    }
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    assert!(
        dry.out.contains("verification.a<U+001B>[2Jb") && dry.out.contains("two<U+000A>lines"),
        "{}",
        dry.shown()
    );
}
