//! Texts that point at a stored recording, however its URL is written there.
//!
//! A row may name a recording by its URL with a query or a fragment behind it, with other
//! percent-encoding, with its host in capitals, or in the middle of a JSON value. Whoever removes
//! objects must see all of these. What is found may be too much, never too little.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::address::MAX_KEY;

/// How often a text is decoded: URLs within URLs are encoded once more each time.
const DECODED: usize = 4;

/// Where recordings lie: what their URLs begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places(Vec<Place>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    host: String,
    port: Option<u16>,
    /// With `/` at both ends.
    path: String,
}

impl Place {
    /// Of `https://user@host:port/path/`; the scheme may be any, or absent.
    fn of(base: &str) -> Option<Self> {
        let rest = base.rsplit_once("://").map_or(base, |(_, rest)| rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (authority, ""),
        };
        let path = plain(path).pop().unwrap_or_default();
        let path = path.trim_matches('/');
        (!host.is_empty()).then(|| Self {
            host: host.to_ascii_lowercase(),
            port: port.parse().ok().filter(|port| !usual(*port)),
            path: match path {
                "" => "/".to_owned(),
                path => format!("/{path}/"),
            },
        })
    }

    /// What follows this place's URL where `text` names one at `at`, which is behind the host.
    fn behind<'t>(&self, text: &'t str, at: usize) -> Option<&'t str> {
        let rest = text.get(at..)?;
        let (port, rest) = match rest.strip_prefix(':') {
            Some(port) => {
                let digits = port.bytes().take_while(u8::is_ascii_digit).count();
                let (port, rest) = port.split_at_checked(digits)?;
                (port.parse().ok().filter(|port| !usual(*port)), rest)
            }
            None => (None, rest),
        };
        (port == self.port).then_some(())?;
        rest.strip_prefix(self.path.as_str())
    }
}

/// The ports that a URL does not name.
fn usual(port: u16) -> bool {
    matches!(port, 80 | 443)
}

