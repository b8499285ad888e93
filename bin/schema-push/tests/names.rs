//! Names that break what does not quote.

use crate::PROGRAM;
use sunset_cli::render::schema::plan_text;
use sunset_core::plans::schemas::PlanSchema;
use sunset_core::ports::progress::Silent;
use sunset_core::schema::diff::{Directions, Rename};
use sunset_core::schema::model::{Column, ColumnType, DefaultValue, EnumType, Schema, Table};
use sunset_engine::schema::{plan, push};
use sunset_targets::postgres::LiveReader;

use crate::scratch::{Scratch, finish};

fn hostile(columns: &[&str]) -> PlanSchema {
    let long = "x".repeat(63);
    let text = |name: &str| Column::new(name, ColumnType::Text);
    let parent =
        Table::new("select", [text("from"), text(columns[0]).required()]).unique(columns[0]);
    let mut child = Table::new(
        "a\"b; DROP TABLE \"select\"; --",
        [
            text("or'der"),
            text("from").required(),
            text("客戶 名稱").default_text("it's \\ \"so\""),
            text(&long).required().default_text("$sunset$"),
            Column::new("Kind", ColumnType::Enum("Na me".into())).default(
                DefaultValue::Expression("'b''c'::\"spa ce\".\"Na me\"".into()),
            ),
            Column::new("tags", ColumnType::TextArray),
            text(&"客".repeat(40)),
            text("$sunset$ BEGIN"),
        ],
    )
    .unique(&long)
    .references_cascade("from", "select", "from")
    .index("idx \"1\"", &["客戶 名稱", "from"]);
    child.indexes[0].condition = Some("(\"客戶 名稱\" <> 'x'::text)".into());
    PlanSchema {
        schema: Schema {
            namespace: "spa ce".into(),
            enums: vec![EnumType {
                name: "Na me".into(),
                values: vec!["a".into(), "b'c".into()],
            }],
            tables: vec![parent, child],
        },
        faults: Vec::new(),
        renames: Vec::new(),
    }
}

async fn pushed(scratch: &Scratch, wanted: &PlanSchema, directions: &Directions) -> usize {
    let reader = LiveReader::new(scratch.database().await);
    let (steps, live) = plan(&reader, wanted, directions).await.expect("plan");
    assert_eq!(
        (steps.refused.len(), steps.blocked.len()),
        (0, 0),
        "{steps:?}"
    );
    if steps.steps.is_empty() {
        assert_eq!(steps.differences, []);
        return 0;
    }
    let run = scratch.begin().await;
    push(&reader, &run.schema(), wanted, (&steps, &live), &Silent)
        .await
        .expect("push");
    finish(run).await;
    steps.steps.len()
}

/// What would be done, word for word.
async fn planned(scratch: &Scratch, wanted: &PlanSchema, directions: &Directions) -> String {
    let reader = LiveReader::new(scratch.database().await);
    let (steps, _) = plan(&reader, wanted, directions).await.expect("plan");
    plan_text(&steps, true)
}

/// Rows, and everything taken away from them that can be put back.
async fn damage(scratch: &Scratch) {
    let table = "\"spa ce\".\"a\"\"b; DROP TABLE \"\"select\"\"; --\"";
    let unique = "SELECT conname FROM pg_constraint WHERE contype = 'u' \
        AND conrelid = '\"spa ce\".\"a\"\"b; DROP TABLE \"\"select\"\"; --\"'::regclass";
    scratch
        .run(&format!(
            "INSERT INTO \"spa ce\".\"select\" VALUES ('1', '1'); INSERT INTO {table} (\"or'der\", \"from\", \"$sunset$ BEGIN\") VALUES ('1', '1', '1'); \
             ALTER TABLE {table} DROP COLUMN \"客戶 名稱\", ALTER \"{0}\" DROP NOT NULL, DROP CONSTRAINT \"{1}\", DROP COLUMN \"Kind\", \
             DROP CONSTRAINT \"a\"\"b; DROP TABLE \"\"select\"\"; --_from_select_from_fk\", ALTER \"$sunset$ BEGIN\" SET NOT NULL",
            "x".repeat(63),
            scratch.text(unique).await.replace('"', "\"\"")
        ))
        .await;
}

