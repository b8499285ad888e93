//! Enums that somebody else has made.

use crate::PROGRAM;
use crate::scratch::Scratch;

const PLAN: [&str; 2] = ["--plan", "leora-phase2"];
const TABLES: &str = "CREATE TABLE \"Tenant\" (id uuid PRIMARY KEY); CREATE TABLE \"Customer\" (id uuid PRIMARY KEY); \
    CREATE TABLE \"CallPlan\" (id uuid PRIMARY KEY); CREATE TABLE \"ActivityType\" (id uuid PRIMARY KEY);";

#[tokio::test]
async fn an_enum_with_other_values_stops_what_is_made_of_it_and_nothing_else() {
    let sql = format!("CREATE TYPE \"CallPlanStatus\" AS ENUM ('draft', 'active'); {TABLES}");
    let Some(scratch) = Scratch::with(&sql).await else {
        return;
    };
    let dry = scratch.say(PROGRAM, &[PLAN.as_slice(), &["--dry-run"]].concat());
    assert_eq!(dry.status, 3, "{}", dry.shown());
    for part in [
        "CallPlanStatus: another enum has this name",
        "CallPlan.status: its enum is not the desired one",
        "CallPlan_status_idx: its column status is not made",
    ] {
        assert!(dry.out.contains(part), "{part}\n{}", dry.shown());
    }
    let said = scratch.say(PROGRAM, &PLAN);
    assert_eq!(said.status, 3, "{}", said.shown());
    let made =
        "SELECT count(*) FROM pg_class WHERE relname IN ('CallPlanAccount', 'CallPlanActivity')";
    assert_eq!(scratch.text(made).await, "2");
    let again = scratch.say(PROGRAM, &PLAN);
    assert!(again.out.starts_with("nothing to do"), "{}", again.shown());
    scratch
        .run("ALTER TYPE \"CallPlanStatus\" RENAME TO old_status")
        .await;
    let said = scratch.say(PROGRAM, &PLAN);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(
        scratch
            .say(PROGRAM, &[PLAN.as_slice(), &["--check"]].concat())
            .status,
        0
    );
}

#[tokio::test]
async fn a_column_that_has_the_other_enum_is_left_as_it_is() {
    let sql = format!(
        "CREATE TYPE \"CallPlanStatus\" AS ENUM ('draft', 'active'); {TABLES} \
         ALTER TABLE \"CallPlan\" ADD COLUMN status \"CallPlanStatus\" DEFAULT 'draft'"
    );
    let Some(scratch) = Scratch::with(&sql).await else {
        return;
    };
    let said = scratch.say(PROGRAM, &PLAN);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("CallPlan_status_idx: the type of its column status is not as desired"),
        "{}",
        said.shown()
    );
}

#[tokio::test]
async fn an_enum_of_another_owner_is_foreseen() {
    let sql = format!("CREATE TYPE \"AccountType\" AS ENUM ('ACTIVE'); {TABLES}");
    let Some(mut scratch) = Scratch::with(&sql).await else {
        return;
    };
    let role = format!("{}_role", scratch.name);
    let tables = "\"Tenant\", \"Customer\", \"CallPlan\", \"ActivityType\"";
    let owned: String = tables
        .split(", ")
        .map(|table| format!("ALTER TABLE {table} OWNER TO {role}; "))
        .collect();
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT CREATE ON SCHEMA public TO {role}; {owned} \
             GRANT CREATE ON DATABASE \"{}\" TO {role}",
            scratch.name
        ))
        .await;
    let admin = scratch.url.clone();
    scratch.url = scratch.url_as(&role);
    let dry = scratch.say(PROGRAM, &[PLAN.as_slice(), &["--dry-run"]].concat());
    let said = scratch.say(PROGRAM, &PLAN);
    scratch.url = admin;
    scratch
        .run(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"))
        .await;
    assert_eq!(dry.status, 3, "{}", dry.shown());
    assert!(
        dry.out.contains("would fail: the role")
            && dry.out.contains("AccountType of postgres")
            && dry
                .out
                .contains("ALTER TYPE \"public\".\"AccountType\" OWNER TO"),
        "{}",
        dry.shown()
    );
    assert_eq!(said.status, 1, "{}", said.shown());
    assert!(!said.err.contains("SQLSTATE"), "{}", said.shown());
}
