//! Objects that a killed run had stored and not recorded yet.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::storm::{Storm, ended, told};
use super::Recorded;

/// What a rollback says of the bucket.
fn numbers(outcome: &Value) -> Vec<Value> {
    let names = [
        "uploads_given_up",
        "objects_removed",
        "objects_gone",
        "objects_in_use",
        "objects_named",
        "objects_kept",
    ];
    names.iter().map(|name| outcome[name].clone()).collect()
}

/// Shows a rollback with its objects, does it, and finds that both say the same.
fn emptied(place: &Recorded, status: i32, more: &[&str]) -> Value {
    let args = [&["--delete-objects", "--json"], more].concat();
    let there = place.stored();
    let shown = place.expect(0, "rollback", &[&args[..], &["--dry-run"]].concat());
    assert_eq!(place.stored(), there, "looking changes nothing");
    let done = place.expect(status, "rollback", &[&args[..], &["--yes"]].concat());
    let (shown, done) = (shown.json(), done.json());
    assert_eq!(numbers(&shown), numbers(&done), "{shown:#}\n{done:#}");
    let removed = there.len() - place.stored().len();
    assert_eq!(done["objects_removed"], json!(removed), "{done:#}");
    done
}

/// The ledger as before the copied objects were recorded: each is only about to be stored.
fn intend_again(place: &Recorded) {
    place.query(
        "INSERT INTO sunset.object_intents (target, key, source_uri, url, run) \
         SELECT target, key, source_uri, url, run FROM sunset.objects WHERE state = 'copied'",
    );
}

#[test]
fn whatever_a_killed_run_had_stored_goes() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let mut storm = Storm::of(6);
    let began = Instant::now();
    place.expect(0, "audio-migrate", &[]);
    let longest = began.elapsed();
    emptied(&place, 0, &["--audio-urls"]);
    assert_eq!(place.stored(), [""; 0]);
    let (mut kills, mut objects, mut unbooked) = (0, 0, 0);
    while kills < storm.blows {
        // Killed once, or again while it goes on.
        for _ in 0..=(kills % 2) {
            let mut child = place.spawn("audio-migrate", &[]);
            if !ended(&mut child, storm.moment(longest)) {
                child.kill().expect("killed");
                kills += 1;
            }
            child.wait().expect("gone");
        }
        // What was on its way to the server may get there yet.
        std::thread::sleep(Duration::from_millis(200));
        let stored = place.stored().len();
        let booked = "SELECT count(*) FROM sunset.objects WHERE state = 'copied'";
        let booked: usize = place.text(booked).parse().expect("a number");
        objects += stored;
        unbooked += stored.saturating_sub(booked);
        emptied(&place, 0, &["--audio-urls"]);
        assert_eq!(place.stored(), [""; 0], "seed {}", storm.seed);
    }
    place.expect(0, "audio-migrate", &[]);
    place.expect(0, "final-check", &["--no-report"]);
    assert_eq!(
        place.text("SELECT count(*) FROM sunset.object_intents"),
        "0",
        "what is proven is not about to be stored"
    );
    told(&format!(
        "{kills} kills of audio-migrate, each followed by rollback --delete-objects: {objects} \
         objects were stored, {unbooked} of them not yet recorded, and none was left; seed {}",
        storm.seed
    ));
}

#[test]
fn what_stands_there_and_is_not_known_to_be_migrations_is_named() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let all = place.stored();
    // As if the run had been killed before it recorded anything: some it had stored, one stood
    // there before, and one was to be stored and was not.
    intend_again(&place);
    place.query(
        "UPDATE sunset.objects SET state = 'listed', key = NULL, etag = NULL, url = NULL, sha256 = NULL \
         WHERE state = 'copied'; \
         UPDATE sunset.object_intents SET found = '' WHERE key = (SELECT min(key) FROM sunset.object_intents); \
         UPDATE sunset.object_intents SET source_uri = 'gs://other/x.mp3' \
         WHERE key = (SELECT max(key) FROM sunset.object_intents)",
    );
    std::fs::remove_file(place.dir.path().join("s3/recordings").join(&all[1])).expect("removed");
    let done = emptied(&place, 3, &[]);
    assert_eq!(
        done["objects_kept"],
        json!([
            [
                all[0],
                "something was there before migration stored anything under this key"
            ],
            [
                all[all.len() - 1],
                "migration did not store it (it names another source)"
            ],
        ])
    );
    assert_eq!(done["objects_removed"], json!(all.len() - 3));
    assert_eq!(place.stored(), [all[0].clone(), all[all.len() - 1].clone()]);
}

