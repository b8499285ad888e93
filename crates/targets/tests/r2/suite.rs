//! What every S3 server has to do for recordings to be proven.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use md5::Digest as _;
use sunset_core::config::R2Settings;
use sunset_core::error::{Error, ErrorKind};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{
    Attributes, Body, ObjectStore, ObjectWriter, StoredPart, UnfinishedUpload,
};
use sunset_core::secret::Secret;
use sunset_targets::r2::{R2Bucket, R2Writer};

use super::Scratch;

const MIB: usize = 1 << 20;

fn md5_of(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes in uneven chunks.
pub fn body(bytes: &[u8]) -> Body {
    let chunks: Vec<_> = bytes
        .chunks(70_001)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    Body {
        bytes: futures::stream::iter(chunks).boxed(),
        length: bytes.len() as u64,
        md5: md5_of(bytes),
    }
}

fn pattern(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8 ^ seed).collect()
}

pub fn attributes() -> Attributes {
    Attributes {
        content_type: "audio/mpeg".to_owned(),
        content_encoding: None,
        cache_control: "public, max-age=31536000".to_owned(),
        metadata: vec![
            ("sha256".to_owned(), "abc".to_owned()),
            ("source-uri".to_owned(), "gs://b/%E9%9F%B3.mp3".to_owned()),
        ],
    }
}

async fn bytes_of(store: &R2Writer, key: &str) -> Vec<u8> {
    let chunks: Vec<_> = store
        .get(key)
        .await
        .expect("there")
        .try_collect()
        .await
        .expect("whole");
    chunks.concat()
}

pub async fn a_streamed_object_arrives_byte_for_byte_with_what_stands_beside_it(scratch: Scratch) {
    let store = scratch.writer();
    for (key, length) in [
        ("audio/2025/11/a.mp3", 300_000),
        ("audio/2025/11/a%20b%2F%C3%A9.mp3", 1),
        ("audio/orphaned/folder/x y+z 😀 質問.mp3", 70_001),
    ] {
        let bytes = pattern(length, 3);
        let etag = store
            .put(key, body(&bytes), &attributes())
            .await
            .expect("stored");
        assert_eq!(etag, Some(hex(&md5_of(&bytes))), "{key}");
        let head = store.head(key).await.expect("asked").expect("there");
        assert_eq!(head.size, length as u64);
        assert_eq!(head.content_type.as_deref(), Some("audio/mpeg"));
        assert_eq!(head.sha256.as_deref(), Some("abc"));
        assert_eq!(head.source_uri.as_deref(), Some("gs://b/%E9%9F%B3.mp3"));
        assert_eq!(bytes_of(&store, key).await, bytes, "{key}");
    }
    let listed: Vec<_> = store
        .list("audio/2025/")
        .try_concat()
        .await
        .expect("listed");
    let listed: BTreeMap<_, _> = listed.into_iter().map(|one| (one.key, one.size)).collect();
    let keys: Vec<_> = listed.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["audio/2025/11/a%20b%2F%C3%A9.mp3", "audio/2025/11/a.mp3"]
    );
    store.delete("audio/2025/11/a.mp3").await.expect("removed");
    store.delete("audio/2025/11/a.mp3").await.expect("harmless");
    assert_eq!(
        store.head("audio/2025/11/a.mp3").await.expect("asked"),
        None
    );
}

pub async fn a_body_that_ends_early_or_late_is_no_object(scratch: Scratch) {
    let store = scratch.writer();
    let bytes = pattern(200_000, 1);
    let mut short = body(&bytes[..150_000]);
    short.length = 200_000;
    let error = store
        .put("audio/short", short, &attributes())
        .await
        .expect_err("short");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.what().contains("50000 bytes too early"), "{error}");
    let mut long = body(&bytes);
    long.length = 150_000;
    // What is behind the stated length is never sent; one chunk that reaches beyond it is an error.
    let error = store
        .put("audio/long", long, &attributes())
        .await
        .expect_err("long");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let broken = Body {
        bytes: futures::stream::iter([
            Ok(Bytes::from_static(b"some")),
            Err(Error::new(ErrorKind::Throttled, "the source's own words")),
        ])
        .boxed(),
        length: 10,
        md5: [0; 16],
    };
    let error = store
        .put("audio/broken", broken, &attributes())
        .await
        .expect_err("broken");
    assert_eq!(error.what(), "the source's own words");
    for key in ["audio/short", "audio/long", "audio/broken"] {
        assert_eq!(store.head(key).await.expect("asked"), None, "{key}");
    }
}

