//! What the final check says of recordings that are not as audio-migrate left them.

use serde_json::Value;

use super::super::workplace::Outcome;
use super::Recorded;

const AUDIO: [&str; 4] = ["--json", "--no-report", "--only", "audio"];

/// What a failure says, and what it names.
type Failure = (String, Vec<String>);

/// Every failure of the audio section.
fn failures(place: &Recorded, status: i32) -> Vec<Failure> {
    let document = place.expect(status, "final-check", &AUDIO).json();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().expect("a list");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut failures = Vec::new();
    for section in list(&document, "sections") {
        for check in list(&section, "checks") {
            for finding in list(&check, "findings") {
                if finding["severity"] == "failure" {
                    let items = list(&finding, "items");
                    failures.push((text(&finding["message"]), items.iter().map(text).collect()));
                }
            }
        }
    }
    failures
}

#[test]
fn an_object_that_is_missing_or_another_and_a_wrong_address_are_each_named() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let none: [Failure; 0] = [];
    assert_eq!(failures(&place, 0), none, "none is invented");
    let keys = place.stored();
    let file = |key: &str| place.dir.path().join("s3/recordings").join(key);

    let whole = std::fs::read(file(&keys[0])).expect("an object");
    std::fs::remove_file(file(&keys[0])).expect("removed");
    let missing = failures(&place, 4);
    let said = (
        "objects are missing in the bucket".to_owned(),
        vec![keys[0].clone()],
    );
    assert_eq!(missing, [said]);
    std::fs::write(file(&keys[0]), &whole).expect("put back");
    assert_eq!(failures(&place, 0), none);

    let mut longer = std::fs::read(file(&keys[1])).expect("an object");
    longer.push(0);
    std::fs::write(file(&keys[1]), &longer).expect("changed");
    let different = failures(&place, 4);
    let [(message, items)] = &different[..] else {
        panic!("{different:?}");
    };
    assert_eq!(message, "objects differ from what was sent");
    let named = format!("{}: ", keys[1]);
    assert!(
        items.len() == 1 && items[0].starts_with(&named),
        "{items:?}"
    );
    longer.pop();
    std::fs::write(file(&keys[1]), &longer).expect("put back");
    assert_eq!(failures(&place, 0), none);

    let row = place.query(
        "SELECT id, audio_url FROM conversations WHERE audio_url LIKE 'http%' ORDER BY id LIMIT 1",
    );
    let (id, url) = row[0].split_once('|').expect("two columns");
    place.query(&format!(
        "UPDATE conversations SET audio_url = 'https://elsewhere.tw/x.mp3' WHERE id = '{id}'"
    ));
    let item = format!("{id}: points at https://elsewhere.tw/x.mp3 instead of {url}");
    let said = ("recordings are not linked".to_owned(), vec![item]);
    assert_eq!(failures(&place, 4), [said]);
    place.query(&format!(
        "UPDATE conversations SET audio_url = '{url}' WHERE id = '{id}'"
    ));
    assert_eq!(failures(&place, 0), none);
}

/// What a whole check, or a part of it, came to: its verdict, and its sections with whether each was
/// compared.
fn verdict_of(outcome: &Outcome) -> (String, Vec<(String, bool)>) {
    let document = outcome.json();
    let sections = document["sections"].as_array().expect("sections").iter();
    let sections = sections.map(|section| {
        let title = section["title"].as_str().expect("a title");
        (title.to_owned(), section["skipped"].is_null())
    });
    let verdict = document["verdict"].as_str().expect("a verdict").to_owned();
    (verdict, sections.collect())
}

#[test]
fn the_check_ends_with_0_only_where_everything_that_was_asked_for_was_compared() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let parts = [
        ("tables", "Tables"),
        ("data", "Data"),
        ("audio", "Audio"),
        ("users", "Users"),
    ];
    let all = ["--json", "--no-report"];
    let (verdict, sections) = verdict_of(&place.expect(0, "final-check", &all));
    let compared = parts.map(|(_, title)| (title.to_owned(), true));
    assert_eq!((verdict.as_str(), &sections[..]), ("passed", &compared[..]));
    for (name, title) in parts {
        let part = [&all[..], &["--only", name]].concat();
        let (verdict, sections) = verdict_of(&place.expect(0, "final-check", &part));
        assert_eq!(verdict, "passed", "{name}");
        assert_eq!(sections, [(title.to_owned(), true)]);
    }
    // Without a bucket nothing fails, and recordings are not compared.
    let without = |more: &[&str]| -> Outcome {
        let mut command = place.command("final-check", &[&all[..], more].concat());
        let output = command.env_remove("CLOUDFLARE_R2_BUCKET").output();
        output.expect("final-check").into()
    };
    let whole = without(&[]);
    assert_eq!(whole.status, 4, "{}", whole.stderr);
    let (verdict, sections) = verdict_of(&whole);
    assert_eq!(verdict, "incomplete");
    let skipped = sections.iter().filter(|(_, compared)| !compared);
    let skipped: Vec<&str> = skipped.map(|(title, _)| title.as_str()).collect();
    assert_eq!((sections.len(), &skipped[..]), (4, &["Audio"][..]));
    assert_eq!(without(&["--only", "audio"]).status, 4);
    // What was left out on purpose is no gap; what cannot be asked at all is an error.
    assert_eq!(without(&["--only", "data"]).status, 0);
    assert_eq!(without(&["--only", "nothing"]).status, 2);
    let mut command = place.command("final-check", &all);
    let away = command.env("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none");
    let away: Outcome = away.output().expect("final-check").into();
    assert_eq!(away.status, 1, "{}", away.stdout);
    // One of many parts that does not pass is enough.
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    let (verdict, _) = verdict_of(&place.expect(4, "final-check", &all));
    assert_eq!(verdict, "failed");
    let users = [&all[..], &["--only", "users"]].concat();
    place.expect(0, "final-check", &users);
}
