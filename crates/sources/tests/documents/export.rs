//! Managed exports: whole, in parts, damaged.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use sunset_core::ErrorKind;
use sunset_core::document::Document;
use sunset_core::ports::documents::DocumentSource;
use sunset_core::rest::encode_document;
use sunset_core::value::Value;
use sunset_sources::export::Export;
use sunset_sources::folder::Folder;
use tempfile::TempDir;

use super::reading::{COLLECTIONS, deliver, sample, try_deliver};

pub(super) const OUTPUT: &str = "all_namespaces/all_kinds/output-0";
pub(super) const METADATA: &str =
    "all_namespaces/all_kinds/all_namespaces_all_kinds.export_metadata";

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the sample") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A copy of the sample's export, with its output file changed.
pub(super) fn changed(change: impl FnOnce(&mut Vec<u8>)) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&sample("export"), dir.path());
    let output = dir.path().join(OUTPUT);
    let mut bytes = fs::read(&output).expect("the output");
    change(&mut bytes);
    fs::write(output, bytes).expect("written");
    dir
}

/// The sample with bits of its documents flipped, and cut off.
pub(super) fn damaged(cut: Option<Index>, flips: &[(Index, u8)]) -> TempDir {
    changed(|bytes| {
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
    })
}

fn without_times(mut documents: Vec<Document>) -> Vec<Document> {
    for document in &mut documents {
        document.create_time = None;
        document.update_time = None;
    }
    documents
}

#[tokio::test]
async fn the_sample_holds_the_same_documents_as_its_ndjson() {
    let export = Export::new(sample("export"));
    let from_export = deliver(&export, &COLLECTIONS).await;
    let from_files = deliver(&Folder::new(sample("firestore")), &COLLECTIONS).await;
    assert!(from_export.bad.is_empty() && from_files.bad.is_empty());
    assert_eq!(from_export.documents.len(), 188);
    assert!(
        from_export
            .documents
            .iter()
            .all(|document| document.create_time.is_some()),
        "the export's start stands for the time of creation"
    );
    assert_eq!(
        without_times(from_export.documents),
        without_times(from_files.documents)
    );
    assert_eq!(export.stated_documents().expect("metadata"), Some(188));
    // A second reading, of some, gives the same.
    let leads = deliver(&export, &["leads"]).await;
    assert_eq!(leads.documents.len(), 23);
    assert_eq!(
        export.not_planned(&COLLECTIONS).await.expect("readable"),
        Vec::<String>::new()
    );
    assert_eq!(
        export
            .not_planned(&["cases", "leads"])
            .await
            .expect("readable"),
        ["conversations", "meddic_analyses", "sales_cases"]
    );
}

#[tokio::test]
async fn the_folder_may_be_named_as_the_tools_leave_it() {
    let dir = tempfile::tempdir().expect("a folder");
    // `firebase emulators:export` puts the export one folder below.
    copy(&sample("export"), &dir.path().join("firestore_export"));
    assert_eq!(
        deliver(&Export::new(dir.path()), &["leads"])
            .await
            .documents
            .len(),
        23
    );
    let file = sample("export").join("sample.overall_export_metadata");
    assert_eq!(
        deliver(&Export::new(file), &["leads"])
            .await
            .documents
            .len(),
        23
    );
    copy(&sample("export"), &dir.path().join("another"));
    let error = Export::new(dir.path()).open().await.expect_err("ambiguous");
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("V2_FIRESTORE"))
    );
    let error = Export::new("/nonexistent")
        .open()
        .await
        .expect_err("absent");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("V2_FIRESTORE"))
    );
    let empty = tempfile::tempdir().expect("a folder");
    let error = Export::new(empty.path()).open().await.expect_err("empty");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_flipped_bit_costs_one_document_and_is_told() {
    let dir = changed(|bytes| bytes[300_000] ^= 1);
    let export = Export::new(dir.path());
    let delivered = deliver(&export, &COLLECTIONS).await;
    assert_eq!(delivered.documents.len(), 187);
    let [bad] = delivered.bad.as_slice() else {
        panic!("one place is damaged: {:?}", delivered.bad.len());
    };
    assert!(
        bad.place.starts_with(&format!("{OUTPUT}@")),
        "{}",
        bad.place
    );
    assert!(bad.why.contains("checksum"), "{}", bad.why);
    assert_eq!(bad.id, None);
    // Each later reading of its collection tells it again, and no other does.
    let mut again = 0;
    for collection in COLLECTIONS {
        let delivered = deliver(&export, &[collection]).await;
        again += delivered.bad.len();
        assert!(delivered.bad.iter().all(|bad| bad.collection == collection));
    }
    assert_eq!(again, 1);
}

