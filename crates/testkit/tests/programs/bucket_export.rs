//! The chain from a managed export that lies in a bucket (`gs://`).

use std::path::Path;

use sunset_testkit::storage::FakeStorage;

use super::workplace::{Workplace, repository};

/// Where the export lies in the bucket.
const EXPORT: &str = "2025-11-03T02:15:00_4711";

fn upload(storage: &FakeStorage, dir: &Path, prefix: &str) {
    for entry in std::fs::read_dir(dir).expect("the sample") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            upload(storage, &entry.path(), &name);
        } else {
            storage.put(
                "backups",
                &name,
                std::fs::read(entry.path()).expect("a file"),
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_moved_straight_from_its_bucket() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let storage = FakeStorage::start().await.expect("a server");
    upload(
        &storage,
        &repository().join("samples/sales-ai/export"),
        EXPORT,
    );
    let locator = format!("gs://backups/{EXPORT}");
    let place = place
        .with("V2_FIRESTORE", &locator)
        .with("STORAGE_EMULATOR_HOST", &storage.url());
    place.expect(0, "schema-push", &[]);

    let seen = place.expect(0, "v2-inspect", &["--json"]).json();
    assert_eq!(seen["source"], locator);
    let dry = place.expect(0, "data-migrate", &["--dry-run", "--json"]);
    assert_eq!(dry.json()["source"], locator);
    let done = place.expect(0, "data-migrate", &["--json"]).json();
    assert_eq!(done["source"], locator);
    let only_data = ["--only", "data", "--no-report", "--json"];
    let check = place.expect(0, "final-check", &only_data).json();
    assert_eq!(check["source"], locator);
    let again = place.expect(0, "data-migrate", &[]);
    assert!(again.stdout.contains("was written before"));

    // The same rows as from the same documents in files.
    let folder = repository().join("samples/sales-ai/firestore");
    let files = format!("file://{}", folder.display());
    let place = place.with("V2_FIRESTORE", &files);
    place.expect(0, "final-check", &only_data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_without_an_export_is_an_error_with_a_remedy() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let storage = FakeStorage::start().await.expect("a server");
    storage.put("backups", "readme", b"x".to_vec());
    let place = place
        .with("V2_FIRESTORE", "gs://backups/nothing")
        .with("STORAGE_EMULATOR_HOST", &storage.url());
    place.expect(0, "schema-push", &[]);
    for program in ["data-migrate", "v2-inspect", "final-check"] {
        let failed = place.expect(1, program, &[]);
        assert!(
            failed.stderr.contains("gs://backups/nothing"),
            "{}",
            failed.stderr
        );
    }
}
