//! The sample, from a folder to a bucket.

use std::path::Path;

use crate::place::{Place, shown};

const LINKED: &str = "SELECT count(*) FROM conversations WHERE audio_url LIKE 'http%'";

/// What stands behind a label of the plan: `127 3.4 MB`.
fn row(said: &str, label: &str) -> String {
    let rest = said.lines().find_map(|line| line.split_once(label));
    let (_, rest) = rest.unwrap_or_else(|| panic!("no {label} in\n{said}"));
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown_as(objects: u64, bytes: u64) -> String {
    format!("{objects} {}", sunset_cli::bytes(bytes))
}

/// Files, and their bytes.
fn files_below(folder: &Path) -> (u64, u64) {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let (more, larger) = match entry.metadata().expect("known") {
            folder if folder.is_dir() => files_below(&entry.path()),
            file => (1, file.len()),
        };
        files += more;
        bytes += larger;
    }
    (files, bytes)
}

#[test]
fn the_sample_gives_127_copies_and_28_duplicates_and_a_second_run_does_nothing() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    let before = place.text("SELECT count(*) FROM sunset.runs");
    let dry = place.run("audio-migrate", &["--dry-run"]);
    let said = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert_eq!(dry.status.code(), Some(0), "{}", shown(&dry));
    assert!(
        said.lines().all(|line| line.starts_with("[DRY RUN]")),
        "{said}"
    );
    let class_a = said
        .lines()
        .find(|line| line.contains("class A"))
        .expect("the cost");
    assert!(class_a.ends_with(" 127"), "{class_a}");
    let (objects, bytes) = files_below(&crate::place::repository().join("samples/sales-ai/gcs"));
    assert_eq!(row(&said, "objects listed"), shown_as(objects, bytes));
    assert_eq!(place.text("SELECT count(*) FROM sunset.objects"), "0");
    assert_eq!(
        place.text("SELECT count(*) FROM sunset.runs"),
        before,
        "no trace"
    );
    assert!(!place.stored("audio").exists(), "nothing in the bucket");

    let (first, status) = place.json("audio-migrate", &["--verify-urls", "4"]);
    assert_eq!(status, 0, "{first:#}");
    assert_eq!(first["plan"]["audio"]["objects"], 155);
    assert_eq!(first["report"]["copied"]["objects"], 127);
    assert_eq!(first["report"]["linked"], 127);
    assert_eq!(
        first["plan"]["duplicates"].as_array().map(Vec::len),
        Some(28)
    );
    let urls = first["urls"].as_array().expect("urls");
    assert!(
        urls.len() == 4 && urls.iter().all(|url| url["fault"].is_null()),
        "{urls:?}"
    );
    assert_eq!(place.text(LINKED), "127");
    // What was shown first is what was done.
    let (mut objects, mut bytes) = (0, 0);
    for (label, role) in [
        ("to copy", "recording"),
        ("duplicates not copied", "duplicate"),
    ] {
        let told = place.text(&format!(
            "SELECT count(*) || ' ' || sum(size) FROM sunset.objects WHERE role = '{role}'"
        ));
        let (count, size) = told.split_once(' ').expect("two numbers");
        let (count, size): (u64, u64) = (
            count.parse().expect("a number"),
            size.parse().expect("a number"),
        );
        assert_eq!(row(&said, label), shown_as(count, size));
        objects += count;
        bytes += size;
    }
    assert_eq!(row(&said, "audio objects"), shown_as(objects, bytes));
    let by_role = "SELECT string_agg(x, ' ') FROM (SELECT role || '/' || state || '=' || count(*) \
                   AS x FROM sunset.objects GROUP BY role, state ORDER BY 1) AS t";
    assert_eq!(
        place.text(by_role),
        "duplicate/listed=28 recording/copied=127"
    );

    let runs = place.text("SELECT count(*) FROM sunset.runs");
    let second = place.run("audio-migrate", &[]);
    let said = String::from_utf8_lossy(&second.stdout).into_owned();
    assert_eq!(second.status.code(), Some(0));
    assert!(said.contains("[Audio] Nothing to do: 127 of 155"), "{said}");
    assert_eq!(
        place.text("SELECT count(*) FROM sunset.runs"),
        runs,
        "nothing is written"
    );

    let again = place.run("data-migrate", &[]);
    assert_eq!(again.status.code(), Some(0), "{}", shown(&again));
    assert_eq!(
        place.text(LINKED),
        "127",
        "data-migrate leaves linked cells alone"
    );
}

