//! Values and documents as the REST API writes them: lossless, typed JSON.

use base64::Engine as _;
use std::fmt::Write;

use crate::document::Document;
use crate::json::write_text;
use crate::reading::javascript_number;
use crate::value::{Map, Value};

/// A value as typed JSON, `{"integerValue":"7"}`.
pub fn encode_value(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// A document as JSON, with its name, fields and times.
pub fn encode_document(document: &Document) -> String {
    let mut out = String::from("{\"name\":");
    quote(&mut out, &document.name);
    out.push_str(",\"fields\":");
    write_map(&mut out, &document.fields);
    for (name, time) in [
        ("createTime", document.create_time),
        ("updateTime", document.update_time),
    ] {
        if let Some(time) = time {
            add(&mut out, format_args!(",\"{name}\":\"{time}\""));
        }
    }
    out.push('}');
    out
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn quote(out: &mut String, text: &str) {
    let written = write_text(out, text);
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn write_map(out: &mut String, map: &Map) {
    out.push('{');
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(out, key);
        out.push(':');
        write_value(out, value);
    }
    out.push('}');
}

fn write_double(out: &mut String, double: f64) {
    match double {
        d if d.is_nan() => out.push_str("\"NaN\""),
        f64::INFINITY => out.push_str("\"Infinity\""),
        f64::NEG_INFINITY => out.push_str("\"-Infinity\""),
        d if d == 0.0 && d.is_sign_negative() => out.push_str("-0.0"),
        d => out.push_str(&javascript_number(d)),
    }
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("{\"nullValue\":null}"),
        Value::Boolean(boolean) => add(out, format_args!("{{\"booleanValue\":{boolean}}}")),
        Value::Integer(integer) => add(out, format_args!("{{\"integerValue\":\"{integer}\"}}")),
        Value::Double(double) => {
            out.push_str("{\"doubleValue\":");
            write_double(out, *double);
            out.push('}');
        }
        Value::Timestamp(instant) => {
            add(out, format_args!("{{\"timestampValue\":\"{instant}\"}}"));
        }
        Value::Text(text) => {
            out.push_str("{\"stringValue\":");
            quote(out, text);
            out.push('}');
        }
        Value::Bytes(bytes) => {
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            add(out, format_args!("{{\"bytesValue\":\"{text}\"}}"));
        }
        Value::Reference(name) => {
            out.push_str("{\"referenceValue\":");
            quote(out, name);
            out.push('}');
        }
        Value::GeoPoint {
            latitude,
            longitude,
        } => {
            out.push_str("{\"geoPointValue\":{\"latitude\":");
            write_double(out, *latitude);
            out.push_str(",\"longitude\":");
            write_double(out, *longitude);
            out.push_str("}}");
        }
        Value::Array(items) => {
            out.push_str("{\"arrayValue\":{\"values\":[");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push_str("]}}");
        }
        Value::Map(map) => {
            out.push_str("{\"mapValue\":{\"fields\":");
            write_map(out, map);
            out.push_str("}}");
        }
    }
}
