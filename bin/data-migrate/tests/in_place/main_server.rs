//! Plan `main-server`: v2's table and indexes come, and what v1 made stays as it was.

use crate::scratch::{Said, Scratch};

const V1: &str = include_str!("../../../../samples/main-server/database.sql");
const PLAN: [&str; 2] = ["--plan", "main-server"];

fn say(scratch: &Scratch, program: &str, more: &[&str]) -> Said {
    scratch.say(program, &[&PLAN, more].concat())
}

fn expect(scratch: &Scratch, status: i32, program: &str, more: &[&str]) -> Said {
    let said = say(scratch, program, more);
    assert_eq!(said.status, status, "{program} {more:?}: {said:?}");
    said
}

/// Every row of v1's tables with the transaction that wrote it: nothing of them was written.
const ROWS: &str = "SELECT md5(string_agg(r, ',' ORDER BY r)) FROM (\
    SELECT xmin::text || t::text AS r FROM users AS t UNION ALL SELECT xmin::text || t::text FROM chats AS t \
    UNION ALL SELECT xmin::text || t::text FROM sessions AS t) AS rows";

#[tokio::test]
async fn what_v2_needs_comes_and_what_v1_has_stays() {
    let Some(scratch) = Scratch::with(V1).await else {
        return;
    };
    let (rows, catalog) = (scratch.text(ROWS).await, scratch.catalog().await);
    expect(&scratch, 0, "data-migrate", &["--dry-run"]);
    assert_eq!(scratch.catalog().await, catalog);
    expect(&scratch, 4, "final-check", &[]);
    let said = expect(&scratch, 0, "data-migrate", &[]);
    assert!(said.holds("rows of sessions recorded"), "{said:?}");
    assert_eq!(scratch.text(ROWS).await, rows);
    assert_eq!(
        scratch
            .text("SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE indexname LIKE '%\\_idx'")
            .await,
        "messages_chat_id_created_at_idx messages_metadata_idx messages_status_idx \
         sessions_expires_at_idx sessions_user_id_idx"
    );
    expect(&scratch, 0, "schema-push", &["--check"]);
    let said = expect(&scratch, 0, "final-check", &[]);
    assert!(said.holds("users is intact"), "{said:?}");
    // Again: nothing is done, and what was recorded stays.
    let again = expect(&scratch, 0, "data-migrate", &[]);
    assert!(again.holds("recorded already"), "{again:?}");
    // What v2 can do that v1 could not.
    scratch
        .run("INSERT INTO messages (message_id, chat_id, message_type, content) VALUES ('m1', 'c1', 'text', '{}')")
        .await;
    assert_eq!(
        scratch
            .text("SELECT status || ' ' || metadata::text FROM messages")
            .await,
        "received {}"
    );
}

#[tokio::test]
async fn a_changed_or_missing_row_of_before_is_found_and_a_new_one_is_only_told() {
    let Some(scratch) = Scratch::with(V1).await else {
        return;
    };
    expect(&scratch, 0, "data-migrate", &[]);
    scratch
        .run("INSERT INTO users (open_id, name) VALUES ('ou_new', 'new')")
        .await;
    let said = expect(&scratch, 0, "final-check", &[]);
    assert!(said.holds("rows came since"), "{said:?}");
    scratch
        .run("UPDATE users SET name = 'other' WHERE open_id = (SELECT min(open_id) FROM users)")
        .await;
    let said = expect(&scratch, 4, "final-check", &[]);
    assert!(said.holds("changed or gone"), "{said:?}");
    // A row that goes and one that comes leave the count as it was.
    scratch
        .run("DELETE FROM chats WHERE chat_id = (SELECT min(chat_id) FROM chats); INSERT INTO chats (chat_id, type) VALUES ('oc_new', 'p2p')")
        .await;
    let said = expect(&scratch, 4, "final-check", &["--json"]);
    assert!(said.out.contains("chats: rows of before"), "{said:?}");
    // Recorded anew by name, and only so.
    expect(&scratch, 0, "data-migrate", &["--step", "before"]);
    expect(&scratch, 0, "final-check", &[]);
    scratch.run("ALTER TABLE chats DROP COLUMN type").await;
    let said = expect(&scratch, 4, "final-check", &[]);
    assert!(said.holds("columns of before are gone"), "{said:?}");
}

#[tokio::test]
async fn an_index_of_v1_serves_under_its_own_name_and_rollback_leaves_it() {
    let Some(scratch) = Scratch::with(V1).await else {
        return;
    };
    scratch
        .run("CREATE INDEX \"IDX_085d540d9f418cfbdc7bd55bb1\" ON sessions (user_id)")
        .await;
    let catalog = scratch.catalog().await;
    expect(&scratch, 0, "data-migrate", &[]);
    assert_eq!(
        scratch
            .text("SELECT to_regclass('sessions_user_id_idx') IS NULL")
            .await,
        "true"
    );
    expect(&scratch, 0, "final-check", &[]);
    expect(&scratch, 0, "rollback", &["--schema", "--yes"]);
    assert_eq!(scratch.catalog().await, catalog);
}

#[tokio::test]
async fn schema_push_records_the_old_tables_first() {
    let Some(scratch) = Scratch::with(V1).await else {
        return;
    };
    expect(&scratch, 0, "schema-push", &[]);
    assert_eq!(
        scratch
            .text("SELECT string_agg(table_name || row_count, ' ' ORDER BY table_name) FROM sunset.kept_tables")
            .await,
        "chats96 sessions1300 users420"
    );
    expect(&scratch, 0, "final-check", &[]);
}

#[tokio::test]
async fn another_database_is_refused_before_anything_is_done() {
    let Some(scratch) = Scratch::with("CREATE TABLE users (id uuid PRIMARY KEY)").await else {
        return;
    };
    let said = expect(&scratch, 1, "data-migrate", &[]);
    assert!(said.err.contains("next:"), "{said:?}");
    assert_eq!(
        scratch.text("SELECT to_regclass('messages') IS NULL").await,
        "true"
    );
}
