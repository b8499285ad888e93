//! Folders of ndjson: compressed, damaged, absent.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use sunset_core::ErrorKind;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::folder::Folder;

use super::reading::{COLLECTIONS, deliver, sample, try_deliver};

fn line(collection: &str, id: &str, rest: &str) -> String {
    format!(r#"{{"name":"projects/p/databases/(default)/documents/{collection}/{id}"{rest}}}"#)
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).expect("written");
    }
    dir
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn compressed_files_give_the_same() {
    let plain = deliver(&Folder::new(sample("firestore")), &COLLECTIONS).await;
    let cases = fs::read(sample("firestore").join("cases.ndjson")).expect("the sample");
    let leads = fs::read(sample("firestore").join("leads.ndjson")).expect("the sample");
    // Two members behind one another, as `cat a.gz b.gz` makes them.
    let half = leads.iter().position(|byte| *byte == b'\n').expect("lines") + 1;
    let members = [gzipped(&leads[..half]), gzipped(&leads[half..])].concat();
    let dir = folder(&[
        (
            "cases.ndjson.zst",
            &zstd::encode_all(&cases[..], 1).expect("memory"),
        ),
        ("leads.ndjson.gz", &members),
    ]);
    let packed = deliver(&Folder::new(dir.path()), &COLLECTIONS).await;
    let expected: Vec<_> = plain
        .documents
        .into_iter()
        .filter(|document| ["cases", "leads"].contains(&document.collection.as_str()))
        .collect();
    assert_eq!(packed.documents, expected);
    assert!(packed.bad.is_empty());
}

