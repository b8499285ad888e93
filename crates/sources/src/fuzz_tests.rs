//! Whatever bytes arrive, nothing panics, hangs, or takes memory without end; and what was read is
//! read again as it was. `SUNSET_FUZZ_RUNS` says how often, `make fuzz` asks for ten million.

use std::alloc::System;
use std::io::Read;
use std::path::{Path, PathBuf};

use cap::Cap;
use sunset_core::document::{BadDocument, Delivery, Document, ResourceName};
use sunset_core::error::Error;
use sunset_core::instant::Instant;
use sunset_core::reading::{Metadata, Reader, javascript_number, normalise_number};
use sunset_core::rest;
use sunset_core::value::Value;
use sunset_testkit::fuzz::{Target, hash};

/// Any test of this crate that takes more than this ends the process.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 1 << 30);

/// How many share the runs.
const TARGETS: u64 = 9;

const JSON: &[&[u8]] = &[
    b"\"name\":",
    b"\"fields\":{",
    b"\"mapValue\":{\"fields\":{\"a\":",
    b"\"arrayValue\":{\"values\":[",
    b"\"integerValue\":\"",
    b"\"doubleValue\":",
    b"\"NaN\"",
    b"1e400",
    b"\"timestampValue\":\"",
    b"\"geoPointValue\":{\"latitude\":",
    b"\"bytesValue\":\"",
    b"\\ud800",
    b"\\u0000",
    b"null",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"projects/p/databases/(default)/documents/cases/",
    b"\"error\":{\"code\":",
    b"\xf0\x9f\x98\x80",
    b"\xff",
    b"-9223372036854775808",
    b"\"readTime\":\"",
];
const EXPORT: &[&[u8]] = &[
    b"\x08\x07",
    b"\x08\x13",
    b"\x08\x1f",
    b"\x08\x18",
    b"\x1a\x01a",
    b"\x20\x01",
    b"\x20\x00",
    b"\x2a\x00",
    b"\x2b",
    b"\x2c",
    b"\x63",
    b"\x64",
    b"\x0b",
    b"\x0c",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02",
    b"\x7a",
    b"\x72",
    b"\x6a",
    b"\x00\x00\x00\x00\x00\x00\x00",
];
const TEXT: &[&[u8]] = &[
    b"-",
    b"+",
    b".",
    b"0",
    b"9",
    b"99999999999999999999",
    b"Z",
    b"T",
    b":",
    b"+23:59",
    b"e5",
    b"%2F",
    b"%",
    b"/",
    b"gs://",
    b"https://",
    b"__id",
    b"__",
    b"\xe2\x80\x93",
    b"\xef\xbc\x91",
    b"\xc2\xa0",
    b"\xe2\x80\x8b",
    b" ",
];

