//! Columns whose types a foreign key ties to each other.

use crate::PROGRAM;
use crate::scratch::Scratch;

#[tokio::test]
async fn both_ends_of_a_foreign_key_change_together_where_nothing_is_in_them() {
    for sql in [
        "CREATE TABLE \"user\" (id uuid PRIMARY KEY DEFAULT gen_random_uuid()); \
         CREATE TABLE session (id text PRIMARY KEY, user_id uuid REFERENCES \"user\" (id) ON DELETE CASCADE); \
         CREATE TABLE opportunities (id uuid PRIMARY KEY, user_id uuid CONSTRAINT owned REFERENCES \"user\" (id)); \
         CREATE TABLE conversations (id bigserial PRIMARY KEY, opportunity_id uuid REFERENCES opportunities (id)); \
         CREATE TABLE meddic_analyses (id text PRIMARY KEY, conversation_id bigint REFERENCES conversations (id), \
             opportunity_id uuid)",
        "CREATE TABLE \"user\" (id integer PRIMARY KEY, email varchar(90) UNIQUE); \
         CREATE TABLE alerts (id text PRIMARY KEY, user_id integer REFERENCES \"user\" (id) DEFERRABLE NOT NULL)",
    ] {
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        let before = scratch.structure().await;
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        assert_eq!(dry.status, 0, "{}", dry.shown());
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 0, "{}", said.shown());
        let check = scratch.say(PROGRAM, &["--check"]);
        assert_eq!(check.status, 0, "{}", check.shown());
        scratch.take_back().await;
        assert_eq!(scratch.structure().await, before);
    }
}

#[tokio::test]
async fn where_one_end_must_stay_both_do_and_it_is_said() {
    for (sql, says, mended) in [
        (
            "CREATE TABLE \"user\" (id uuid PRIMARY KEY, name text, email text UNIQUE); \
             INSERT INTO \"user\" VALUES ('00000000-0000-0000-0000-000000000001', 'n', 'e'); \
             CREATE TABLE session (id text PRIMARY KEY, user_id uuid CONSTRAINT tie REFERENCES \"user\" (id))",
            &[
                "user.id: uuid does not become text alone: foreign keys tie both ends to one type (tie of session), and user has rows",
                "session.user_id: uuid does not become text alone",
            ] as &[&str],
            "ALTER TABLE session DROP CONSTRAINT tie, ALTER user_id TYPE text; ALTER TABLE \"user\" ALTER id TYPE text; \
             ALTER TABLE session ADD CONSTRAINT tie FOREIGN KEY (user_id) REFERENCES \"user\" (id)",
        ),
        (
            "CREATE TABLE conversations (id serial PRIMARY KEY, title text); INSERT INTO conversations (title) VALUES ('t'); \
             CREATE TABLE meddic_analyses (id text PRIMARY KEY, conversation_id integer CONSTRAINT tie REFERENCES conversations (id))",
            &[
                "meddic_analyses.conversation_id: integer does not become text alone",
                "conversations has rows",
            ],
            "",
        ),
        (
            "CREATE TABLE \"user\" (id uuid PRIMARY KEY); CREATE TABLE notes (by uuid CONSTRAINT tie REFERENCES \"user\" (id))",
            &["(tie of notes), and notes.by is not in the desired schema"],
            "DROP TABLE notes",
        ),
        (
            "CREATE TABLE \"user\" (id uuid PRIMARY KEY); CREATE SCHEMA far; \
             CREATE TABLE far.notes (by uuid CONSTRAINT tie REFERENCES \"user\" (id))",
            &[
                "user.id: uuid does not become text alone: the foreign key tie of far.notes refers to it",
            ],
            "DROP SCHEMA far CASCADE",
        ),
    ] {
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        assert_eq!(dry.status, 3, "{}", dry.shown());
        for part in says {
            assert!(dry.out.contains(part), "{part}\n{}", dry.shown());
        }
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 3, "{}", said.shown());
        let again = scratch.say(PROGRAM, &[]);
        assert!(again.out.starts_with("nothing to do"), "{}", again.shown());
        if !mended.is_empty() {
            scratch.run(mended).await;
            let said = scratch.say(PROGRAM, &[]);
            assert_eq!(said.status, 0, "{}", said.shown());
            let check = scratch.say(PROGRAM, &["--check"]);
            assert_eq!(check.status, 0, "{}", check.shown());
        }
    }
}

#[tokio::test]
async fn a_unique_index_of_any_order_is_enough_for_a_foreign_key() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "ALTER TABLE opportunities DROP CONSTRAINT opportunities_pkey CASCADE; \
             ALTER TABLE opportunities ADD CONSTRAINT opportunities_pkey PRIMARY KEY (customer_number); \
             CREATE UNIQUE INDEX opportunities_by_id ON opportunities (id DESC)",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    // The key itself is for a person; what refers to its column is not.
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("another primary key changes what a row is")
            && !said.out.contains("to refer to"),
        "{}",
        said.shown()
    );
    let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated \
        AND conrelid = 'conversations'::regclass AND confrelid = 'opportunities'::regclass";
    assert_eq!(scratch.text(keys).await, "1");
}
