//! kill -9 in the middle of a large object, and anywhere in many small ones.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sunset_testkit::generate::SplitMix;
use sunset_testkit::proxy::Proxy;

use crate::place::{Place, shown};

const URL: &str = "SELECT audio_url FROM conversations WHERE id = '202506-IC002'";
const KEY: &str = "audio/2025/06/202506-IC002.wav";
/// Of the object that is large.
const PART: u64 = 8 << 20;

/// kill -9 during objects of 200 MiB, as often as `SUNSET_STORM` says, 25 times where it does not:
/// one object after the other, each in a place of its own, until all are dealt out.
#[test]
fn a_killed_run_goes_on_and_links_nothing_that_is_not_proven() {
    let wanted = number("SUNSET_STORM").unwrap_or(25);
    let seed = number("SUNSET_STORM_SEED").unwrap_or(wanted);
    let mut random = SplitMix::new(seed);
    let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
    bytes.extend((0..50_u32 << 20).flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes()));
    let size = bytes.len() as u64;
    let (mut kills, mut objects, mut twice) = (0, 0, 0);
    while kills < wanted {
        let Some(place) = Place::with_sample() else {
            return;
        };
        let (dealt, sent) = killed_during(place, &bytes, wanted - kills, &mut random);
        assert!(dealt > 0, "the object is too small for this machine");
        kills += dealt;
        objects += 1;
        twice += sent.saturating_sub(size);
    }
    assert_eq!(kills, wanted, "seed {seed}");
    let told = format!(
        "storm: {kills} kills of audio-migrate during {objects} objects of {size} bytes: {:.1} parts \
         more than sending each once takes; seed {seed}\n",
        twice as f64 / PART as f64
    );
    drop(std::io::stderr().write_all(told.as_bytes()));
}

/// Copies one object, with so many kills or as many as it lasts for. How many these were, and how
/// many bytes were sent in all.
fn killed_during(mut place: Place, bytes: &[u8], most: u64, random: &mut SplitMix) -> (u64, u64) {
    let folder = place.folder.path().join("large");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("202506-IC002.wav"), bytes).expect("written");
    let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
    let proxy = Proxy::to(endpoint.trim_start_matches("http://")).expect("a proxy");
    for (name, value) in [
        ("V2_AUDIO", format!("file://{}", folder.display())),
        (
            "CLOUDFLARE_R2_ENDPOINT",
            format!("http://{}", proxy.address()),
        ),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    let before = place.text(URL);
    let (mut kills, mut ended) = (0, None);
    while kills < most {
        // So slow that it does not end before it was killed often enough.
        let mut command = place.command("audio-migrate", &["--limit-rate", "20M"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        // In the middle of a part, most times; while it is read for the first time, now and then.
        let until = proxy.passed().sent + random.below(10 << 20);
        let begin = Instant::now();
        while proxy.passed().sent < until && begin.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(2));
            if child.try_wait().expect("asked").is_some() {
                break;
            }
        }
        if child.try_wait().expect("asked").is_some() {
            ended = Some(child.wait_with_output().expect("ended"));
            break;
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        kills += 1;
        let url = place.text(URL);
        if url != before {
            // It was killed behind the commit: then the object is there, whole.
            let stored = std::fs::read(place.stored(KEY));
            assert!(
                stored.expect("stored") == bytes,
                "linked before it was proven"
            );
        }
    }
    let output = ended.unwrap_or_else(|| place.run("audio-migrate", &[]));
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(std::fs::read(place.stored(KEY)).expect("stored") == bytes);
    let url = place.text(URL);
    assert!(url.ends_with(&format!("/{KEY}")), "{url}");
    assert_eq!(place.text("SELECT count(*) FROM sunset.object_parts"), "0");
    // Bodies, and for every run the heads of its requests.
    let (size, sent) = (bytes.len() as u64, proxy.passed().sent);
    let allowed = size + kills * PART + (kills + 1) * 64 * 1024;
    assert!(
        sent <= allowed,
        "more than a part was sent twice for a kill: {sent} bytes for {size}, {kills} kills"
    );
    let (_, status) = place.json("check-r2", &["--deep"]);
    assert_eq!(status, 0);
    (kills, sent)
}

/// What the run leaves, without numbers of runs and times: links, the ledger's objects, the bucket.
pub fn meaning(place: &Place) -> Vec<String> {
    let text = place.text(
        "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (\
         SELECT concat_ws(' ', 'conversation', id, audio_url) AS line FROM conversations UNION ALL \
         SELECT concat_ws(' ', 'object', source_uri, conversation_id, role, state, size, \
         encode(sha256, 'hex'), key, etag, upload_id) FROM sunset.objects UNION ALL \
         SELECT concat_ws(' ', 'link', row_id, column_name, mapped, linked) \
         FROM sunset.linked_cells UNION ALL \
         SELECT 'part ' || source_uri FROM sunset.object_parts) AS lines",
    );
    // Every bucket of a test has an address of its own.
    let endpoint = &place.settings["CLOUDFLARE_R2_PUBLIC_URL"];
    let mut lines: Vec<String> = text
        .replace(endpoint, "R2")
        .lines()
        .map(str::to_owned)
        .collect();
    let mut folders = vec![place.stored("audio")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let size = std::fs::metadata(&path).expect("a file").len();
                let name = path.strip_prefix(place.stored("")).unwrap_or(&path);
                lines.push(format!("stored {} {size}", name.display()));
            }
        }
    }
    lines.sort();
    lines
}

