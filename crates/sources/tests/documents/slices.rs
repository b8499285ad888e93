//! What every source that can be cut must give: its slices together are the whole, whoever reads
//! them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use futures::TryStreamExt;
use futures::stream::BoxStream;
use proptest::prelude::*;
use sunset_core::Result;
use sunset_core::document::Delivery;
use sunset_core::ports::documents::{DocumentSource, Slice};
use sunset_sources::export::Export;
use sunset_sources::firestore::ReadOptions;
use sunset_sources::folder::Folder;
use sunset_testkit::firestore::{Emulator, FakeFirestore};

use super::bucket;
use super::conformance::Server;
use super::export::{METADATA, OUTPUT, changed, copy, damaged};
use super::reading::{COLLECTIONS, sample, sample_documents};

async fn all(stream: BoxStream<'static, Result<Vec<Delivery>>>) -> Vec<String> {
    let chunks: Vec<Vec<Delivery>> = stream.try_collect().await.expect("readable");
    chunks
        .into_iter()
        .flatten()
        .map(|delivery| format!("{delivery:?}"))
        .collect()
}

/// The suite: `here` cuts, and `there`, which has read nothing before, reads. Gives the number of
/// the smallest slices.
pub(super) async fn conforms(
    here: &dyn DocumentSource,
    there: &dyn DocumentSource,
    collections: &[&str],
) -> usize {
    here.open().await.expect("the source is there");
    there.open().await.expect("the source is there");
    let mut whole = all(here.read(collections)).await;
    whole.sort();
    let mut most = 0;
    for bytes in [1, 150_000, u64::MAX] {
        let slices = here.slices(collections, bytes).await.expect("cut");
        most = most.max(slices.len());
        let mut together = Vec::new();
        for slice in &slices {
            // As the ledger hands it from one process to another.
            let words = serde_json::to_string(slice).expect("words");
            let slice: Slice = serde_json::from_str(&words).expect("a slice");
            together.extend(all(there.read_slice(&slice)).await);
        }
        together.sort();
        assert!(
            together == whole,
            "{} deliveries in {} slices of {bytes} bytes, {} in the whole",
            together.len(),
            slices.len(),
            whole.len()
        );
    }
    // The phases of a plan ask for some of the collections each.
    let mut phases = Vec::new();
    for collection in collections {
        for slice in here.slices(&[collection], 150_000).await.expect("cut") {
            phases.extend(all(there.read_slice(&slice)).await);
        }
    }
    phases.sort();
    assert!(
        phases == whole,
        "{} deliveries in slices of one collection each",
        phases.len()
    );
    most
}

#[tokio::test]
async fn folders() {
    let folder = || Folder::new(sample("firestore"));
    assert!(conforms(&folder(), &folder(), &COLLECTIONS).await > 100);

    let dir = tempfile::tempdir().expect("a folder");
    for (index, collection) in COLLECTIONS.iter().enumerate() {
        let name = format!("{collection}.ndjson");
        let mut bytes = fs::read(sample("firestore").join(&name)).expect("the sample");
        bytes.extend(b"\n\nno JSON\n{\"name\": 7}\n");
        let path = dir.path().join(&name);
        match index % 3 {
            0 => fs::write(path, bytes).expect("written"),
            1 => {
                // Of two members, as `cat` of two files leaves them.
                let (one, other) = bytes.split_at(bytes.len() / 2);
                let file = fs::File::create(dir.path().join(format!("{name}.gz"))).expect("a file");
                let mut file = std::io::BufWriter::new(file);
                for part in [one, other] {
                    let mut member =
                        flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                    member.write_all(part).expect("memory");
                    file.write_all(&member.finish().expect("memory"))
                        .expect("written");
                }
            }
            _ => {
                let packed = zstd::encode_all(bytes.as_slice(), 1).expect("memory");
                fs::write(dir.path().join(format!("{name}.zst")), packed).expect("written");
            }
        }
    }
    let folder = || Folder::new(dir.path());
    assert!(conforms(&folder(), &folder(), &COLLECTIONS).await > 3);
}

