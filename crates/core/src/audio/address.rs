//! Names of recordings: the URIs that V2 wrote, the keys and URLs that V3 gets.

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

use crate::instant::Instant;

use super::format::Format;

/// Everything but `A-Za-z0-9._-`.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'-');

/// What a header value cannot hold, or would lose; and `%`, so that it can be decoded.
const METADATA: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// R2's longest key, in bytes.
pub const MAX_KEY: usize = 1_024;

/// `audio/YYYY/MM/<conversation id>.<extension>`; `created_at` is in microseconds since 1970.
pub fn recording_key(conversation_id: &str, created_at: i64, format: Format) -> String {
    let (year, month) = Instant::from_micros(created_at).year_month();
    let id = utf8_percent_encode(conversation_id, KEY);
    format!("audio/{year:04}/{month:02}/{id}.{format}")
}

/// `audio/orphaned/<original name>`
pub fn orphan_key(name: &str) -> String {
    format!("audio/orphaned/{name}")
}

/// `<public url>/<key>`
pub fn public_url(base: &str, key: &str) -> String {
    format!("{}/{key}", base.trim_end_matches('/'))
}

/// A source URI as user metadata, which must be ASCII: what is not, blanks and `%` are
/// percent-encoded.
pub fn metadata_uri(uri: &str) -> String {
    utf8_percent_encode(uri, METADATA).to_string()
}

/// The names of objects that a URI recorded in V2 may mean, the likeliest first.
///
/// `gs://bucket/name` as it stands, the download URLs of Cloud Storage and Firebase with their
/// percent-encoding, and a path without scheme, which is a name within the bucket. A URI of
/// another bucket than `bucket` (where that is known) means none.
pub fn object_names(uri: &str, bucket: Option<&str>) -> Vec<String> {
    let uri = uri.trim();
    let mut names = Vec::new();
    let mut push = |name: &str| {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    if let Some(rest) = uri.strip_prefix("gs://") {
        if let Some((found, name)) = rest.split_once('/')
            && bucket.is_none_or(|bucket| bucket == found)
        {
            push(name);
            push(&decoded(name));
        }
    } else if let Some((scheme, rest)) = uri.split_once("://") {
        if matches!(scheme, "http" | "https")
            && let Some((found, name)) = download_url(rest)
            && bucket.is_none_or(|bucket| bucket == found)
        {
            push(&decoded(name));
        }
    } else {
        push(uri);
        push(uri.trim_start_matches('/'));
        if let Some(bucket) = bucket
            && let Some(name) = uri
                .trim_start_matches('/')
                .strip_prefix(bucket)
                .and_then(|rest| rest.strip_prefix('/'))
        {
            push(name);
        }
    }
    names
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Bucket and encoded name of a download URL, given without its scheme.
fn download_url(rest: &str) -> Option<(&str, &str)> {
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next()?;
    match host {
        "storage.googleapis.com" | "storage.cloud.google.com" => {
            match path
                .strip_prefix("download/storage/v1/b/")
                .or_else(|| path.strip_prefix("storage/v1/b/"))
            {
                Some(api) => api.split_once("/o/"),
                None => path.split_once('/'),
            }
        }
        "firebasestorage.googleapis.com" => path.strip_prefix("v0/b/")?.split_once("/o/"),
        _ => Some((host.strip_suffix(".storage.googleapis.com")?, path)),
    }
}

/// The bucket that a `gs://` URI names.
pub fn bucket_of(uri: &str) -> Option<&str> {
    uri.trim().strip_prefix("gs://")?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_the_month_in_utc_and_ids_as_ascii() {
        let created = Instant::parse_rfc3339("2025-10-31T23:59:59.999999Z", false).expect("a time");
        assert_eq!(
            recording_key("202511-IC001", created.floor_micros(), Format::M4a),
            "audio/2025/10/202511-IC001.m4a"
        );
        assert_eq!(
            recording_key("a b/é%+~", created.floor_micros(), Format::Mp3),
            "audio/2025/10/a%20b%2F%C3%A9%25%2B%7E.mp3"
        );
        assert_eq!(
            recording_key("x", Instant::MIN.floor_micros(), Format::Wav),
            "audio/0001/01/x.wav"
        );
    }

    #[test]
    fn a_url_is_the_public_address_and_the_key() {
        for base in ["https://pub.example", "https://pub.example/"] {
            assert_eq!(
                public_url(base, "audio/x.mp3"),
                "https://pub.example/audio/x.mp3"
            );
        }
    }

    #[test]
    fn metadata_is_ascii_and_decodes_to_the_uri() {
        let uri = "gs://b/音 檔/100%+.mp3";
        let text = metadata_uri(uri);
        assert_eq!(text, "gs://b/%E9%9F%B3%20%E6%AA%94/100%25+.mp3");
        assert_eq!(decoded(&text), uri);
        assert_eq!(metadata_uri("gs://b/slack/x.m4a"), "gs://b/slack/x.m4a");
    }

    #[test]
    fn every_way_of_naming_an_object_is_understood() {
        for (uri, expected) in [
            ("gs://b/a/x.mp3", vec!["a/x.mp3"]),
            ("gs://b/a//x 1.mp3", vec!["a//x 1.mp3"]),
            ("gs://b/100%25.mp3", vec!["100%25.mp3", "100%.mp3"]),
            ("gs://other/x.mp3", vec![]),
            (
                "https://storage.googleapis.com/b/a/x%201.mp3?X-Goog-Signature=1",
                vec!["a/x 1.mp3"],
            ),
            ("https://b.storage.googleapis.com/a/x.mp3", vec!["a/x.mp3"]),
            (
                "https://firebasestorage.googleapis.com/v0/b/b/o/a%2Fx.mp3?alt=media&token=t",
                vec!["a/x.mp3"],
            ),
            (
                "https://storage.googleapis.com/download/storage/v1/b/b/o/a%2Fx.mp3?alt=media",
                vec!["a/x.mp3"],
            ),
            ("https://example.com/b/x.mp3", vec![]),
            ("a/x.mp3", vec!["a/x.mp3"]),
            ("/a/x.mp3", vec!["/a/x.mp3", "a/x.mp3"]),
            ("b/a/x.mp3", vec!["b/a/x.mp3", "a/x.mp3"]),
            ("", vec![]),
            ("gs://b", vec![]),
            ("gs://b/", vec![]),
        ] {
            assert_eq!(object_names(uri, Some("b")), expected, "{uri}");
        }
        assert_eq!(object_names("gs://any/x.mp3", None), ["x.mp3"]);
    }
}