/// A number from the environment.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn killed_and_cut_off_again_and_again_it_ends_in_what_an_undisturbed_run_gives() {
    let Some(undisturbed) = Place::with_sample() else {
        return;
    };
    let seed = number("SUNSET_STORM_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let wanted_kills = number("SUNSET_STORM").unwrap_or(12);
    let mut random = SplitMix::new(seed);
    let begin = Instant::now();
    let output = undisturbed.run("audio-migrate", &[]);
    let status = output.status.code();
    let whole = begin.elapsed();
    let wanted = meaning(&undisturbed);
    assert!(wanted.len() > 200, "{}", shown(&output));
    let (mut kills, mut cuts, mut runs) = (0, 0, 0);
    while kills < wanted_kills {
        let mut place = Place::with_sample().expect("a server");
        let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
        let proxy = Proxy::to(endpoint.trim_start_matches("http://")).expect("a proxy");
        let through = format!("http://{}", proxy.address());
        place
            .settings
            .insert("CLOUDFLARE_R2_ENDPOINT".into(), through);
        let database = place
            .database
            .url
            .split('@')
            .next_back()
            .and_then(|rest| rest.split('/').next());
        let database = Proxy::to(database.expect("host and port")).expect("a proxy");
        let url = database.before(&place.database.url);
        place.settings.insert("DATABASE_URL".into(), url);
        place.settings.insert("MAX_RETRIES".into(), "8".into());
        let mut longest = whole;
        loop {
            let mut command = place.command("audio-migrate", &[]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("started");
            proxy.cut_in(random.below(400_000));
            database.cut_in(random.below(200_000));
            let micros = u64::try_from(longest.as_micros()).expect("a short time");
            let end = Instant::now() + Duration::from_micros(random.below(micros));
            while Instant::now() < end && child.try_wait().expect("asked").is_none() {
                std::thread::sleep(Duration::from_millis(2));
            }
            if child.try_wait().expect("asked").is_some() {
                let output = child.wait_with_output().expect("ended");
                assert_eq!(
                    output.status.code(),
                    status,
                    "seed {seed} {}",
                    shown(&output)
                );
                break;
            }
            child.kill().expect("killed");
            child.wait().expect("gone");
            kills += 1;
            longest = longest * 9 / 8;
        }
        runs += 1;
        cuts += proxy.passed().cut + database.passed().cut;
        let found = meaning(&place);
        let missing: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
        let extra: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
        assert!(
            found == wanted,
            "seed {seed}: missing {missing:#?}, too many {extra:#?}"
        );
        let (_, status) = place.json("check-r2", &["--deep"]);
        assert_eq!(status, 0, "seed {seed}");
    }
    let told = format!(
        "storm: {kills} kills of audio-migrate and {cuts} connections cut, to R2 and to the database, \
         in {runs} migrations of the sample: same links, ledger and objects as undisturbed; seed {seed}\n"
    );
    drop(std::io::stderr().write_all(told.as_bytes()));
}
