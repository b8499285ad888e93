//! The whole way, from documents to an assessment.

use proptest::prelude::*;

use super::*;
use crate::document::{BadDocument, Document};
use crate::instant::Instant;
use crate::ports::documents::Snapshot;
use crate::value::{Map, Value};

fn map(entries: &[(&str, Value)]) -> Map {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn document(collection: &str, id: &str, fields: Map) -> Document {
    Document {
        collection: collection.into(),
        id: id.into(),
        name: format!("projects/p/databases/(default)/documents/{collection}/{id}"),
        fields,
        create_time: None,
        update_time: None,
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        source: "file://x".into(),
        read_time: None,
    }
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

fn assess(documents: &[Document]) -> Assessment {
    let mut collections: Vec<String> = documents
        .iter()
        .map(|document| document.collection.clone())
        .collect();
    collections.sort();
    collections.dedup();
    let mut profile = Profile::new(&collections, Limits::default());
    documents.iter().for_each(|document| profile.see(document));
    profile.finish(&snapshot(), Vec::new(), Some(Vec::new()))
}

fn field<'a>(assessment: &'a Assessment, collection: &str, path: &str) -> &'a Field {
    let collection = assessment
        .collections
        .iter()
        .find(|one| one.name == collection)
        .expect("the collection");
    collection
        .fields
        .iter()
        .find(|field| field.path == path)
        .expect("the field")
}

fn finding<'a>(assessment: &'a Assessment, code: &str) -> Option<&'a Finding> {
    assessment
        .findings
        .iter()
        .find(|finding| finding.code == code)
}

#[test]
fn coverage_types_and_ranges_are_told_by_path() {
    let audio = |duration: Value| Value::Map(map(&[("duration", duration)]));
    let assessment = assess(&[
        document(
            "cases",
            "a",
            map(&[
                ("audio", audio(Value::Double(1.5))),
                ("n", Value::Integer(3)),
            ]),
        ),
        document(
            "cases",
            "b",
            map(&[("audio", audio(text("80"))), ("n", Value::Integer(-7))]),
        ),
        document("cases", "c", map(&[("audio", Value::Null)])),
    ]);
    let duration = field(&assessment, "cases", "audio.duration");
    assert_eq!((duration.values, duration.of, duration.mixed), (2, 2, true));
    let n = field(&assessment, "cases", "n");
    assert_eq!((n.documents, n.of, n.mixed), (2, 3, false));
    let numbers = n.numbers.as_ref().expect("numbers");
    assert_eq!(
        (numbers.least.clone(), numbers.most.clone()),
        (Some((-7).into()), Some(3.into()))
    );
    let mixed = finding(&assessment, "mixed_types").expect("a finding");
    assert_eq!(mixed.places, ["cases.audio.duration: double 1, text 1"]);
}

