//! What is read quickly is what is read slowly.

use proptest::prelude::*;

use super::super::decode::decode_slowly;
use super::*;

/// What is read here must be what is read there.
fn hold(text: &str) -> bool {
    let quick = document(text);
    if let Some(parts) = &quick {
        let slow = decode_slowly(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        // NaN is not equal to itself; its text is.
        assert_eq!(format!("{parts:?}"), format!("{slow:?}"), "{text}");
    }
    quick.is_some()
}

fn with(value: &str) -> String {
    format!(r#"{{"name":"n","fields":{{"f":{value}}}}}"#)
}

#[test]
fn what_is_usual_is_read_here() {
    for value in [
        r#"{"stringValue":""}"#,
        r#"{"stringValue":"客戶 \"a\\b\/c\"\b\f\n\r\t\u5ba2\u0000 end"}"#,
        r#" { "stringValue" : "x" } "#,
        r#"{"integerValue":"-9223372036854775808"}"#,
        r#"{"doubleValue":-0}"#,
        r#"{"doubleValue":18446744073709551615}"#,
        r#"{"doubleValue":35.489999999999995}"#,
        r#"{"booleanValue":true}"#,
        r#"{"booleanValue": false}"#,
        r#"{"nullValue":null}"#,
        r#"{"timestampValue":"2025-11-03T02:15:00.25Z"}"#,
        r#"{"mapValue":{}}"#,
        r#"{"mapValue":{"fields":{}}}"#,
        r#"{"mapValue":{"fields":{"b":{"nullValue":null},"a":{"nullValue":null},"c":{"booleanValue":true}}}}"#,
        r#"{"arrayValue":{}}"#,
        r#"{"arrayValue":{"values":[]}}"#,
        r#"{"arrayValue":{"values":[{"integerValue":"1"}, {"arrayValue":{}}]}}"#,
        r#"{"referenceValue":"projects/p"}"#,
    ] {
        assert!(hold(&with(value)), "{value}");
    }
    assert!(hold(r#"{"name":"n","createTime":"2025-11-03T02:15:00Z"}"#));
    assert!(hold("{\"fields\":{},\r\n\t\"name\":\"n\"}  "));
}

#[test]
fn what_is_unusual_is_left_to_the_other() {
    for value in [
        r#"{"mapValue":{"fields":{"b":{"nullValue":null},"a":{"nullValue":null},"b":{"booleanValue":true}}}}"#,
        "",
        "{}",
        "null",
        r#"{"stringValue":"\ud83d\ude00"}"#,
        r#"{"stringValue":"\ud83d"}"#,
        r#"{"stringValue":"\u+123"}"#,
        r#"{"stringValue":"\x"}"#,
        "{\"stringValue\":\"a\nb\"}",
        r#"{"stringValue":"a"#,
        r#"{"stringValue":"a",}"#,
        r#"{"stringValue":"a","nullValue":null}"#,
        r#"{"integerValue":"+1"}"#,
        r#"{"integerValue":"9223372036854775808"}"#,
        r#"{"integerValue":7}"#,
        r#"{"doubleValue":01}"#,
        r#"{"doubleValue":1.}"#,
        r#"{"doubleValue":.5}"#,
        r#"{"doubleValue":1e5}"#,
        r#"{"doubleValue":"NaN"}"#,
        r#"{"booleanValue":1}"#,
        r#"{"booleanValue":truest}"#,
        r#"{"timestampValue":"yesterday"}"#,
        r#"{"mapValue":{"field":{}}}"#,
        r#"{"mapValue":{"fields":{},"fields":{}}}"#,
        r#"{"arrayValue":{"values":[{"nullValue":null},]}}"#,
        r#"{"geoPointValue":{}}"#,
        r#"{"bytesValue":"YQ"}"#,
    ] {
        assert!(!hold(&with(value)), "{value}");
    }
    for text in [
        "",
        "{}",
        "[]",
        "{\"name\":\"n\"} x",
        "\u{feff}{\"name\":\"n\"}",
        r#"{"name":"n","name":"m"}"#,
        r#"{"name":"n","other":1}"#,
        r#"{"name":"n","createTime":null}"#,
    ] {
        assert!(!hold(text), "{text}");
    }
    let deep = "{\"mapValue\":{\"fields\":{\"f\":".repeat(1_000);
    assert!(!hold(&with(&deep)));
    let depth = |depth: usize| {
        let open = "{\"arrayValue\":{\"values\":[".repeat(depth);
        with(&format!("{open}{}", "]}}".repeat(depth)))
    };
    assert!(hold(&depth(DEPTH)));
    assert!(!hold(&depth(DEPTH + 1)));
}

const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "0",
    "-",
    "1",
    ".",
    "e",
    "\\u00e9",
    "\\ud83d",
    "客",
    "\u{0}",
    "\"fields\"",
    "\"name\"",
    "\"values\"",
    "\"mapValue\"",
    "\"arrayValue\"",
    "\"stringValue\"",
    "\"integerValue\"",
    "\"doubleValue\"",
    "\"nullValue\"",
    "null",
    "true",
    "\"a\":{\"nullValue\":null}",
    "\"createTime\":\"2025-11-03T02:15:00Z\"",
    "{\"integerValue\":\"12\"}",
    "{\"stringValue\":\"x\\ny\"}",
    "{\"doubleValue\":-1.5}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_is_read_otherwise(words in proptest::collection::vec(0..WORDS.len(), 0..40)) {
        let text: String = words.into_iter().filter_map(|word| WORDS.get(word).copied()).collect();
        hold(&text);
        hold(&with(&text));
        hold(&with(&format!(r#"{{"stringValue":"{text}"}}"#)));
        hold(&with(&format!(r#"{{"mapValue":{{"fields":{{{text}}}}}}}"#)));
    }

    #[test]
    fn no_change_of_a_document_makes_a_difference(at in 0..400_usize, byte in 0..128_u8, cut in any::<bool>()) {
        let mut bytes = br#"{"name":"projects/p/databases/(default)/documents/cases/a","fields":{"a":{"stringValue":"x\u00e9\n"},"b":{"doubleValue":-12.50},"c":{"integerValue":"-7"},"d":{"arrayValue":{"values":[{"booleanValue":true},{"nullValue":null},{"timestampValue":"2025-11-03T02:15:00.25Z"}]}},"e":{"mapValue":{"fields":{"f":{"referenceValue":"r"}}}}},"createTime":"2025-11-03T02:15:00Z"}"#.to_vec();
        assert!(hold(std::str::from_utf8(&bytes).expect("ASCII")));
        let at = at % bytes.len();
        if cut {
            bytes.remove(at);
        } else {
            bytes[at] = byte;
        }
        hold(std::str::from_utf8(&bytes).expect("ASCII"));
    }
}
