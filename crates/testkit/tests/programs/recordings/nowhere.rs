//! Recordings that are in neither bucket, and what is counted as being in R2.

use std::path::PathBuf;

use super::super::catch_up::count;
use super::super::workplace::{Outcome, repository};
use super::{Recorded, unbooked};

const FROZEN: [&str; 3] = ["--frozen", "--by", "ops@example.com"];
const AUDIO: [&str; 3] = ["--no-report", "--only", "audio"];
const LINKED: &str = "SELECT count(*) FROM conversations WHERE audio_url LIKE 'http%'";

/// A program with another value of one setting.
fn with(place: &Recorded, (name, value): (&str, &str), program: &str, args: &[&str]) -> Outcome {
    let mut command = place.command(program, args);
    command.env(name, value);
    command.output().expect("it runs").into()
}

/// The line of the summary that the final check ends with.
fn summary(place: &Recorded, status: i32) -> String {
    let said = place.expect(status, "final-check", &AUDIO).stdout;
    let line = said.lines().find(|line| line.starts_with("Audio: "));
    line.expect("a summary").to_owned()
}

/// With a copy of V2's bucket that the test may change, and the folder of that.
fn with_bucket() -> Option<(Recorded, PathBuf)> {
    let place = Recorded::with_rows()?;
    let gcs = place.dir.path().join("gcs");
    unbooked::copy(&repository().join("samples/sales-ai/gcs"), &gcs);
    let bucket = gcs.join("sales-ai-audio-bucket");
    Some((place.reading_recordings(&gcs), bucket))
}

#[test]
fn a_source_without_a_single_recording_is_refused_and_never_passes() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let other = place.dir.path().join("other");
    std::fs::create_dir_all(&other).expect("a folder");
    std::fs::write(other.join("readme.txt"), b"x").expect("written");
    let url = format!("file://{}", other.display());
    let elsewhere = |program: &str, args: &[&str]| with(&place, ("V2_AUDIO", &url), program, args);
    for args in [&["--dry-run"][..], &[], &["--worker", "one"]] {
        let refused = elsewhere("audio-migrate", args);
        assert_eq!(refused.status, 1, "{}", refused.stdout);
        for words in [
            "holds no audio object, and 90 recordings of V2 are neither there nor in R2",
            ": is V2_AUDIO right?",
            "  next: set V2_AUDIO",
            "cutover --without-audio",
        ] {
            assert!(refused.stderr.contains(words), "{}", refused.stderr);
        }
        assert_eq!(count(&place, "sunset.objects"), 0);
    }
    let spanish = elsewhere("audio-migrate", &["--lang", "es"]);
    let words = "90 grabaciones de V2 no están ni allí ni en R2: ¿es correcto V2_AUDIO?";
    assert!(spanish.stderr.contains(words), "{}", spanish.stderr);
    // A folder with audio of other people is read, and nothing that V2 names is in it.
    std::fs::write(other.join("a stranger's.mp3"), b"ID3\x04 of another").expect("written");
    let copied = elsewhere("audio-migrate", &[]);
    assert_eq!(copied.status, 0, "{}", copied.stderr);
    let missing = "SELECT count(*) FROM sunset.objects WHERE role = 'missing'";
    assert_eq!(place.text(missing), "90");
    for (program, args) in [
        ("final-check", &["--no-report"][..]),
        ("cutover", &FROZEN[..]),
    ] {
        let said = place.expect(4, program, args).stdout;
        for words in [
            "failure: not one recording was found, in V2 or in R2 (90)",
            "next: set V2_AUDIO",
            "Audio: 0 of 90 recordings in R2, 0 bytes",
            "FAILED: V3 is not yet what V2 says.",
        ] {
            assert!(said.contains(words), "{words}\n{said}");
        }
    }
    assert_eq!(count(&place, "sunset.cut_overs"), 0);
    // The right one mends it.
    place.expect(0, "audio-migrate", &[]);
    assert!(summary(&place, 0).starts_with("Audio: 127 of 127 recordings in R2"));
    place.expect(0, "cutover", &FROZEN);
    assert_eq!(count(&place, "sunset.cut_overs"), 1);
}

#[test]
fn a_v2_whose_recordings_are_gone_for_good_is_taken_over_without_them() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let empty = place.dir.path().join("empty");
    std::fs::create_dir_all(&empty).expect("a folder");
    let place = place.reading_recordings(&empty);
    place.expect(1, "audio-migrate", &[]);
    place.expect(4, "cutover", &FROZEN);
    let without = [&FROZEN[..], &["--without-audio"]].concat();
    place.expect(0, "cutover", &without);
    assert_eq!(count(&place, "sunset.cut_overs"), 1);
}