fn target<'a>(
    name: &'a str,
    corpus: &'a Path,
    longest: usize,
    words: &'a [&'a [u8]],
) -> Target<'a> {
    Target {
        name,
        corpus,
        of: TARGETS,
        longest,
        words,
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// What an error says, without the places that it names.
fn outcome(error: &impl ToString) -> u64 {
    let text = error.to_string();
    hash(&text.split([':', '(', '"']).next())
}

/// What was read is written, read again, and the same.
fn assert_comes_back(document: &Document) {
    let text = rest::encode_document(document);
    let again = rest::decode_document(text.as_bytes());
    let again = again.unwrap_or_else(|error| panic!("{error}: {text}"));
    // As text, in which NaN equals itself.
    assert_eq!(rest::encode_document(&again), text);
}

/// Every rule that reads a field, at every field.
fn read_fields(document: &Document) -> u64 {
    let mut shapes = 0_u64;
    let mut paths: Vec<String> = document
        .fields
        .iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    paths.extend(["text", "time", "analysis.score", "a.b.c"].map(str::to_owned));
    let mut reader = Reader::new(document.fields.clone());
    let metadata = Metadata::from(document);
    for path in &paths {
        let text = reader.text(path);
        let number = reader.number(path).map(|number| number.round());
        let integer = reader.integer(&[path], 0..=100);
        let time = reader.time(path);
        if let Some(time) = time {
            assert!(time.in_range());
            assert_eq!(Instant::parse_rfc3339(&time.to_string(), false), Some(time));
        }
        assert!(integer.is_none_or(|integer| (0..=100).contains(&integer)));
        assert!(text.as_deref().is_none_or(|text| !text.contains('\0')));
        let copied = reader.copy(path);
        let kept = copied.map(|json| json.to_string());
        if let Some(kept) = &kept {
            serde_json::from_str::<serde_json::Value>(kept).expect("plain JSON");
        }
        drop((
            reader.keyword(path),
            reader.copy_map(path),
            reader.copy_array(path),
        ));
        shapes = hash(&(
            shapes,
            text.is_some(),
            number.is_some(),
            integer,
            time.is_some(),
        ));
    }
    reader.created("time", &metadata);
    let left = reader.left_over().map(|json| json.to_string());
    hash(&(shapes, left.is_some(), reader.into_warnings().len()))
}

fn see(delivery: &Delivery) -> u64 {
    match delivery {
        Delivery::Document(document) => {
            if ResourceName::parse(&document.name).is_ok_and(|name| name.root_document().is_some())
            {
                assert_comes_back(document);
            }
            1
        }
        Delivery::Bad(BadDocument { why, .. }) => outcome(why),
    }
}

#[test]
fn documents() {
    let corpus = corpus();
    target("document", &corpus, 4_096, JSON).run(|bytes| {
        drop(rest::readable_name(bytes));
        match rest::decode_document(bytes) {
            Ok(document) => {
                assert_comes_back(&document);
                document.digest();
                read_fields(&document)
            }
            Err(error) => outcome(&error),
        }
    });
}

#[test]
fn answers() {
    let corpus = corpus();
    target("answer", &corpus, 8_192, JSON).run(|bytes| {
        // The cut may fall anywhere; the elements do not know of it.
        let cut = bytes
            .first()
            .map_or(0, |byte| usize::from(*byte) % bytes.len());
        let (one, other) = bytes.split_at(cut);
        let whole = crate::firestore::fuzz_answer(&[bytes]);
        assert_eq!(whole, crate::firestore::fuzz_answer(&[one, other]));
        hash(&whole)
    });
}

#[test]
fn exports() {
    let corpus = corpus();
    target("export", &corpus, 64 << 10, EXPORT).run(|bytes| {
        let mut seen = 0;
        let read = crate::export::fuzz::output(bytes, &mut |delivery| seen ^= see(&delivery));
        hash(&(seen, read))
    });
}

#[test]
fn entities() {
    let corpus = corpus();
    target("entity", &corpus, 4_096, EXPORT).run(|bytes| {
        // With the right checksum, so that the record is read and not passed over.
        let mut seen = 0;
        let sealed = crate::export::fuzz::seal(bytes);
        let read = crate::export::fuzz::output(&sealed, &mut |delivery| {
            if let Delivery::Document(document) = &delivery {
                read_fields(document);
            }
            seen ^= see(&delivery);
        });
        assert_eq!(read.1, 0, "no damage in a sealed record");
        seen
    });
}

#[test]
fn manifests() {
    let corpus = corpus();
    target("manifest", &corpus, 2_048, EXPORT).run(|bytes| {
        let as_is = crate::export::fuzz::manifest(bytes, bytes);
        let sealed = crate::export::fuzz::manifest(&crate::export::fuzz::seal(bytes), bytes);
        let as_number = |read: Result<usize, Error>| match read {
            Ok(parts) => parts as u64,
            Err(error) => outcome(&error),
        };
        hash(&(as_number(as_is), as_number(sealed)))
    });
}

#[test]
fn lines() {
    let corpus = corpus();
    target("lines", &corpus, 4_096, JSON).run(|bytes| {
        let mut seen = 0;
        let count = crate::folder::fuzz_lines(bytes, &mut |delivery| seen ^= see(&delivery));
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let expected = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
            .count();
        assert_eq!(count, Ok(expected));
        seen
    });
}

#[test]
fn compressed() {
    let corpus = corpus();
    target(
        "compressed",
        &corpus,
        300,
        &[b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"\x00"],
    )
    .run(|bytes| {
        let mut seen = 0;
        let gz = flate2::read::MultiGzDecoder::new(bytes).take(1 << 22);
        let gz = crate::folder::fuzz_lines(gz, &mut |delivery| seen ^= see(&delivery));
        let zst = match zstd::Decoder::new(bytes) {
            Ok(decoder) => crate::folder::fuzz_lines(decoder.take(1 << 22), &mut |_| {}),
            Err(cause) => Err(cause.kind()),
        };
        hash(&(seen, gz, zst))
    });
}

#[test]
fn storage() {
    let corpus = corpus();
    target("storage", &corpus, 4_096, JSON).run(crate::objects::fuzz_answer);
}

#[test]
fn texts() {
    let corpus = corpus();
    target("text", &corpus, 200, TEXT).run(|bytes| {
        let double = bytes
            .first_chunk()
            .map_or(0.5, |bytes| f64::from_le_bytes(*bytes));
        if double.is_finite() {
            assert_eq!(javascript_number(double).parse::<f64>(), Ok(double));
        }
        let format = sunset_core::audio::signature::recognise(bytes);
        let text = String::from_utf8_lossy(bytes);
        let strict = Instant::parse_rfc3339(&text, false);
        let lax = Instant::parse_rfc3339(&text, true);
        assert!(strict.is_none() || strict == lax);
        for time in [lax, Instant::parse_date(&text)].into_iter().flatten() {
            if time.in_range() {
                assert_eq!(Instant::parse_rfc3339(&time.to_string(), false), Some(time));
            }
        }
        let normal = normalise_number(&text);
        if let Some(normal) = &normal {
            assert_eq!(
                normalise_number(normal).as_ref(),
                Some(normal),
                "once is enough"
            );
        }
        let price = text.parse::<sunset_core::report::ReadPrice>();
        let names = sunset_core::audio::address::object_names(&text, Some("bucket"));
        let resource = ResourceName::parse(&text).map(|name| name.root_document().is_some());
        let mut fields = vec![("text".to_owned(), Value::Text(text.clone().into_owned()))];
        fields.push(("a.b.c".to_owned(), Value::Double(double)));
        let document = Document {
            collection: "cases".into(),
            id: "a".into(),
            name: "projects/p/databases/(default)/documents/cases/a".into(),
            fields: sunset_core::value::Map::from_entries(fields),
            create_time: Some(Instant::from_micros(0)),
            update_time: None,
        };
        let read = read_fields(&document);
        hash(&(
            format,
            strict.is_some(),
            lax.is_some(),
            normal.is_some(),
            price.is_ok(),
            names.len(),
            resource.ok(),
            read,
        ))
    });
}
