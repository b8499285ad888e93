//! What stands in the first line of a request: servers that keep objects as files could not tell.

use std::sync::{Arc, Mutex};

use sunset_core::config::R2Settings;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{ObjectStore, ObjectWriter};
use sunset_core::secret::Secret;
use sunset_targets::r2::R2Bucket;
use sunset_testkit::http_proxy::{Fault, HttpProxy};

use super::suite::{attributes, body};

#[tokio::test]
async fn dots_and_double_slashes_of_a_key_are_sent_as_they_are() {
    const KEYS: [(&str, &str); 4] = [
        (
            "audio/orphaned/dot/./segment.mp3",
            "audio/orphaned/dot/./segment.mp3",
        ),
        (
            "audio/orphaned/double//slash.mp3",
            "audio/orphaned/double//slash.mp3",
        ),
        ("audio/orphaned/a/../up.mp3", "audio/orphaned/a/../up.mp3"),
        ("audio/orphaned//%2E/ .mp3", "audio/orphaned//%252E/%20.mp3"),
    ];
    let targets = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&targets);
    // It has no server behind it: every request is answered here.
    let proxy = HttpProxy::to("127.0.0.1:9", move |asked| {
        let target = format!("{} {}", asked.method, asked.target);
        told.lock().expect("nobody failed").push(target);
        Some(Fault::Answer {
            status: 200,
            body: String::new(),
        })
    });
    let bucket = R2Bucket::new(&R2Settings {
        endpoint: proxy.expect("a proxy").url(),
        access_key: Secret::new("key"),
        secret_key: Secret::new("secret"),
        bucket: "kept".to_owned(),
        public_url: "https://pub.example".to_owned(),
    });
    let permit = WritePermit::bind(&Consent::given_by_arguments(), bucket.identity());
    let store = bucket.writer(&permit).expect("a permit for this bucket");
    for (key, path) in KEYS {
        store
            .put(key, body(b"some bytes"), &attributes())
            .await
            .expect("sent");
        drop(store.get(key).await.expect("asked"));
        store.head(key).await.expect("asked");
        let targets = std::mem::take(&mut *targets.lock().expect("nobody failed"));
        let paths: Vec<_> = targets
            .iter()
            .map(|target| target.split('?').next().unwrap_or_default())
            .collect();
        let expected = ["PUT", "GET", "HEAD"].map(|method| format!("{method} /kept/{path}"));
        assert_eq!(paths, expected, "{key}");
    }
}
