//! Tokens of a service account, for Cloud Storage.

use futures::TryStreamExt;
use sunset_core::config::ServiceAccount;
use sunset_core::error::ErrorKind;
use sunset_core::ports::objects::ObjectSource;
use sunset_core::secret::Secret;
use sunset_sources::objects::{Bucket, BucketSettings};
use sunset_testkit::storage::FakeStorage;

use super::{listed, read};
use crate::keys::private_key;

const READER: &str = "reader@p.example";

/// Three objects, which is more than one page of a listing, for who has a token.
async fn storage() -> FakeStorage {
    let storage = FakeStorage::start().await.expect("a server");
    for name in ["a.mp3", "b.mp3", "c.mp3"] {
        storage.put("kept", name, name.as_bytes().to_vec());
    }
    storage.demand_tokens();
    storage
}

fn source(storage: &FakeStorage, account: Option<ServiceAccount>) -> Bucket {
    Bucket::new(BucketSettings {
        bucket: "kept".to_owned(),
        emulator: Some(storage.url()),
        account,
        token_url: storage.token_url(),
        ..BucketSettings::default()
    })
    .expect("a client")
}

/// With a key of its own; `None`, with a word why, where none can be made.
fn account() -> Option<ServiceAccount> {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return None;
    };
    Some(ServiceAccount {
        client_email: READER.into(),
        private_key: Secret::new(key),
    })
}

#[tokio::test]
async fn every_request_carries_a_token_that_reads_storage_and_nothing_else() {
    let Some(account) = account() else { return };
    let storage = storage().await;
    let source = source(&storage, Some(account));
    let objects = listed(&source).await;
    assert_eq!(objects.len(), 3, "{:?}", objects.keys());
    for (name, object) in &objects {
        let found = source.stat(name).await.expect("asked");
        assert_eq!(found.as_ref(), Some(object));
        let bytes = read(&source, object, 0, object.size).await.expect("read");
        assert_eq!(bytes, name.as_bytes());
    }
    // One for all of them.
    let stated = storage.stated_for_tokens();
    assert_eq!(stated.len(), 1, "{stated:?}");
    assert_eq!(stated[0]["iss"], READER);
    assert_eq!(
        stated[0]["scope"],
        "https://www.googleapis.com/auth/devstorage.read_only"
    );
    assert_eq!(stated[0]["aud"], storage.token_url());
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let Some(account) = account() else { return };
    let storage = storage().await;
    let source = source(&storage, Some(account));
    let objects = listed(&source).await;
    let object = &objects["a.mp3"];
    // In a description, in the middle of reading, and in a listing.
    storage.end_tokens();
    let found = source.stat("a.mp3").await.expect("asked");
    assert_eq!(found.as_ref(), Some(object));
    storage.end_tokens();
    let bytes = read(&source, object, 1, 3).await.expect("read");
    assert_eq!(bytes, b".m");
    storage.end_tokens();
    assert_eq!(listed(&source).await, objects);
    assert_eq!(storage.stated_for_tokens().len(), 4);

    // Where the new one is refused as well, it is not the token.
    storage.refuse_every_token();
    let asked = storage.requests();
    let error = source.stat("a.mp3").await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    let remedy = error.remedy_text().unwrap_or_default();
    assert!(remedy.contains("FIREBASE_PRIVATE_KEY"), "{remedy}");
    assert_eq!(storage.requests() - asked, 2);
    assert_eq!(storage.stated_for_tokens().len(), 5);
}

#[tokio::test]
async fn without_an_account_a_storage_that_wants_tokens_refuses() {
    let storage = storage().await;
    let source = source(&storage, None);
    let error = source.list().try_concat().await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    let remedy = error.remedy_text().unwrap_or_default();
    assert!(remedy.contains("FIREBASE_CLIENT_EMAIL"), "{remedy}");
    assert_eq!(storage.stated_for_tokens().len(), 0);
}
