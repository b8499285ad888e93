//! Plan files that change rows by rules, name parts of their SQL, keep tables and move tenants.

use serde_json::{Value as JsonValue, json};

use super::*;
use crate::plans::in_place::{Fix, InPlacePlan, OptionName, RowImage, RowOutcome, RowUpdate};

const ASSISTANTS: &str = r#"
[plan]
name = "assistants"
keep = ["tenants"]
prisma = "assistants_v2"

[tenancy]
table = "tenants"
column = "tenant_id"
flag = "assistants_v2"

[sql]
open = "t.schema_version IS DISTINCT FROM 'v2'"
old = "t.created_at < {as_of}::date AND {open}"

[[enum]]
name = "Kind"
values = ["INBOUND", "OUTBOUND"]

[[table]]
name = "tenants"
established = true

[[table]]
name = "assistants"
established = true
columns = [
  { name = "kind", type = "Kind" },
  { name = "voice", type = "text", required = true },
  { name = "speed", type = "integer" },
  { name = "seen_at", type = "timestamptz" },
  { name = "since", type = "timestamp" },
  { name = "settings", type = "jsonb" },
  { name = "schema_version", type = "text" },
]

[[step]]
name = "before"
kind = "keep"

[[step]]
name = "transform"
kind = "rows"
table = "assistants"
noun = "assistants"
where = "{old}"
groups = [{ value = "INBOUND", label = "inbound assistants" }]
quarantine = [
  { reason = "orphan", where = "NOT EXISTS (SELECT 1 FROM {schema}.tenants AS x WHERE x.id = t.tenant_id)", what = "there is no such tenant" },
]
[step.rules]
kind = { fields = ["direction"], map = { in = "INBOUND", out = "OUTBOUND" }, otherwise = "INBOUND" }
voice = { field = "old.voice", transform = ["trim", "lower"], or = { field = "fallback" } }
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
violators = "SELECT t.id FROM {schema}.assistants AS t WHERE {open}"
fix = "transform"
"#;

fn described(text: &str) -> InPlacePlan {
    let PlanFile::InPlace(registered) = read("plan.toml", text).expect("a plan") else {
        panic!("a plan of documents");
    };
    let began = Instant::parse_rfc3339("2026-03-01T10:00:00Z", false).expect("an instant");
    registered
        .describe(&Parameters::new("public", began))
        .expect("a plan")
}

fn transform(plan: &InPlacePlan) -> &RowUpdate {
    match &plan.step("transform").expect("the step").work {
        Work::Rows(updates) => &updates[0],
        _ => panic!("rows"),
    }
}

fn outcome(cells: JsonValue) -> RowOutcome {
    let JsonValue::Object(cells) = cells else {
        panic!("an object")
    };
    let plan = described(ASSISTANTS);
    let decide = &transform(&plan).decide;
    decide(&RowImage {
        key: "a1".into(),
        cells,
    })
}

#[test]
fn rules_of_documents_change_rows() {
    let plan = described(ASSISTANTS);
    let update = transform(&plan);
    assert_eq!(update.reads, ["direction", "fallback", "old", "seen_at"]);
    assert_eq!(
        update.writes,
        [
            "kind",
            "voice",
            "speed",
            "since",
            "settings",
            "schema_version"
        ]
    );
    let found = outcome(json!({
        "direction": " Out ", "old": {"voice": " CORAL ", "speed": 4, "nested": [1, 2.5, null]},
        "fallback": "x", "seen_at": "2026-01-31T23:30:00.25+00:00", "orphan?": false,
    }));
    assert_eq!(found.warnings, []);
    assert_eq!(
        JsonValue::Object(found.set),
        json!({
            "kind": "OUTBOUND", "voice": "coral", "speed": 4,
            "since": "2026-01-31T23:30:00.25",
            "settings": {"voice": " CORAL ", "speed": 4, "nested": [1, 2.5, null]},
            "schema_version": "v2",
        })
    );
}

#[test]
fn what_a_row_lacks_is_told_as_of_a_document() {
    let found = outcome(json!({
        "direction": "sideways", "old": {"speed": 9}, "fallback": "Echo", "seen_at": null,
    }));
    let told: Vec<(&str, &str, &str)> = found
        .warnings
        .iter()
        .map(|w| (w.code.as_str(), w.path.as_str(), w.raw.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("unknown_kind", "direction", "\"sideways\""),
            ("out_of_range", "old.speed", "9")
        ]
    );
    assert_eq!(found.set["kind"], "INBOUND");
    assert_eq!(found.set["voice"], "Echo");
    assert_eq!(found.set["speed"], 3);
    assert_eq!(found.set["since"], JsonValue::Null);

    let voiceless = outcome(json!({"direction": "in", "old": null, "fallback": "  "}));
    let quarantine = voiceless.quarantine.expect("quarantined");
    assert_eq!(quarantine.reason, "missing_voice");
    let orphan = outcome(json!({"fallback": "x", "orphan?": true}));
    let quarantine = orphan.quarantine.expect("quarantined");
    assert_eq!(
        (quarantine.reason.as_str(), quarantine.detail.as_str()),
        ("orphan", "there is no such tenant")
    );
    assert!(orphan.set.is_empty());
}

