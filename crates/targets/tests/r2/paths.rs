//! What stands in the first line of a request: servers that keep objects as files could not tell.

use sunset_core::ports::objects::{ObjectStore, ObjectWriter};

use super::listening;
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
    let (store, heard) = listening();
    for (key, path) in KEYS {
        store
            .put(key, body(b"some bytes"), &attributes())
            .await
            .expect("sent");
        drop(store.get(key).await.expect("asked"));
        store.head(key).await.expect("asked");
        let heard = std::mem::take(&mut *heard.lock().expect("nobody failed"));
        let resource = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
        let paths: Vec<_> = heard
            .iter()
            .map(|asked| format!("{} {}", asked.method, resource(&asked.target)))
            .collect();
        let expected = ["PUT", "GET", "HEAD"].map(|method| format!("{method} /kept/{path}"));
        assert_eq!(paths, expected, "{key}");
    }
}
