//! A plan from a file against the built-in plan that it says a part of.

use std::path::PathBuf;

use crate::killed::kill_again_and_again;
use crate::scratch::{Said, Scratch};
use crate::{HEAD, SOME};

const STEPS: [&str; 6] = [
    "--step",
    "classification",
    "--step",
    "schema",
    "--step",
    "priorities",
];

/// What the ledger has of each step, without the batches that it was done in.
const BOOKED: &str = "SELECT string_agg(concat_ws('|', step, table_name, key_column, columns, key, before, after), E'\\n' ORDER BY step, key)
    FROM (SELECT *, unnest(keys) AS key FROM sunset.changes) AS booked";

/// Every cell of every customer.
const CUSTOMERS: &str = r#"SELECT string_agg((to_jsonb(t) - 'territory')::text, E'\n' ORDER BY id) FROM "Customer" AS t"#;

const WARNED: &str = "SELECT string_agg(concat_ws('|', collection, document_id, code, path, raw), E'\\n' ORDER BY document_id) FROM sunset.warnings";

/// Rows of every sort that decides something: boundaries, the leap day, the future, none, by hand.
const WORSE: &str = r#"
ALTER TABLE "Customer" ADD COLUMN "accountPriorityManuallySet" boolean;
INSERT INTO "Customer" ("name", "lastOrderDate", "accountType", "accountPriorityManuallySet") VALUES
    ('on the 180th day', '2025-09-02 00:00', NULL, NULL), ('before it', '2025-09-01 23:59:59.999', NULL, false),
    ('on the 365th day', '2025-03-01 00:00', 'ACTIVE', true), ('before it', '2025-02-28 23:59:59.999', NULL, NULL),
    ('leap', '2024-02-29', 'TARGET', NULL), ('to come', '2026-03-02 00:00', 'PROSPECT', NULL),
    ('today', '2026-03-01 23:59:59.999', NULL, NULL), ('never', NULL, NULL, true);
"#;

fn file() -> String {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../samples/plans/leora-customers.toml");
    let path = path.canonicalize().expect("the sample");
    path.to_str().expect("a path").to_owned()
}

fn run(scratch: &Scratch, program: &str, more: &[&str]) -> Said {
    let file = file();
    let mut arguments = vec!["--plan", &file];
    arguments.extend(more);
    scratch.say(program, &arguments)
}

fn as_of(scratch: &Scratch, more: &[&str]) -> Said {
    let mut arguments = vec!["--as-of", "2026-03-01"];
    arguments.extend(more);
    let said = run(scratch, "data-migrate", &arguments);
    assert_eq!(said.status, 0, "{said:?}");
    said
}