#[tokio::test]
async fn a_cut_file_gives_what_is_left_and_says_what_is_missing() {
    let dir = changed(|bytes| bytes.truncate(300_000));
    let export = Export::new(dir.path());
    let delivered = deliver(&export, &COLLECTIONS).await;
    let read = delivered.documents.len();
    assert!((50..188).contains(&read), "{read}");
    let [cut, count] = delivered.bad.as_slice() else {
        panic!("the cut, and the count: {:?}", delivered.bad.len());
    };
    assert!(cut.why.contains("ends in the middle"), "{}", cut.why);
    assert_eq!(count.place, METADATA);
    let missing = 188 - read - 1;
    assert!(
        count.why.contains("188")
            && count
                .why
                .contains(&format!(": {missing} documents are missing")),
        "{}",
        count.why
    );
    let mut again = 0;
    for collection in COLLECTIONS {
        again += deliver(&export, &[collection]).await.bad.len();
    }
    assert_eq!(again, 2);
}

#[tokio::test]
async fn an_emptied_file_is_told_though_nothing_in_it_is_damaged() {
    let dir = changed(Vec::clear);
    let delivered = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert!(delivered.documents.is_empty());
    assert_eq!(delivered.bad.len(), 1);
    assert!(delivered.bad[0].why.contains("188 documents are missing"));
    let dir = changed(|bytes| bytes.fill(0));
    let delivered = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert!(delivered.documents.is_empty());
    assert_eq!(delivered.bad.len(), 1);
}

#[tokio::test]
async fn a_file_that_the_metadata_names_must_be_there() {
    let dir = changed(|_| ());
    fs::remove_file(dir.path().join(OUTPUT)).expect("removed");
    let error = try_deliver(&Export::new(dir.path()), &COLLECTIONS)
        .await
        .expect_err("a file is missing");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .item_name()
            .is_some_and(|item| item.contains("output-0"))
    );
    fs::remove_file(dir.path().join(METADATA)).expect("removed");
    assert!(Export::new(dir.path()).open().await.is_err());
}

#[tokio::test]
async fn damaged_metadata_is_an_error() {
    let dir = changed(|_| ());
    let overall = dir.path().join("sample.overall_export_metadata");
    let mut bytes = fs::read(&overall).expect("metadata");
    bytes[30] ^= 1;
    fs::write(&overall, bytes).expect("written");
    let error = Export::new(dir.path()).open().await.expect_err("damaged");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.remedy_text().is_some());
}

#[tokio::test]
async fn metadata_without_a_byte_is_that_of_an_export_under_way() {
    for bytes in [&b""[..], &[0; 64]] {
        let dir = changed(|_| {});
        let file = dir.path().join("sample.overall_export_metadata");
        std::fs::write(file, bytes).expect("written");
        let error = Export::new(dir.path()).open().await.expect_err("empty");
        assert!(error.to_string().contains("is empty"), "{error}");
        let remedy = error.remedy_text().expect("a remedy");
        assert!(remedy.contains("until it is done"), "{remedy}");
    }
}

#[tokio::test]
async fn several_files_are_one_export() {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&sample("export"), dir.path());
    let folder = dir.path().join("all_namespaces/all_kinds");
    // The file names: output-0 as it is, output-1 empty, output-2 zeros.
    let mut metadata = fs::read(dir.path().join(METADATA)).expect("metadata");
    metadata.extend(b"\x12\x16\x0a\x00\x12\x08output-1\x12\x08output-2");
    fs::write(dir.path().join(METADATA), metadata).expect("written");
    fs::write(folder.join("output-1"), b"").expect("written");
    fs::write(folder.join("output-2"), vec![0; 100_000]).expect("written");
    let delivered = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert_eq!(delivered.documents.len(), 188);
    assert!(delivered.bad.is_empty());
    // The same documents twice are more than the metadata states.
    fs::copy(folder.join("output-0"), folder.join("output-2")).expect("copied");
    let delivered = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert_eq!(delivered.documents.len(), 376);
    assert_eq!(delivered.bad.len(), 1);
    assert!(delivered.bad[0].why.contains("376"));
}

