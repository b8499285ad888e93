//! The elements of `next_steps` and `risks`, and absent values inside JSON.

use crate::json::Json;
use crate::reading::Reader;
use crate::value::Value;

/// `json`, unless it is absent: null, or text that is empty or only white space.
pub(super) fn present(json: Json) -> Option<Json> {
    is_present(&json).then_some(json)
}

/// Puts `default` under `key` where nothing, or an absent value, stands.
pub(super) fn fill(entries: &mut Vec<(String, Json)>, key: &str, default: impl FnOnce() -> Json) {
    match entries.iter_mut().find(|(name, _)| name == key) {
        Some((_, value)) if is_present(value) => {}
        Some((_, value)) => *value = default(),
        None => entries.push((key.to_owned(), default())),
    }
}

fn is_present(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Text(text) => !text.chars().all(char::is_whitespace),
        _ => true,
    }
}

/// Takes `key` out; the value it held, unless that was absent.
fn remove_present(entries: &mut Vec<(String, Json)>, key: &str) -> Option<Json> {
    let index = entries.iter().position(|(name, _)| name == key)?;
    present(entries.remove(index).1)
}

fn get_present(entries: &[(String, Json)], key: &str) -> Option<Json> {
    let (_, value) = entries.iter().find(|(name, _)| name == key)?;
    present(value.clone())
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
        Value::Map(_) => match reader.json_of(item, path) {
            Json::Object(entries) => Some(map_element(entries, rule)),
            _ => None,
        },
        Value::Text(_) => {
            let text = present(reader.json_of(item, path));
            Some(Json::object([
                (rule.main, text.unwrap_or_else(|| Json::text(""))),
                (rule.rank, Json::text("medium")),
            ]))
        }
        other => {
            reader.warn_value("bad_element", path, other);
            None
        }
    });
    Json::Array(elements.unwrap_or_default())
}

fn map_element(mut entries: Vec<(String, Json)>, rule: &ElementRule) -> Json {
    let main = rule
        .main_from
        .iter()
        .find_map(|key| get_present(&entries, key))
        .unwrap_or_else(|| Json::text(""));
    remove_present(&mut entries, rule.main);
    entries.push((rule.main.to_owned(), main));
    fill(&mut entries, rule.rank, || Json::text("medium"));
    if let Some(optional) = remove_present(&mut entries, rule.optional) {
        entries.push((rule.optional.to_owned(), optional));
    }
    Json::Object(entries)
}