#[test]
fn every_form_of_time_is_told() {
    let assessment = assess(&[
        document(
            "c",
            "1",
            map(&[("createdAt", Value::Timestamp(Instant::from_micros(0)))]),
        ),
        document(
            "c",
            "2",
            map(&[("createdAt", text("2025-11-03T10:15:00+08:00"))]),
        ),
        document(
            "c",
            "3",
            map(&[("createdAt", Value::Integer(1_762_136_100_250))]),
        ),
    ]);
    let times = field(&assessment, "c", "createdAt")
        .times
        .clone()
        .expect("times");
    assert_eq!(times.earliest.as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(times.latest.as_deref(), Some("2025-11-03T02:15:00.25Z"));
    assert_eq!(times.forms.len(), 3);
    assert!(finding(&assessment, "several_time_forms").is_some());
}

#[test]
fn a_partner_that_is_not_there_is_named() {
    let lead = |id: &str| document("leads", id, Map::new());
    let of = |id: &str, lead: &str| {
        let name = format!("projects/p/databases/(default)/documents/leads/{lead}");
        document(
            "conversations",
            id,
            map(&[("lead_id", text(lead)), ("lead", Value::Reference(name))]),
        )
    };
    let assessment = assess(&[
        lead("a"),
        lead("b"),
        of("1", "a"),
        of("2", "b"),
        of("3", "gone-7"),
    ]);
    for path in ["lead", "lead_id"] {
        let links = &field(&assessment, "conversations", path).links;
        assert_eq!(links.len(), 1, "{path}");
        assert_eq!(
            (
                links[0].collection.as_str(),
                links[0].checked,
                links[0].absent
            ),
            ("leads", 3, 1)
        );
        assert_eq!(links[0].absent_examples, ["gone-7"]);
    }
    assert_eq!(
        finding(&assessment, "absent_documents").map(|finding| finding.places.len()),
        Some(2)
    );
}

#[test]
fn nothing_is_called_absent_from_a_collection_that_was_not_read_whole() {
    let mut profile = Profile::new(&names(&["leads", "x"]), Limits::default());
    profile.see(&document("leads", "a", Map::new()));
    profile.cut("leads");
    for id in ["a", "b", "c"] {
        profile.see(&document("x", id, map(&[("lead_id", text(id))])));
    }
    let assessment = profile.finish(&snapshot(), Vec::new(), None);
    assert!(
        field(&assessment, "x", "lead_id")
            .links
            .iter()
            .all(|link| link.collection != "leads")
    );
    let words = finding(&assessment, "not_everything").map(|finding| finding.places.join(""));
    assert_eq!(
        words.as_deref(),
        Some("leads: only the first 1 document was read")
    );
}

#[test]
fn nothing_is_called_absent_when_anything_may_be_among_what_cannot_be_read() {
    let mut profile = Profile::new(&names(&["", "leads", "x"]), Limits::default());
    profile.see(&document("leads", "a", Map::new()));
    profile.see(&document("x", "1", map(&[("lead_id", text("a"))])));
    profile.see(&document("x", "2", map(&[("lead_id", text("b"))])));
    let bad = BadDocument {
        collection: "x".into(),
        id: None,
        place: "output-0@0".into(),
        bytes: Vec::new(),
        why: "damaged".into(),
        breaks_off: false,
    };
    let sound = profile.clone().finish(&snapshot(), Vec::new(), None);
    assert!(finding(&sound, "absent_documents").is_some());
    assert_eq!(sound.collections.len(), 2, "the nameless one holds nothing");
    profile.see_bad(&bad);
    let damaged = profile.finish(&snapshot(), Vec::new(), None);
    assert!(finding(&damaged, "absent_documents").is_none());
}

#[test]
fn secrets_are_told_by_place_and_kind() {
    let key = format!("AIza{}", "Sy".repeat(17) + "x");
    let config = Value::Map(map(&[("maps", text(&key)), ("password", text("hunter2!"))]));
    let assessment = assess(&[document("settings", "main", map(&[("config", config)]))]);
    let found = finding(&assessment, "likely_secrets").expect("a finding");
    assert_eq!(
        found.places,
        [
            "settings.config.maps: Google API key, 1 value (main)",
            "settings.config.password: value of a field named like a password, 1 value (main)"
        ]
    );
    let told = serde_json::to_string(&assessment).expect("JSON");
    assert!(!told.contains(&key) && !told.contains("hunter2"));
}

#[test]
fn what_cannot_be_read_is_counted_without_its_contents() {
    let mut profile = Profile::new(&names(&["cases"]), Limits::default());
    profile.see_bad(&BadDocument {
        collection: "cases".into(),
        id: Some("anna@example.com".into()),
        place: "cases.ndjson:3".into(),
        bytes: b"{".to_vec(),
        why: "\"Anna Lee\" is no 64-bit integer".into(),
        breaks_off: false,
    });
    let assessment = profile.finish(&snapshot(), Vec::new(), None);
    assert_eq!(assessment.unreadable(), 1);
    let told = serde_json::to_string(&assessment).expect("JSON");
    assert!(
        !told.contains("Anna") && !told.contains("anna") && told.contains("Aaaa Aaa"),
        "{told}"
    );
}

#[test]
fn the_values_of_a_short_list_are_shown_when_several_documents_share_them() {
    let mut documents: Vec<Document> = (0..5)
        .map(|n| document("c", &format!("d{n}"), map(&[("status", text("won"))])))
        .collect();
    documents.push(document("c", "e", map(&[("status", text("Anna"))])));
    for named in [
        "John Q. Public",
        "María",
        "王小明",
        "call John about it",
        "Not Qualified",
    ] {
        for n in 0..3 {
            let id = format!("{named}{n}");
            documents.push(document("c", &id, map(&[("status", text(named))])));
        }
    }
    let assessment = assess(&documents);
    let texts = field(&assessment, "c", "status")
        .texts
        .clone()
        .expect("text");
    let shown: Vec<(&str, u64)> = texts
        .choices
        .iter()
        .map(|one| (one.what.as_str(), one.count))
        .collect();
    assert!(shown.contains(&("\"won\"", 5)) && shown.contains(&("Aaaa", 1)));
    assert!(shown.contains(&("\"Not Qualified\"", 3)));
    for named in ["John", "María", "王", "call"] {
        assert!(
            shown.iter().all(|(what, _)| !what.contains(named)),
            "{shown:?}"
        );
    }
}

/// Values as V2 may hold them, with texts of many forms.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Double),
        (0_i64..2_000_000_000_000_000)
            .prop_map(|micros| Value::Timestamp(Instant::from_micros(micros))),
        "[ -~]{0,40}".prop_map(Value::Text),
        "\\PC{0,12}".prop_map(Value::Text),
        "(won|lost|new|2025-11-0[1-9]|a@b\\.tw|0912345678|202511[-–]1[0-9])".prop_map(Value::Text),
        "projects/p/databases/\\(default\\)/documents/c/[a-e]".prop_map(Value::Reference),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec(
                ("[a-f]{1,2}|status|leadId|createdAt|x\\.y|[0-9]{2}", inner),
                0..4
            )
            .prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let names = "[a-f]|status|leadId|customerName|createdAt|token|x\\.y";
    let fields = proptest::collection::vec((names, values()), 0..6);
    let one =
        ("[cd]", "[a-e]|[A-C]|a[–-]1|x[0-9]{1,2}", fields).prop_map(|(collection, id, fields)| {
            document(&collection, &id, fields.into_iter().collect())
        });
    proptest::collection::vec(one, 0..24)
}

