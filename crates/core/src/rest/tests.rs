//! What the REST API writes is read as it is, and nothing else is.

use proptest::prelude::*;

use super::*;
use crate::document::Document;
use crate::instant::Instant;
use crate::value::{Map, Value};

const NAME: &str = "projects/p/databases/(default)/documents/cases/a";

fn field(json: &str) -> Result<Value, String> {
    let line = format!(r#"{{"name": "{NAME}", "fields": {{"f": {json}}}}}"#);
    decode_document(line.as_bytes())
        .map(|document| document.fields.get("f").cloned().expect("the field"))
        .map_err(|error| error.to_string())
}

#[test]
fn every_type_is_read() {
    for (json, value) in [
        (r#"{"nullValue": null}"#, Value::Null),
        (r#"{"nullValue": "NULL_VALUE"}"#, Value::Null),
        (r#"{"booleanValue": true}"#, Value::Boolean(true)),
        (
            r#"{"integerValue": "-9223372036854775808"}"#,
            Value::Integer(i64::MIN),
        ),
        (r#"{"integerValue": 7}"#, Value::Integer(7)),
        (r#"{"doubleValue": 5}"#, Value::Double(5.0)),
        (
            r#"{"doubleValue": 35.489999999999995}"#,
            Value::Double(35.489999999999995),
        ),
        (
            r#"{"doubleValue": "-Infinity"}"#,
            Value::Double(f64::NEG_INFINITY),
        ),
        (
            r#"{"stringValue": "a\u0000b\ud83d\ude00"}"#,
            Value::Text("a\0b😀".into()),
        ),
        (r#"{"bytesValue": "AP-_"}"#, Value::Bytes(vec![0, 255, 191])),
        (r#"{"bytesValue": "YQ"}"#, Value::Bytes(b"a".to_vec())),
        (
            r#"{"referenceValue": "projects/p/x"}"#,
            Value::Reference("projects/p/x".into()),
        ),
        (
            r#"{"geoPointValue": {}}"#,
            Value::GeoPoint {
                latitude: 0.0,
                longitude: 0.0,
            },
        ),
        (
            r#"{"geoPointValue": {"longitude": 1}}"#,
            Value::GeoPoint {
                latitude: 0.0,
                longitude: 1.0,
            },
        ),
        (r#"{"arrayValue": {}}"#, Value::Array(vec![])),
        (r#"{"mapValue": {}}"#, Value::Map(Map::new())),
        (
            r#"{"timestampValue": "2025-11-03T02:15:00.123456789Z"}"#,
            Value::Timestamp(
                Instant::parse_rfc3339("2025-11-03T02:15:00.123456789Z", false).expect("a time"),
            ),
        ),
    ] {
        assert_eq!(field(json), Ok(value), "{json}");
    }
    assert!(matches!(field(r#"{"doubleValue": "NaN"}"#), Ok(Value::Double(nan)) if nan.is_nan()));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for json in [
        r#"{"booleanValue": "true"}"#,
        r#"{"booleanValue": 1}"#,
        r#"{"timestampValue": "yesterday"}"#,
        r#"{"timestampValue": 5}"#,
        r#"{"integerValue": "9223372036854775808"}"#,
        r#"{"integerValue": "1.5"}"#,
        r#"{"integerValue": "+5"}"#,
        r#"{"integerValue": 1.5}"#,
        r#"{"integerValue": ""}"#,
        r#"{"doubleValue": "1.5"}"#,
        r#"{"stringValue": 5}"#,
        r#"{"stringValue": null}"#,
        r#"{"stringValue": "\ud800"}"#,
        r#"{"bytesValue": "!"}"#,
        r#"{"arrayValue": {"values": [1]}}"#,
        r#"{"arrayValue": []}"#,
        r#"{"mapValue": {"field": {}}}"#,
        r#"{"geoPointValue": {"lat": 1}}"#,
        r#"{"unknownValue": 1}"#,
        r#"{"stringValue": "a", "integerValue": "1"}"#,
        "{}",
        "null",
        "5",
        "[]",
    ] {
        assert!(field(json).is_err(), "{json}");
    }
}

#[test]
fn a_document_needs_a_name_of_a_root_collection() {
    for line in [
        r#"{"fields": {}}"#,
        r#"{"name": "cases/a"}"#,
        r#"{"name": "projects/p/databases/d/documents/cases/a/notes/b"}"#,
        r#"{"name": "projects/p/databases/d/documents/cases/a"} trailing"#,
        "[]",
        "",
    ] {
        assert!(decode_document(line.as_bytes()).is_err(), "{line}");
    }
    let document = decode_document(format!(r#"{{"name": "{NAME}", "other": [1]}}"#).as_bytes());
    assert!(
        document
            .expect("a document without fields")
            .fields
            .is_empty()
    );
}

#[test]
fn deep_nesting_is_refused_without_overflowing() {
    let deep = r#"{"mapValue":{"fields":{"a":"#.repeat(10_000);
    assert!(field(&deep).is_err());
}

#[test]
fn what_surrounds_the_fields_may_be_null_or_unknown_but_not_broken() {
    let line = format!(
        r#"{{"name": "{NAME}", "fields": null, "createTime": null, "updateTime": null, "x": "y"}}"#
    );
    let document = decode_document(line.as_bytes()).expect("an empty document");
    assert!(document.fields.is_empty() && document.create_time.is_none());
    for line in [
        format!(r#"{{"name": "{NAME}", "createTime": "yesterday"}}"#),
        format!(r#"{{"name": "{NAME}", "fields": []}}"#),
        r#"{"name": null}"#.to_owned(),
    ] {
        assert!(decode_document(line.as_bytes()).is_err(), "{line}");
    }
    let mut bytes = format!(r#"{{"name": "{NAME}", "x": "?"}}"#).into_bytes();
    let place = bytes.len() - 3;
    bytes[place] = 0xff;
    let error = decode_document(&bytes).expect_err("no UTF-8");
    assert!(error.to_string().contains("utf-8"), "{error}");
}

#[test]
fn two_fields_with_one_name_are_refused() {
    let line = format!(
        r#"{{"name": "{NAME}", "fields": {{"b": {{"integerValue": "1"}}, "a": {{"nullValue": null}}, "b": {{"integerValue": "2"}}}}}}"#
    );
    let error = decode_document(line.as_bytes()).expect_err("which of them?");
    assert!(error.to_string().contains("\"b\""), "{error}");
    // The same in a map, and of the document's own parts.
    let line = line.replace("\"fields\":", "\"fields\": {}, \"fields\":");
    assert!(decode_document(line.as_bytes()).is_err());
}

#[test]
fn as_deep_as_firestore_allows_is_read() {
    let mut json = r#"{"integerValue": "1"}"#.to_owned();
    for _ in 0..20 {
        json = format!(
            r#"{{"arrayValue": {{"values": [{{"mapValue": {{"fields": {{"a": {json}}}}}}}]}}}}"#
        );
    }
    assert!(field(&json).is_ok());
}

#[test]
fn elements_of_an_answer_hold_documents_times_and_errors() {
    let element = decode_query_element(
        format!(
            r#"{{"document": {{"name": "{NAME}", "fields": {{}}}}, "readTime": "2025-01-01T00:00:00Z", "skippedResults": 0}}"#
        )
        .as_bytes(),
    )
    .expect("an element");
    assert_eq!(
        element
            .document
            .expect("a document")
            .place()
            .expect("a place")
            .id,
        "a"
    );
    assert!(element.read_time.is_some() && element.error.is_none() && !element.done);
    let last = decode_query_element(br#"{"readTime": "2025-01-01T00:00:00Z", "done": true}"#);
    assert!(last.is_ok_and(|element| element.done && element.document.is_none()));
    let error = decode_query_element(
        br#"{"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [{}]}}"#,
    )
    .expect("an element")
    .error
    .expect("an error");
    assert_eq!(
        (error.code, error.status.as_str()),
        (429, "RESOURCE_EXHAUSTED")
    );
    let nested = decode_query_element(
        br#"{"document": {"name": "projects/p/databases/d/documents/a/b/c/d"}}"#,
    )
    .expect("an element")
    .document
    .expect("a document");
    assert!(nested.place().is_err());
    assert!(decode_query_element(b"[]").is_err());
}

#[test]
fn the_name_is_found_in_what_cannot_be_decoded() {
    let field_first = format!(
        r#"{{"fields": {{"name": {{"stringValue": "x"}}, "n": {{"stringValue": "\"name\""}}}}, "name" : "{NAME}", "#
    );
    assert_eq!(readable_name(field_first.as_bytes()).as_deref(), Some(NAME));
    let cut = format!(r#"{{"name": "{NAME}", "fields": {{"a": {{"str"#);
    assert_eq!(readable_name(cut.as_bytes()).as_deref(), Some(NAME));
    assert_eq!(readable_name(b"{\"name\": \"cut"), None);
    assert_eq!(readable_name(b"\xff\xfe"), None);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>()
            .prop_filter("NaN equals nothing", |d| !d.is_nan())
            .prop_map(Value::Double),
        (-62_135_596_800_000_000_000_i128..253_402_300_799_000_000_000)
            .prop_map(|nanos| Value::Timestamp(Instant::from_nanos(nanos).expect("in range"))),
        any::<String>().prop_map(Value::Text),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        any::<String>().prop_map(Value::Reference),
        (-90.0..90.0, -180.0..180.0).prop_map(|(latitude, longitude)| Value::GeoPoint {
            latitude,
            longitude
        }),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|entries| Value::Map(Map::from_entries(entries))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_again(value in values(), key in any::<String>()) {
        let document = Document {
            collection: "cases".into(),
            id: "a".into(),
            name: NAME.into(),
            fields: Map::from_entries(vec![(key, value)]),
            create_time: Some(Instant::from_micros(5)),
            update_time: None,
        };
        let decoded = decode_document(encode_document(&document).as_bytes());
        prop_assert_eq!(decoded.expect("well-formed"), document);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(decode_document(&bytes));
        drop(readable_name(&bytes));
    }
}
