//! The whole chain on real servers: recordings whose names are as bad as Cloud Storage allows, from
//! fake-gcs-server to each S3 server that the environment names.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use serde_json::Value;
use sunset_core::config::R2Settings;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{Attributes, ObjectStore as _, ObjectWriter as _};
use sunset_sources::objects::PublicUrls;
use sunset_targets::r2::{R2Bucket, R2Writer};
use sunset_testkit::object_servers::{Buckets, LOCAL_S3, R2_SIMULATOR, S3Server, SEAWEEDFS};

use crate::faults::wave;
use crate::place::{Place, program, runtime};

/// Two parts of 8 MiB, and a third one.
const LARGE: usize = (16 << 20) + 1_000;
/// What Cloud Storage and R2 take at the most.
const LONGEST: usize = 1_024;
const ORPHANED: &str = "audio/orphaned/";

/// A bucket of fake-gcs-server.
struct CloudStorage {
    endpoint: String,
    bucket: String,
    client: reqwest::Client,
}

impl CloudStorage {
    async fn new(bucket: String) -> Option<Self> {
        let Ok(endpoint) = std::env::var("SUNSET_TEST_GCS_ENDPOINT") else {
            println!("skipped: SUNSET_TEST_GCS_ENDPOINT names no server");
            return None;
        };
        // The process's TLS provider is chosen with the first client of the library.
        drop(PublicUrls::new().expect("a client"));
        let client = reqwest::Client::new();
        let made = client
            .post(format!("{endpoint}/storage/v1/b"))
            .json(&serde_json::json!({ "name": bucket }))
            .send()
            .await
            .expect("answered");
        assert!(made.status().is_success(), "{}", made.status());
        Some(Self {
            endpoint,
            bucket,
            client,
        })
    }

    async fn put(&self, name: &str, bytes: Vec<u8>) {
        let url = format!("{}/upload/storage/v1/b/{}/o", self.endpoint, self.bucket);
        let request = self
            .client
            .post(url)
            .query(&[("uploadType", "media"), ("name", name)]);
        let stored = request.body(bytes).send().await.expect("answered");
        assert!(stored.status().is_success(), "{name}: {}", stored.status());
    }
}

/// A name of so many bytes; none of its folders' is longer than files and SeaweedFS take.
fn long(bytes: usize, end: &str) -> String {
    let mut name = String::new();
    while bytes - name.len() - end.len() > 200 {
        name.push_str(&"x".repeat(199));
        name.push('/');
    }
    match bytes - name.len() - end.len() {
        0 => {}
        left => {
            name.push_str(&"y".repeat(left - 1));
            name.push('/');
        }
    }
    name.push_str(end);
    name
}

/// A V3 with the sample's rows, and what V2 and R2 are to hold.
struct World {
    place: Place,
    server: S3Server,
    settings: R2Settings,
    /// By the keys that they are to have.
    wanted: BTreeMap<String, Vec<u8>>,
    /// How many of them are conversations'.
    recordings: usize,
    /// The key of what is sent in parts.
    large: String,
}

impl World {
    /// `None`, with a word why, where a server or a program is absent.
    fn new(server: S3Server, name: &str) -> Option<Self> {
        program("final-check")?;
        let runtime = runtime();
        let settings = runtime.block_on(server.bucket(Buckets::Last))?;
        let bucket = format!("chain-{name}-{}", std::process::id());
        let gcs = runtime.block_on(CloudStorage::new(bucket))?;
        let mut place = Place::with_sample()?;
        for (name, value) in [
            ("V2_AUDIO", format!("gs://{}", gcs.bucket)),
            ("FIREBASE_STORAGE_BUCKET", gcs.bucket.clone()),
            ("STORAGE_EMULATOR_HOST", gcs.endpoint.clone()),
            ("CLOUDFLARE_R2_ENDPOINT", settings.endpoint.clone()),
            (
                "CLOUDFLARE_R2_ACCESS_KEY",
                settings.access_key.expose().to_owned(),
            ),
            (
                "CLOUDFLARE_R2_SECRET_KEY",
                settings.secret_key.expose().to_owned(),
            ),
            ("CLOUDFLARE_R2_BUCKET", settings.bucket.clone()),
            ("CLOUDFLARE_R2_PUBLIC_URL", settings.public_url.clone()),
        ] {
            place.settings.insert(name.to_owned(), value);
        }
        let mut world = Self {
            place,
            server,
            settings,
            wanted: BTreeMap::new(),
            recordings: 0,
            large: String::new(),
        };
        world.empty();
        let recordings = world.recordings();
        world.recordings = recordings.len();
        world.large = recordings.last().expect("some").1.clone();
        for (name, key, length) in recordings.into_iter().chain(world.orphans()) {
            let bytes = wave(length);
            runtime.block_on(gcs.put(&name, bytes.clone()));
            world.wanted.insert(key, bytes);
        }
        Some(world)
    }