/// Limits so low that they are reached.
const LOW: Limits = Limits {
    paths: 20,
    all_paths: 40,
    all_ids: 8,
    samples: 2,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_documents_plays_no_part(
        (documents, shuffled) in documents().prop_flat_map(|documents| (Just(documents.clone()), Just(documents).prop_shuffle())),
        low in any::<bool>(),
    ) {
        let limits = if low { LOW } else { Limits::default() };
        let tell = |documents: &[Document]| {
            let mut profile = Profile::new(&names(&["c", "d"]), limits);
            documents.iter().for_each(|document| profile.see(document));
            profile.finish(&snapshot(), Vec::new(), None)
        };
        prop_assert_eq!(tell(&documents), tell(&shuffled));
    }

    #[test]
    fn a_planted_marker_is_never_told(
        mut documents in documents(),
        marker in "[b-z][B-Z][0-8][b-z]{2}[0-8]{2}[B-Z]{3}[0-8][b-z]",
        before in "(|\"|https://|Bearer |mailto:|gs://|AIza|\\{\"k\":\"|王|09)",
        after in "(|@example\\.com|\\.tw|\"\\}|/path\\?token=| and more| [a-z ]{60})",
        key in "status|type|note|customerName|phone|e|password|customerId|createdAt|file\\.name",
        nested in 0_u8..4,
    ) {
        let planted = Value::Text(format!("{before}{marker}{after}"));
        let planted = match nested {
            0 => planted,
            1 => Value::Array(vec![planted.clone(), planted]),
            2 => Value::Map(map(&[(&key, planted)])),
            _ => Value::Bytes(format!("{before}{marker}{after}").into_bytes()),
        };
        documents.push(document("c", "planted", map(&[(&key, planted)])));
        let mut profile = Profile::new(&names(&["c", "d"]), Limits { samples: 50, ..Limits::default() });
        documents.iter().for_each(|document| profile.see(document));
        profile.see_bad(&BadDocument {
            collection: "c".into(),
            id: None,
            place: "c.ndjson:1".into(),
            bytes: marker.clone().into_bytes(),
            why: format!("invalid type: string {:?}, expected a map", format!("{before}{marker}{after}")),
            breaks_off: false,
        });
        let assessment = profile.finish(&snapshot(), Vec::new(), None);
        let told = serde_json::to_string(&assessment).expect("JSON");
        prop_assert!(!told.contains(&marker), "{}", told);
    }
}
