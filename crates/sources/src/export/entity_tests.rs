//! Every kind of value, as Google's own emulator writes it.

use proptest::prelude::*;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}

/// A length-delimited field.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = varint(u64::from(number << 3 | 2));
    out.extend(varint(bytes.len() as u64));
    out.extend_from_slice(bytes);
    out
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
    out
}

fn property(at: u32, meaning: u8, name: &str, multiple: bool, value: &[u8]) -> Vec<u8> {
    let mut message = vec![];
    if meaning > 0 {
        message.extend([8, meaning]);
    }
    message.extend(field(3, name.as_bytes()));
    message.extend([0x20, u8::from(multiple)]);
    message.extend(field(5, value));
    field(at, &message)
}

#[test]
fn a_document_of_every_type_is_read_as_the_emulator_wrote_it() {
    let entity = hex(
        "6a18 6a08 6465767e65787031 720c 0b 1205 6361736573 2201 61 0c
         720a 0818 1a02 6561 2000 2a00
         7a07 1a01 6e 2000 2a00
         7a0a 1a01 73 2000 2a03 1a01 78
         7a0d 080e 1a01 62 2000 2a04 1a02 00ff
         7a0c 080e 1a02 6562 2000 2a02 1a00
         7a14 0807 1a01 74 2000 2a0b 08 c084d4eda29eb8ffff01
         7a1d 0809 1a01 67 2000 2a14 2b 31 0000000000000000 39 0000000000000000 2c
         7a14 0813 1a01 6d 2000 2a0b 1a09 6a04 6a00 7200 820100
         7a12 081f 1a01 76 2001 2a09 21 000000000000f83f
         7a12 081f 1a01 76 2001 2a09 21 0000000000000040
         7a20 1a01 72 2000 2a19 63 6a08 6465767e65787031 73 7a05 6361736573 8a01 0162 74 64
         7a10 1a01 64 2000 2a09 21 000000000000f87f
         7a12 1a01 69 2000 2a0b 08 fbffffffffffffffff01
         7a0a 1a02 626f 2000 2a02 1000
         82010c 0b 1205 6361736573 2201 61 0c",
    );
    let key = key(&entity).expect("a key");
    assert_eq!(
        key.resource_name(),
        "projects/exp1/databases/(default)/documents/cases/a"
    );
    let map = fields(&entity).expect("well-formed");
    let vector = Map::from_entries(vec![
        ("__type__".into(), Value::Text("__vector__".into())),
        (
            "value".into(),
            Value::Array(vec![Value::Double(1.5), Value::Double(2.0)]),
        ),
    ]);
    for (name, value) in [
        ("ea", Value::Array(vec![])),
        ("n", Value::Null),
        ("s", Value::Text("x".into())),
        ("b", Value::Bytes(vec![0, 255])),
        ("eb", Value::Bytes(vec![])),
        (
            "t",
            Value::Timestamp(
                Instant::parse_rfc3339("1960-01-01T00:00:00.123456Z", false).expect("a time"),
            ),
        ),
        (
            "g",
            Value::GeoPoint {
                latitude: 0.0,
                longitude: 0.0,
            },
        ),
        ("m", Value::Map(Map::new())),
        ("v", Value::Map(vector)),
        (
            "r",
            Value::Reference("projects/exp1/databases/(default)/documents/cases/b".into()),
        ),
        ("i", Value::Integer(-5)),
        ("bo", Value::Boolean(false)),
    ] {
        assert_eq!(map.get(name), Some(&value), "{name}");
    }
    assert!(matches!(map.get("d"), Some(Value::Double(nan)) if nan.is_nan()));
    assert_eq!(map.len(), 13);
}

#[test]
fn elements_of_an_array_keep_their_order_whatever_stands_between_them() {
    let mut entity = property(15, 0, "list", true, &[0x08, 1]);
    entity.extend(property(14, 0, "a", false, &[0x10, 1]));
    entity.extend(property(15, 0, "list", true, &[]));
    entity.extend(property(15, 19, "list", true, &field(3, &[])));
    entity.extend(property(14, 0, "one", true, &[0x08, 9]));
    let map = fields(&entity).expect("well-formed");
    assert_eq!(
        map.get("list"),
        Some(&Value::Array(vec![
            Value::Integer(1),
            Value::Null,
            Value::Map(Map::new())
        ]))
    );
    assert_eq!(map.get("one"), Some(&Value::Array(vec![Value::Integer(9)])));
}