impl Places {
    /// Of what URLs begin with, the public ones and those of the store itself.
    pub fn of<T: AsRef<str>>(bases: impl IntoIterator<Item = T>) -> Self {
        let places = bases.into_iter();
        let places = places.filter_map(|base| Place::of(base.as_ref()));
        Self(places.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The hosts, in small letters: a text that has none of them in it, whatever its letters, names
    /// no recording.
    pub fn hosts(&self) -> Vec<String> {
        let hosts: BTreeSet<&str> = self.0.iter().map(|place| place.host.as_str()).collect();
        hosts.into_iter().map(ToOwned::to_owned).collect()
    }

    /// What follows the recordings' places in a text: each begins with the key that it names.
    fn tails(&self, text: &str) -> BTreeSet<String> {
        let mut tails = BTreeSet::new();
        for text in plain(text) {
            // Letters stay where they are: only those of ASCII change.
            let small = text.to_ascii_lowercase();
            for place in &self.0 {
                for (at, host) in small.match_indices(&place.host) {
                    let before = small.get(..at).and_then(|before| before.chars().last());
                    let longer = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
                    if !before.is_some_and(longer)
                        && let Some(tail) = place.behind(&text, at + host.len())
                    {
                        tails.insert(tail.chars().take(MAX_KEY + 1).collect());
                    }
                }
            }
        }
        tails
    }
}

/// A text as it stands and as often decoded as it is encoded, each without backslashes, which JSON
/// puts before what it likes.
fn plain(text: &str) -> Vec<String> {
    let mut all = vec![text.replace('\\', "")];
    while all.len() <= DECODED {
        let Some(last) = all.last() else { break };
        let decoded = percent_decode_str(last).decode_utf8_lossy();
        let decoded = decoded.replace('\\', "");
        if decoded == *last {
            break;
        }
        all.push(decoded);
    }
    all
}

/// Recordings that rows name, and which row does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pointers(BTreeMap<String, String>);

impl Pointers {
    /// Adds what a row's text names.
    pub fn add(&mut self, places: &Places, row: &str, text: &str) {
        for tail in places.tails(text) {
            self.0.entry(tail).or_insert_with(|| row.to_owned());
        }
    }

    /// A row that names the object under this key.
    pub fn to(&self, key: &str) -> Option<&str> {
        let spellings = plain(key);
        spellings.iter().find_map(|key| self.beginning(key))
    }

    fn beginning(&self, key: &str) -> Option<&str> {
        let behind = self.0.range(key.to_owned()..);
        let mut behind = behind.map_while(|(tail, row)| Some((tail.strip_prefix(key)?, row)));
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
        behind.find_map(|(rest, row)| ends(rest).then_some(row.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "audio/2025/06/Ab%20c.m4a";

    fn named(text: &str) -> bool {
        let places = Places::of([
            "https://Pub-1.r2.dev/",
            "http://127.0.0.1:9000/recordings/",
            "s3:https://acc.r2.cloudflarestorage.com/bucket",
        ]);
        let mut pointers = Pointers::default();
        pointers.add(&places, "notes 1", text);
        pointers.to(KEY).is_some()
    }

    #[test]
    fn a_url_points_at_its_object_however_it_is_written() {
        for text in [
            "https://pub-1.r2.dev/audio/2025/06/Ab%20c.m4a",
            "https://pub-1.r2.dev/audio/2025/06/Ab%20c.m4a?dl=1",
            "https://pub-1.r2.dev/audio/2025/06/Ab%20c.m4a#t=10",
            "HTTP://PUB-1.R2.DEV:443/audio/2025/06/Ab%20c.m4a",
            "//user:pass@pub-1.r2.dev/%61udio/2025/06/Ab c.m4a",
            "https://pub-1.r2.dev/audio%2F2025%2F06%2FAb%2520c.m4a",
            r#"{"a": ["see https:\/\/pub-1.r2.dev\/audio\/2025\/06\/Ab%20c.m4a"]}"#,
            r#"{"a": "\"https://pub-1.r2.dev/audio/2025/06/Ab%20c.m4a\""}"#,
            "https://x.tw/play?u=https%3A%2F%2Fpub-1.r2.dev%2Faudio%2F2025%2F06%2FAb%2520c.m4a",
            "http://127.0.0.1:9000/recordings/audio/2025/06/Ab%20c.m4a",
            "https://acc.r2.cloudflarestorage.com/bucket/audio/2025/06/Ab%20c.m4a?X-Amz-Date=1",
        ] {
            assert!(named(text), "{text}");
        }
    }

    #[test]
    fn what_names_another_object_does_not_point_at_this_one() {
        for text in [
            "gs://v2-bucket/audio/2025/06/Ab%20c.m4a",
            "https://elsewhere.tw/audio/2025/06/Ab%20c.m4a",
            "https://my-pub-1.r2.dev/audio/2025/06/Ab%20c.m4a",
            "https://pub-1.r2.dev:8443/audio/2025/06/Ab%20c.m4a",
            "http://127.0.0.1:9001/recordings/audio/2025/06/Ab%20c.m4a",
            "http://127.0.0.1:9000/other/audio/2025/06/Ab%20c.m4a",
            "https://pub-1.r2.dev/audio/2025/06/ab%20c.m4a",
            "https://pub-1.r2.dev/audio/2025/06/Ab%20c.m4a2",
            "https://pub-1.r2.dev/audio/2025/06/Ab%20c",
            "https://pub-1.r2.dev",
            "",
        ] {
            assert!(!named(text), "{text}");
        }
        assert_eq!(Pointers::default().to(KEY), None);
        assert_eq!(Places::of(["", "https://"]).hosts(), [""; 0]);
    }

    #[test]
    fn one_row_that_names_a_longer_key_hides_none_that_names_a_shorter() {
        let places = Places::of(["https://h/"]);
        let mut pointers = Pointers::default();
        pointers.add(
            &places,
            "a",
            "https://h/audio/x.m4a2 https://h/audio/x.m4a.wav",
        );
        assert_eq!(pointers.to("audio/x.m4a2"), Some("a"));
        pointers.add(&places, "b", "https://h/audio/x.m4a");
        assert_eq!(pointers.to("audio/x.m4a"), Some("b"));
        assert_eq!(pointers.to("audio/y.m4a"), None);
    }
}
