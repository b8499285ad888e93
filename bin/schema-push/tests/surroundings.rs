//! What stands around the schema: other schemas, policies, functions, encodings.

use crate::PROGRAM;
use crate::scratch::Scratch;

#[tokio::test]
async fn tables_of_other_schemas_are_locked_and_said_to_be() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "CREATE SCHEMA auth; CREATE TABLE auth.users (id text PRIMARY KEY); \
             ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk, \
                 ADD CONSTRAINT alerts_user FOREIGN KEY (user_id) REFERENCES auth.users (id); \
             ALTER TABLE lead_sources ALTER name TYPE varchar(50), ADD COLUMN code varchar(9) CONSTRAINT coded UNIQUE; \
             CREATE TABLE auth.named (code varchar(9) CONSTRAINT code_of REFERENCES lead_sources (code), \
                 source text CONSTRAINT source_of REFERENCES lead_sources (id)); \
             ALTER TABLE form_submissions DROP CONSTRAINT form_submissions_source_id_lead_sources_id_fk; \
             ALTER TABLE lead_sources ALTER id TYPE varchar(40)",
        )
        .await;
    let drop = ["--allow-drop", "lead_sources.code"];
    let plan = scratch.say(
        PROGRAM,
        &[drop.as_slice(), &["--dry-run", "--verbose"]].concat(),
    );
    for part in [
        "auth.users ACCESS EXCLUSIVE (blocks reads and writes)",
        "lead_sources ACCESS EXCLUSIVE (blocks reads and writes), auth.named ACCESS EXCLUSIVE",
        "lead_sources.code: the foreign key code_of of auth.named refers to it: drop that one first",
    ] {
        assert!(plan.out.contains(part), "{part}\n{}", plan.shown());
    }
    let json = scratch.say(PROGRAM, &["--dry-run", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let locks = json["steps"].to_string();
    assert!(
        locks.contains(r#"{"table":"users","schema":"auth","mode":"access_exclusive"}"#),
        "{locks}"
    );
    let said = scratch.say(PROGRAM, &drop);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch.run("DROP TABLE auth.named").await;
    let said = scratch.say(PROGRAM, &drop);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn rows_that_a_policy_hides_are_no_reason_to_go_on() {
    let Some(mut scratch) = Scratch::with("").await else {
        return;
    };
    let role = format!("{}_owner", scratch.name);
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN; GRANT CREATE ON DATABASE \"{}\" TO {role}; GRANT CREATE ON SCHEMA public TO {role}",
            scratch.name
        ))
        .await;
    let admin = scratch.url.clone();
    scratch.url = scratch.url_as(&role);
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'C'); \
             ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique, \
                 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        )
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 1, "{}", said.shown());
    assert!(said.err.contains("BYPASSRLS"), "{}", said.shown());
    scratch
        .run("ALTER TABLE opportunities NO FORCE ROW LEVEL SECURITY")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    scratch.url = admin;
    scratch
        .run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))
        .await;
}

#[tokio::test]
async fn functions_that_shadow_those_of_the_server_are_not_called() {
    let Some(scratch) = Scratch::with(
        "CREATE SCHEMA decoy; CREATE FUNCTION decoy.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '1999-01-01' $$; \
         CREATE FUNCTION decoy.concat_ws(text, VARIADIC \"any\") RETURNS text LANGUAGE internal AS 'text_concat_ws'; \
         DROP SCHEMA public",
    )
    .await
    else {
        return;
    };
    let name = scratch.name.clone();
    scratch
        .run(&format!(
            "ALTER DATABASE \"{name}\" SET search_path = decoy, pg_catalog"
        ))
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    scratch
        .run("INSERT INTO public.\"user\" (id, name, email) VALUES ('u', 'U', 'u@x')")
        .await;
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM public.\"user\" WHERE created_at > '2000-01-01'")
            .await,
        "1"
    );
}

#[tokio::test]
async fn a_database_that_cannot_hold_all_text_is_refused_before_anything_is_done() {
    for (encoding, status) in [("LATIN1", 1), ("SQL_ASCII", 0)] {
        let options =
            format!("ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        let Some(scratch) = Scratch::made_with(&options).await else {
            return;
        };
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, status, "{}", said.shown());
        if status == 1 {
            assert_eq!(dry.status, 3, "{}", dry.shown());
            for part in ["encoding is LATIN1", "ENCODING 'UTF8'"] {
                assert!(dry.out.contains(part), "{}", dry.shown());
                assert!(said.err.contains(part), "{}", said.shown());
            }
        }
    }
}