/// A record in 32 KiB blocks.
fn framed(record: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = record.chunks(PAYLOAD).collect();
    let mut out = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let kind = match (index, index + 1 == parts.len()) {
            (0, true) => 1,
            (0, false) => 2,
            (_, false) => 3,
            (_, true) => 4,
        };
        let checked = [&[kind], *part].concat();
        let crc = crc32c::crc32c(&checked).rotate_right(15);
        out.extend(crc.wrapping_add(0xa282_ead8).to_le_bytes());
        out.extend(u16::try_from(part.len()).expect("a part").to_le_bytes());
        out.extend(checked);
    }
    out
}

/// Of a record in one block.
const PAYLOAD: usize = (32 << 10) - 7;

/// A document `leads/a` with an array of so many elements, each of 181 bytes: as many bytes of them
/// as their number fill a block.
fn long_document(elements: usize) -> Vec<u8> {
    let mut element = b"\x72\xb2\x01\x1a\x01a\x20\x01\x2a\xaa\x01\x1a\xa7\x01".to_vec();
    element.resize(181, b'x');
    assert_eq!(PAYLOAD, 181 * element.len());
    let mut entity = b"\x6a\x10\x6a\x01p\x72\x0b\x0b\x12\x05leads\x22\x01a\x0c".to_vec();
    entity[1] = u8::try_from(entity.len() - 2).expect("short");
    entity[6] = u8::try_from(entity.len() - 7).expect("short");
    for _ in 0..elements {
        entity.extend(&element);
    }
    entity
}

#[tokio::test]
async fn a_block_that_was_lost_or_came_twice_within_a_document_is_told() {
    let output = framed(&long_document(600));
    let (block, path) = (32 << 10, METADATA.as_bytes());
    let mut part = vec![0x12, u8::try_from(path.len()).expect("short")];
    part.extend(path);
    part.extend(b"\x18\x01\x20");
    let size = output.len();
    for shift in [0, 7, 14] {
        let more = if shift == 14 { 0 } else { 0x80 };
        part.push(u8::try_from(size >> shift & 0x7f).expect("seven bits") | more);
    }
    let stated = [&[0x0a, u8::try_from(part.len()).expect("short")], &*part].concat();
    let lost = [&output[..block], &output[2 * block..]].concat();
    let twice = [&output[..2 * block], &output[block..]].concat();
    let padded = [&output[..], &[0; 5_000]].concat();
    for (output, elements, said) in [
        (output, 600, None),
        (padded, 600, None),
        (lost, 419, Some("32768 are missing")),
        (twice, 781, Some("32768 too many")),
    ] {
        let dir = changed(|bytes| *bytes = output);
        let overall = dir.path().join("sample.overall_export_metadata");
        fs::write(overall, framed(&stated)).expect("written");
        let export = Export::new(dir.path());
        for _ in 0..2 {
            let delivered = deliver(&export, &["leads"]).await;
            let fields = &delivered.documents[0].fields;
            let Some(Value::Array(found)) = fields.get("a") else {
                panic!("{fields:?}");
            };
            assert_eq!(found.len(), elements);
            let told: Vec<&str> = delivered.bad.iter().map(|bad| &*bad.why).collect();
            assert_eq!(told.len(), usize::from(said.is_some()), "{told:?}");
            assert!(said.is_none_or(|said| told[0].contains(said)), "{told:?}");
        }
    }
}

