//! `--verify-urls`: what the public addresses give.

use std::path::Path;

use serde_json::Value;

use crate::place::{Place, shown};

/// A V3 whose public address is another folder than the bucket's, as a cache before it is.
fn with_public(name: &str) -> Option<Place> {
    let mut place = Place::with_sample()?;
    let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
    for (name, value) in [
        (
            "CLOUDFLARE_R2_PUBLIC_URL",
            format!("{endpoint}/public/{name}"),
        ),
        ("MAX_RETRIES", "0".to_owned()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    Some(place)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

/// What was found at fault: the URL's end behind the public address, the fault, the remedy.
fn faults(document: &Value) -> Vec<(String, String, String)> {
    let urls = document["urls"].as_array().expect("urls");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bad = urls.iter().filter(|url| !url["fault"].is_null());
    bad.map(|url| {
        let address = text(&url["url"]);
        let (_, key) = address.split_once("/public/").unwrap_or_default();
        let (_, key) = key.split_once('/').unwrap_or_default();
        (key.to_owned(), text(&url["fault"]), text(&url["remedy"]))
    })
    .collect()
}

#[test]
fn every_url_that_does_not_give_what_the_bucket_holds_is_told_with_what_to_do() {
    let Some(place) = with_public("cached") else {
        return;
    };
    assert!(place.run("audio-migrate", &[]).status.success());
    let cached = place.folder.path().join("s3/cached");
    copy(&place.stored("audio"), &cached.join("audio"));
    let keys = place.text(
        "SELECT string_agg(key, ' ' ORDER BY key) FROM (SELECT key FROM sunset.objects \
         WHERE role = 'recording' ORDER BY key LIMIT 5) AS t",
    );
    let keys: Vec<&str> = keys.split(' ').collect();
    // Only this one is looked at by the survey: what is at fault with others stays so.
    let good =
        place.text("SELECT max(conversation_id) FROM sunset.objects WHERE role = 'recording'");
    let arguments = ["--conversation-ids", &good, "--verify-urls", "127"];
    let (document, status) = place.json("audio-migrate", &arguments);
    assert_eq!(status, 0, "{document:#}");
    assert_eq!(document["urls"].as_array().map(Vec::len), Some(127));
    assert_eq!(faults(&document), []);

    let flip = |path: &Path| {
        let mut bytes = std::fs::read(path).expect("there");
        *bytes.last_mut().expect("not empty") ^= 1;
        std::fs::write(path, bytes).expect("written");
    };
    flip(&cached.join(keys[0]));
    std::fs::remove_file(cached.join(keys[1])).expect("removed");
    let mut short = std::fs::read(cached.join(keys[2])).expect("there");
    short.pop();
    std::fs::write(cached.join(keys[2]), short).expect("written");
    std::fs::remove_file(place.stored(keys[3])).expect("removed");
    flip(&place.stored(keys[4]));
    let (document, status) = place.json("audio-migrate", &arguments);
    assert_eq!(status, 3, "{document:#}");
    assert_eq!(document["status"], "incomplete");
    assert_eq!(document["report"]["copied"]["objects"], 0);
    let found = faults(&document);
    for (key, fault, remedy) in [
        (
            keys[0],
            "its bytes are not those in the bucket",
            "check-r2 --deep",
        ),
        (
            keys[1],
            "the public address answered 404",
            "CLOUDFLARE_R2_PUBLIC_URL",
        ),
        (keys[2], "bytes instead of", "check-r2 --deep"),
        (keys[3], "NoSuchKey", "run audio-migrate again"),
        (
            keys[4],
            "its bytes are not those in the bucket",
            "check-r2 --deep",
        ),
    ] {
        let told = found.iter().find(|(found, ..)| found == key);
        let (_, said, next) = told.unwrap_or_else(|| panic!("{key} is not in {found:#?}"));
        assert!(said.contains(fault), "{key}: {said}");
        assert!(next.contains(remedy), "{key}: {next}");
    }
    assert_eq!(found.len(), 5, "{found:#?}");

    let output = place.run("audio-migrate", &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for words in [
        "[Audio] 122 of 127 public URLs give what the bucket holds",
        &format!("/{}: its bytes are not those in the bucket", keys[0]),
        "next: check CLOUDFLARE_R2_PUBLIC_URL",
    ] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
}

#[test]
fn a_public_address_that_is_wrong_is_told_as_such() {
    let Some(mut place) = with_public("nowhere") else {
        return;
    };
    let ids = place.text(
        "SELECT string_agg(id, ',') FROM (SELECT id FROM conversations \
                          WHERE id IN ('202506-IC002', '202506-IC003')) AS t",
    );
    let arguments = ["--conversation-ids", &ids, "--verify-urls", "5"];
    let (document, status) = place.json("audio-migrate", &arguments);
    assert_eq!(status, 3, "{document:#}");
    assert_eq!(document["report"]["linked"], 2, "{document:#}");
    let found = faults(&document);
    assert_eq!(found.len(), 2, "{document:#}");
    for (_, fault, remedy) in &found {
        assert!(fault.contains("the public address answered 404"), "{fault}");
        assert!(remedy.contains("CLOUDFLARE_R2_PUBLIC_URL"), "{remedy}");
    }

    // Nobody listens there.
    let name = "CLOUDFLARE_R2_PUBLIC_URL";
    place
        .settings
        .insert(name.to_owned(), "http://127.0.0.1:9".to_owned());
    let (document, status) = place.json("audio-migrate", &arguments);
    assert_eq!(status, 3, "{document:#}");
    let found = faults(&document);
    assert_eq!(found.len(), 2, "{document:#}");
    for (_, fault, remedy) in &found {
        assert!(
            fault.contains("the public address does not answer"),
            "{fault}"
        );
        assert!(remedy.contains("network"), "{remedy}");
    }

    // Corrected: linked anew, and nothing is sent again.
    let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
    let right = format!("{endpoint}/public/recordings");
    place.settings.insert(name.to_owned(), right);
    let (document, status) = place.json("audio-migrate", &arguments);
    assert_eq!(status, 0, "{document:#}");
    assert_eq!(document["report"]["copied"]["objects"], 0, "{document:#}");
    assert_eq!(document["report"]["linked"], 2, "{document:#}");
    assert_eq!(faults(&document), []);
}
