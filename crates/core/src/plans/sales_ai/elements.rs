//! The elements of `next_steps` and `risks`, and absent values inside JSON.

use crate::json::Json;
use crate::reading::Reader;
use crate::value::{Map, Value};

/// Whether a value is there: neither null nor text without anything but white space (and U+0000,
/// which is removed). NaN is there, although JSON writes it as null.
pub(super) fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => !text.chars().all(|c| c.is_whitespace() || c == '\0'),
        _ => true,
    }
}

/// The value that became the JSON under `key`, unless it is absent.
fn find<'m>(map: &'m Map, key: &str) -> Option<&'m Value> {
    let cleaned = || {
        let mut entries = map.iter();
        let found = entries.find(|(name, _)| name.contains('\0') && name.replace('\0', "") == key);
        found.map(|(_, value)| value)
    };
    map.get(key)
        .or_else(cleaned)
        .filter(|value| is_present(value))
}

/// Puts `default` under `key` where nothing, or an absent value, stands. `entries` is `map` as JSON.
pub(super) fn fill(
    entries: &mut Vec<(String, Json)>,
    map: &Map,
    key: &str,
    default: impl FnOnce() -> Json,
) {
    if find(map, key).is_none() {
        set(entries, key, default());
    }
}

fn set(entries: &mut Vec<(String, Json)>, key: &str, json: Json) {
    match entries.iter_mut().find(|(name, _)| name == key) {
        Some((_, value)) => *value = json,
        None => entries.push((key.to_owned(), json)),
    }
}

/// The element `item`, which is text, at `path`; empty when it is blank.
pub(super) fn text_or_empty(reader: &mut Reader, item: &Value, path: &str) -> Json {
    let json = reader.json_of(item, path);
    if is_present(item) {
        json
    } else {
        Json::text("")
    }
}

/// What an element of an array becomes.
pub(super) struct ElementRule {
    /// The key that names it.
    pub main: &'static str,
    /// Where the main text of a map comes from, first present first.
    pub main_from: [&'static str; 2],
    /// The key that is `medium` when it is absent.
    pub rank: &'static str,
    /// A key that is there only when it is present.
    pub optional: &'static str,
}

pub(super) const NEXT_STEP: ElementRule = ElementRule {
    main: "action",
    main_from: ["action", "description"],
    rank: "priority",
    optional: "owner",
};

pub(super) const RISK: ElementRule = ElementRule {
    main: "risk",
    main_from: ["description", "risk"],
    rank: "severity",
    optional: "mitigation",
};

/// The elements at `path` by `rule`; `[]` when it holds no array.
pub(super) fn elements(reader: &mut Reader, path: &str, rule: &ElementRule) -> Json {
    let elements = reader.each(path, |reader, item| match item {
        Value::Map(map) => match reader.json_of(item, path) {
            Json::Object(entries) => {
                if let Some(overruled) = overruled(map, rule) {
                    reader.leave(path, overruled);
                }
                Some(map_element(entries, map, rule))
            }
            _ => None,
        },
        Value::Text(_) => Some(Json::object([
            (rule.main, text_or_empty(reader, item, path)),
            (rule.rank, Json::text("medium")),
        ])),
        other => {
            reader.warn_element("bad_element", path, other);
            None
        }
    });
    Json::Array(elements.unwrap_or_default())
}

fn map_element(mut entries: Vec<(String, Json)>, map: &Map, rule: &ElementRule) -> Json {
    let main = rule.main_from.iter().find_map(|key| {
        find(map, key)?;
        let (_, json) = entries.iter().find(|(name, _)| name == key)?;
        Some(json.clone())
    });
    set(
        &mut entries,
        rule.main,
        main.unwrap_or_else(|| Json::text("")),
    );
    fill(&mut entries, map, rule.rank, || Json::text("medium"));
    if find(map, rule.optional).is_none() {
        entries.retain(|(name, _)| name != rule.optional);
    }
    Json::Object(entries)
}

/// What stands under the main key when another key's value takes its place.
fn overruled(map: &Map, rule: &ElementRule) -> Option<Value> {
    let [first, second] = rule.main_from;
    if second != rule.main {
        return None;
    }
    find(map, first)?;
    let value = find(map, second)?.clone();
    Some(Value::Map(
        [(second.to_owned(), value)].into_iter().collect(),
    ))
}