#[tokio::test]
async fn exports() {
    let export = || Export::new(sample("export"));
    let slices = conforms(&export(), &export(), &COLLECTIONS).await;
    assert!(slices > 4, "{slices}");
    let datastore = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/datastore");
    let export = || Export::new(&datastore);
    conforms(&export(), &export(), &["cases", "leads"]).await;

    // Whoever cuts need not have read anything either.
    let fresh = Export::new(sample("export"));
    fresh.open().await.expect("there");
    let slices = fresh.slices(&COLLECTIONS, 1).await.expect("cut");
    assert!(slices.len() > 4);
    let mut read = 0;
    for slice in &slices {
        read += all(fresh.read_slice(slice)).await.len();
    }
    assert_eq!(read, 188);
    // What is no slice of this export is told, and nothing is skipped in silence.
    for words in [
        "",
        "{}x",
        r#"{"planned":[],"pieces":[{"part":7,"file":"x","from":0,"before":""}]}"#,
    ] {
        let foreign = Slice {
            within: Some(words.into()),
            ..slices[0].clone()
        };
        let read: Result<Vec<_>> = fresh.read_slice(&foreign).try_collect().await;
        let error = read.expect_err("no slice of it");
        assert!(error.remedy_text().is_some(), "{words}: {error}");
    }
}

#[tokio::test]
async fn exports_of_several_files_that_hold_more_than_they_say() {
    let dir = tempfile::tempdir().expect("a folder");
    copy(&sample("export"), dir.path());
    let folder = dir.path().join("all_namespaces/all_kinds");
    let mut metadata = fs::read(dir.path().join(METADATA)).expect("metadata");
    metadata.extend(b"\x12\x20\x0a\x00\x12\x08output-1\x12\x08output-2\x12\x08output-3");
    fs::write(dir.path().join(METADATA), metadata).expect("written");
    fs::write(folder.join("output-1"), b"").expect("written");
    fs::write(folder.join("output-2"), vec![0; 100_000]).expect("written");
    fs::copy(folder.join("output-0"), folder.join("output-3")).expect("copied");
    let export = || Export::new(dir.path());
    assert!(conforms(&export(), &export(), &COLLECTIONS).await > 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn damaged_exports(
        cut in proptest::option::of(any::<proptest::sample::Index>()),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 0..8_u8), 0..40),
    ) {
        let damaged = damaged(cut, &flips);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let export = || Export::new(damaged.path());
        runtime.block_on(conforms(&export(), &export(), &COLLECTIONS));
    }
}

#[tokio::test]
async fn an_emptied_export() {
    for dir in [changed(Vec::clear), changed(|bytes| bytes.fill(0))] {
        assert!(dir.path().join(OUTPUT).exists());
        let export = || Export::new(dir.path());
        conforms(&export(), &export(), &COLLECTIONS).await;
    }
}

#[tokio::test]
async fn exports_in_a_bucket() {
    let storage = bucket::with_sample("e/").await;
    let export = || bucket::export(&storage, bucket::BUCKET, "e");
    // Nobody pays for a reading that only cuts.
    let fresh = export();
    fresh.open().await.expect("there");
    let slices = fresh.slices(&COLLECTIONS, 1).await.expect("cut");
    assert_eq!(slices, [Slice::whole(&COLLECTIONS)]);
    assert!(conforms(&export(), &export(), &COLLECTIONS).await > 4);
}

/// Firestore at one time, cut by the server or at ids that it was asked for.
async fn firestore_conforms(server: &Server) {
    let database = "projects/slices/databases/(default)";
    let documents: Vec<serde_json::Value> = sample_documents()
        .into_iter()
        .map(|mut document| {
            let name = document["name"].as_str().expect("a name");
            let path = name.split_once("/documents/").expect("a document").1;
            document["name"] = format!("{database}/documents/{path}").into();
            document
        })
        .collect();
    server.write(database, &documents).await;
    let options = ReadOptions {
        first_page: 20,
        ..ReadOptions::default()
    };
    let source = || server.open("slices", "(default)", options);
    let slices = conforms(&source(), &source(), &COLLECTIONS).await;
    assert!(slices > 20, "{slices}");

    let database = "projects/odd-slices/databases/(default)";
    let documents: Vec<serde_json::Value> = super::conformance::unusual_ids()
        .iter()
        .map(|id| serde_json::json!({ "name": format!("{database}/documents/cases/{id}") }))
        .collect();
    server.write(database, &documents).await;
    let source = || server.open("odd-slices", "(default)", options);
    let slices = conforms(&source(), &source(), &["cases", "nothing"]).await;
    assert!(slices > 4, "{slices}");
}

#[tokio::test]
async fn firestore() {
    let fake = FakeFirestore::start().await.expect("a server");
    firestore_conforms(&Server::at(fake.host())).await;
    let fake = FakeFirestore::start().await.expect("a server");
    fake.with_partitions();
    firestore_conforms(&Server::at(fake.host())).await;
    match Emulator::start() {
        Ok(emulator) => firestore_conforms(&Server::at(emulator.host())).await,
        Err(why) => println!("skipped: {why}"),
    }
}