#[test]
fn what_is_gone_from_both_buckets_is_told_and_not_counted() {
    let Some((place, v2)) = with_bucket() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let whole = summary(&place, 0);
    let r2 = place.dir.path().join("s3/recordings/audio");
    let aside = |name: &str| place.dir.path().join(name);
    let (v2_aside, r2_aside) = (aside("v2-aside"), aside("r2-aside"));
    // V2's bucket was emptied on purpose: R2 has everything.
    std::fs::rename(&v2, &v2_aside).expect("moved");
    std::fs::create_dir_all(&v2).expect("a folder");
    place.expect(0, "audio-migrate", &[]);
    let (of_r2, _) = whole.split_once(';').expect("and the duplicates");
    assert!(summary(&place, 0).starts_with(of_r2), "{whole}");
    // One of them is in neither.
    let key = place.stored().remove(0);
    let file = place.dir.path().join("s3/recordings").join(&key);
    let bytes = std::fs::read(&file).expect("an object");
    std::fs::remove_file(&file).expect("removed");
    for args in [&[][..], &["--dry-run"]] {
        let told = place.expect(3, "audio-migrate", &[args, &["--json"]].concat());
        assert_eq!(told.json()["plan"]["counts"]["lost"], 1, "{}", told.stdout);
    }
    let said = place.expect(3, "audio-migrate", &[]).stdout;
    let words = "[Audio] 1 recordings that were copied are neither in R2 nor in V2 any more";
    assert!(said.contains(words), "{said}");
    let next = "next: bring the objects back into R2";
    assert!(said.contains(next), "{said}");
    let left = summary(&place, 4);
    let counted = "Audio: 126 of 127 recordings in R2";
    assert!(left.starts_with(counted), "{left}");
    std::fs::write(&file, bytes).expect("put back");
    place.expect(0, "audio-migrate", &[]);
    // None of them is anywhere: it is not V2's bucket that was read.
    std::fs::rename(&r2, &r2_aside).expect("moved");
    let said = place.expect(1, "audio-migrate", &[]).stderr;
    let words = "holds no audio object, and 127 recordings of V2 are neither there nor in R2";
    assert!(said.contains(words), "{said}");
    let left = summary(&place, 4);
    let none = "Audio: 0 of 127 recordings in R2, 0 bytes";
    assert!(left.starts_with(none), "{left}");
    let look = place.expect(0, "cutover", &[]).stdout;
    for words in [
        none,
        "failure: objects are missing in the bucket (127)",
        "next: run audio-migrate: it copies them again",
    ] {
        assert!(look.contains(words), "{words}\n{look}");
    }
    assert_eq!(place.text(LINKED), "127");
    // With V2's bucket they come back.
    std::fs::remove_dir(&v2).expect("empty");
    std::fs::rename(&v2_aside, &v2).expect("moved back");
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(summary(&place, 0), whole);
    let look = place.expect(0, "cutover", &[]).stdout;
    assert!(look.contains(&whole), "{look}");
    assert!(!look.contains("failure: "), "{look}");
}

#[test]
fn the_bytes_that_are_told_are_those_of_the_recordings_that_are_counted() {
    let Some((place, v2)) = with_bucket() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    // Another format takes its place, and its object stays beside it.
    std::fs::remove_file(v2.join("audio/7MVwklcXHPDsnDQ5sR4v.mp3")).expect("removed");
    place.expect(0, "audio-migrate", &[]);
    assert_eq!(place.stored().len(), 128);
    let bytes = place.text(
        "SELECT sum(o.size) FROM sunset.objects AS o \
         JOIN conversations AS c ON c.id = o.conversation_id AND c.audio_url = o.url \
         WHERE o.state = 'copied'",
    );
    let said = summary(&place, 0);
    let counted = format!("Audio: 127 of 127 recordings in R2, {bytes} bytes");
    assert!(said.starts_with(&counted), "{said}");
    let all = place.text("SELECT sum(size) FROM sunset.objects WHERE state = 'copied'");
    assert_ne!(bytes, all);
}

#[test]
fn a_bucket_that_v2_does_not_name_is_asked_about() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let dry = ["--dry-run"];
    let words = "V2's conversations name the bucket sales-ai-audio-bucket, and not one names the \
                 bucket that was read: are V2_AUDIO and FIREBASE_STORAGE_BUCKET right?";
    let right = place.expect(0, "audio-migrate", &dry).stdout;
    assert!(!right.contains("name the bucket"), "{right}");
    let another = ("FIREBASE_STORAGE_BUCKET", "another");
    let wrong = with(&place, another, "audio-migrate", &dry);
    assert!(wrong.stdout.contains(words), "{}", wrong.stdout);
    let wrong = with(&place, another, "audio-migrate", &["--dry-run", "--json"]);
    let document = wrong.json();
    assert_eq!(document["plan"]["other_bucket"], "sales-ai-audio-bucket");
}
