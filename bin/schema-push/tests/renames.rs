//! Renames of what has rows, keys and definitions.

use crate::PROGRAM;
use crate::scratch::Scratch;

/// V3 as it might have been: another table, other columns, and none of their keys.
const OLD: &str = "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, mail text); \
    INSERT INTO \"user\" VALUES ('u1', 'A', 'a@x'), ('u2', 'B', 'b@x'); \
    CREATE TABLE sources (id text PRIMARY KEY, label text, kind text NOT NULL, \"User\" text, \
        CONSTRAINT label_known CHECK (label <> '')); \
    CREATE INDEX sources_label ON sources (lower(label)) WHERE label IS NOT NULL; \
    INSERT INTO sources VALUES ('s1', 'One', 'web', 'u1'), ('s2', 'Two', 'web', NULL); \
    CREATE TABLE form_submissions (id text PRIMARY KEY, source text REFERENCES sources (id) ON DELETE CASCADE, \
        source_type text NOT NULL, raw_payload jsonb NOT NULL); \
    INSERT INTO form_submissions VALUES ('f1', 's1', 'web', '{}')";

const RENAMES: [&str; 10] = [
    "--rename",
    "user.mail=email",
    "--rename",
    "sources=lead_sources",
    "--rename",
    "lead_sources.label=name",
    "--rename",
    "sources.kind=type",
    "--rename",
    "form_submissions.source=source_id",
];

#[tokio::test]
async fn what_is_renamed_gets_its_keys_and_all_of_it_can_be_taken_back() {
    let Some(scratch) = Scratch::with(OLD).await else {
        return;
    };
    let before = scratch.dump().await;
    let dry = scratch.say(PROGRAM, &[RENAMES.as_slice(), &["--dry-run"]].concat());
    assert_eq!(dry.status, 0, "{}", dry.shown());
    let said = scratch.say(PROGRAM, &RENAMES);
    assert_eq!(said.status, 0, "{}", said.shown());
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 0, "{}", check.shown());
    assert_eq!(
        scratch
            .text(
                "SELECT string_agg(concat_ws('|', name, type), ' ' ORDER BY id) FROM lead_sources"
            )
            .await,
        "One|web Two|web"
    );
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn rows_in_the_way_of_a_renamed_column_are_listed_before_anything_is_done() {
    let Some(scratch) = Scratch::with(OLD).await else {
        return;
    };
    scratch
        .run("UPDATE \"user\" SET mail = 'same'; INSERT INTO \"user\" VALUES ('u3', 'C', NULL)")
        .await;
    let arguments = [&RENAMES[..2], &["--dry-run"]].concat();
    let dry = scratch.say(PROGRAM, &arguments);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    assert!(dry.out.contains("same (2 rows)"), "{}", dry.shown());
    assert!(
        dry.out.contains("rows of user without a value in email: 1"),
        "{}",
        dry.shown()
    );
    let said = scratch.say(PROGRAM, &RENAMES);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch.run("UPDATE \"user\" SET email = id").await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
}
