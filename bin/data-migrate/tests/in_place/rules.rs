//! A plan file that changes rows by rules, keeps a table, and moves tenants.

use crate::scratch::{Said, Scratch};

const BEFORE: &str = r#"
CREATE TABLE tenants (id text PRIMARY KEY, name text);
INSERT INTO tenants VALUES ('t1', 'One'), ('t2', 'Two');
CREATE TABLE assistants (id integer PRIMARY KEY, tenant_id text, direction text, old jsonb, seen_at timestamptz);
INSERT INTO assistants VALUES
    (1, 't1', ' OUT ', '{"voice": " Coral ", "speed": 4}', '2026-01-31 23:30:00.25+00'),
    (2, 't1', 'sideways', '{"voice": "Echo", "speed": 9}', NULL),
    (3, 't2', 'in', '{"voice": "", "speed": null}', '2026-02-28 12:00+02'),
    (4, 'gone', 'in', '{"voice": "x"}', NULL);
INSERT INTO assistants SELECT n, 't2', 'in', '{"voice": "many"}', NULL FROM generate_series(10, 1300) AS n;
"#;

const PLAN: &str = r#"
[plan]
name = "assistants"
keep = ["tenants"]

[tenancy]
table = "tenants"
column = "tenant_id"
flag = "assistants_v2"

[sql]
open = "t.schema_version IS DISTINCT FROM 'v2'"

[[table]]
name = "tenants"
established = true

[[table]]
name = "assistants"
established = true
columns = [
  { name = "seen_at", type = "timestamptz" },
  { name = "kind", type = "text" },
  { name = "voice", type = "text", default = "coral" },
  { name = "speed", type = "integer" },
  { name = "since", type = "timestamp" },
  { name = "settings", type = "jsonb" },
  { name = "schema_version", type = "text" },
]

[[step]]
name = "before"
kind = "keep"

[[step]]
name = "schema"
kind = "schema"

[[step]]
name = "transform"
kind = "rows"
table = "assistants"
noun = "assistants"
where = "{open}"
groups = [{ value = "in", label = "inbound" }, { value = "out", label = "outbound" }]
quarantine = [
  { reason = "orphan", where = "NOT EXISTS (SELECT 1 FROM {schema}.tenants AS x WHERE x.id = t.tenant_id)", what = "there is no such tenant" },
]
[step.rules]
kind = { field = "direction", map = { in = "in", out = "out" }, otherwise = "in" }
voice = { field = "old.voice", transform = ["trim", "lower"], or = { value = "coral" } }
speed = { field = "old.speed", limits = [1, 5], or = { value = 3 } }
since = { field = "seen_at" }
settings = { field = "old" }
schema_version = { value = "v2" }

[[step]]
name = "intact"
kind = "verify-kept"

[[check]]
name = "all are of v2"
severity = "high"
of = "assistants"
violators = """SELECT t.id FROM {schema}.assistants AS t
  WHERE {open} AND EXISTS (SELECT 1 FROM {schema}.tenants AS x WHERE x.id = t.tenant_id)"""
fix = "transform"
"#;

struct Written {
    scratch: Scratch,
    /// Goes with this value.
    _folder: tempfile::TempDir,
    plan: String,
}

impl Written {
    async fn new(text: &str) -> Option<Self> {
        let scratch = Scratch::with(BEFORE).await?;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.toml");
        std::fs::write(&path, text).expect("a file");
        Some(Self {
            scratch,
            plan: path.to_str().expect("a path").to_owned(),
            _folder: folder,
        })
    }

    fn say(&self, program: &str, more: &[&str]) -> Said {
        let mut arguments = vec!["--plan", &self.plan];
        arguments.extend(more);
        self.scratch.say(program, &arguments)
    }

    async fn rows(&self, condition: &str) -> String {
        self.scratch
            .text(&format!(
                "SELECT string_agg(concat_ws('|', id, kind, voice, speed, since, settings, schema_version), E'\\n' ORDER BY id)
                   FROM assistants WHERE {condition}"
            ))
            .await
    }

    /// What the application has, and only that.
    async fn application(&self) -> String {
        self.scratch
            .text("SELECT md5(string_agg(concat_ws('|', id, tenant_id, direction, old, seen_at), ',' ORDER BY id)) FROM assistants")
            .await
    }
}

