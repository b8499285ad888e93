//! Transcripts.

use crate::json::Json;
use crate::reading::Reader;
use crate::value::Value;

/// The segments at `path`, with what is absent in them filled in; `[]` when it holds no array.
/// An array is taken whole; elements that are neither map nor text are left out with a warning.
pub(super) fn segments(reader: &mut Reader, path: &str) -> Json {
    let Some(items) = reader.array(path).map(<[Value]>::to_vec) else {
        return Json::Array(Vec::new());
    };
    reader.take(path);
    let mut segments = Vec::with_capacity(items.len());
    for item in &items {
        match item {
            Value::Map(_) => {
                let Json::Object(mut entries) = reader.json_of(item, path) else {
                    continue;
                };
                for (key, default) in [
                    ("speaker", Json::text("Unknown")),
                    ("text", Json::text("")),
                    ("start", Json::integer(0)),
                    ("end", Json::integer(0)),
                ] {
                    super::elements::fill(&mut entries, key, default);
                }
                segments.push(Json::Object(entries));
            }
            Value::Text(_) => {
                let text = super::elements::present(reader.json_of(item, path));
                segments.push(Json::object([
                    ("speaker", Json::text("Unknown")),
                    ("text", text.unwrap_or_else(|| Json::text(""))),
                    ("start", Json::integer(0)),
                    ("end", Json::integer(0)),
                ]));
            }
            other => reader.warn_value("bad_segment", path, other),
        }
    }
    Json::Array(segments)
}

/// `{"segments", "fullText", "language"}`
pub(super) fn transcript(
    segments: Json,
    full_text: Option<String>,
    language: Option<String>,
) -> Json {
    Json::object([
        ("segments", segments),
        ("fullText", Json::Text(full_text.unwrap_or_default())),
        (
            "language",
            Json::Text(language.unwrap_or_else(|| "zh-TW".into())),
        ),
    ])
}
