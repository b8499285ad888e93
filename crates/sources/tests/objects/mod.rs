//! Cloud Storage in memory, where readers pay; and on the server of `SUNSET_TEST_GCS_ENDPOINT`
//! (fake-gcs-server with `-backend memory`, whose `-public-host` is the endpoint's).

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails says so"
)]

mod paths;
mod tokens;

use std::collections::BTreeMap;

use futures::TryStreamExt;
use sunset_core::error::{ErrorKind, Result};
use sunset_core::ports::objects::{ObjectSource, SourceObject};
use sunset_sources::objects::{Bucket, BucketSettings};
use sunset_testkit::storage::FakeStorage;

struct Server {
    endpoint: String,
    bucket: String,
    client: reqwest::Client,
}

impl Server {
    async fn new(bucket: &str) -> Option<Self> {
        let Ok(endpoint) = std::env::var("SUNSET_TEST_GCS_ENDPOINT") else {
            println!("skipped: SUNSET_TEST_GCS_ENDPOINT names no server");
            return None;
        };
        // The process's TLS provider is chosen with the first client of the library.
        drop(Bucket::new(BucketSettings::default()).expect("a client"));
        let server = Self {
            client: reqwest::Client::new(),
            bucket: format!("{bucket}-{}", std::process::id()),
            endpoint,
        };
        let url = format!("{}/storage/v1/b", server.endpoint);
        let body = serde_json::json!({ "name": server.bucket });
        let made = server
            .client
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("answered");
        assert!(made.status().is_success(), "{}", made.status());
        Some(server)
    }

    async fn put(&self, name: &str, bytes: &[u8]) {
        let url = format!("{}/upload/storage/v1/b/{}/o", self.endpoint, self.bucket);
        let request = self
            .client
            .post(url)
            .query(&[("uploadType", "media"), ("name", name)]);
        let stored = request.body(bytes.to_vec()).send().await.expect("answered");
        assert!(stored.status().is_success(), "{name}: {}", stored.status());
    }

    fn source(&self) -> Bucket {
        Bucket::new(BucketSettings {
            bucket: self.bucket.clone(),
            emulator: Some(self.endpoint.clone()),
            ..BucketSettings::default()
        })
        .expect("a client")
    }
}

async fn listed(source: &Bucket) -> BTreeMap<String, SourceObject> {
    let objects: Vec<_> = source.list().try_concat().await.expect("listed");
    objects
        .into_iter()
        .map(|object| (object.name.clone(), object))
        .collect()
}

async fn read(source: &Bucket, object: &SourceObject, from: u64, to: u64) -> Result<Vec<u8>> {
    let chunks: Vec<_> = source.read(object, from, to).await?.try_collect().await?;
    Ok(chunks.concat())
}

#[tokio::test]
async fn names_of_any_unicode_are_listed_and_read_with_their_checksums() {
    let Some(server) = Server::new("names").await else {
        return;
    };
    let long = format!("{}.mp3", "x".repeat(1_020));
    let names = [
        "plain.mp3",
        "a//double.mp3",
        "a/./dot.mp3",
        "a+b.mp3",
        "100%25.mp3",
        "sp ace.mp3",
        "emoji 😀.mp3",
        "質問?#&=.mp3",
        "folder/",
        long.as_str(),
    ];
    for name in names {
        server
            .put(name, format!("bytes of {name}").as_bytes())
            .await;
    }
    let source = server.source();
    let objects = listed(&source).await;
    assert_eq!(objects.len(), names.len(), "{:?}", objects.keys());
    for name in names {
        let object = &objects[name];
        let expected = format!("bytes of {name}").into_bytes();
        assert_eq!(object.uri, format!("gs://{}/{name}", server.bucket));
        assert_eq!(object.crc32c, Some(crc32c::crc32c(&expected)), "{name}");
        assert!(
            object.md5.is_some() && object.generation.is_some(),
            "{object:?}"
        );
        assert_eq!(
            read(&source, object, 0, object.size).await.expect("read"),
            expected
        );
        assert_eq!(
            read(&source, object, 3, 7).await.expect("read"),
            expected[3..7]
        );
        assert_eq!(
            source.stat(name).await.expect("asked").as_ref(),
            Some(object)
        );
    }
    assert_eq!(source.stat("nothing").await.expect("asked"), None);
}

#[tokio::test]
async fn listings_of_several_pages_are_whole() {
    let Some(server) = Server::new("pages").await else {
        return;
    };
    for number in 0..1_005 {
        server.put(&format!("{number:05}.mp3"), b"x").await;
    }
    assert_eq!(listed(&server.source()).await.len(), 1_005);
}

#[tokio::test]
async fn a_replaced_object_is_not_read_as_the_listed_one() {
    let Some(server) = Server::new("replaced").await else {
        return;
    };
    server.put("a.mp3", b"first").await;
    let source = server.source();
    let object = listed(&source).await.remove("a.mp3").expect("listed");
    server.put("a.mp3", b"other").await;
    let error = read(&source, &object, 0, 5)
        .await
        .expect_err("another generation");
    assert!(
        matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict),
        "{error}"
    );
}

#[tokio::test]
async fn an_absent_bucket_is_answered_with_what_to_do() {
    let Some(server) = Server::new("absent").await else {
        return;
    };
    let source = Bucket::new(BucketSettings {
        bucket: "no-such-bucket".to_owned(),
        emulator: Some(server.endpoint.clone()),
        ..BucketSettings::default()
    })
    .expect("a client");
    let error = source.list().try_concat().await.expect_err("absent");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let remedy = error.remedy_text().unwrap_or_default();
    assert!(
        remedy.contains("FIREBASE_STORAGE_BUCKET") && remedy.contains("Storage"),
        "{remedy}"
    );
}

#[tokio::test]
async fn every_request_names_the_project_that_pays() {
    let storage = FakeStorage::start().await.expect("a server");
    for name in ["a.mp3", "b//+%20 音.mp3", "c.mp3"] {
        storage.put("paid", name, name.as_bytes().to_vec());
    }
    storage.let_pay("who-pays");
    let source = |project: Option<&str>| {
        Bucket::new(BucketSettings {
            bucket: "paid".to_owned(),
            emulator: Some(storage.url()),
            user_project: project.map(ToOwned::to_owned),
            ..BucketSettings::default()
        })
        .expect("a client")
    };
    let paid = source(Some("who-pays"));
    // More than one page; whole, and in part.
    let objects = listed(&paid).await;
    assert_eq!(objects.len(), 3, "{:?}", objects.keys());
    for (name, object) in &objects {
        assert_eq!(paid.stat(name).await.expect("asked").as_ref(), Some(object));
        let bytes = read(&paid, object, 0, object.size).await.expect("read");
        assert_eq!(bytes, name.as_bytes());
        let part = read(&paid, object, 1, 3).await.expect("read");
        assert_eq!(part, &name.as_bytes()[1..3]);
    }
    let object = &objects["a.mp3"];
    for project in [None, Some("another")] {
        let source = source(project);
        let refusals = [
            source.list().try_concat().await.err(),
            source.stat("a.mp3").await.err(),
            read(&source, object, 0, 5).await.err(),
        ];
        for error in refusals {
            let error = error.expect("refused");
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
            let remedy = error.remedy_text().unwrap_or_default();
            assert!(remedy.contains("V2_AUDIO_USER_PROJECT"), "{remedy}");
        }
    }
}
