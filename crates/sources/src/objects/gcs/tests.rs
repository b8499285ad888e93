use super::*;

#[test]
fn names_of_any_unicode_become_one_segment() {
    let bucket = Bucket::new(BucketSettings {
        bucket: "b".to_owned(),
        emulator: Some("http://127.0.0.1:1/".to_owned()),
        ..BucketSettings::default()
    })
    .expect("made");
    assert_eq!(
        bucket.inner.object_url("a//./音 +%?#.mp3"),
        "http://127.0.0.1:1/storage/v1/b/b/o/a%2F%2F.%2F%E9%9F%B3%20%2B%25%3F%23.mp3"
    );
}

#[test]
fn a_page_is_read_with_its_checksums() {
    let body = r#"{"nextPageToken":"t","items":[
        {"name":"x.mp3","size":"9","md5Hash":"JfnnlDI7RTiF9RgfG2JNCw==","crc32c":"4waSgw==","generation":"1700000000000001"},
        {"name":"composite.wav","size":"5000000000","crc32c":"AAAAAQ==","contentEncoding":"gzip"}]}"#;
    let page = answer::page(body.as_bytes(), "b").expect("read");
    assert_eq!(page.next.as_deref(), Some("t"));
    assert_eq!(page.objects[0].crc32c, Some(0xE306_9283));
    assert_eq!(page.objects[0].generation, Some(1_700_000_000_000_001));
    assert_eq!(page.objects[0].md5.map(|md5| md5[0]), Some(0x25));
    assert_eq!(page.objects[1].md5, None);
    assert_eq!(page.objects[1].size, 5_000_000_000);
    assert_eq!(page.objects[1].content_encoding.as_deref(), Some("gzip"));
    assert!(answer::page(br#"{"items":[{"name":"x","size":"1","crc32c":"!"}]}"#, "b").is_err());
    assert_eq!(
        answer::page(b"{}", "b").expect("an empty bucket").objects,
        []
    );
}
