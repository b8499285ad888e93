//! Transcripts.

use crate::json::Json;
use crate::reading::Reader;
use crate::value::Value;

use super::elements::{fill, text_or_empty};

/// The segments at `path`, with what is absent in them filled in; `[]` when it holds no array.
/// An array is taken whole; elements that are neither map nor text are left out with a warning.
pub(super) fn segments(reader: &mut Reader, path: &str) -> Json {
    let segments = reader.each(path, |reader, item| match item {
        Value::Map(map) => {
            let Json::Object(mut entries) = reader.json_of(item, path) else {
                return None;
            };
            fill(&mut entries, map, "speaker", || Json::text("Unknown"));
            fill(&mut entries, map, "text", || Json::text(""));
            fill(&mut entries, map, "start", || Json::integer(0));
            fill(&mut entries, map, "end", || Json::integer(0));
            Some(Json::Object(entries))
        }
        Value::Text(_) => Some(Json::object([
            ("speaker", Json::text("Unknown")),
            ("text", text_or_empty(reader, item, path)),
            ("start", Json::integer(0)),
            ("end", Json::integer(0)),
        ])),
        other => {
            reader.warn_element("bad_segment", path, other);
            None
        }
    });
    Json::Array(segments.unwrap_or_default())
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
