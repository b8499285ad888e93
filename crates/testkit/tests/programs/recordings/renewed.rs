//! Recordings that V2 replaced by others after they were migrated.

use std::path::PathBuf;

use super::super::workplace::repository;
use super::{Recorded, unbooked};

const ROWS: &str = "SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM conversations AS c";

/// The entries that count as copied, and their keys.
const COPIED: &str = "SELECT concat_ws(' ', count(*), count(DISTINCT key)) FROM sunset.objects WHERE state = 'copied'";

/// With a copy of V2's bucket that the test may change, and that folder.
fn with_bucket() -> Option<(Recorded, PathBuf)> {
    let place = Recorded::with_rows()?;
    let sample = repository().join("samples/sales-ai/gcs");
    let gcs = place.dir.path().join("gcs");
    unbooked::copy(&sample, &gcs);
    let bucket = gcs.join("sales-ai-audio-bucket");
    Some((place.reading_recordings(&gcs), bucket))
}

/// Some more bytes at the end.
fn longer(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[7; 777]].concat()
}

fn change(place: &Recorded, file: &str, change: impl Fn(&str) -> String) {
    let path = place.v2(file);
    let text = std::fs::read_to_string(&path).expect("read");
    let changed = change(&text);
    assert_ne!(text, changed, "{file}");
    std::fs::write(&path, changed).expect("written");
}

#[test]
fn a_recording_that_took_anothers_key_takes_over_its_entry() {
    let Some((place, v2)) = with_bucket() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.text(COPIED), "127 127");
    let folder = v2.join("slack/2025/06");
    let bytes = std::fs::read(folder.join("202506-IC001.m4a")).expect("read");
    std::fs::write(folder.join("202506-IC001-new.m4a"), longer(&bytes)).expect("written");
    change(&place, "cases.ndjson", |text| {
        text.replace("06/202506-IC001.m4a", "06/202506-IC001-new.m4a")
    });
    place.expect(0, "data-migrate", &[]);
    let renewed = place.expect(0, "audio-migrate", &["--json"]).json();
    assert_eq!(renewed["report"]["copied"]["objects"], 1, "{renewed:#}");
    // Each key counts once, and what was overwritten is no copy any more.
    assert_eq!(place.text(COPIED), "127 127");
    let check = place.expect(0, "final-check", &["--no-report"]);
    assert!(check.stdout.contains("127 of 127"), "{}", check.stdout);
    place.expect(0, "check-r2", &[]);
    let again = place.expect(0, "audio-migrate", &["--json"]).json();
    assert!(again["run"].is_null(), "nothing is left to do: {again:#}");
    // What the run alone cannot give back is said, before and after.
    let run = renewed["run"].as_i64().expect("a run").to_string();
    let shown = place.expect(0, "rollback", &["--run", &run, "--dry-run"]);
    let said =
        format!("1 recordings took the place of earlier ones under the same keys in run {run}");
    assert!(shown.stdout.contains(&said), "{}", shown.stdout);
    // And the rollback of everything knows what to remove.
    let all = place.expect(0, "rollback", &["--yes", "--delete-objects", "--json"]);
    assert_eq!(all.json()["objects_removed"], 127);
    assert_eq!(place.stored(), [""; 0]);
}

#[test]
fn an_older_ledger_with_two_copies_of_one_key_is_mended_by_audio_migrate() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    place.query(
        "INSERT INTO sunset.objects (source_uri, conversation_id, role, state, size, md5, target, key, etag, url, run, recorded_at) \
         SELECT source_uri || '.gone', conversation_id, role, state, size - 1, md5, target, key, 'another', url, run, recorded_at - interval '1 hour' \
           FROM sunset.objects WHERE state = 'copied' ORDER BY key LIMIT 1",
    );
    assert_eq!(place.text(COPIED), "128 127");
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.text(COPIED), "127 127");
    place.expect(0, "final-check", &["--no-report"]);
    place.expect(0, "check-r2", &[]);
}

#[test]
fn what_became_of_an_object_is_what_it_is_now() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let entries = "SELECT string_agg(concat_ws(' ', role, state, n), ', ' ORDER BY role, state) FROM \
                   (SELECT role, state, count(*) AS n FROM sunset.objects GROUP BY 1, 2) AS t";
    let whole = place.text(entries);
    place.expect(0, "rollback", &["--yes", "--delete-objects"]);
    // V2 again, first without some cases and then with all of them: their recordings are orphans
    // for a while.
    let cases = place.v2("cases.ndjson");
    let text = std::fs::read_to_string(&cases).expect("read");
    let half: Vec<&str> = text.lines().step_by(2).collect();
    std::fs::write(&cases, half.join("\n")).expect("written");
    // The analyses of the others wait for them.
    place.expect(3, "data-migrate", &[]);
    place.expect(0, "audio-migrate", &[]);
    assert_ne!(place.text(entries), whole);
    std::fs::write(&cases, &text).expect("written");
    place.expect(0, "data-migrate", &[]);
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.text(entries), whole);
    let check = place.expect(0, "final-check", &["--no-report"]);
    assert!(
        check.stdout.contains("28 duplicates recorded"),
        "{}",
        check.stdout
    );
    let again = place.expect(0, "audio-migrate", &["--json"]).json();
    assert!(again["run"].is_null(), "{again:#}");
}

#[test]
fn a_run_that_linked_anew_gives_the_links_of_before_back() {
    let Some((place, v2)) = with_bucket() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    // Another format, other bytes of the same name, and another month.
    std::fs::remove_file(v2.join("audio/7MVwklcXHPDsnDQ5sR4v.mp3")).expect("removed");
    let same_name = v2.join("recordings/202506-IC017.m4a");
    let bytes = std::fs::read(&same_name).expect("read");
    std::fs::write(&same_name, longer(&bytes)).expect("written");
    change(&place, "conversations.ndjson", |text| {
        text.replace(
            "\"created_at\": {\"timestampValue\": \"2025-09-03T08:09:00.377Z\"}",
            "\"created_at\": {\"timestampValue\": \"2025-08-03T08:09:00.377Z\"}",
        )
    });
    place.expect(0, "data-migrate", &[]);
    let before = place.text(ROWS);
    let links = "SELECT md5(string_agg(concat_ws(' ', row_id, mapped, linked, run_id), '|' ORDER BY row_id)) FROM sunset.linked_cells";
    let links_before = place.text(links);
    let anew = place.expect(0, "audio-migrate", &["--json"]).json();
    assert_eq!(anew["report"]["copied"]["objects"], 3, "{anew:#}");
    assert_ne!(place.text(ROWS), before);
    let run = anew["run"].as_i64().expect("a run").to_string();
    let shown = place
        .expect(0, "rollback", &["--run", &run, "--dry-run", "--json"])
        .json();
    assert_eq!(shown["objects_replaced"], 1, "{shown:#}");
    let undone = place.expect(0, "rollback", &["--run", &run, "--yes"]);
    assert_eq!(place.text(ROWS), before, "{}", undone.stdout);
    assert_eq!(place.text(links), links_before);
    assert!(
        undone
            .stdout
            .contains(&format!("as before run {run}, to the digest"))
            && !undone.stdout.contains("Not as before"),
        "{}",
        undone.stdout
    );
    // Forward again, and everything back to what V2 says.
    place.expect(0, "audio-migrate", &[]);
    place.expect(0, "final-check", &["--no-report"]);
    place.expect(0, "rollback", &["--audio-urls", "--yes"]);
    assert_eq!(
        place.text("SELECT count(*) FROM conversations WHERE audio_url LIKE 'http%'"),
        "0"
    );
}
