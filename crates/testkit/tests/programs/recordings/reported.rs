//! What the report says of recordings, held against the files on both sides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::report::{page_of, readable, written};
use super::super::workplace::repository;
use super::Recorded;

/// What names end in, and the media types of what they name.
const FORMATS: [(&str, &str); 5] = [
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("wav", "audio/wav"),
    ("ogg", "audio/ogg"),
    ("webm", "audio/webm"),
];

/// How many objects, and how many bytes.
type Sum = (u64, u64);

/// The files below a folder, by format.
fn by_format(folder: &Path) -> BTreeMap<&'static str, Sum> {
    let mut found: BTreeMap<&'static str, Sum> = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let extension = path.extension().and_then(|extension| extension.to_str());
            let known = FORMATS
                .iter()
                .find(|(ending, _)| extension == Some(*ending));
            let (_, format) = known.unwrap_or_else(|| panic!("{}", path.display()));
            let (objects, bytes) = found.entry(*format).or_default();
            *objects += 1;
            *bytes += std::fs::metadata(&path).expect("a file").len();
        }
    }
    found
}

fn total(sums: &BTreeMap<&str, Sum>) -> Sum {
    let sum = |of: fn(&Sum) -> u64| -> u64 { sums.values().map(of).sum() };
    (sum(|(objects, _)| *objects), sum(|(_, bytes)| *bytes))
}

/// `1.2 MB`
fn shown(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes / 100 % 10),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[test]
fn recordings_are_told_by_format_as_the_two_buckets_hold_them() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let v2 = by_format(&repository().join("samples/sales-ai/gcs"));
    let r2 = by_format(&place.dir.path().join("s3/recordings/audio"));
    assert_eq!((total(&v2).0, total(&r2).0), (155, 127));
    let mut expected: BTreeSet<(String, &str, &str, u64, u64)> = BTreeSet::new();
    for (format, (all, all_bytes)) in &v2 {
        let (copied, bytes) = r2.get(format).copied().unwrap_or_default();
        let recording = ((*format).to_owned(), "recording", "copied", copied, bytes);
        // Of the rest, each is another format of what was copied.
        let (rest, bytes_left) = (all - copied, all_bytes - bytes);
        let duplicate = (
            (*format).to_owned(),
            "duplicate",
            "listed",
            rest,
            bytes_left,
        );
        expected.extend([recording, duplicate].into_iter().filter(|each| each.3 > 0));
    }
    assert!(expected.len() > FORMATS.len(), "{expected:#?}");

    let outcome = place.expect(0, "final-check", &[]);
    let (page, facts) = written(&place, &outcome);
    let told = facts["history"]["recordings"].as_array().expect("a list");
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let lines: BTreeSet<(String, String, String)> = told
        .iter()
        .map(|of| {
            let numbers = format!("{} {}", of["objects"], of["bytes"]);
            (text(&of["format"]), text(&of["role"]), numbers)
        })
        .collect();
    let markdown = page_of(&place, &outcome).with_extension("md");
    let markdown = std::fs::read_to_string(markdown).expect("Markdown");
    assert!(page.contains("<caption>Recordings by format</caption>"));
    for (format, role, state, objects, bytes) in expected {
        let line = (
            format.clone(),
            role.to_owned(),
            format!("{objects} {bytes}"),
        );
        assert!(lines.contains(&line), "{line:?} in {lines:#?}");
        let size = shown(bytes);
        let row = format!(
            "<tr><th scope=\"row\">{format}</th><td>{role}</td><td>{state}</td>\
             <td class=\"number\">{objects}</td><td class=\"number\">{size}</td></tr>"
        );
        assert!(page.contains(&row), "{row}\n{page}");
        let row = format!("| {format} | {role} | {state} | {objects} | {size} |");
        assert!(
            markdown.lines().any(|line| line == row),
            "{row}\n{markdown}"
        );
    }
    // How fast they went is told of all that were sent.
    let paces = facts["history"]["paces"].as_array().expect("paces");
    let pace = paces.iter().find(|pace| pace["of"] == "recordings");
    let pace = pace.unwrap_or_else(|| panic!("{paces:#?}"));
    let (objects, bytes) = total(&r2);
    assert_eq!(
        (pace["items"].as_u64(), pace["bytes"].as_u64()),
        (Some(objects), Some(bytes)),
        "{pace:#}"
    );
    readable(&page);
}
