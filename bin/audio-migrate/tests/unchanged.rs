//! A second run over what did not change: what it asks of both services, and nothing besides.

use std::sync::{Arc, Mutex};

use sunset_testkit::http_proxy::{Asked, Fault, HttpProxy};
use sunset_testkit::storage::FakeStorage;

use crate::faults::wave;
use crate::place::Place;

const BUCKET: &str = "recordings-of-v2";
/// One that is sent by one request, and one that is sent in parts.
const LENGTHS: [usize; 5] = [1_000, 2_000, 3_000, 4_000, (8 << 20) + 1_000];

/// The first lines of requests.
type Lines = Arc<Mutex<Vec<String>>>;

/// A proxy that does nothing but remember.
fn heard(upstream: &str) -> (HttpProxy, Lines) {
    let lines = Lines::default();
    let heard = Arc::clone(&lines);
    let listen = move |asked: &Asked| -> Option<Fault> {
        let line = format!("{} {}", asked.method, asked.target);
        heard.lock().expect("nobody failed").push(line);
        None
    };
    let upstream = upstream.trim_start_matches("http://");
    (HttpProxy::to(upstream, listen).expect("a proxy"), lines)
}

/// What was heard since it was asked for the last time.
fn taken(lines: &Lines) -> Vec<String> {
    std::mem::take(&mut *lines.lock().expect("nobody failed"))
}

#[test]
fn a_second_run_lists_each_bucket_once_and_asks_for_nothing_else() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let storage = runtime.block_on(FakeStorage::start()).expect("a server");
    let ids = place.text(
        "SELECT string_agg(id, ' ' ORDER BY id) FROM (SELECT id FROM conversations \
         ORDER BY id LIMIT 5) AS few",
    );
    for (id, length) in ids.split(' ').zip(LENGTHS) {
        storage.put(BUCKET, &format!("calls/{id}.wav"), wave(length));
    }
    let (gcs, asked_of_gcs) = heard(&storage.url());
    let (r2, asked_of_r2) = heard(&place.settings["CLOUDFLARE_R2_ENDPOINT"]);
    for (name, value) in [
        ("V2_AUDIO", format!("gs://{BUCKET}")),
        ("FIREBASE_STORAGE_BUCKET", BUCKET.to_owned()),
        ("STORAGE_EMULATOR_HOST", gcs.url()),
        ("CLOUDFLARE_R2_ENDPOINT", r2.url()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    let (first, status) = place.json("audio-migrate", &[]);
    assert_eq!(status, 0, "{first:#}");
    assert_eq!(first["report"]["linked"], LENGTHS.len(), "{first:#}");
    let asked = taken(&asked_of_gcs);
    // The large one is read twice, the second time part by part.
    let read = asked.iter().filter(|line| line.contains("alt=media"));
    assert_eq!(read.count(), LENGTHS.len() + 2, "{asked:#?}");
    let asked = taken(&asked_of_r2);
    let sent = asked.iter().filter(|line| line.starts_with("PUT "));
    assert_eq!(sent.count(), LENGTHS.len() + 1, "{asked:#?}");

    for dry_run in [false, true] {
        let arguments: &[&str] = if dry_run { &["--dry-run"] } else { &[] };
        let (again, status) = place.json("audio-migrate", arguments);
        assert_eq!(status, 0, "{again:#}");
        // This listing has two objects a page, and every page is asked for once.
        let asked = taken(&asked_of_gcs);
        assert_eq!(asked.len(), LENGTHS.len().div_ceil(2), "{asked:#?}");
        let page = format!("GET /storage/v1/b/{BUCKET}/o?");
        assert!(
            asked.iter().all(|line| line.starts_with(&page)),
            "{asked:#?}"
        );
        let mut pages = asked.clone();
        pages.sort();
        pages.dedup();
        assert_eq!(pages.len(), asked.len(), "{asked:#?}");
        let asked = taken(&asked_of_r2);
        let [listing] = &asked[..] else {
            panic!("{asked:#?}");
        };
        assert!(
            listing.starts_with("GET /recordings") && listing.contains("list-type=2"),
            "{listing}"
        );
    }
}
