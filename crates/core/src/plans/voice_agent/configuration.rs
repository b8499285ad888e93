//! What becomes of one configuration. Pure: the same row gives the same outcome.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::plans::in_place::{
    Considered, Group, Labels, RowFunction, RowImage, RowOutcome, RowUpdate,
};
use crate::ports::rows::{Quarantine, Warning};

use super::scope::Scope;
use super::words::{ASSISTANT_TYPES, assistant_type, capabilities, folded};
use super::{CONFIGS, DEFAULT_LANGUAGE, DEFAULT_VOICE, prompt};

/// What the function is told beside the columns.
const TENANT_KNOWN: &str = "tenant_is_known";

/// The columns of v1 that the plan leaves as they are.
pub const KEPT: [&str; 8] = [
    "id",
    "tenant_id",
    "name",
    "prompt",
    "voice_id",
    "language",
    "enabled",
    "created_at",
];

/// The text of a cell; `None` for NULL and for blank text.
fn text<'r>(row: &'r RowImage, column: &str) -> Option<&'r str> {
    let text = row.cells.get(column)?.as_str()?;
    (!text.trim().is_empty()).then_some(text)
}

/// The prompt as it stands, `""` for NULL.
fn prompt_of(row: &RowImage) -> &str {
    row.cells
        .get("prompt")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn warning(code: &str, path: &str, raw: impl Into<String>) -> Warning {
    Warning {
        code: code.to_owned(),
        path: path.to_owned(),
        raw: raw.into(),
    }
}

fn quarantined(reason: &str, detail: String) -> RowOutcome {
    RowOutcome {
        quarantine: Some(Quarantine {
            reason: reason.to_owned(),
            detail,
            raw: Vec::new(),
            place: None,
        }),
        ..RowOutcome::default()
    }
}

/// The step `transform`.
pub fn migration(scope: &Scope, began: &str) -> RowUpdate {
    let began = began.to_owned();
    let decide: RowFunction = Arc::new(move |row| transform(row, &began));
    RowUpdate {
        table: CONFIGS.to_owned(),
        noun: "configs".to_owned(),
        reads: [&KEPT[..], &["updated_at"]]
            .concat()
            .iter()
            .map(ToString::to_string)
            .collect(),
        asks: vec![(TENANT_KNOWN.to_owned(), scope.tenant_exists("t"))],
        writes: [
            "assistant_type",
            "voice_config",
            "personality",
            "capabilities",
            "schema_version",
            "migrated_from",
            "migrated_at",
            "updated_at",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: Considered {
            condition: Some(scope.narrowed(
                "t.schema_version IS DISTINCT FROM 'v2'",
                "t.tenant_id",
                1,
            )),
            unless_true: Vec::new(),
        },
        binds: scope.binds(),
        labels: Some(Labels::new(
            "configurations migrated",
            "configurations to migrate",
        )),
        groups: ASSISTANT_TYPES
            .map(|name| Group {
                value: name.to_owned(),
                label: format!("  {name}"),
            })
            .to_vec(),
        decide,
    }
}

fn transform(row: &RowImage, began: &str) -> RowOutcome {
    if row.key.trim().is_empty() {
        return quarantined("missing_id", "the id is blank".to_owned());
    }
    if row.cells.get(TENANT_KNOWN) != Some(&Value::Bool(true)) {
        let tenant = row.cells.get("tenant_id").unwrap_or(&Value::Null);
        return quarantined("orphan", format!("there is no tenant {tenant}"));
    }
    let prompt = prompt_of(row);
    let mut warnings = Vec::new();
    if prompt.trim().is_empty() {
        let raw = row.cells.get("prompt").unwrap_or(&Value::Null);
        warnings.push(warning("empty_prompt", "prompt", raw.to_string()));
    }
    let small = folded(prompt);
    let voice_config = voice_config(row, prompt, &mut warnings);
    let set = json!({
        "assistant_type": assistant_type(&small),
        "voice_config": voice_config,
        "personality": personality(prompt),
        "capabilities": capabilities(&small),
        "schema_version": "v2",
        "migrated_from": "v1",
        "migrated_at": began,
        "updated_at": began,
    });
    RowOutcome {
        set: object(set),
        warnings,
        quarantine: None,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn voice_config(
    row: &RowImage,
    text_of_prompt: &str,
    warnings: &mut Vec<Warning>,
) -> Map<String, Value> {
    let mut config = Map::new();
    for (column, default) in [("voice_id", DEFAULT_VOICE), ("language", DEFAULT_LANGUAGE)] {
        let value = text(row, column).unwrap_or_else(|| {
            let raw = row.cells.get(column).unwrap_or(&Value::Null);
            warnings.push(warning("defaulted", column, raw.to_string()));
            default
        });
        config.insert(column.to_owned(), value.into());
    }
    let settings = prompt::settings(text_of_prompt);
    config.extend(settings.taken);
    for (name, raw) in settings.refused {
        warnings.push(warning("out_of_range", &format!("prompt.{name}"), raw));
    }
    config
}

fn personality(text_of_prompt: &str) -> Map<String, Value> {
    let mut found = Map::new();
    found.insert("base_prompt".to_owned(), text_of_prompt.into());
    let instructions = prompt::special_instructions(text_of_prompt);
    if !instructions.is_empty() {
        found.insert("special_instructions".to_owned(), instructions.into());
    }
    found.extend(prompt::messages(text_of_prompt));
    found
}

/// The repair of a migrated configuration that lacks what it needs: only what is missing is set,
/// as the migration would have.
pub fn repair(scope: &Scope, incomplete: &str) -> RowUpdate {
    let mut reads: Vec<String> = KEPT.map(str::to_owned).to_vec();
    reads.extend(["assistant_type", "voice_config", "personality"].map(str::to_owned));
    RowUpdate {
        table: CONFIGS.to_owned(),
        noun: "configs".to_owned(),
        reads,
        asks: Vec::new(),
        writes: ["assistant_type", "voice_config", "personality"]
            .map(str::to_owned)
            .to_vec(),
        rows: Considered {
            condition: Some(scope.narrowed(
                &format!("t.schema_version = 'v2' AND ({incomplete})"),
                "t.tenant_id",
                1,
            )),
            unless_true: Vec::new(),
        },
        binds: scope.binds(),
        labels: Some(Labels::new(
            "configurations completed",
            "configurations to complete",
        )),
        groups: Vec::new(),
        decide: Arc::new(completed),
    }
}

fn completed(row: &RowImage) -> RowOutcome {
    let mut set = Map::new();
    let prompt = prompt_of(row);
    if text(row, "assistant_type").is_none() {
        set.insert(
            "assistant_type".into(),
            assistant_type(&folded(prompt)).into(),
        );
    }
    let is_text = |cell: Option<&Value>| {
        cell.and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty())
    };
    let present = |column: &str| match row.cells.get(column) {
        Some(Value::Object(map)) => Some(map.clone()),
        _ => None,
    };
    let wanted = voice_config(row, prompt, &mut Vec::new());
    let mut voice = present("voice_config").unwrap_or_else(|| wanted.clone());
    for name in ["voice_id", "language"] {
        if !is_text(voice.get(name)) {
            voice.extend(
                wanted
                    .get(name)
                    .map(|value| (name.to_owned(), value.clone())),
            );
        }
    }
    if row.cells.get("voice_config") != Some(&Value::Object(voice.clone())) {
        set.insert("voice_config".into(), voice.into());
    }
    let mut character = present("personality").unwrap_or_else(|| personality(prompt));
    if !matches!(character.get("base_prompt"), Some(Value::String(_))) {
        character.insert("base_prompt".into(), prompt.into());
    }
    if row.cells.get("personality") != Some(&Value::Object(character.clone())) {
        set.insert("personality".into(), character.into());
    }
    RowOutcome {
        set,
        ..RowOutcome::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: Value) -> RowImage {
        RowImage {
            key: "c1".into(),
            cells: object(cells),
        }
    }

    fn known(cells: &Value) -> RowImage {
        let mut all = object(json!({"id": "c1", "tenant_id": "t1", "tenant_is_known": true}));
        all.extend(object(cells.clone()));
        row(all.into())
    }

    const BEGAN: &str = "2026-02-03T04:05:06Z";

    #[test]
    fn a_configuration_becomes_one_of_v2() {
        let prompt = "Atender llamadas.\r\nSaludo: ¡Hola!\r\nvelocidad: 1.1\r\nNotas importantes:\r\n- No dar precios\r\n\r\nMenú";
        let outcome = transform(
            &known(&json!({"prompt": prompt, "voice_id": "alloy", "language": "es-ES"})),
            BEGAN,
        );
        assert_eq!(outcome.warnings, []);
        assert_eq!(
            Value::Object(outcome.set),
            json!({
                "assistant_type": "inbound",
                "voice_config": {"voice_id": "alloy", "language": "es-ES", "speed": 1.1},
                "personality": {
                    "base_prompt": prompt,
                    "special_instructions": ["No dar precios"],
                    "greeting_message": "¡Hola!",
                },
                "capabilities": ["menu_info"],
                "schema_version": "v2",
                "migrated_from": "v1",
                "migrated_at": BEGAN,
                "updated_at": BEGAN,
            })
        );
    }

    #[test]
    fn what_is_absent_gets_a_default_and_a_warning() {
        for absent in [
            json!({}),
            json!({"prompt": null, "voice_id": " ", "language": ""}),
        ] {
            let outcome = transform(&known(&absent), BEGAN);
            let codes: Vec<_> = outcome
                .warnings
                .iter()
                .map(|w| (w.code.as_str(), w.path.as_str()))
                .collect();
            assert_eq!(
                codes,
                [
                    ("empty_prompt", "prompt"),
                    ("defaulted", "voice_id"),
                    ("defaulted", "language")
                ]
            );
            assert_eq!(
                outcome.set["voice_config"],
                json!({"voice_id": "coral", "language": "es-MX"})
            );
            assert_eq!(outcome.set["personality"], json!({"base_prompt": ""}));
            assert_eq!(outcome.set["capabilities"], json!(["business_hours"]));
        }
        let loud = transform(
            &known(&json!({"prompt": "pitch: 7", "voice_id": "a", "language": "b"})),
            BEGAN,
        );
        assert_eq!(
            loud.warnings,
            [warning("out_of_range", "prompt.pitch", "7")]
        );
    }

    #[test]
    fn nobody_s_configuration_is_left_as_it_is() {
        let orphan = transform(
            &row(json!({"tenant_id": "gone", "tenant_is_known": false})),
            BEGAN,
        );
        let quarantine = orphan.quarantine.expect("quarantined");
        assert_eq!(quarantine.reason, "orphan");
        assert_eq!(quarantine.detail, "there is no tenant \"gone\"");
        assert!(orphan.set.is_empty());
        let nameless = RowImage {
            key: " ".into(),
            ..known(&json!({}))
        };
        assert_eq!(
            transform(&nameless, BEGAN)
                .quarantine
                .expect("quarantined")
                .reason,
            "missing_id"
        );
    }

    #[test]
    fn a_prompt_of_100_kilobytes_is_read_to_its_end() {
        let prompt = format!(
            "{}\r\nLlamar a quien falte\r\nDespedida: fin",
            "línea larga\r\n".repeat(8_000)
        );
        assert!(prompt.len() > 100_000);
        let outcome = transform(&known(&json!({"prompt": prompt})), BEGAN);
        assert_eq!(outcome.set["assistant_type"], "outbound");
        assert_eq!(outcome.set["personality"]["farewell_message"], "fin");
        assert_eq!(outcome.set["personality"]["base_prompt"], prompt);
    }

    #[test]
    fn a_repair_sets_what_is_missing_and_nothing_else() {
        let whole = json!({
            "prompt": "x", "voice_id": "a", "language": "b", "assistant_type": "hybrid",
            "voice_config": {"voice_id": "other", "language": "c", "speed": 1.5},
            "personality": {"base_prompt": "changed by hand"},
        });
        assert!(completed(&known(&whole)).set.is_empty());
        let broken = json!({
            "prompt": "cold call", "voice_id": "a", "language": null, "assistant_type": "",
            "voice_config": {"voice_id": "other", "extra": 1},
            "personality": [],
        });
        assert_eq!(
            Value::Object(completed(&known(&broken)).set),
            json!({
                "assistant_type": "outbound",
                "voice_config": {"voice_id": "other", "extra": 1, "language": "es-MX"},
                "personality": {"base_prompt": "cold call"},
            })
        );
    }
}