#[tokio::test]
async fn what_cannot_be_decoded_is_kept_as_it_stands() {
    let mut text = Vec::new();
    text.extend(b"\xef\xbb\xbf");
    text.extend(line("cases", "ok", "").into_bytes());
    text.extend(b"\r\n\n   \n");
    text.extend(line("leads", "elsewhere", "").into_bytes());
    text.push(b'\n');
    text.extend(line("cases", "bad", r#","fields":{"a":{"booleanValue":"true"}}"#).into_bytes());
    text.extend(b"\r\nno json\n");
    text.extend(line("cases", "deep/notes/n", "").into_bytes());
    text.push(b'\n');
    text.extend(
        line("cases", "latin", "")
            .replace("latin", "\u{1}")
            .into_bytes(),
    );
    text.extend(b"\n{\"name\":\"projects/p/databases/(default)/documents/cases/x\xff\"}\n");
    text.extend(line("cases", "last", "").into_bytes());
    let dir = folder(&[("cases.ndjson", &text)]);
    let delivered = deliver(&Folder::new(dir.path()), &["cases"]).await;
    let ids: Vec<&str> = delivered.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["last", "ok"]);
    let modified = fs::metadata(dir.path().join("cases.ndjson"))
        .and_then(|metadata| metadata.modified())
        .expect("a time")
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    assert_eq!(
        delivered.documents[0]
            .create_time
            .map(|time| time.seconds()),
        i64::try_from(modified.as_secs()).ok()
    );
    let told: Vec<(&str, Option<&str>)> = delivered
        .bad
        .iter()
        .map(|bad| (bad.place.as_str(), bad.id.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("cases.ndjson:4", None),
            ("cases.ndjson:5", Some("bad")),
            ("cases.ndjson:6", None),
            ("cases.ndjson:7", None),
            ("cases.ndjson:8", None),
            ("cases.ndjson:9", None),
        ]
    );
    assert!(delivered.bad.iter().all(|bad| bad.collection == "cases"));
    assert!(
        delivered.bad[1].why.contains("booleanValue") || delivered.bad[1].why.contains("boolean"),
        "{}",
        delivered.bad[1].why
    );
    assert_eq!(delivered.bad[2].bytes, b"no json");
    assert!(delivered.bad[5].bytes.contains(&0xff));
}

#[tokio::test]
async fn a_last_line_that_is_not_whole_breaks_its_file_off() {
    let whole = line("cases", "a", "") + "\n";
    let last = line("cases", "b", r#","fields":{"a":{"stringValue":"é"}}"#);
    let wrong = line("cases", "b", r#","fields":{"a":{"integerValue":"x"}}"#);
    let cut = last.find('é').expect("it") + 1;
    for (end, bad, broken) in [
        (last.as_bytes(), 0, false),
        (wrong.as_bytes(), 1, false),
        // In the middle of a character, of a name, and of a value.
        (&last.as_bytes()[..cut], 1, true),
        (&last.as_bytes()[..20], 1, true),
        (&last.as_bytes()[..last.len() - 1], 1, true),
        // With a line end behind it, it is a line like others.
        (&b"{\"name\n"[..], 1, false),
    ] {
        let text = [whole.as_bytes(), end].concat();
        let zst = zstd::encode_all(&text[..], 1).expect("memory");
        for (name, bytes) in [
            ("cases.ndjson", text.clone()),
            ("cases.ndjson.gz", gzipped(&text)),
            ("cases.ndjson.zst", zst),
        ] {
            let dir = folder(&[(name, &bytes)]);
            let delivered = deliver(&Folder::new(dir.path()), &["cases"]).await;
            let told: Vec<bool> = delivered.bad.iter().map(|bad| bad.breaks_off).collect();
            assert_eq!(told, vec![broken; bad], "{name} {end:?}");
        }
    }
}

#[tokio::test]
async fn an_absent_collection_is_empty_and_others_are_told() {
    let dir = folder(&[
        ("cases.ndjson", b""),
        ("users.ndjson", b""),
        ("audit.ndjson.gz", &gzipped(b"")),
        ("README.md", b"no collection"),
    ]);
    let source = Folder::new(dir.path());
    let delivered = deliver(&source, &COLLECTIONS).await;
    assert!(delivered.documents.is_empty() && delivered.bad.is_empty());
    assert_eq!(
        source.not_planned(&COLLECTIONS).await.expect("readable"),
        ["audit", "users"]
    );
}

#[tokio::test]
async fn files_with_nearly_the_right_name_are_named() {
    use std::os::unix::ffi::OsStrExt as _;

    let whole = line("cases", "a", "");
    let names = [
        "cases.jsonl",
        "cases.NDJSON",
        "cases.ndjson.GZ",
        "cases.ndjson.bz2",
        "cases.json",
        ".ndjson",
        ".ndjson.gz",
    ];
    let mut files: Vec<(&str, &[u8])> = names.map(|name| (name, whole.as_bytes())).to_vec();
    files.push(("leads.ndjson", b""));
    let dir = folder(&files);
    fs::create_dir(dir.path().join("older")).expect("a folder");
    let foreign = std::ffi::OsStr::from_bytes(b"caf\xe9.ndjson");
    fs::write(dir.path().join(foreign), &whole).expect("written");
    let source = Folder::new(dir.path());
    let mut aside: Vec<String> = names.map(str::to_owned).to_vec();
    aside.extend(["older/".to_owned(), "caf\\xe9.ndjson".to_owned()]);
    aside.sort();
    assert_eq!(source.aside().await.expect("readable"), aside);
    assert_eq!(source.collections().await.expect("readable"), ["leads"]);
    assert!(deliver(&source, &["cases"]).await.documents.is_empty());
}

/// In a thread of its own: opening a pipe that nobody writes into would never end.
#[tokio::test]
async fn a_folder_or_a_pipe_in_a_file_s_place_is_told_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("cases.ndjson")).expect("a folder");
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path().join("leads.ndjson"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no mkfifo");
        return;
    }
    for (collection, words) in [("cases", "move this folder away"), ("leads", "no pipe")] {
        let source = Folder::new(dir.path());
        let within = std::time::Duration::from_secs(20);
        let asked = [collection];
        let read = tokio::time::timeout(within, try_deliver(&source, &asked));
        let error = read.await.expect("at once").expect_err("no file");
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        let remedy = error.remedy_text().expect("a remedy");
        assert!(remedy.contains(words), "{remedy}");
        assert!(source.slices(&[collection], 1).await.is_err());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_with_a_remedy() {
    let whole = gzipped(&fs::read(sample("firestore").join("cases.ndjson")).expect("the sample"));
    for (files, kind) in [
        (
            vec![("cases.ndjson.gz", &whole[..whole.len() / 2])],
            ErrorKind::Malformed,
        ),
        (
            vec![("cases.ndjson.gz", &b"no gzip"[..])],
            ErrorKind::Malformed,
        ),
        (
            vec![("cases.ndjson.zst", &b"no zstd"[..])],
            ErrorKind::Malformed,
        ),
        (
            vec![("cases.ndjson", &b""[..]), ("cases.ndjson.gz", &b""[..])],
            ErrorKind::Malformed,
        ),
    ] {
        let dir = folder(&files);
        let error = try_deliver(&Folder::new(dir.path()), &["cases"])
            .await
            .expect_err("unreadable");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.remedy_text().is_some());
    }
    let dir = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("nowhere", dir.path().join("cases.ndjson")).expect("a link");
    let error = try_deliver(&Folder::new(dir.path()), &["cases"])
        .await
        .expect_err("a link to nowhere");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = Folder::new(Path::new("/nonexistent"))
        .open()
        .await
        .expect_err("absent");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("V2_FIRESTORE"))
    );
}

#[tokio::test]
async fn deliveries_of_a_file_keep_their_order() {
    let mut text = String::new();
    for index in 0..2_000 {
        let fields = format!(r#","fields":{{"n":{{"integerValue":"{index}"}}}}"#);
        text.push_str(&line("cases", "same", &fields));
        text.push('\n');
    }
    let dir = folder(&[("cases.ndjson", text.as_bytes())]);
    let delivered = deliver(&Folder::new(dir.path()), &["cases"]).await;
    let numbers: Vec<i64> = delivered
        .documents
        .iter()
        .filter_map(|document| match document.fields.get("n") {
            Some(sunset_core::value::Value::Integer(number)) => Some(*number),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, (0..2_000).collect::<Vec<i64>>());
}