#[tokio::test]
async fn hostile_names_are_names() {
    let Some(scratch) = Scratch::with("CREATE TABLE \"select\" (id integer)").await else {
        return;
    };
    let plain = Directions::default();
    let first = hostile(&["where \"1\" = '1"]);
    insta::assert_snapshot!("hostile_plan", planned(&scratch, &first, &plain).await);
    assert!(pushed(&scratch, &first, &plain).await > 0);
    assert_eq!(pushed(&scratch, &first, &plain).await, 0);
    // Again over rows, with everything taken away that can be put back.
    damage(&scratch).await;
    insta::assert_snapshot!(
        "hostile_plan_over_rows",
        planned(&scratch, &first, &plain).await
    );
    assert!(pushed(&scratch, &first, &plain).await > 5);
    assert_eq!(pushed(&scratch, &first, &plain).await, 0);
    let renamed = hostile(&["group by"]);
    let rename = Directions {
        renames: vec![
            Rename::parse("select.\"where \"\"1\"\" = '1\"=\"group by\"").expect("rename"),
        ],
        ..Directions::default()
    };
    insta::assert_snapshot!(
        "hostile_rename_plan",
        planned(&scratch, &renamed, &rename).await
    );
    assert_eq!(pushed(&scratch, &renamed, &rename).await, 2);
    assert_eq!(pushed(&scratch, &renamed, &plain).await, 0);
    assert_eq!(
        scratch
            .text("SELECT \"group by\" FROM \"spa ce\".\"select\"")
            .await,
        "1"
    );
}

/// What is in the schema with the hostile name, and whether it is there at all.
async fn shape(scratch: &Scratch) -> String {
    let there = "SELECT count(*) FROM pg_namespace WHERE nspname = 'spa ce'";
    if scratch.text(there).await == "0" {
        return String::new();
    }
    let structure = include_str!("structure.sql")
        .replace("'public'::regnamespace", "'\"spa ce\"'::regnamespace")
        .replace("schemaname = 'public'", "schemaname = 'spa ce'");
    let mut shape = scratch.text(&structure).await;
    let enums = "SELECT string_agg(concat_ws(' ', typname, enumlabel), ', ' ORDER BY typname, enumsortorder) \
        FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid WHERE typnamespace = '\"spa ce\"'::regnamespace";
    shape.push_str(&scratch.text(enums).await);
    let tables = "SELECT coalesce(string_agg(quote_ident(relname), E'\\n' ORDER BY relname), '') \
        FROM pg_class WHERE relnamespace = '\"spa ce\"'::regnamespace AND relkind = 'r'";
    for table in scratch.text(tables).await.lines() {
        let rows = "coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')";
        let rows = format!("SELECT {rows} FROM \"spa ce\".{table} AS x");
        shape.push_str(&format!("\n{table} rows {}", scratch.text(&rows).await));
    }
    shape
}

#[tokio::test]
async fn what_has_hostile_names_is_taken_back() {
    let Some(scratch) = Scratch::with("CREATE TABLE \"select\" (id integer)").await else {
        return;
    };
    let plain = Directions::default();
    let first = hostile(&["where \"1\" = '1"]);
    let before = (scratch.dump().await, shape(&scratch).await);
    assert!(pushed(&scratch, &first, &plain).await > 0);
    assert_ne!(shape(&scratch).await, before.1);
    scratch.take_back().await;
    assert_eq!((scratch.dump().await, shape(&scratch).await), before);
    // And where there are rows, what was done to their tables.
    assert!(pushed(&scratch, &first, &plain).await > 0);
    damage(&scratch).await;
    scratch.run("DROP SCHEMA sunset CASCADE").await;
    let before = (scratch.dump().await, shape(&scratch).await);
    assert!(pushed(&scratch, &first, &plain).await > 5);
    let renamed = hostile(&["group by"]);
    let rename = Directions {
        renames: vec![
            Rename::parse("select.\"where \"\"1\"\" = '1\"=\"group by\"").expect("rename"),
        ],
        ..Directions::default()
    };
    assert_eq!(pushed(&scratch, &renamed, &rename).await, 2);
    assert_ne!(shape(&scratch).await, before.1);
    scratch.take_back().await;
    assert_eq!((scratch.dump().await, shape(&scratch).await), before);
}

#[tokio::test]
async fn a_script_holds_no_statement_that_a_name_brought_along() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    scratch.say(PROGRAM, &[]);
    scratch
        .run(
            "ALTER TABLE conversations DROP CONSTRAINT conversations_opportunity_id_opportunities_id_fk, \
             ADD CONSTRAINT \"x\ndrop table session;\n--\" FOREIGN KEY (opportunity_id) REFERENCES opportunities (id) ON DELETE CASCADE, \
             DROP CONSTRAINT conversations_case_number_unique, \
             ADD CONSTRAINT \"y\rdrop table verification;--\" UNIQUE (case_number)",
        )
        .await;
    let file = std::env::temp_dir().join(format!("{}-names.sql", scratch.name));
    let file = file.to_str().expect("path");
    scratch.say(PROGRAM, &["--out", file]);
    // psql ends a comment at a line feed and at a carriage return.
    let output = std::process::Command::new("psql")
        .args([scratch.url.as_str(), "-qX", "-f", file])
        .output()
        .expect("psql");
    std::fs::remove_file(file).expect("remove");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    for table in ["session", "verification"] {
        let there = format!("SELECT count(*) FROM pg_tables WHERE tablename = '{table}'");
        assert_eq!(scratch.text(&there).await, "1", "{table} is there: {said}");
    }
}