#[test]
fn check_r2_passes_and_then_names_what_is_gone_changed_or_foreign() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    assert!(place.run("audio-migrate", &[]).status.success());
    let (good, status) = place.json("check-r2", &["--deep", "--expect-objects", "127"]);
    assert_eq!(status, 0, "{good:#}");
    assert_eq!(good["stored"]["objects"], 127);
    assert_eq!(good["sample"].as_array().map(Vec::len), Some(10));
    assert_eq!(good["read_again"]["objects"], 127);
    // By format, as the ledger has what was copied; and as a table.
    let formats = place.text(
        "SELECT jsonb_object_agg(format, jsonb_build_object('objects', objects, 'bytes', bytes)) \
           FROM (SELECT substring(key FROM '[^.]+$') AS format, count(*) AS objects, \
                        sum(size) AS bytes \
                   FROM sunset.objects WHERE role = 'recording' GROUP BY 1) AS t",
    );
    let formats: serde_json::Value = serde_json::from_str(&formats).expect("an object");
    assert_eq!(good["by_format"], formats);
    let formats = formats.as_object().expect("an object");
    assert!(formats.len() > 2, "{formats:?}");
    let shown = place.run("check-r2", &[]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    for (format, tally) in formats {
        let line = format!("  {format:<8} {:>8}  ", tally["objects"].to_string());
        assert!(
            shown.lines().any(|found| found.starts_with(&line)),
            "{line}: {shown}"
        );
    }
    let (_, status) = place.json("check-r2", &["--expect-objects", "128"]);
    assert_eq!(status, 4);
    let (_, status) = place.json("check-r2", &["--expect-bytes", "999999999"]);
    assert_eq!(status, 4);

    let keys = place.text(
        "SELECT string_agg(key, ' ') FROM (SELECT key FROM sunset.objects WHERE role = \
         'recording' ORDER BY key LIMIT 2) AS t",
    );
    let (gone, changed) = keys.split_once(' ').expect("two keys");
    std::fs::remove_file(place.stored(gone)).expect("removed");
    std::fs::write(place.stored(changed), b"something else").expect("written");
    std::fs::write(place.stored("foreign.txt"), b"x").expect("written");
    let (bad, status) = place.json("check-r2", &[]);
    assert_eq!(status, 4, "{bad:#}");
    assert_eq!(bad["missing"], serde_json::json!([gone]));
    assert_eq!(bad["different"][0]["key"], changed);
    assert_eq!(bad["unexpected"], serde_json::json!(["foreign.txt"]));

    // What differs in size or is gone is copied again.
    let (repaired, status) = place.json("audio-migrate", &[]);
    assert_eq!(
        (status, &repaired["report"]["copied"]["objects"]),
        (0, &serde_json::json!(2))
    );
    let (_, status) = place.json("check-r2", &["--deep"]);
    assert_eq!(status, 0);
}

#[test]
fn only_the_conversations_that_are_named_and_only_what_failed() {
    let Some(place) = Place::with_sample() else {
        return;
    };
    let ids = ["--conversation-ids", "202506-IC002,202506-IC003"];
    let (some, status) = place.json("audio-migrate", &ids);
    assert_eq!(
        (status, &some["report"]["linked"]),
        (0, &serde_json::json!(2)),
        "{some:#}"
    );
    assert_eq!(place.text(LINKED), "2");
    let (none, status) = place.json("audio-migrate", &["--retry-failed"]);
    assert_eq!(
        (status, &none["plan"]["to_copy"]["objects"]),
        (0, &serde_json::json!(0))
    );
    let unknown = place.run("audio-migrate", &["--conversation-ids", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        said.contains("nobody") && said.contains("data-migrate"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_migrated_is_named_and_ends_with_3() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    let folder = place.folder.path().join("bucket");
    std::fs::create_dir_all(folder.join("odd")).expect("made");
    for (name, bytes) in [
        ("202506-IC002.mp3", b"<html>".as_slice()),
        ("202506-IC003.mp3", b""),
        ("odd/質問 +%.flac", b"fLaC...."),
        ("odd/notes.txt", b"x"),
    ] {
        std::fs::write(folder.join(name), bytes).expect("written");
    }
    place
        .settings
        .insert("V2_AUDIO".into(), format!("file://{}", folder.display()));
    let (first, status) = place.json("audio-migrate", &["--orphans", "copy"]);
    assert_eq!(status, 3, "{first:#}");
    assert_eq!(first["report"]["orphans_copied"]["objects"], 1);
    assert_eq!(
        first["report"]["quarantined"][0]["conversation_id"],
        "202506-IC002"
    );
    assert_eq!(
        first["plan"]["quarantined"][0]["conversation_id"],
        "202506-IC003"
    );
    assert_eq!(first["plan"]["not_audio"].as_array().map(Vec::len), Some(1));
    assert_eq!(place.text(LINKED), "0");
    assert!(place.stored("audio/orphaned/odd/質問 +%.flac").is_file());
    let (second, status) = place.json("audio-migrate", &["--orphans", "copy"]);
    assert_eq!(status, 3, "what is in quarantine is still counted");
    assert_eq!(
        second["run"],
        serde_json::Value::Null,
        "and nothing is written: {second:#}"
    );
}

#[test]
fn a_format_that_is_preferred_comes_before_the_others() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    let folder = place.folder.path().join("formats");
    std::fs::create_dir_all(&folder).expect("made");
    for (name, bytes) in [
        ("202506-IC002.mp3", b"ID3\x04 of one format".as_slice()),
        ("202506-IC002.wav", b"RIFF\0\0\0\0WAVE of another"),
        ("202506-IC002.flac", b"fLaC of a third"),
    ] {
        std::fs::write(folder.join(name), bytes).expect("written");
    }
    let source = format!("file://{}", folder.display());
    place.settings.insert("V2_AUDIO".to_owned(), source);
    let url = "SELECT audio_url FROM conversations WHERE id = '202506-IC002'";
    for (arguments, format) in [
        (&[][..], "mp3"),
        (&["--prefer", "flac"], "flac"),
        (&["--prefer", "wav"], "wav"),
    ] {
        let (report, status) = place.json("audio-migrate", arguments);
        assert_eq!(status, 0, "{report:#}");
        assert_eq!(report["report"]["copied"]["objects"], 1, "{report:#}");
        let duplicates = report["plan"]["duplicates"].as_array().map(Vec::len);
        assert_eq!(duplicates, Some(2), "{report:#}");
        let key = format!("audio/2025/06/202506-IC002.{format}");
        assert!(place.text(url).ends_with(&format!("/{key}")), "{key}");
        let stored = std::fs::read(place.stored(&key)).expect("stored");
        let source = std::fs::read(folder.join(format!("202506-IC002.{format}")));
        assert_eq!(stored, source.expect("there"));
        // It stays where it is.
        let (again, _) = place.json("audio-migrate", arguments);
        assert_eq!(again["report"]["copied"]["objects"], 0, "{again:#}");
    }
}