#[test]
fn an_upload_that_was_begun_is_given_up() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let folder = place.dir.path().join("large");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
    bytes.extend((0..6_u32 << 20).flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes()));
    std::fs::write(folder.join("202506-IC002.wav"), &bytes).expect("written");
    let place = place.reading_recordings(&folder);
    let mut child = place.spawn("audio-migrate", &["--limit-rate", "8M"]);
    let begun = "SELECT count(*) FROM sunset.objects WHERE upload_id IS NOT NULL";
    let began = Instant::now();
    while place.text(begun) == "0" {
        assert!(began.elapsed() < Duration::from_secs(60), "it begins none");
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    let done = emptied(&place, 0, &["--audio-urls"]);
    assert_eq!(done["uploads_given_up"], 1, "{done:#}");
    let parts = std::fs::read_dir(place.dir.path().join("s3")).expect("read");
    let parts = parts.filter(|entry| {
        let entry = entry.as_ref().expect("an entry");
        entry.file_name().to_string_lossy().contains("upload")
    });
    assert_eq!(parts.count(), 0);
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.stored(), ["audio/2025/06/202506-IC002.wav"]);
}

#[test]
fn an_object_that_somebody_elses_row_names_stays() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let url = place.text("SELECT min(audio_url) FROM conversations WHERE audio_url LIKE 'http%'");
    place.query(&format!(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('mine', 'u', 'm-1', 'Mine'); \
         INSERT INTO conversations (id, opportunity_id, type, audio_url) VALUES ('talk', 'mine', 'demo', '{url}'); \
         UPDATE conversations SET duration = 1 WHERE id = (SELECT max(id) FROM conversations WHERE audio_url LIKE 'http%' AND id <> 'talk')"
    ));
    let done = emptied(&place, 3, &[]);
    assert_eq!(done["objects_in_use"], 2, "{done:#}");
    assert_eq!(place.stored().len(), 2);
}

#[test]
fn a_url_that_is_written_in_other_words_keeps_its_object() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let all = place.stored();
    let urls = "SELECT DISTINCT url COLLATE \"C\" FROM sunset.objects WHERE state = 'copied' ORDER BY 1 LIMIT 7";
    let urls = place.query(urls);
    let base = urls[0].strip_suffix(&all[0]).expect("base and key");
    let key = |at: usize| urls[at].strip_prefix(base).expect("of the same base");
    let of_rows: Vec<String> = [
        format!("{}?dl=1#t=10", urls[0]),
        urls[1].replace("http://", "HTTP://"),
        urls[2].replace("audio/", "%61udio%2F"),
    ]
    .iter()
    .enumerate()
    .map(|(at, url)| format!("('talk{at}', 'mine', 'demo', '{url}')"))
    .collect();
    place.query(&format!(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('mine', 'u', 'm-1', 'Mine'); \
         INSERT INTO conversations (id, opportunity_id, type, audio_url) VALUES {}; \
         CREATE TABLE notes (id int PRIMARY KEY, body jsonb); \
         INSERT INTO notes VALUES (1, '{{\"seen\": [\"{}\"]}}'), (2, '{{\"v2\": \"gs://b/{}\"}}'); \
         CREATE SCHEMA other; CREATE TABLE other.texts (words text); \
         INSERT INTO other.texts VALUES ('listen to {}, please')",
        of_rows.join(", "),
        urls[3],
        key(5),
        urls[4],
    ));
    let named = json!([
        [key(0), "conversations talk0"],
        [key(1), "conversations talk1"],
        [key(2), "conversations talk2"],
        [key(3), "notes 1"],
        [key(4), "other.texts (0,1)"],
    ]);
    let done = emptied(&place, 0, &[]);
    assert_eq!(done["objects_named"], named, "{done:#}");
    assert_eq!(done["objects_in_use"], 5);
    assert_eq!(place.stored(), all[..5]);
    let again = place.expect(0, "rollback", &["--delete-objects", "--dry-run"]);
    let said = format!("{}: named by notes 1", key(3));
    assert!(again.stdout.contains(&said), "{}", again.stdout);
}

#[test]
fn what_gets_there_after_a_rollback_has_looked_is_named_and_removed_by_the_next() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let all = place.stored();
    // As if the run had been killed with its uploads on the way, and they came late: everything but
    // the objects themselves, which are put back once the rollback has looked.
    intend_again(&place);
    place.query(
        "UPDATE sunset.objects SET state = 'pending', etag = NULL, sha256 = NULL WHERE state = 'copied'",
    );
    let (s3, late) = (place.dir.path().join("s3"), place.dir.path().join("late"));
    copy(&s3, &late);
    let first = emptied(&place, 0, &[]);
    assert_eq!(first["objects_removed"], json!(all.len()));
    copy(&late, &s3);
    assert_eq!(place.stored(), all);
    let check = place.expect(0, "check-r2", &["--json"]).json();
    assert_eq!(check["unfinished"], json!(all), "{check:#}");
    assert_eq!(check["unexpected"], json!([]), "{check:#}");
    let second = emptied(&place, 0, &[]);
    assert_eq!(second["objects_removed"], json!(all.len()));
    assert_eq!(place.stored(), [""; 0]);
    // Going forward again proves everything, and nothing is left to be looked for.
    place.expect(0, "data-migrate", &[]);
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.stored(), all);
    assert_eq!(
        place.text("SELECT count(*) FROM sunset.object_intents"),
        "0"
    );
}

/// A folder with all below it; what is there already is written over.
pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("read") {
        let entry = entry.expect("an entry");
        let there = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &there);
        } else {
            std::fs::copy(entry.path(), there).expect("copied");
        }
    }
}