    /// Names, keys and lengths of conversations' recordings. Their keys are plain, whatever the
    /// folders are that V2 keeps them in.
    fn recordings(&self) -> Vec<(String, String, usize)> {
        let rows = self.place.text(
            "SELECT string_agg(id || ' audio/' || to_char(created_at, 'YYYY/MM') || '/' || id || \
             '.wav', E'\\n' ORDER BY id) FROM (SELECT id, created_at FROM conversations \
             WHERE id LIKE '2025%' ORDER BY id LIMIT 5) AS few",
        );
        let mut rows = rows.lines().map(|row| row.split_once(' ').expect("two"));
        let mut next = |folder: &str, length: usize| {
            let (id, key) = rows.next().expect("another conversation");
            let name = match folder {
                "" => long(LONGEST, &format!("{id}.wav")),
                folder => format!("{folder}{id}.wav"),
            };
            (name, key.to_owned(), length)
        };
        vec![
            next("calls//double/", 300_000),
            next("./dot/./", 70_001),
            next("a+b 100%25 %/ \u{1f600} 質問?#&=/", 4_000),
            next("", 2_000_000),
            next("e\u{301}/\u{e9}/", LARGE),
        ]
    }

    /// The same of what belongs to nobody, and keeps its name.
    fn orphans(&self) -> Vec<(String, String, usize)> {
        let long = long(LONGEST - ORPHANED.len(), "end.mp3");
        let names = [
            "plus+and%2520percent%.mp3",
            "a b  c.mp3",
            "...dots....mp3",
            "emoji \u{1f600} 質問?#&=;'\"<>.mp3",
            "e\u{301}-and-\u{e9}.mp3",
            "double//slash.mp3",
            "dot/./segment.mp3",
            &long,
        ];
        let mut orphans = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let key = format!("{ORPHANED}{name}");
            if self.server.loses(&key) {
                println!("skipped: {} keeps no key as {key}", self.server.name);
            } else {
                orphans.push((name.to_owned(), key, 1_000 + index));
            }
        }
        orphans
    }

    fn store(&self) -> R2Writer {
        let bucket = R2Bucket::new(&self.settings);
        let permit = WritePermit::bind(&Consent::given_by_arguments(), bucket.identity());
        bucket.writer(&permit).expect("a permit for this bucket")
    }

    /// Buckets that a server declares may have been used before.
    fn empty(&self) {
        let keys = self.stored().into_keys();
        keys.for_each(|key| self.lose(&key));
    }

    fn lose(&self, key: &str) {
        let store = self.store();
        runtime().block_on(store.delete(key)).expect("removed");
    }

    /// What the bucket holds.
    fn stored(&self) -> BTreeMap<String, Vec<u8>> {
        let store = self.store();
        runtime().block_on(async {
            let mut found = BTreeMap::new();
            let listed: Vec<_> = store.list("").try_concat().await.expect("listed");
            for object in listed {
                let bytes = store.get(&object.key).await.expect("there");
                let bytes: Vec<_> = bytes.try_collect().await.expect("whole");
                found.insert(object.key, bytes.concat());
            }
            found
        })
    }

    /// Begins an upload that nobody ends, under the key of what is sent in parts.
    fn abandon_upload(&self) {
        let store = self.store();
        let attributes = Attributes {
            content_type: "audio/wav".to_owned(),
            cache_control: "no-store".to_owned(),
            ..Attributes::default()
        };
        let begun = runtime().block_on(store.begin(&self.large, &attributes));
        begun.expect("begun");
    }

    fn unfinished(&self) -> usize {
        let store = self.store();
        let unfinished = runtime().block_on(store.unfinished("audio/"));
        unfinished.expect("asked").len()
    }

    /// The bucket holds what it is to hold, byte for byte.
    fn expect_stored(&self) {
        let stored = self.stored();
        let keys: Vec<_> = stored.keys().collect();
        let wanted: Vec<_> = self.wanted.keys().collect();
        assert_eq!(keys, wanted);
        for (key, bytes) in &self.wanted {
            assert!(&stored[key] == bytes, "the bytes of {key}");
        }
    }

    /// Runs a program that has to end with this status.
    fn json(&self, status: i32, name: &str, arguments: &[&str]) -> Value {
        let (document, ended) = self.place.json(name, arguments);
        assert_eq!(ended, status, "{name}: {document:#}");
        document
    }
}

