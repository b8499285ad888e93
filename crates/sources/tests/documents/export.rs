//! Managed exports: whole, in parts, damaged.

use std::fs;
use std::path::Path;

use sunset_core::ErrorKind;
use sunset_core::document::Document;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::export::Export;
use sunset_sources::folder::Folder;
use tempfile::TempDir;

use super::reading::{COLLECTIONS, deliver, sample, try_deliver};

const OUTPUT: &str = "all_namespaces/all_kinds/output-0";
const METADATA: &str = "all_namespaces/all_kinds/all_namespaces_all_kinds.export_metadata";

fn copy(from: &Path, to: &Path) {
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
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&sample("export"), dir.path());
    let output = dir.path().join(OUTPUT);
    let mut bytes = fs::read(&output).expect("the output");
    change(&mut bytes);
    fs::write(output, bytes).expect("written");
    dir
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
