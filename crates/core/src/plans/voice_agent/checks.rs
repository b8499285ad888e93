//! What is asked before the plan works, and what its final check asks.

use crate::plans::in_place::{
    Assigned, BackupComparison, Considered, Fix, Labels, Question, Rank, SectionSpec, SetUpdate,
    SqlText,
};

use super::calls::{
    OUTCOMES, counted_tenants, is_strange, listed, metrics, unknown_outcomes, wrong_metrics,
};
use super::configuration::{KEPT, repair};
use super::scope::{Scope, is_blank};
use super::words::{ASSISTANT_TYPES, CAPABILITIES};
use super::{CONFIGS, prompt};

const MIGRATE: &str = "run data-migrate --plan voice-agent";

/// Step `validate`: what v1 is like.
pub fn v1(scope: &Scope) -> SectionSpec {
    let chosen = |condition: &str| scope.narrowed(condition, "t.tenant_id", 1);
    let configs = |columns: &str, condition: &str| {
        let sql = format!(
            "SELECT {columns} AS item FROM {} AS t WHERE {}",
            scope.configs,
            chosen(condition)
        );
        scope.query(sql)
    };
    let all = || scope.count(&scope.configs);
    let orphan_calls = format!(
        "SELECT coalesce(t.tenant_id::text, 'no tenant') || ': ' || count(*) || ' calls' AS item \
           FROM {} AS t WHERE {} GROUP BY t.tenant_id",
        scope.calls,
        chosen(&format!("NOT {}", scope.tenant_exists("t")))
    );
    SectionSpec {
        title: "Version 1".to_owned(),
        shares: Vec::new(),
        questions: vec![
            Question::new(
                "ids are present and unique",
                Rank::Critical,
                "configurations",
                all(),
                scope.query(format!(
                    "SELECT coalesce(t.id::text, 'NULL') || ': ' || count(*) || ' rows' AS item FROM {} AS t \
                     WHERE {} GROUP BY t.id HAVING count(*) > 1 OR t.id IS NULL",
                    scope.configs,
                    chosen("true")
                )),
            )
            .tells("ids that are absent or not unique", "give each configuration an id of its own"),
            Question::new(
                "the tenant of each configuration exists",
                Rank::Medium,
                "configurations",
                all(),
                configs(
                    "t.id::text || ': ' || coalesce(t.tenant_id::text, 'no tenant')",
                    &format!("NOT {}", scope.tenant_exists("t")),
                ),
            )
            .tells(
                "configurations of nobody, which go to quarantine (orphan)",
                "add the tenant or remove the configuration, then migrate again",
            ),
            Question::new(
                "prompts are present",
                Rank::Medium,
                "configurations",
                all(),
                configs("t.id::text", &is_blank("t.prompt")),
            )
            .tells("configurations without a prompt, those that go to quarantine among them (the others get warning empty_prompt)", "write their prompts in the application"),
            Question::new(
                "the tenant of each call exists",
                Rank::Medium,
                "calls",
                scope.count(&scope.calls),
                scope.query(orphan_calls),
            )
            .tells(
                "unknown tenants with calls, of which no metrics are made",
                "add the tenants or remove their calls, or final-check fails (foreign-keys)",
            ),
        ],
    }
}

/// The final check (section 3 of the specification).
pub fn v2(scope: &Scope, began: &str) -> SectionSpec {
    SectionSpec {
        title: "Version 2".to_owned(),
        shares: Vec::new(),
        questions: vec![
            record_count(scope),
            data_integrity(scope),
            foreign_keys(scope),
            schema_version(scope),
            v1_unchanged(scope),
            duplicates(scope),
            value_constraints(scope),
            Question::new(
                "metrics",
                Rank::Medium,
                "tenants",
                counted_tenants(scope),
                wrong_metrics(scope),
            )
            .tells(
                "tenants whose metrics are others than a recount gives",
                "run final-check --plan voice-agent --fix, which counts again",
            )
            .fixed_by(Fix::Merge(metrics(scope, began))),
        ],
    }
}

fn of_configs(scope: &Scope, item: &str, condition: &str) -> SqlText {
    scope.query(format!(
        "SELECT {item} AS item FROM {} AS t WHERE {}",
        scope.configs,
        scope.narrowed(condition, "t.tenant_id", 1)
    ))
}

const NOT_V2: &str = "t.schema_version IS DISTINCT FROM 'v2'";
const VERSION: &str = "t.id::text || ': ' || coalesce(t.schema_version, 'v1')";

fn record_count(scope: &Scope) -> Question {
    let quarantined = scope.is_quarantined("t");
    let mut question = Question::new(
        "record-count",
        Rank::Critical,
        "configurations",
        scope.count(&scope.configs),
        of_configs(scope, VERSION, &format!("{NOT_V2} AND NOT {quarantined}")),
    )
    .tells(
        "configurations that are neither migrated nor in quarantine",
        MIGRATE,
    );
    question.accepted = Some((
        of_configs(scope, "t.id::text", &format!("{NOT_V2} AND {quarantined}")),
        "configurations in quarantine, which wait for a person".to_owned(),
    ));
    question
}