/// An output file with one empty document in each of these collections.
fn output_of(collections: &[String]) -> Vec<u8> {
    const BLOCK: usize = 32 << 10;
    let mut out = Vec::new();
    for collection in collections {
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("short");
        let mut step = vec![0x0b, 0x12, length(collection.as_bytes())];
        step.extend(collection.as_bytes());
        step.extend(b"\x22\x01a\x0c");
        let mut key = b"\x6a\x01p\x72".to_vec();
        key.push(length(&step));
        key.extend(step);
        let mut checked = vec![1, 0x6a, length(&key)];
        checked.extend(key);
        if out.len() % BLOCK + 6 + checked.len() > BLOCK {
            out.resize(out.len().next_multiple_of(BLOCK), 0);
        }
        let crc = crc32c::crc32c(&checked);
        out.extend(crc.rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes());
        out.extend(u16::from(length(&checked) - 1).to_le_bytes());
        out.extend(checked);
    }
    out
}

#[tokio::test]
async fn a_crowd_of_collections_hides_none_from_a_later_reading() {
    let mut names: Vec<String> = (0..1_500).map(|index| format!("other{index}")).collect();
    names.push("leads".into());
    names.push("users".into());
    let dir = changed(|bytes| *bytes = output_of(&names));
    let export = Export::new(dir.path());
    assert!(deliver(&export, &["cases"]).await.documents.is_empty());
    // Neither what was planned for, nor what nobody had thought of.
    for collection in ["leads", "users", "other7"] {
        let documents = deliver(&export, &[collection]).await.documents;
        assert_eq!(documents.len(), 1, "{collection}");
    }
}

#[tokio::test]
async fn without_a_start_the_file_s_own_time_stands_for_the_creation() {
    for about in [&b""[..], b"\x0a\x00", b"\x0a\x02\x10\x00"] {
        let dir = changed(|_| ());
        let metadata = [about, b"\x12\x0c\x0a\x00\x12\x08output-0"].concat();
        fs::write(dir.path().join(METADATA), metadata).expect("written");
        let file = fs::File::options()
            .write(true)
            .open(dir.path().join(OUTPUT))
            .expect("the output");
        let modified = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_700_000_000_250);
        file.set_modified(modified).expect("set");
        let delivered = deliver(&Export::new(dir.path()), &["leads"]).await;
        let times: Vec<String> = delivered
            .documents
            .iter()
            .map(|document| document.create_time.expect("a time").to_string())
            .collect();
        assert_eq!(times, vec!["2023-11-14T22:13:20.25Z"; 23], "{about:x?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_damage_to_the_sample_is_silent_or_invents_anything(
        cut in proptest::option::of(any::<Index>()),
        flips in proptest::collection::vec((any::<Index>(), 0..8_u8), 0..6),
    ) {
        let damaged = damaged(cut, &flips);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let (whole, rest) = runtime.block_on(async {
            (
                deliver(&Export::new(sample("export")), &COLLECTIONS).await,
                deliver(&Export::new(damaged.path()), &COLLECTIONS).await,
            )
        });
        for document in &rest.documents {
            prop_assert!(whole.documents.contains(document), "{} is invented", document.name);
        }
        prop_assert!(rest.documents.len() == 188 || !rest.bad.is_empty());
    }
}

/// An export of Firestore in Datastore mode, as Google's emulator writes it.
#[tokio::test]
async fn an_export_of_datastore_mode_is_read() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/datastore");
    let export = Export::new(dir);
    let delivered = deliver(&export, &["cases"]).await;
    assert!(delivered.bad.is_empty(), "{:?}", delivered.bad);
    let ids: Vec<&str> = delivered.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["__id42__", "name"]);
    let text = encode_document(&delivered.documents[0]);
    for part in [
        r#""a":{"stringValue":"x"}"#,
        r#""n":{"integerValue":"7"}"#,
        r#""l":{"arrayValue":{"values":[{"integerValue":"1"},{"stringValue":"b"}]}}"#,
        r#""z":{"nullValue":null}"#,
        r#""d":{"doubleValue":1.5}"#,
        r#""t":{"timestampValue":"2025-11-03T02:15:00.123456Z"}"#,
        r#""b":{"bytesValue":"AP8="}"#,
        r#""g":{"geoPointValue":{"latitude":1,"longitude":2}}"#,
        r#""in":{"booleanValue":true}"#,
        r#""in":{"booleanValue":false}"#,
        "documents/leads/l1",
        "yyy",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Below another entity, and in a namespace, stand no documents of the plan.
    assert_eq!(
        export.not_planned(&["cases"]).await.expect("readable"),
        ["cases (namespace tenant)", "cases/*/notes"]
    );
}