#[test]
fn names_with_dots_are_names() {
    let entity = property(14, 0, "analysis.meddic.overallScore", false, &[0x08, 80]);
    let map = fields(&entity).expect("well-formed");
    assert_eq!(
        map.get("analysis.meddic.overallScore"),
        Some(&Value::Integer(80))
    );
}

#[test]
fn keys_name_databases_numbers_and_subcollections() {
    let entity =
        hex("6a20 6a08 6465767e65787032 720c 0b 1205 6361736573 2201 61 0c ba01 05 6f74686572");
    let named = key(&entity).expect("a key");
    assert_eq!(
        named.resource_name(),
        "projects/exp2/databases/other/documents/cases/a"
    );
    let entity = hex("6a17 6a08 6465767e65787031 720b 0b 1205 6361736573 18 07 0c");
    let numbered = key(&entity).expect("a key");
    assert_eq!(numbered.root().expect("a root").id.text(), "__id7__");
    let entity = hex(
        "6a27 6a08 6465767e65787031 721b 0b 1205 6361736573 2203 737562 0c
         0b 1205 6e6f746573 2202 6e31 0c",
    );
    let nested = key(&entity).expect("a key");
    assert_eq!(nested.root(), None);
    assert_eq!(nested.pattern(), "cases/*/notes");
}

#[test]
fn what_is_not_well_formed_is_a_fault() {
    for (entity, fault) in [
        (property(14, 0, "a", false, &field(3, &[0xff])), "UTF-8"),
        (
            property(14, 0, "a", false, &[0x08, 1, 0x10, 1]),
            "two types",
        ),
        (
            property(
                14,
                7,
                "a",
                false,
                &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            ),
            "years",
        ),
        (property(14, 19, "a", false, &[]), "without its content"),
        (property(14, 31, "a", true, &[0x08, 1]), "vector"),
        (field(14, &field(3, b"a")), "no value"),
        (field(14, &field(5, b"")), "without a name"),
        (
            [
                property(14, 0, "a", false, &[]),
                property(15, 0, "a", false, &[]),
            ]
            .concat(),
            "twice",
        ),
        (
            [
                property(14, 0, "a", true, &[]),
                property(15, 0, "a", false, &[]),
            ]
            .concat(),
            "twice",
        ),
    ] {
        let found = fields(&entity).expect_err("no document").into_text();
        assert!(found.contains(fault), "{found} is not about {fault}");
    }
    assert!(key(&[]).is_err());
}

#[test]
fn deep_nesting_is_a_fault() {
    let nested = |levels: usize| {
        let mut inner = field(3, &[]);
        for _ in 1..levels {
            inner = field(3, &property(15, 19, "a", true, &inner));
        }
        property(15, 19, "a", false, &inner)
    };
    let deepest = fields(&nested(DEPTH)).expect("as deep as allowed");
    assert!(fields(&nested(DEPTH + 1)).is_err());
    assert!(fields(&nested(5_000)).is_err());
    // What was read can be written down and read again.
    let document = sunset_core::document::Document {
        collection: "cases".into(),
        id: "a".into(),
        name: "projects/p/databases/d/documents/cases/a".into(),
        fields: deepest,
        create_time: None,
        update_time: None,
    };
    let json = sunset_core::rest::encode_document(&document);
    assert_eq!(
        sunset_core::rest::decode_document(json.as_bytes()).expect("again"),
        document
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(fields(&bytes));
        drop(key(&bytes));
        drop(fields(&property(15, 19, "a", false, &field(3, &bytes))));
        for meaning in [0, 7, 14, 19, 24, 31] {
            drop(fields(&property(14, meaning, "a", true, &bytes)));
        }
    }
}