async fn sent(
    scratch: &Scratch,
    store: &R2Writer,
    upload: &UnfinishedUpload,
    number: usize,
    bytes: &[u8],
) -> StoredPart {
    let number = u32::try_from(number).expect("small");
    let etag = store.put_part(upload, number, body(bytes)).await;
    let etag = etag.expect("sent").expect("an ETag");
    assert_eq!(etag == hex(&md5_of(bytes)), scratch.server.parts_have_md5);
    StoredPart {
        number,
        size: bytes.len() as u64,
        etag,
    }
}

pub async fn parts_make_an_object_and_an_upload_can_be_gone_on_with(scratch: Scratch) {
    let store = scratch.writer();
    let key = "audio/2025/11/large.mp3";
    let parts = [pattern(5 * MIB, 1), pattern(5 * MIB, 2), pattern(1_000, 3)];
    let upload = store.begin(key, &attributes()).await.expect("begun");
    let mut all = Vec::new();
    for number in [2, 1] {
        all.push(sent(&scratch, &store, &upload, number, &parts[number - 1]).await);
    }
    let held = store.parts(&upload).await.expect("asked");
    assert_eq!(held.is_some(), scratch.server.lists_parts);
    if let Some(held) = held {
        let sizes: Vec<_> = held.iter().map(|part| (part.number, part.size)).collect();
        assert_eq!(sizes, [(1, 5 * MIB as u64), (2, 5 * MIB as u64)]);
    }
    let unfinished = store.unfinished("audio/").await.expect("asked");
    assert_eq!(unfinished.contains(&upload), scratch.server.lists_uploads);
    all.push(sent(&scratch, &store, &upload, 3, &parts[2]).await);
    all.sort_by_key(|part| part.number);
    let etag = store.complete(&upload, &all).await.expect("completed");
    let md5s: Vec<u8> = parts.iter().flat_map(|bytes| md5_of(bytes)).collect();
    assert_eq!(etag, Some(format!("{}-3", hex(&md5_of(&md5s)))));
    let head = store.head(key).await.expect("asked").expect("there");
    assert_eq!(head.etag, etag);
    assert_eq!(head.sha256.as_deref(), Some("abc"));
    assert_eq!(bytes_of(&store, key).await, parts.concat());
}

pub async fn an_upload_that_was_given_up_takes_no_parts(scratch: Scratch) {
    let store = scratch.writer();
    let upload = store.begin("audio/x", &attributes()).await.expect("begun");
    store.abort(&upload).await.expect("given up");
    let error = store
        .put_part(&upload, 1, body(b"x"))
        .await
        .expect_err("gone");
    assert!(
        matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied),
        "{error}"
    );
}

pub async fn refusals_say_what_to_do(scratch: Scratch) {
    let list = async |settings: &R2Settings| {
        let listed: Result<Vec<_>, _> = R2Bucket::new(settings).list("").try_concat().await;
        listed.expect_err("refused")
    };
    let mut wrong = scratch.settings.clone();
    wrong.bucket = "no-such-bucket".to_owned();
    let error = list(&wrong).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("CLOUDFLARE_R2_BUCKET"))
    );

    let mut wrong = scratch.settings.clone();
    wrong.secret_key = Secret::new("not the secret");
    let error = list(&wrong).await;
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("CLOUDFLARE_R2_SECRET_KEY"))
    );

    let mut wrong = scratch.settings.clone();
    wrong.access_key = Secret::new("0123456789abcdef0123456789abcdef");
    let error = list(&wrong).await;
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    let remedy = error.remedy_text().unwrap_or_default();
    assert!(
        remedy.contains("CLOUDFLARE_R2_ACCESS_KEY is mistyped"),
        "{error}: {remedy}"
    );

    let mut wrong = scratch.settings.clone();
    wrong.endpoint = "http://127.0.0.1:9".to_owned();
    let error = list(&wrong).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("CLOUDFLARE_R2_ENDPOINT"))
    );
}

