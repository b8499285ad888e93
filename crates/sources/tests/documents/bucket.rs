//! Managed exports in a bucket.

use std::path::Path;

use sunset_core::ErrorKind;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::export::{BucketExport, Export};
use sunset_sources::objects::BucketSettings;
use sunset_testkit::storage::{CREATED, FakeStorage, StorageFault};

use super::reading::{COLLECTIONS, deliver, sample, try_deliver};

pub(super) const BUCKET: &str = "backups";

/// Stores the files below `dir` as objects whose names begin with `prefix`.
fn upload(storage: &FakeStorage, dir: &Path, prefix: &str) {
    for entry in std::fs::read_dir(dir).expect("the sample") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            upload(storage, &entry.path(), &format!("{name}/"));
        } else {
            let bytes = std::fs::read(entry.path()).expect("a file");
            storage.put(BUCKET, &name, bytes);
        }
    }
}

/// A bucket with other things in it, and the sample's export below `prefix`.
pub(super) async fn with_sample(prefix: &str) -> FakeStorage {
    let storage = FakeStorage::start().await.expect("a server");
    for name in ["a/x", "b/x", "c/y/z", "audio/1.wav", "readme", "zzz"] {
        storage.put(BUCKET, name, b"x".to_vec());
    }
    upload(&storage, &sample("export"), prefix);
    storage
}

pub(super) fn export(storage: &FakeStorage, bucket: &str, path: &str) -> Export {
    Export::in_bucket(BucketExport {
        settings: BucketSettings {
            bucket: bucket.into(),
            emulator: Some(storage.url()),
            ..BucketSettings::default()
        },
        path: path.into(),
        retries: 3,
    })
}

#[tokio::test]
async fn an_export_in_a_bucket_is_read_as_from_its_folder() {
    let from_folder = deliver(&Export::new(sample("export")), &COLLECTIONS).await;
    let stamp = "2025-11-03T02:15:00_4711/";
    let file = format!("{stamp}sample.overall_export_metadata");
    for (prefix, path) in [
        (stamp, ""),
        (stamp, "2025-11-03T02:15:00_4711"),
        (stamp, "/2025-11-03T02:15:00_4711/"),
        (stamp, file.as_str()),
        ("", ""),
        ("deep/er/", "deep"),
        ("客 戶/%/", "客 戶/%"),
    ] {
        let storage = with_sample(prefix).await;
        let export = export(&storage, BUCKET, path);
        let snapshot = export.open().await.expect("found");
        let path = path.trim_matches('/');
        assert_eq!(snapshot.source, format!("gs://{BUCKET}/{path}"));
        let from_bucket = deliver(&export, &COLLECTIONS).await;
        assert!(from_bucket.bad.is_empty(), "{:?}", from_bucket.bad);
        assert_eq!(from_bucket.documents, from_folder.documents);
    }
}

#[tokio::test]
async fn no_fault_makes_it_another() {
    let from_folder = deliver(&Export::new(sample("export")), &COLLECTIONS).await;
    for faults in [
        vec![StorageFault::Status(503); 3],
        vec![StorageFault::Status(429), StorageFault::Reset(0)],
        // In the metadata, and over and over in the output, as long as something comes.
        [
            vec![StorageFault::Reset(5); 3],
            vec![StorageFault::Reset(40_000); 6],
        ]
        .concat(),
    ] {
        let storage = with_sample("e/").await;
        storage.fail(faults.clone());
        let from_bucket = deliver(&export(&storage, BUCKET, "e"), &COLLECTIONS).await;
        assert_eq!(storage.faults_left(), 0, "{faults:?}");
        assert!(from_bucket.bad.is_empty());
        assert_eq!(from_bucket.documents, from_folder.documents);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_with_a_remedy() {
    let storage = with_sample("one/").await;
    upload(&storage, &sample("export"), "two/");
    storage.put("empty", "x", Vec::new());
    for (bucket, path, kind, remedy) in [
        (BUCKET, "", ErrorKind::Malformed, "name one of them"),
        (BUCKET, "audio", ErrorKind::NotFound, "under way"),
        ("empty", "", ErrorKind::NotFound, "gs://BUCKET/PATH"),
        ("nobodys", "x", ErrorKind::NotFound, "V2_FIRESTORE"),
        (
            BUCKET,
            "x.overall_export_metadata",
            ErrorKind::NotFound,
            "V2_FIRESTORE",
        ),
    ] {
        let error = export(&storage, bucket, path)
            .open()
            .await
            .expect_err("nothing there");
        assert_eq!(error.kind(), kind, "{bucket}/{path}: {error}");
        let text = error.remedy_text().unwrap_or_default();
        assert!(text.contains(remedy), "{bucket}/{path}: {text}");
    }
    // The bytes are not those that Cloud Storage states, though every record in them may be sound.
    storage.fail([StorageFault::Flipped(3)]);
    let error = export(&storage, BUCKET, "one")
        .open()
        .await
        .expect_err("flipped");
    assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
    // Patience ends.
    storage.fail(vec![StorageFault::Status(503); 4]);
    let error = try_deliver(&export(&storage, BUCKET, "one"), &COLLECTIONS)
        .await
        .expect_err("never there");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(storage.faults_left(), 0);
    storage.fail([StorageFault::Status(403)]);
    let error = export(&storage, BUCKET, "one")
        .open()
        .await
        .expect_err("denied");
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn an_export_that_does_not_say_when_it_began_has_its_objects_time() {
    let storage = with_sample("e/").await;
    let metadata = "all_namespaces/all_kinds/all_namespaces_all_kinds.export_metadata";
    let bytes = std::fs::read(sample("export").join(metadata)).expect("the sample");
    // Everything but the first field, which holds the times.
    let length = usize::from(bytes[1]);
    storage.put(
        BUCKET,
        &format!("e/{metadata}"),
        bytes[2 + length..].to_vec(),
    );
    let delivered = deliver(&export(&storage, BUCKET, "e"), &["leads"]).await;
    let created = delivered.documents[0].create_time.expect("a time");
    assert_eq!(created.to_string(), CREATED);
}