fn schema_version(scope: &Scope) -> Question {
    Question::new(
        "schema-version",
        Rank::High,
        "configurations",
        scope.count(&scope.configs),
        of_configs(
            scope,
            VERSION,
            &format!("{NOT_V2} AND NOT {}", scope.is_quarantined("t")),
        ),
    )
    .tells("configurations that are not of version v2", MIGRATE)
}

/// What a configuration must have: its name, and the condition that it has not.
fn required() -> [(&'static str, String); 7] {
    [
        ("id", is_blank("t.id::text")),
        ("tenant_id", is_blank("t.tenant_id::text")),
        ("name", is_blank("t.name")),
        ("assistant_type", is_blank("t.assistant_type")),
        (
            "voice_config.voice_id",
            is_blank("t.voice_config ->> 'voice_id'"),
        ),
        (
            "voice_config.language",
            is_blank("t.voice_config ->> 'language'"),
        ),
        (
            "personality.base_prompt",
            "t.personality ->> 'base_prompt' IS NULL".to_owned(),
        ),
    ]
}

fn data_integrity(scope: &Scope) -> Question {
    let required = required();
    let any: Vec<String> = required
        .iter()
        .map(|(_, condition)| format!("({condition})"))
        .collect();
    let names: Vec<String> = required
        .iter()
        .map(|(name, condition)| format!("CASE WHEN {condition} THEN '{name}' END"))
        .collect();
    let item = format!(
        "t.id::text || ' lacks ' || concat_ws(', ', {})",
        names.join(", ")
    );
    let condition = format!(
        "({}) AND NOT {}",
        any.join(" OR "),
        scope.is_quarantined("t")
    );
    Question::new(
        "data-integrity",
        Rank::Critical,
        "configurations",
        scope.count(&scope.configs),
        of_configs(scope, &item, &condition),
    )
    .tells(
        "configurations that lack what they need",
        "final-check --plan voice-agent --fix sets the defaults of migrated ones; id, tenant_id and name need a person",
    )
    .fixed_by(Fix::Rows(repair(scope, &any[3..].join(" OR "))))
}

fn foreign_keys(scope: &Scope) -> Question {
    let chosen = |condition: &str| scope.narrowed(condition, "t.tenant_id", 1);
    let Scope {
        configs,
        calls,
        metrics,
        ..
    } = scope;
    let no_tenant = format!("NOT {}", scope.tenant_exists("t"));
    let no_config = format!(
        "t.config_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {configs} AS config WHERE config.id::text = t.config_id::text)"
    );
    let tenant = "coalesce('tenant ' || t.tenant_id::text, 'no tenant')";
    let orphans = format!("{no_tenant} AND NOT {}", scope.is_quarantined("t"));
    let sql = format!(
        "SELECT 'configuration ' || t.id::text || ': ' || {tenant} AS item FROM {configs} AS t WHERE {} \
         UNION ALL SELECT 'call ' || t.id::text || ': ' || {tenant} FROM {calls} AS t WHERE {} \
         UNION ALL SELECT 'call ' || t.id::text || ': configuration ' || t.config_id::text FROM {calls} AS t WHERE {} \
         UNION ALL SELECT 'metrics: ' || {tenant} FROM {metrics} AS t WHERE {}",
        chosen(&orphans),
        chosen(&no_tenant),
        chosen(&no_config),
        chosen(&no_tenant),
    );
    let all = format!(
        "SELECT (SELECT count(*) FROM {configs} AS t WHERE {chosen}) + (SELECT count(*) FROM {calls} AS t WHERE {chosen}) \
         + (SELECT count(*) FROM {metrics} AS t WHERE {chosen})",
        chosen = chosen("true")
    );
    Question::new(
        "foreign-keys",
        Rank::Critical,
        "rows",
        scope.query(all),
        scope.query(sql),
    )
    .tells(
        "rows whose tenant or configuration is not there",
        "add what is missing, or remove the rows",
    )
}

fn v1_unchanged(scope: &Scope) -> Question {
    let nothing = SqlText {
        sql: "SELECT NULL::text AS item WHERE false".to_owned(),
        binds: Vec::new(),
    };
    let mut question = Question::new(
        "v1-unchanged",
        Rank::High,
        "configurations",
        scope.count(&scope.configs),
        nothing,
    )
    .tells(
        "configurations whose v1 columns are not those of the backup",
        "somebody changed them since; see rollback --plan voice-agent --list-backups",
    );
    question.backup = Some(BackupComparison {
        table: CONFIGS.to_owned(),
        columns: KEPT.map(str::to_owned).to_vec(),
        rows: scope.rows("t.tenant_id"),
    });
    question
}

fn duplicates(scope: &Scope) -> Question {
    let sql = format!(
        "SELECT t.tenant_id::text || ', ' || t.name || ': ' || string_agg(t.id::text, ', ' ORDER BY t.id::text) AS item \
           FROM {} AS t WHERE {} GROUP BY t.tenant_id, t.name HAVING count(*) > 1",
        scope.configs,
        scope.narrowed("t.name IS NOT NULL", "t.tenant_id", 1)
    );
    Question::new(
        "duplicates",
        Rank::Medium,
        "configurations",
        scope.count(&scope.configs),
        scope.query(sql),
    )
    .tells(
        "names that several configurations of a tenant have",
        "rename or remove one in the application",
    )
}

/// Whether special instructions are there and say nothing.
const SAYS_NOTHING: &str = "CASE jsonb_typeof(t.personality -> 'special_instructions') \
     WHEN 'null' THEN true \
     WHEN 'string' THEN (t.personality ->> 'special_instructions') !~ '\\S' \
     WHEN 'array' THEN NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(t.personality -> 'special_instructions') AS line WHERE line ~ '\\S') \
     ELSE false END";

fn out_of_range(name: &str) -> String {
    let (lowest, highest) = (prompt::LOWEST, prompt::HIGHEST);
    format!(
        "CASE jsonb_typeof(t.voice_config -> '{name}') WHEN 'number' \
         THEN (t.voice_config ->> '{name}')::numeric NOT BETWEEN {lowest} AND {highest} \
         ELSE t.voice_config -> '{name}' IS NOT NULL END"
    )
}

fn value_constraints(scope: &Scope) -> Question {
    let capabilities = listed(&CAPABILITIES.map(|(name, _)| name));
    let types = listed(&ASSISTANT_TYPES);
    let faults = [
        (
            "assistant_type",
            format!("t.assistant_type NOT IN ({types})"),
        ),
        (
            "capabilities",
            format!(
                "(t.capabilities IS NULL OR t.capabilities = '{{}}' OR NOT t.capabilities <@ ARRAY[{capabilities}]::text[])"
            ),
        ),
        ("voice_config.speed", out_of_range("speed")),
        ("voice_config.pitch", out_of_range("pitch")),
        ("empty special_instructions", SAYS_NOTHING.to_owned()),
    ];
    let any: Vec<String> = faults
        .iter()
        .map(|(_, condition)| format!("({condition})"))
        .collect();
    let names: Vec<String> = faults
        .iter()
        .map(|(name, condition)| format!("CASE WHEN {condition} THEN '{name}' END"))
        .collect();
    let chosen = |condition: &str| scope.narrowed(condition, "t.tenant_id", 1);
    let strange = is_strange("t");
    let negative = "(t.duration_seconds < 0 OR t.duration_seconds = 'NaN')";
    let sql = format!(
        "SELECT 'configuration ' || t.id::text || ': ' || concat_ws(', ', {names}) AS item FROM {configs} AS t WHERE {of_configs} \
         UNION ALL SELECT 'call ' || t.id::text || ': ' || concat_ws(', ', \
         CASE WHEN {strange} THEN 'outcome ' || t.outcome END, \
         CASE WHEN {negative} THEN 'duration_seconds ' || t.duration_seconds END) FROM {calls} AS t WHERE {of_calls}",
        names = names.join(", "),
        configs = scope.configs,
        calls = scope.calls,
        of_configs = chosen(&format!(
            "t.schema_version = 'v2' AND ({})",
            any.join(" OR ")
        )),
        of_calls = chosen(&format!("{strange} OR {negative}")),
    );
    let all = format!(
        "SELECT (SELECT count(*) FROM {} AS t WHERE {chosen}) + (SELECT count(*) FROM {} AS t WHERE {chosen})",
        scope.configs,
        scope.calls,
        chosen = chosen("true")
    );
    Question::new(
        "value-constraints",
        Rank::Medium,
        "configurations and calls",
        scope.query(all),
        scope.query(sql),
    )
    .tells(
        &format!("rows with values that are not allowed (outcomes: {})", OUTCOMES.join(", ")),
        "final-check --plan voice-agent --fix removes empty special_instructions and sets unknown outcomes to unknown; the others need a person",
    )
    .fixed_by(Fix::Set(without_empty_instructions(scope)))
    .fixed_by(Fix::Set(unknown_outcomes(scope)))
}

fn without_empty_instructions(scope: &Scope) -> SetUpdate {
    SetUpdate {
        table: CONFIGS.to_owned(),
        noun: "configs".to_owned(),
        binds: scope.binds(),
        set: vec![Assigned {
            column: "personality".to_owned(),
            value: "t.personality - 'special_instructions'".to_owned(),
            as_type: None,
        }],
        rows: Considered {
            condition: Some(scope.narrowed(
                &format!("t.schema_version = 'v2' AND {SAYS_NOTHING}"),
                "t.tenant_id",
                1,
            )),
            unless_true: Vec::new(),
        },
        labels: Some(Labels::new(
            "empty special_instructions removed",
            "empty special_instructions to remove",
        )),
        groups: Vec::new(),
        noted: Vec::new(),
    }
}