pub async fn parts_that_are_too_small_make_no_object(scratch: Scratch) {
    if !scratch.server.wants_large_parts {
        println!("skipped: {} takes parts of any size", scratch.server.name);
        return;
    }
    let store = scratch.writer();
    let key = "audio/2025/11/small-parts.mp3";
    let upload = store.begin(key, &attributes()).await.expect("begun");
    let mut all = Vec::new();
    for number in [1, 2] {
        let bytes = pattern(1_000, number);
        all.push(sent(&scratch, &store, &upload, usize::from(number), &bytes).await);
    }
    let error = store.complete(&upload, &all).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.what().contains("EntityTooSmall"), "{error}");
    let remedy = error.remedy_text().unwrap_or_default();
    assert!(remedy.contains("it sends the object anew"), "{remedy}");
    assert_eq!(store.head(key).await.expect("asked"), None);
}

pub async fn a_permit_for_another_bucket_makes_no_writer(scratch: Scratch) {
    let bucket = R2Bucket::new(&scratch.settings);
    let mut other = scratch.settings.clone();
    other.bucket = "other".to_owned();
    let identity = R2Bucket::new(&other).identity();
    let permit = WritePermit::bind(&Consent::given_by_arguments(), identity);
    assert_eq!(
        bucket.writer(&permit).expect_err("another").kind(),
        ErrorKind::Refused
    );
}

pub async fn keys_of_any_unicode_are_kept_as_they_are(scratch: Scratch) {
    let store = scratch.writer();
    // Folders of 200 characters: files and SeaweedFS have no longer names.
    let folders = ("x".repeat(199) + "/").repeat(5);
    let long = format!("audio/orphaned/{folders}12345.mp3");
    assert_eq!(long.len(), 1_024);
    let keys = [
        "audio/orphaned/plus+and%2520percent%.mp3",
        "audio/orphaned/a b  c.mp3",
        "audio/orphaned/...dots....mp3",
        "audio/orphaned/emoji 😀 質問?#&=;'\"<>.mp3",
        "audio/orphaned/e\u{301}-and-\u{e9}.mp3",
        "audio/orphaned/double//slash.mp3",
        "audio/orphaned/dot/./segment.mp3",
        &long,
    ];
    let (lost, kept): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|key| scratch.server.loses(key));
    for key in lost {
        println!("skipped: {} keeps no key as {key}", scratch.server.name);
    }
    for (seed, key) in (1..).zip(&kept) {
        let bytes = pattern(1_000, seed);
        let etag = store.put(key, body(&bytes), &attributes()).await;
        assert_eq!(etag.expect("stored"), Some(hex(&md5_of(&bytes))), "{key}");
    }
    for (seed, key) in (1..).zip(&kept) {
        assert_eq!(bytes_of(&store, key).await, pattern(1_000, seed), "{key}");
    }
    let listed: Vec<_> = store
        .list("audio/orphaned/")
        .try_concat()
        .await
        .expect("listed");
    let mut listed: Vec<_> = listed.iter().map(|one| one.key.as_str()).collect();
    listed.sort_unstable();
    let mut expected = kept;
    expected.sort_unstable();
    assert_eq!(listed, expected);
}

pub async fn bytes_that_are_not_their_md5_are_refused(scratch: Scratch) {
    let store = scratch.writer();
    let bytes = pattern(100_000, 9);
    let mut wrong = body(&bytes);
    wrong.md5 = md5_of(b"something else");
    let error = store
        .put("audio/wrong", wrong, &attributes())
        .await
        .expect_err("refused");
    // It may have been the network, so it is tried again.
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    assert_eq!(store.head("audio/wrong").await.expect("asked"), None);
}
