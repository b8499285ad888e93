//! What stands in the first line of a request.

use std::sync::{Arc, Mutex};

use sunset_core::ports::objects::{ObjectSource, SourceObject};
use sunset_sources::objects::{Bucket, BucketSettings};
use sunset_testkit::http_proxy::{Fault, HttpProxy};

use super::read;

#[tokio::test]
async fn dots_and_double_slashes_of_a_name_are_asked_for_as_they_are() {
    const NAMES: [(&str, &str); 4] = [
        ("a/./dot.mp3", "a%2F.%2Fdot.mp3"),
        ("a//double.mp3", "a%2F%2Fdouble.mp3"),
        ("../up/..", "..%2Fup%2F.."),
        ("/a%2F.mp3", "%2Fa%252F.mp3"),
    ];
    let targets = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&targets);
    // It has no server behind it: every request is answered here.
    let proxy = HttpProxy::to("127.0.0.1:9", move |asked| {
        let target = format!("{} {}", asked.method, asked.target);
        told.lock().expect("nobody failed").push(target);
        Some(Fault::Answer {
            status: 200,
            body: "bytes".to_owned(),
        })
    });
    let source = Bucket::new(BucketSettings {
        bucket: "b".to_owned(),
        emulator: Some(proxy.expect("a proxy").url()),
        ..BucketSettings::default()
    })
    .expect("a client");
    for (name, segment) in NAMES {
        let object = SourceObject {
            uri: format!("gs://b/{name}"),
            name: name.to_owned(),
            size: 5,
            generation: None,
            md5: None,
            crc32c: None,
            content_type: None,
            content_encoding: None,
        };
        let bytes = read(&source, &object, 0, 5).await.expect("read");
        assert_eq!(bytes, b"bytes");
        // What comes back is no description, but it was asked for.
        source.stat(name).await.expect_err("no description");
        let targets = std::mem::take(&mut *targets.lock().expect("nobody failed"));
        let begin = format!("GET /storage/v1/b/b/o/{segment}?");
        assert_eq!(targets.len(), 2, "{targets:?}");
        assert!(
            targets.iter().all(|target| target.starts_with(&begin)),
            "{name}: {targets:?}"
        );
    }
}
