//! What stands beside a body. R2 refuses checksums of the SDK's own beside `Content-MD5`, and some
//! servers store those that come behind the body as bytes of the object.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sunset_core::ports::objects::{ObjectStore, ObjectWriter, UnfinishedUpload};

use super::listening;
use super::suite::{attributes, body};

#[tokio::test]
async fn a_body_goes_out_as_it_is_with_its_md5_and_no_checksum_of_the_sdks_own() {
    let (store, heard) = listening();
    let bytes = b"some bytes";
    let md5 = STANDARD.encode(body(bytes).md5);
    let upload = UnfinishedUpload {
        key: "audio/b.mp3".to_owned(),
        id: "begun".to_owned(),
    };
    store
        .put("audio/a.mp3", body(bytes), &attributes())
        .await
        .expect("sent");
    store.put_part(&upload, 1, body(bytes)).await.expect("sent");
    drop(store.get("audio/a.mp3").await.expect("asked"));
    let heard = std::mem::take(&mut *heard.lock().expect("nobody failed"));
    let methods: Vec<_> = heard.iter().map(|asked| asked.method.as_str()).collect();
    assert_eq!(methods, ["PUT", "PUT", "GET"]);
    for asked in &heard {
        let begins = |words: &str| {
            let mut names = asked.headers.iter().map(|(name, _)| name);
            names.any(|name| name.starts_with(words))
        };
        for name in [
            "x-amz-checksum",
            "x-amz-sdk-checksum",
            "x-amz-trailer",
            "x-amz-decoded-content-length",
            "transfer-encoding",
            "content-encoding",
        ] {
            assert!(!begins(name), "{name}: {:#?}", asked.headers);
        }
        let signed = asked.header("authorization").unwrap_or_default();
        assert!(signed.contains("/auto/s3/aws4_request"), "{signed}");
    }
    for sent in &heard[..2] {
        assert_eq!(sent.length, bytes.len() as u64);
        assert_eq!(sent.header("content-md5"), Some(md5.as_str()));
    }
}
