//! The cut-over where recordings are a part of it.

use super::super::catch_up::{count, edit, id_of};
use super::Recorded;

const FROZEN: [&str; 3] = ["--frozen", "--by", "ops@example.com"];

/// A cut-over that some finding keeps from being recorded; gives what it says.
fn refused(place: &Recorded, finding: &str, remedy: &str) -> String {
    let said = place.expect(4, "cutover", &FROZEN).stdout;
    let mut lines = said.lines().map(str::trim);
    let found = lines.find(|line| line.starts_with(&format!("failure: {finding}")));
    assert!(found.is_some(), "{finding}\n{said}");
    let next = lines.find(|line| line.starts_with("next: "));
    let next = next.and_then(|line| line.strip_prefix("next: "));
    assert_eq!(next, Some(remedy), "{said}");
    for words in [
        "FAILED: V3 is not yet what V2 says.",
        "The cut-over is not recorded: see the checks above, mend, and run cutover --frozen again.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(count(place, "sunset.cut_overs"), 0);
    said
}

#[test]
fn rows_and_recordings_are_proven_in_one_and_the_cut_over_is_recorded() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let stored = place.stored();
    // V2 was written to until it was frozen: something is left for the last pass.
    let mut changed = String::new();
    edit(&place, "leads.ndjson", |line| {
        let other = line.replace("boss@bistro4.com.tw", "chief@bistro4.com.tw");
        if changed.is_empty() && other != line {
            changed = id_of(line);
            return Some(other);
        }
        Some(line.to_owned())
    });
    let email = format!("SELECT contact_email FROM opportunities WHERE id = '{changed}'");
    assert_eq!(place.text(&email), "boss@bistro4.com.tw");

    let look = place.expect(0, "cutover", &[]).stdout;
    let left = look.lines().find(|line| line.starts_with("Left to do: "));
    let left = left.expect("what is left to do");
    assert!(!left.contains(" 0 documents to write"), "{left}");
    let audio = "Audio: 127 of 127 recordings in R2";
    assert!(look.contains(audio), "{look}");
    assert_eq!(
        count(&place, "sunset.cut_overs"),
        0,
        "looking writes nothing"
    );
    assert_eq!(place.text(&email), "boss@bistro4.com.tw");

    let said = place.expect(0, "cutover", &FROZEN).stdout;
    for words in [
        "The last pass:",
        "the bucket holds what was copied",
        "every recording is linked",
        audio,
        "PASSED: V3 has everything that V2 has.",
        "V3 has taken over from V2.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("FAIL"), "{said}");
    assert_eq!(place.text(&email), "chief@bistro4.com.tw");
    assert_eq!(place.stored(), stored, "the bucket is only looked at");
    assert_eq!(
        place.query(
            "SELECT c.plan, c.by_whom, r.program, r.state FROM sunset.cut_overs AS c \
             JOIN sunset.runs AS r ON r.id = c.run"
        ),
        ["sales-ai|ops@example.com|cutover|done"]
    );
    let again = place.expect(0, "cutover", &FROZEN).stdout;
    assert!(again.contains("nothing to do"), "{again}");
    place.expect(0, "final-check", &["--no-report"]);
}

#[test]
fn a_recording_that_is_missing_or_another_keeps_the_cut_over_from_being_recorded() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    // None was copied yet.
    let said = refused(
        &place,
        "recordings are not linked (90)",
        "run audio-migrate; what somebody changed in V3 is left alone",
    );
    assert!(said.contains("Audio: 0 of 90 recordings in R2"), "{said}");
    place.expect(0, "audio-migrate", &[]);
    let keys = place.stored();
    let file = |key: &str| place.dir.path().join("s3/recordings").join(key);
    let again = "run audio-migrate: it copies them again";

    let whole = std::fs::read(file(&keys[0])).expect("an object");
    std::fs::remove_file(file(&keys[0])).expect("removed");
    let said = refused(&place, "objects are missing in the bucket (1)", again);
    assert!(said.contains(&format!("- {}\n", keys[0])), "{said}");
    // What is to be done helps.
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(std::fs::read(file(&keys[0])).expect("there"), whole);

    let whole = std::fs::read(file(&keys[1])).expect("an object");
    std::fs::write(file(&keys[1]), [&whole[..], &[0]].concat()).expect("changed");
    let said = refused(&place, "objects differ from what was sent (1)", again);
    assert!(said.contains(&format!("- {}: ", keys[1])), "{said}");
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(std::fs::read(file(&keys[1])).expect("there"), whole);

    let said = place.expect(0, "cutover", &FROZEN).stdout;
    assert!(said.contains("V3 has taken over from V2."), "{said}");
    assert_eq!(count(&place, "sunset.cut_overs"), 1);
}