fn chain(server: S3Server, name: &str) {
    let Some(world) = World::new(server, name) else {
        return;
    };
    let all = world.wanted.len();
    let dry = ["--orphans", "copy", "--dry-run"];
    let shown = world.json(0, "audio-migrate", &dry);
    assert_eq!(shown["plan"]["to_copy"]["objects"], all, "{shown:#}");
    assert_eq!(world.stored(), BTreeMap::new(), "it was only shown");

    if server.lists_uploads {
        world.abandon_upload();
    } else {
        println!("skipped: {} tells of no unfinished uploads", server.name);
    }
    let mut copy = vec!["--orphans", "copy"];
    if server.is_public() {
        copy.extend(["--verify-urls", "50"]);
    } else {
        println!(
            "skipped: --verify-urls, since {}_PUBLIC names no address of {}",
            server.variables, server.name
        );
    }
    let first = world.json(0, "audio-migrate", &copy);
    let report = &first["report"];
    assert_eq!(report["copied"]["objects"], all, "{first:#}");
    assert_eq!(report["linked"], world.recordings, "{first:#}");
    let orphans = all - world.recordings;
    assert_eq!(report["orphans_copied"]["objects"], orphans, "{first:#}");
    assert_eq!(report["parts_sent"], 3, "{first:#}");
    let aborted = u64::from(server.lists_uploads);
    assert_eq!(report["aborted_uploads"], aborted, "{first:#}");
    assert_eq!(world.unfinished(), 0);
    let urls = first["urls"].as_array().expect("a list");
    let fetched = if server.is_public() {
        world.recordings
    } else {
        0
    };
    assert_eq!(urls.len(), fetched, "{first:#}");
    assert!(urls.iter().all(|url| url["fault"].is_null()), "{urls:#?}");
    let linked = world.place.text(
        "SELECT count(*) FROM conversations AS c JOIN sunset.objects AS o \
         ON o.conversation_id = c.id AND o.url = c.audio_url AND o.state = 'copied'",
    );
    assert_eq!(linked, world.recordings.to_string());
    world.expect_stored();

    let expected = all.to_string();
    let deep = ["--deep", "--expect-objects", &expected];
    let check = world.json(0, "check-r2", &deep);
    assert_eq!(check["present"]["objects"], all, "{check:#}");
    assert_eq!(check["read_again"]["objects"], all, "{check:#}");
    assert_eq!(check["unexpected"], serde_json::json!([]), "{check:#}");
    let audio = ["--no-report", "--only", "audio"];
    world.json(0, "final-check", &audio);

    let again = world.json(0, "audio-migrate", &copy);
    assert!(again["run"].is_null(), "nothing is written: {again:#}");
    assert_eq!(again["report"]["copied"]["objects"], 0, "{again:#}");

    // What is lost is named by both checks, and copied again.
    let lost = world.large.as_str();
    world.lose(lost);
    let check = world.json(4, "check-r2", &[]);
    assert_eq!(check["missing"], serde_json::json!([lost]), "{check:#}");
    world.json(4, "final-check", &audio);
    let third = world.json(0, "audio-migrate", &copy);
    assert_eq!(third["report"]["copied"]["objects"], 1, "{third:#}");
    world.expect_stored();
    world.json(0, "check-r2", &deep);
    world.json(0, "final-check", &audio);
}

#[test]
fn the_whole_chain_from_fake_gcs_server_to_local_s3() {
    chain(LOCAL_S3, "local-s3");
}

#[test]
fn the_whole_chain_from_fake_gcs_server_to_seaweedfs() {
    chain(SEAWEEDFS, "seaweedfs");
}

#[test]
fn the_whole_chain_from_fake_gcs_server_to_cloudflares_simulator_of_r2() {
    chain(R2_SIMULATOR, "r2-simulator");
}
