//! Names that break what does not quote.

use crate::PROGRAM;
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

#[tokio::test]
async fn hostile_names_are_names() {
    let Some(scratch) = Scratch::with("CREATE TABLE \"select\" (id integer)").await else {
        return;
    };
    let plain = Directions::default();
    let first = hostile(&["where \"1\" = '1"]);
    assert!(pushed(&scratch, &first, &plain).await > 0);
    assert_eq!(pushed(&scratch, &first, &plain).await, 0);
    // Again over rows, with everything taken away that can be put back.
    let table = "\"spa ce\".\"a\"\"b; DROP TABLE \"\"select\"\"; --\"";
    scratch
        .run(&format!(
            "INSERT INTO \"spa ce\".\"select\" VALUES ('1', '1'); INSERT INTO {table} (\"or'der\", \"from\") VALUES ('1', '1'); \
             ALTER TABLE {table} DROP COLUMN \"客戶 名稱\", ALTER \"{0}\" DROP NOT NULL, DROP CONSTRAINT \"{1}\", DROP COLUMN \"Kind\", \
             DROP CONSTRAINT \"a\"\"b; DROP TABLE \"\"select\"\"; --_from_select_from_fk\"",
            "x".repeat(63),
            scratch
                .text("SELECT conname FROM pg_constraint WHERE contype = 'u' AND conrelid = '\"spa ce\".\"a\"\"b; DROP TABLE \"\"select\"\"; --\"'::regclass")
                .await
                .replace('"', "\"\"")
        ))
        .await;
    assert!(pushed(&scratch, &first, &plain).await > 5);
    assert_eq!(pushed(&scratch, &first, &plain).await, 0);
    let renamed = hostile(&["group by"]);
    let rename = Directions {
        renames: vec![
            Rename::parse("select.\"where \"\"1\"\" = '1\"=\"group by\"").expect("rename"),
        ],
        ..Directions::default()
    };
    assert_eq!(pushed(&scratch, &renamed, &rename).await, 2);
    assert_eq!(pushed(&scratch, &renamed, &plain).await, 0);
    assert_eq!(
        scratch
            .text("SELECT \"group by\" FROM \"spa ce\".\"select\"")
            .await,
        "1"
    );
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