#[tokio::test]
async fn rows_are_changed_by_the_rules_of_documents_and_go_back() {
    let Some(written) = Written::new(PLAN).await else {
        return;
    };
    let before = written.application().await;
    let dry = written.say("data-migrate", &["--dry-run", "--verbose"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(dry.holds(r#""kind":"out""#), "{dry:?}");
    assert!(dry.holds("quarantined orphan"), "{dry:?}");

    let said = written.say("data-migrate", &[]);
    assert_eq!(said.status, 3, "one row waits for a person: {said:?}");
    for words in [
        "rows of tenants recorded: 2",
        "inbound: 1,293",
        "outbound: 1",
        "warning unknown_kind: 1 (2)",
        "warning out_of_range: 1 (2)",
        "quarantined orphan: 1 (4)",
    ] {
        assert!(said.holds(words), "{words}: {said:?}");
    }
    assert_eq!(
        written.rows("id < 10").await,
        "1|out|coral|4|2026-01-31 23:30:00.25|{\"speed\": 4, \"voice\": \" Coral \"}|v2\n\
         2|in|echo|3|{\"speed\": 9, \"voice\": \"Echo\"}|v2\n\
         3|in|coral|3|2026-02-28 10:00:00|{\"speed\": null, \"voice\": \"\"}|v2\n\
         4|coral"
    );
    let entries = "SELECT count(*) || ' ' || sum(cardinality(keys)) FROM sunset.changes";
    let booked = written.scratch.text(entries).await;
    assert!(booked.ends_with(" 1294"), "{booked}");
    let quarantined = "SELECT string_agg(concat_ws(' ', document_id, reason, detail), ',') FROM sunset.quarantine";
    assert_eq!(
        written.scratch.text(quarantined).await,
        "4 orphan there is no such tenant"
    );

    // Again: nothing is written, and the row in quarantine is asked about.
    let again = written.say("data-migrate", &[]);
    assert_eq!(again.status, 3, "{again:?}");
    assert_eq!(written.scratch.text(entries).await, booked);

    // It is checked, and mended by the same rules.
    assert_eq!(written.say("final-check", &[]).status, 0);
    written
        .scratch
        .run("UPDATE assistants SET schema_version = NULL, voice = 'wrong' WHERE id = 1")
        .await;
    assert_eq!(written.say("final-check", &[]).status, 4);
    let fixed = written.say("final-check", &["--fix"]);
    assert_eq!(fixed.status, 0, "{fixed:?}");
    assert!(written.rows("id = 1").await.starts_with("1|out|coral"));
    // A kept table that somebody changed is told.
    written
        .scratch
        .run("UPDATE tenants SET name = 'Other' WHERE id = 't1'")
        .await;
    let changed = written.say("final-check", &[]);
    assert_eq!(changed.status, 4, "{changed:?}");
    assert!(changed.holds("tenants is intact"), "{changed:?}");

    // The row that somebody changed would stay, and with it the columns.
    let back = written.say("rollback", &["--yes", "--schema", "--force"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(written.application().await, before);
    let columns = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'assistants'";
    assert_eq!(written.scratch.text(columns).await, "5");
}

#[tokio::test]
async fn a_tenant_of_a_file_goes_back_alone() {
    let Some(written) = Written::new(PLAN).await else {
        return;
    };
    assert_eq!(written.say("data-migrate", &[]).status, 3);
    let strange = ["--level", "tenant", "--tenant-id", "nobody"];
    let strange = written.say("rollback", &strange);
    assert_eq!(strange.status, 1, "{strange:?}");
    let others = written.rows("tenant_id = 't2'").await;
    let back = written.say("rollback", &["--level", "tenant", "--tenant-id", "t1"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(written.rows("tenant_id = 't1'").await, "1|coral\n2|coral");
    assert_eq!(written.rows("tenant_id = 't2'").await, others);
}

#[tokio::test]
async fn a_fault_in_a_named_part_is_told_where_the_part_stands() {
    let text = PLAN.replace("open = \"t.schema_version", "open = \"t.schema_wersion");
    let Some(written) = Written::new(&text).await else {
        return;
    };
    let said = written.say("data-migrate", &[]);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(
        said.holds("plan.toml:12:9: column t.schema_wersion does not exist"),
        "{said:?}"
    );
}
