//! Cloud Storage as users have it: names of all kinds, and buckets whose readers pay.

use sunset_testkit::storage::FakeStorage;
use tokio::runtime::Runtime;

use crate::place::{Place, shown};

const BUCKET: &str = "recordings-of-v2";

/// A V3 and an empty Cloud Storage for it.
fn world() -> Option<(Place, FakeStorage, Runtime)> {
    let mut place = Place::with_sample()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let storage = runtime.block_on(FakeStorage::start()).expect("a server");
    for (name, value) in [
        ("V2_AUDIO", format!("gs://{BUCKET}")),
        ("FIREBASE_STORAGE_BUCKET", BUCKET.to_owned()),
        ("STORAGE_EMULATOR_HOST", storage.url()),
        ("MAX_RETRIES", "0".to_owned()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    Some((place, storage, runtime))
}

fn wave(name: &str) -> Vec<u8> {
    [b"RIFF\0\0\0\0WAVE", name.as_bytes()].concat()
}

#[test]
fn objects_of_any_name_are_copied_once_and_checked() {
    let Some((place, storage, _runtime)) = world() else {
        return;
    };
    // The server makes a file's name of the whole key, so that it keeps no key of 1,024 bytes, the
    // most that R2 takes: the suite of R2 asks other servers for that.
    let long = format!("{}/{}.mp3", "長".repeat(20), "x".repeat(40));
    let too_long = format!(
        "{}.mp3",
        "x".repeat(1_024 + 4 - "audio/orphaned/".len() - 4)
    );
    let names = [
        "plus+and+plus.mp3",
        "percent%20and%2Fslash%.mp3",
        " blanks  everywhere .mp3",
        "..dots...mp3",
        "emoji 😀 and 質問.MP3",
        "e\u{301} and \u{e9}.mp3",
        "?query#fragment&=;'\"<>\\.mp3",
        &long,
    ];
    for name in names {
        storage.put(BUCKET, name, wave(name));
    }
    storage.put(BUCKET, &too_long, wave("one byte too many"));
    let (report, status) = place.json("audio-migrate", &["--orphans", "copy"]);
    assert_eq!(status, 3, "{report:#}");
    assert_eq!(
        report["report"]["copied"]["objects"],
        names.len(),
        "{report:#}"
    );
    let quarantined = report["report"]["quarantined"].to_string();
    assert!(quarantined.contains("1028 bytes"), "{quarantined}");
    for name in names {
        let stored = std::fs::read(place.stored(&format!("audio/orphaned/{name}")));
        assert_eq!(stored.expect(name), wave(name));
    }
    let (check, status) = place.json("check-r2", &["--deep"]);
    assert_eq!(status, 0, "{check:#}");
    assert_eq!(check["present"]["objects"], names.len());
    let (again, _) = place.json("audio-migrate", &["--orphans", "copy"]);
    assert_eq!(again["report"]["copied"]["objects"], 0, "{again:#}");
}

#[test]
fn a_bucket_whose_readers_pay_says_how_and_is_read_when_they_do() {
    let Some((mut place, storage, _runtime)) = world() else {
        return;
    };
    let id = place.text("SELECT min(id) FROM conversations");
    storage.put(BUCKET, &format!("{id}.wav"), wave(&id));
    storage.let_pay("who-pays");
    for project in [None, Some("another")] {
        if let Some(project) = project {
            let name = "V2_AUDIO_USER_PROJECT".to_owned();
            place.settings.insert(name, project.to_owned());
        }
        let refused = place.run("audio-migrate", &[]);
        assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("V2_AUDIO_USER_PROJECT"), "{said}");
    }
    let name = "V2_AUDIO_USER_PROJECT".to_owned();
    place.settings.insert(name, "who-pays".to_owned());
    let (report, status) = place.json("audio-migrate", &[]);
    assert_eq!(status, 0, "{report:#}");
    assert_eq!(report["report"]["linked"], 1, "{report:#}");
}
