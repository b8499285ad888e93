//! The application's triggers, which run while rows are repaired and taken back.

use crate::PROGRAM;
use crate::generations::pushed;
use crate::scratch::Scratch;

const TOUCHED: &str = "CREATE TABLE opportunities (id text PRIMARY KEY); \
    CREATE TABLE conversations (id text PRIMARY KEY, lead_id text, updated_at timestamp, \"odd, name\" json, rank char(4), half real); \
    CREATE TABLE audit (id serial, what text); \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.updated_at = clock_timestamp(); NEW.\"odd, name\" = '{}'; NEW.rank = 'z'; NEW.half = 0; RETURN NEW; END$$; \
    CREATE FUNCTION aud() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.audit (what) VALUES (tg_table_name); RETURN NEW; END$$; \
    CREATE TRIGGER \"touch it\" BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION touch(); \
    ALTER TABLE conversations ENABLE ALWAYS TRIGGER \"touch it\"; \
    CREATE TRIGGER aud AFTER UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION aud(); \
    CREATE TRIGGER sleeps BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION touch(); \
    ALTER TABLE conversations DISABLE TRIGGER sleeps; \
    INSERT INTO opportunities VALUES ('L1'); \
    INSERT INTO conversations SELECT 'K' || i, 'L1', '2020-01-01 00:00:00.000001', '{\"a\":  1, \"a\": 2}', 'ab', 0.1 FROM generate_series(1, 3000) AS i";

const ENABLED: &str = "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal";

#[tokio::test]
async fn what_triggers_change_besides_is_named_kept_and_given_back() {
    let Some(scratch) = Scratch::with(TOUCHED).await else {
        return;
    };
    let rows = "SELECT md5(string_agg(concat_ws('|', id, lead_id, updated_at, \"odd, name\", rank, half), ',' ORDER BY id)) FROM conversations";
    let (before, enabled) = (scratch.text(rows).await, scratch.text(ENABLED).await);
    pushed(&scratch).await;
    let dry = scratch.say(PROGRAM, &["--dry-run"]);
    for part in [
        "carry conversations.lead_id over to opportunity_id [needs attention]",
        "triggers of conversations run for each of these rows (aud, touch it): what they change besides in the row is kept and given back with it",
    ] {
        assert!(dry.out.contains(part), "{part}\n{}", dry.shown());
    }
    let said = scratch.say(PROGRAM, &[]);
    assert!([0, 3].contains(&said.status), "{}", said.shown());
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM conversations WHERE opportunity_id = 'L1' AND updated_at > '2021-01-01' AND half = 0")
            .await,
        "3000"
    );
    scratch.take_back().await;
    assert_eq!(scratch.text(rows).await, before);
    assert_eq!(scratch.text(ENABLED).await, enabled);
    // Who keeps a record of changes has both of them.
    assert_eq!(scratch.text("SELECT count(*) FROM audit").await, "6000");
}

#[tokio::test]
async fn what_somebody_wrote_since_stays_where_a_trigger_had_changed_it() {
    let Some(scratch) = Scratch::with(TOUCHED).await else {
        return;
    };
    pushed(&scratch).await;
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "ALTER TABLE conversations DISABLE TRIGGER \"touch it\"; \
             UPDATE conversations SET rank = 'mine' WHERE id = 'K7'; \
             ALTER TABLE conversations ENABLE TRIGGER \"touch it\"",
        )
        .await;
    scratch.take_back().await;
    assert_eq!(
        scratch
            .text("SELECT string_agg(concat_ws('|', id, rank, updated_at, half), ' ' ORDER BY id) FROM conversations WHERE id IN ('K7', 'K8')")
            .await,
        "K7|mine|2020-01-01 00:00:00.000001|0.1 K8|ab  |2020-01-01 00:00:00.000001|0.1"
    );
}
