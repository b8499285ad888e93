//! Tokens of a service account.

use std::time::Duration;

use sunset_core::config::ServiceAccount;
use sunset_core::ports::documents::DocumentSource;
use sunset_core::secret::Secret;
use sunset_sources::firestore::{Firestore, FirestoreSettings};
use sunset_testkit::firestore::{FakeFirestore, Fault};

use super::super::reading::deliver;
use super::{assert_all_once, settings, small, with_cases};
use crate::keys::private_key;

pub fn with_account(fake: &FakeFirestore, key: String) -> FirestoreSettings {
    FirestoreSettings {
        account: Some(ServiceAccount {
            client_email: "reader@p.example".into(),
            private_key: Secret::new(key),
        }),
        token_url: fake.token_url(),
        ..settings(fake)
    }
}

#[tokio::test]
async fn an_expired_token_is_replaced() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    let fake = with_cases(90).await;
    fake.with_tokens();
    fake.fail([Fault::Empty, Fault::ExpiredToken]);
    let source = Firestore::new(&with_account(&fake, key), small()).expect("a client");
    assert_all_once(&deliver(&source, &["cases"]).await, 90);
    assert_eq!(fake.faults_left(), 0);
    // The first, the one that expired (which nobody had), and its successor.
    assert_eq!(fake.tokens_given(), 3);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_services() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    for ahead in [-7_200, -20, 0, 20, 90_000] {
        let fake = with_cases(30).await;
        fake.with_tokens();
        fake.with_clock_ahead(ahead);
        let source = Firestore::new(&with_account(&fake, key.clone()), small()).expect("a client");
        assert_all_once(&deliver(&source, &["cases"]).await, 30);
        assert_eq!(fake.tokens_given(), 1, "{ahead}");
    }
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends_and_used_until_then() {
    let Some(key) = private_key() else {
        println!("skipped: there is no openssl to make a key with");
        return;
    };
    let fake = with_cases(200).await;
    fake.with_tokens();
    // A life shorter than the usual margin is used all the same.
    fake.with_tokens_of(200);
    let source = Firestore::new(&with_account(&fake, key.clone()), small()).expect("a client");
    assert_all_once(&deliver(&source, &["cases"]).await, 200);
    assert_eq!(fake.tokens_given(), 1);
    // One that is over at once is asked for each time, and nothing fails.
    let fake = with_cases(50).await;
    fake.with_tokens();
    fake.with_tokens_of(1);
    let source = Firestore::new(&with_account(&fake, key), small()).expect("a client");
    source.open().await.expect("a server");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_all_once(&deliver(&source, &["cases"]).await, 50);
    assert!(fake.tokens_given() >= 2);
}