#[test]
fn a_part_of_sql_has_a_name_and_stands_where_it_is_named() {
    let plan = described(ASSISTANTS);
    let condition = transform(&plan).rows.condition.as_deref();
    let condition = condition.unwrap_or_default();
    assert!(condition.contains("t.created_at < $1"), "{condition}");
    assert_eq!(transform(&plan).binds, ["2026-03-01"]);
    // Within the part, the place is the part's; behind it, that of what names it.
    let place = |sql: &str, word: &str| {
        let byte = sql.find(word).expect("the word");
        crate::plans::in_place::places::place_of(sql, sql[..byte].chars().count() + 1)
    };
    let line = |word: &str| {
        let at = ASSISTANTS.find(word).expect("the word");
        ASSISTANTS[..at].matches('\n').count() + 1
    };
    let open = line("open = ");
    assert_eq!(
        place(condition, "IS DISTINCT"),
        Some(format!("plan.toml:{open}:26"))
    );
    let violators = &plan.sections[0].questions[0].violators.sql;
    assert_eq!(
        place(violators, "AS t WHERE").map(|place| place.starts_with("plan.toml:")),
        Some(true)
    );
    // An option that a part asks for is the plan's once something names the part.
    let PlanFile::InPlace(registered) = read("plan.toml", ASSISTANTS).expect("a plan") else {
        panic!("in place")
    };
    assert_eq!(registered.options.as_ref(), [OptionName::AsOf]);
    let unused = ASSISTANTS.replace("where = \"{old}\"", "where = \"{open}\"");
    let PlanFile::InPlace(registered) = read("plan.toml", &unused).expect("a plan") else {
        panic!("in place")
    };
    assert!(registered.options.is_empty());
}

#[test]
fn a_file_keeps_tables_and_moves_tenants() {
    let plan = described(ASSISTANTS);
    assert_eq!(plan.kept, ["tenants"]);
    assert_eq!(plan.prisma_name.as_deref(), Some("assistants_v2"));
    let tenancy = plan.tenancy.as_ref().expect("tenancy");
    assert_eq!(
        (&*tenancy.table, &*tenancy.column, &*tenancy.flag),
        ("tenants", "tenant_id", "assistants_v2")
    );
    assert!(matches!(plan.steps[0].work, Work::Keep));
    assert!(matches!(
        plan.sections[0].questions[0].fixes[..],
        [Fix::Rows(_)]
    ));
    assert!(
        (1..=500).contains(&plan.batches.rows),
        "images are in memory"
    );
}

#[test]
fn faults_name_the_line_and_the_column() {
    for (from, to, wanted) in [
        (
            "open = \"t.",
            "open = \"{old} AND t.",
            "would stand within itself",
        ),
        (
            "where = \"{old}\"",
            "where = \"{older}\"",
            "there is no {older}; there are {schema}",
        ),
        (
            "WHERE {open}\"",
            "WHERE x = '{open}'\"",
            "{open} stands in quotes",
        ),
        ("open = \"t.", "as_of = \"t.", "has a meaning of its own"),
        (
            "kind = \"rows\"",
            "kind = \"set\"",
            "the step transform has no `set`",
        ),
        (
            "kind = { fields = [\"direction\"],",
            "kind = { from = \"document_id\",",
            "`from` is for documents",
        ),
        ("speed = { field", "tempo = { field", "has no column tempo"),
        ("limits = [1, 5]", "limits = [1]", "plan.toml:"),
        (
            "keep = [\"tenants\"]",
            "keep = [\"people\"]",
            "there is no [[table]] people",
        ),
        (
            "keep = [\"tenants\"]\n",
            "",
            "which tables? [plan] names them",
        ),
        (
            "kind = \"keep\"",
            "kind = \"record\"",
            "no [[step]] records what these tables hold",
        ),
        (
            "table = \"tenants\"\ncolumn",
            "table = \"people\"\ncolumn",
            "there is no [[table]] people",
        ),
        (
            "prisma = \"assistants_v2\"",
            "prisma = \"../x\"",
            "small letters, digits and `_`",
        ),
        (
            "reason = \"orphan\"",
            "reason = \"no tenant\"",
            "is no reason",
        ),
        (
            "fix = \"transform\"",
            "fix = \"before\"",
            "`set`, `rows` or `merge`",
        ),
        (
            "type = \"integer\"",
            "type = \"numeric\"",
            "rules give values to columns of the types",
        ),
    ] {
        let text = ASSISTANTS.replacen(from, to, 1);
        assert_ne!(text, ASSISTANTS, "{from} stands in the file");
        let error = match read("plan.toml", &text) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{to} was taken"),
        };
        assert!(error.contains(wanted), "{to}: {error}");
        assert!(error.contains("plan.toml:"), "{to}: {error}");
    }
}