#[tokio::test]
async fn a_file_does_what_the_built_in_plan_does() {
    let sql = format!("{HEAD}{SOME}{WORSE}")
        .replace("gen_random_uuid()", "md5(nextval('ids')::text)::uuid");
    let sql = format!("CREATE SEQUENCE ids;{sql}");
    let (Some(built_in), Some(written)) = (Scratch::with(&sql).await, Scratch::with(&sql).await)
    else {
        return;
    };
    let before = written.text(CUSTOMERS).await;
    assert!(before == built_in.text(CUSTOMERS).await);

    // A dry run says the same and writes nothing.
    let said = run(
        &written,
        "data-migrate",
        &["--as-of", "2026-03-01", "--dry-run"],
    );
    assert!(said.holds("ACTIVE customers to be updated"), "{said:?}");
    assert_eq!(
        written
            .text("SELECT to_regnamespace('sunset') IS NULL")
            .await,
        "true"
    );

    built_in.migrate(&STEPS);
    let said = as_of(&written, &["--batch-size", "50"]);
    for words in [
        "Step 1 of 5",
        "ACTIVE customers updated",
        "future_order",
        "All 5 migration steps",
    ] {
        assert!(said.holds(words), "{words}: {said:?}");
    }
    for query in [CUSTOMERS, BOOKED, WARNED] {
        let ours = written.text(query).await;
        assert!(ours == built_in.text(query).await, "{query}");
        assert!(ours.len() > 50, "{ours}");
    }

    // A second time there is nothing to do.
    let again = as_of(&written, &[]);
    assert!(again.holds("0"), "{again:?}");
    assert!(written.text(BOOKED).await == built_in.text(BOOKED).await);

    // It is checked, and what fails is repaired.
    assert_eq!(run(&written, "final-check", &[]).status, 0);
    written
        .run(r#"UPDATE "Customer" SET "accountType" = NULL WHERE name = 'leap'"#)
        .await;
    let found = run(&written, "final-check", &[]);
    assert_eq!(found.status, 4, "{found:?}");
    assert!(
        found.holds("customers without a classification"),
        "{found:?}"
    );
    let one = run(
        &written,
        "final-check",
        &["--check", "every customer is classified"],
    );
    assert_eq!(one.status, 4, "{one:?}");
    let fixed = run(&written, "final-check", &["--fix"]);
    assert_eq!(fixed.status, 0, "{fixed:?}");
    // By the day of the migration, not by today: nothing else was changed.
    assert!(
        written.text(CUSTOMERS).await == built_in.text(CUSTOMERS).await,
        "the customers differ"
    );

    // And it goes back as the other does.
    for (scratch, back) in [
        (
            &built_in,
            built_in.say(
                "rollback",
                &["--plan", "leora-phase2", "--yes", "--schema", "--force"],
            ),
        ),
        (
            &written,
            run(&written, "rollback", &["--yes", "--schema", "--force"]),
        ),
    ] {
        assert_eq!(back.status, 0, "{back:?}");
        let cells = scratch.text(CUSTOMERS).await;
        assert!(cells.replace("\"accountPriority\": null, ", "") == before);
    }
}

#[tokio::test]
async fn a_killed_run_of_a_file_goes_on() {
    let many = format!("{HEAD}{}", crate::killed::MANY);
    let (Some(undisturbed), Some(scratch)) =
        (Scratch::with(&many).await, Scratch::with(&many).await)
    else {
        return;
    };
    undisturbed.migrate(&STEPS);
    let before = scratch.customers().await;
    let file = file();
    let arguments = [
        "--plan",
        &file,
        "--as-of",
        "2026-03-01",
        "--batch-size",
        "100",
    ];
    kill_again_and_again(&scratch, &arguments, &[150, 300, 450, 700]).await;
    as_of(&scratch, &[]);
    assert_eq!(scratch.customers().await, undisturbed.customers().await);
    assert!(scratch.text(BOOKED).await == undisturbed.text(BOOKED).await);
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
    assert_eq!(scratch.customers().await, before);
}

#[tokio::test]
async fn a_fault_of_its_sql_is_told_by_line_and_column() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{SOME}")).await else {
        return;
    };
    scratch.migrate(&STEPS);
    let before = scratch.text(BOOKED).await;
    let text = std::fs::read_to_string(file()).expect("the sample");
    let folder = std::env::temp_dir().join(format!("sunset-plan-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("plan.toml");
    let path = path.to_str().expect("a path");
    for (from, to, wanted) in [
        (
            "WHEN t.\"lastOrderDate\" >= (SELECT {as_of}::date - 365)",
            "WHEN t.\"lastOrder\" >= (SELECT {as_of}::date - 365)",
            "plan.toml:48:11: column t.lastOrder does not exist",
        ),
        (
            "     ELSE 'PROSPECT' END'''",
            "     ELSE 'PROSPECT' EMD'''",
            "plan.toml:49:22: syntax error at or near \"EMD\"",
        ),
        (
            "t.\"accountType\" IS NULL OR NOT",
            "t.\"accountType\" IS NILL OR NOT",
            "plan.toml:38:29: syntax error",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("a file");
        for more in [&["--dry-run"][..], &[]] {
            let mut arguments = vec![
                "--plan",
                path,
                "--as-of",
                "2026-03-01",
                "--step",
                "classification",
            ];
            arguments.extend(more);
            let said = scratch.say("data-migrate", &arguments);
            assert_eq!(said.status, 1, "{said:?}");
            assert!(said.holds(wanted), "{wanted}: {said:?}");
        }
    }
    // Of a check, too.
    let wrong = text.replacen("SELECT t.id FROM", "SELECT t.idd FROM", 1);
    std::fs::write(path, wrong).expect("a file");
    let said = scratch.say("final-check", &["--plan", path]);
    assert_eq!(said.status, 4, "{said:?}");
    assert!(
        said.holds("plan.toml:95:21: column t.idd does not exist"),
        "{said:?}"
    );
    std::fs::remove_dir_all(&folder).expect("removed");
    assert!(scratch.text(BOOKED).await == before);
}

/// The tables that a file can speak of are those of the schema that is named.
#[tokio::test]
async fn a_file_works_in_another_schema() {
    let sql = format!("CREATE SCHEMA crm; SET search_path = crm; {HEAD}{SOME}");
    let Some(scratch) = Scratch::with(&sql).await else {
        return;
    };
    as_of(&scratch, &["--schema", "crm"]);
    let count = r#"SELECT count(*) FROM crm."Customer" WHERE "accountPriority" IS NOT NULL"#;
    assert_eq!(scratch.text(count).await, "900");
    let checked = run(&scratch, "final-check", &["--schema", "crm"]);
    assert_eq!(checked.status, 0, "{checked:?}");
    // The built-in plan's options are not all of this one's.
    let refused = run(&scratch, "data-migrate", &["--tenant-ids", "a"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(
        refused.holds("leora-customers has no option --tenant-ids"),
        "{refused:?}"
    );
    let refused = run(&scratch, "data-migrate", &["--prisma-dir", "prisma"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(
        refused.holds("writes no migration for Prisma"),
        "{refused:?}"
    );
}

/// Rows of a database that is older than the names of the plan.
const RENAMED: &str = r#"
[plan]
name = "persons"
renames = ["persons=people", "persons.fullname=name"]

[[table]]
name = "people"
columns = [
  { name = "id", type = "text" },
  { name = "name", type = "text" },
  { name = "initial", type = "text" },
]

[[step]]
name = "schema"
kind = "schema"

[[step]]
name = "initials"
kind = "set"
table = "people"
set = { initial = "left(t.name, 1)" }
"#;

#[tokio::test]
async fn what_the_plan_renames_is_renamed_by_its_step_and_given_back() {
    let sql = "CREATE TABLE persons (id text PRIMARY KEY, fullname text); \
        INSERT INTO persons VALUES ('1', 'Ann'), ('2', 'Bob')";
    let Some(scratch) = Scratch::with(sql).await else {
        return;
    };
    let before = scratch.catalog().await;
    let path = std::env::temp_dir().join(format!("{}-renamed.toml", scratch.name));
    std::fs::write(&path, RENAMED).expect("a file");
    let file = path.to_str().expect("a path");
    // What is called otherwise as yet is not counted as if it held nothing.
    let dry = scratch.say("data-migrate", &["--plan", file, "--dry-run"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(
        dry.holds("people.initial is not there yet; nothing can be counted before it is"),
        "{dry:?}"
    );
    let initials = "SELECT string_agg(name || '=' || initial, ' ' ORDER BY id) FROM people";
    for _ in 0..2 {
        let said = scratch.say("data-migrate", &["--plan", file]);
        assert_eq!(said.status, 0, "{said:?}");
        assert_eq!(scratch.text(initials).await, "Ann=A Bob=B");
    }
    let back = scratch.say("rollback", &["--plan", file, "--yes", "--schema"]);
    assert_eq!(back.status, 0, "{back:?}");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(scratch.catalog().await, before);
    let names = "SELECT string_agg(fullname, ' ' ORDER BY id) FROM persons";
    assert_eq!(scratch.text(names).await, "Ann Bob");
}
