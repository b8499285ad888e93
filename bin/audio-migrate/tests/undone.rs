//! Taking recordings back: URLs alone, and objects with them.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use md5::{Digest as _, Md5};
use sunset_core::config::R2Settings;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{Attributes, Body, ObjectStore as _, ObjectWriter as _};
use sunset_core::secret::Secret;
use sunset_targets::r2::R2Bucket;
use sunset_testkit::generate::SplitMix;

use crate::place::{Place, shown};

const URLS: &str = "SELECT md5(string_agg(id || coalesce(audio_url, '-'), ' ' ORDER BY id)) \
                    FROM conversations";

/// Stores an object as another tool would: without migration's metadata.
fn store_anew(place: &Place, key: &str, bytes: &[u8]) {
    let setting = |name: &str| place.settings[name].clone();
    let bucket = R2Bucket::new(&R2Settings {
        endpoint: setting("CLOUDFLARE_R2_ENDPOINT"),
        access_key: Secret::new(setting("CLOUDFLARE_R2_ACCESS_KEY")),
        secret_key: Secret::new(setting("CLOUDFLARE_R2_SECRET_KEY")),
        bucket: setting("CLOUDFLARE_R2_BUCKET"),
        public_url: setting("CLOUDFLARE_R2_PUBLIC_URL"),
    });
    let permit = WritePermit::bind(&Consent::given_by_arguments(), bucket.identity());
    let writer = bucket.writer(&permit).expect("a writer");
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let body = Body {
        length: bytes.len() as u64,
        md5: Md5::digest(&bytes).into(),
        bytes: Box::pin(futures::stream::once(async move { Ok(bytes) })),
    };
    let attributes = Attributes {
        content_type: "audio/wav".into(),
        ..Attributes::default()
    };
    crate::place::runtime()
        .block_on(writer.put(key, body, &attributes))
        .expect("stored");
}

#[test]
fn objects_are_removed_that_migration_made_and_that_are_still_what_it_stored() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    if crate::place::program("rollback").is_none() {
        return;
    }
    let before = place.text(URLS);
    let copied = place.run("audio-migrate", &[]);
    assert!(copied.status.success(), "{}", shown(&copied));
    assert_ne!(place.text(URLS), before);
    // Somebody else's object, and two of ours that somebody stored anew: other bytes, and the same
    // bytes by another tool.
    let other = place.stored("audio/theirs.wav");
    std::fs::write(&other, b"theirs").expect("an object");
    let keys = place.text(
        "SELECT string_agg(key, ' ' ORDER BY key) FROM (SELECT DISTINCT key FROM sunset.objects \
         WHERE state = 'copied' ORDER BY key LIMIT 2) AS t",
    );
    let keys: Vec<&str> = keys.split(' ').collect();
    let changed = place.stored(keys[0]);
    let mut bytes = std::fs::read(&changed).expect("ours");
    bytes.push(0);
    store_anew(&place, keys[0], &bytes);
    let same = std::fs::read(place.stored(keys[1])).expect("ours");
    store_anew(&place, keys[1], &same);

    let (shown_first, status) = place.json("rollback", &["--delete-objects", "--dry-run"]);
    assert_eq!(status, 0);
    assert_eq!(shown_first["objects"].as_array().map(Vec::len), Some(125));
    assert_eq!(shown_first["objects_removed"], 125, "{shown_first:#}");
    assert_eq!(
        shown_first["objects_kept"].as_array().map(Vec::len),
        Some(2)
    );
    assert!(other.exists() && changed.exists());

    let (undone, status) = place.json("rollback", &["--delete-objects", "--yes"]);
    assert_eq!(undone["objects_removed"], 125, "{undone:#}");
    assert_eq!(undone["objects_gone"], 0);
    let kept = undone["objects_kept"].as_array().expect("a list");
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(kept[0][0], keys[0]);
    assert_eq!(kept[1][0], keys[1]);
    assert_eq!(status, 3, "something stays");
    assert!(other.exists(), "somebody else's object is untouched");
    assert_eq!(std::fs::read(&changed).expect("kept"), bytes);
    let left = place.text("SELECT count(*) FROM sunset.objects WHERE state = 'copied'");
    assert_eq!(left, "2", "the ledger says what is in the bucket");
    // Forward again.
    for (program, arguments) in [("data-migrate", &[][..]), ("audio-migrate", &[])] {
        let output = place.run(program, arguments);
        let status = output.status.code();
        assert!(matches!(status, Some(0 | 3)), "{}", shown(&output));
    }
}

#[test]
fn urls_alone_are_as_they_were_and_the_objects_stay() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    if crate::place::program("rollback").is_none() {
        return;
    }
    let before = place.text(URLS);
    assert!(place.run("audio-migrate", &[]).status.success());
    let (_, status) = place.json("rollback", &["--audio-urls", "--yes"]);
    assert_eq!(status, 0);
    assert_eq!(place.text(URLS), before);
    let left = place.text("SELECT count(*) FROM sunset.objects WHERE state = 'copied'");
    assert_eq!(left, "127");
    // They are linked again without being sent again.
    let (again, status) = place.json("audio-migrate", &[]);
    assert_eq!(status, 0, "{again:#}");
    assert_eq!(again["report"]["copied"]["objects"], 0, "{again:#}");
    assert_ne!(place.text(URLS), before);
}

#[test]
fn whatever_a_killed_run_linked_is_taken_back_to_what_was_there() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    if crate::place::program("rollback").is_none() {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = number("SUNSET_STORM_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let wanted = number("SUNSET_STORM").unwrap_or(6);
    let mut random = SplitMix::new(seed);
    let rows = "SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM conversations AS c";
    let before = place.text(rows);
    let began = Instant::now();
    assert!(place.run("audio-migrate", &[]).status.success());
    let longest = u64::try_from(began.elapsed().as_micros()).expect("a short time");
    let (mut kills, mut halves) = (0, 0);
    loop {
        halves += u64::from(place.text(rows) != before);
        // The objects stay, or go too: then the next run sends them again.
        let mut arguments = vec!["--audio-urls", "--yes"];
        if random.below(2) == 0 {
            arguments.push("--delete-objects");
        }
        let output = place.run("rollback", &arguments);
        assert!(output.status.success(), "seed {seed} {}", shown(&output));
        assert_eq!(place.text(rows), before, "after {kills} kills, seed {seed}");
        if kills >= wanted {
            break;
        }
        let mut command = place.command("audio-migrate", &[]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("started");
        let end = Instant::now() + Duration::from_micros(random.below(longest));
        while Instant::now() < end && child.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        if child.try_wait().expect("asked").is_none() {
            child.kill().expect("killed");
            child.wait().expect("gone");
            kills += 1;
        }
    }
    let told = format!(
        "storm: {kills} kills of audio-migrate, each followed by a rollback, {halves} times of URLs \
         that were written: every conversation was each time what it was before; seed {seed}\n"
    );
    drop(std::io::stderr().write_all(told.as_bytes()));
}
