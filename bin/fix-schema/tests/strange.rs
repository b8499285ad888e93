//! Older databases with triggers, views and other things that nobody foresaw.

use crate::PROGRAM;
use crate::generations::aged;
use crate::scratch::Scratch;

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u1', 'A', 'a@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'c1', 'One'); ";

const NAMELESS: &str = "ALTER TABLE opportunities ALTER company_name DROP NOT NULL; \
    INSERT INTO opportunities (id, user_id, customer_number) VALUES ('o2', 'u1', 'c2'); ";

async fn odd(sql: &str) -> Option<Scratch> {
    aged(&format!("{OWNED}{NAMELESS}{sql}")).await
}

#[tokio::test]
async fn a_trigger_that_refuses_says_so_and_what_to_do() {
    let Some(scratch) = odd(
        "CREATE FUNCTION frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the books are closed''; END'; \
         CREATE TRIGGER closed BEFORE UPDATE ON opportunities FOR EACH ROW EXECUTE FUNCTION frozen()",
    )
    .await
    else {
        return;
    };
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 1, "{}", said.shown());
    assert!(
        said.err.contains("the books are closed") && said.err.contains("DISABLE TRIGGER"),
        "{}",
        said.shown()
    );
    assert_eq!(scratch.dump().await, before);
    scratch
        .run("ALTER TABLE opportunities DISABLE TRIGGER closed")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
}

#[tokio::test]
async fn a_trigger_that_swallows_what_is_written_is_noticed() {
    let Some(scratch) = odd(
        "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.company_name := OLD.company_name; RETURN NEW; END'; \
         CREATE TRIGGER kept BEFORE UPDATE ON opportunities FOR EACH ROW EXECUTE FUNCTION kept()",
    )
    .await
    else {
        return;
    };
    let said = scratch.say(PROGRAM, &[]);
    assert_ne!(said.status, 0, "{}", said.shown());
    assert!(
        said.shown()
            .contains("rows of opportunities without a company_name")
            || said.shown().contains("a trigger may undo what it writes"),
        "{}",
        said.shown()
    );
    assert!(!said.err.contains("SQLSTATE"), "{}", said.shown());
    scratch.run("DROP TRIGGER kept ON opportunities").await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
}

#[tokio::test]
async fn leads_that_are_no_table_and_columns_that_take_no_value() {
    for (sql, status, says) in [
        (
            "CREATE VIEW leads AS SELECT id, company_name FROM opportunities",
            0,
            "fill opportunities.company_name where it is empty",
        ),
        (
            "CREATE TABLE leads (id text, at date, customer_number text) PARTITION BY RANGE (at); \
             CREATE TABLE leads_all PARTITION OF leads DEFAULT; INSERT INTO leads VALUES ('l1', '2025-01-01', 'n1')",
            0,
            "copy rows of leads to opportunities",
        ),
        (
            "ALTER TABLE opportunities DROP COLUMN company_name, ADD COLUMN company_name text GENERATED ALWAYS AS (nullif(notes, '')) STORED",
            3,
            "opportunities.company_name: a generated column takes no value",
        ),
        (
            "ALTER TABLE conversations ADD COLUMN lead_id text; \
             INSERT INTO conversations (id, opportunity_id, type, lead_id) VALUES ('k', 'o1', 'demo', 'o1'); \
             ALTER TABLE conversations DROP COLUMN opportunity_id, ADD COLUMN opportunity_id text GENERATED ALWAYS AS (nullif(lead_id, 'o1')) STORED",
            3,
            "conversations.opportunity_id: a generated column takes no value",
        ),
    ] {
        let Some(scratch) = odd(sql).await else {
            return;
        };
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        assert!(dry.out.contains(says), "{says}\n{}", dry.shown());
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, status, "{}", said.shown());
        assert!(!said.err.contains("SQLSTATE"), "{}", said.shown());
    }
}

#[tokio::test]
async fn what_a_role_may_not_do_is_foreseen_by_a_dry_run() {
    let Some(mut scratch) = odd("").await else {
        return;
    };
    let role = format!("{}_reader", scratch.name);
    let name = scratch.name.clone();
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .await;
    let admin = scratch.url.clone();
    scratch.url = scratch.url_as(&role);
    for (grant, why) in [
        (
            "SELECT 1".to_owned(),
            "does not own what it would have to change",
        ),
        (
            format!("ALTER TABLE opportunities OWNER TO {role}"),
            "cannot make the ledger",
        ),
    ] {
        let owned = std::mem::replace(&mut scratch.url, admin.clone());
        scratch.run(&grant).await;
        scratch.url = owned;
        let dry = scratch.say(PROGRAM, &["--dry-run"]);
        assert_eq!(dry.status, 3, "{}", dry.shown());
        assert!(
            dry.out.contains("would fail: ") && dry.out.contains(why),
            "{why}\n{}",
            dry.shown()
        );
        assert!(!dry.out.contains("\n[DRY RUN]   \n"), "{}", dry.shown());
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 1, "{}", said.shown());
        assert!(said.err.contains(why), "{why}\n{}", said.shown());
    }
    scratch.url = admin;
    scratch
        .run(&format!("GRANT CREATE ON DATABASE \"{name}\" TO {role}"))
        .await;
    let theirs = scratch.url_as(&role);
    let owner = std::mem::replace(&mut scratch.url, theirs);
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    scratch.url = owner;
    scratch
        .run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))
        .await;
}
