//! What it tells and what it keeps to itself.

use super::run::{folder, line, run_at, run_sample};
use serde_json::{Value, json};

fn collection<'a>(document: &'a Value, name: &str) -> &'a Value {
    let all = document["collections"].as_array().expect("collections");
    all.iter()
        .find(|one| one["name"] == name)
        .expect("the collection")
}

fn field<'a>(collection: &'a Value, path: &str) -> &'a Value {
    let all = collection["fields"].as_array().expect("fields");
    all.iter()
        .find(|one| one["path"] == path)
        .expect("the field")
}

#[test]
fn the_json_says_the_same_in_numbers() {
    let document = run_sample("firestore", &["--json"]).json();
    assert_eq!(document["status"], "done");
    assert_eq!(document["documents"], 188);
    let cases = collection(&document, "cases");
    assert_eq!(
        (&cases["documents"], &cases["whole"]),
        (&json!(122), &json!(true))
    );
    let segments = field(cases, "transcription.segments[].end");
    assert_eq!(
        (&segments["values"], &segments["of"]),
        (&json!(1433), &json!(1433))
    );
    let leads = field(collection(&document, "conversations"), "lead_id");
    assert_eq!(leads["links"][0]["collection"], "leads");
    assert_eq!(leads["links"][0]["absent"], 0);
}

#[test]
fn an_export_tells_the_same_as_the_folder_it_was_made_of() {
    let folder = run_sample("firestore", &["--json"]).json();
    let export = run_sample("export", &["--json"]).json();
    for name in [
        "cases",
        "conversations",
        "leads",
        "meddic_analyses",
        "sales_cases",
    ] {
        let (one, other) = (collection(&folder, name), collection(&export, name));
        for part in [
            "documents",
            "fields",
            "id_shapes",
            "similar_ids",
            "unreadable",
        ] {
            assert_eq!(one[part], other[part], "{name}: {part}");
        }
    }
}

#[test]
fn every_place_is_given_or_counted_in_the_order_of_the_file() {
    let mut lines = "no JSON\n".repeat(60);
    lines.push_str(&line("cases", "nul\u{0}", &json!({})));
    let dir = folder(&[("cases.ndjson", &lines)]);
    let json = run_at(dir.path(), &["--source", "file://.", "--json"]);
    assert_eq!(json.status, 3);
    let document = json.json();
    assert_eq!(document["unreadable"], 61);
    let all = document["findings"].as_array().expect("findings");
    let found = all
        .iter()
        .find(|finding| finding["code"] == "unreadable_documents")
        .expect("the finding");
    let places = found["places"].as_array().expect("places");
    assert_eq!((places.len(), &found["more_places"]), (61, &json!(0)));
    for (index, place) in places.iter().take(60).enumerate() {
        let place = place.as_str().expect("text");
        let number = format!("cases.ndjson:{}: ", index + 1);
        assert!(place.starts_with(&number), "{place}");
    }
    let last = places[60].as_str().expect("text");
    assert!(last.contains("U+0000, which PostgreSQL"), "{last}");
    let text = run_at(dir.path(), &["--source", "file://.", "--verbose"]).stdout;
    assert_eq!(text.matches("- cases.ndjson:").count(), 60, "{text}");
    assert_eq!(text.matches("unreadable  cases.ndjson:").count(), 60);
    let brief = run_at(dir.path(), &["--source", "file://."]).stdout;
    assert!(brief.contains("… and 55 more places"), "{brief}");
    // Beyond what is kept the rest is counted.
    let lines = "no JSON\n".repeat(1_200);
    let dir = folder(&[("cases.ndjson", &lines)]);
    let text = run_at(dir.path(), &["--source", "file://.", "--verbose"]).stdout;
    assert_eq!(text.matches("… and 200 more places").count(), 2, "{text}");
}

#[test]
fn what_is_of_another_database_or_not_read_is_a_finding() {
    let twice = line("cases", "a", &json!({}));
    let other = twice.replace("projects/p/", "projects/q/");
    let dir = folder(&[
        ("cases.ndjson", &(twice.clone() + &twice + &other)),
        ("cases.jsonl", &twice),
        (".ndjson", &twice),
    ]);
    let outcome = run_at(dir.path(), &["--source", "file://.", "--json"]);
    assert_eq!(outcome.status, 3);
    let document = outcome.json();
    assert_eq!(document["aside"], json!([".ndjson", "cases.jsonl"]));
    let cases = collection(&document, "cases");
    assert_eq!(
        (&cases["repeated"], &cases["namesakes"]),
        (&json!(1), &json!(1))
    );
    let codes: Vec<&str> = document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    for code in [
        "files_not_read",
        "same_id_in_several_databases",
        "several_databases",
    ] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert!(!codes.contains(&"other_database"), "{codes:?}");
    let text = run_at(dir.path(), &["--source", "file://."]).stdout;
    assert!(
        text.contains("projects/p/databases/(default): 2 documents"),
        "{text}"
    );
}

#[test]
fn a_part_is_called_a_part() {
    let outcome = run_sample(
        "firestore",
        &["--collection", "cases", "--max-documents", "10", "--json"],
    );
    let document = outcome.json();
    assert_eq!(document["documents"], 10);
    assert_eq!(collection(&document, "cases")["whole"], false);
    assert_eq!(
        document["not_read"],
        json!(["conversations", "leads", "meddic_analyses", "sales_cases"])
    );
    let findings = document["findings"].to_string();
    assert!(
        findings.contains("cases: only the first 10 documents were read"),
        "{findings}"
    );
    assert!(
        outcome.stderr.contains("cases: the first 10 documents"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn no_contents_in_any_form_of_the_report() {
    let marker = "q7Zk4mWx0Pd";
    let texts = [
        marker.to_owned(),
        format!("{marker}@example.com"),
        format!("postgres://app:{marker}@db.example.com/x"),
        format!("Frau {marker} 0912345678"),
        format!("ghp_{marker}{}", "a1B2".repeat(8)),
        format!(
            "{} {marker} {}",
            "lorem ipsum ".repeat(20),
            "dolor ".repeat(20)
        ),
    ];
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let value = json!({"stringValue": text});
            line("people", &format!("p{index}"), &json!({
                "status": value.clone(),
                "name": value.clone(),
                "tags": {"arrayValue": {"values": [value.clone()]}},
                "deep": {"mapValue": {"fields": {"password": value.clone(), format!("{marker}@example.com"): value}}},
            }))
        })
        .chain([format!("{{\"name\": \"projects/p/databases/d/documents/people/z\", \"fields\": {{\"n\": {{\"integerValue\": \"{marker}\"}}}}}}\n")])
        .collect();
    let dir = folder(&[("people.ndjson", &lines)]);
    let arguments = [
        "--source",
        "file://.",
        "--sample",
        "50",
        "--verbose",
        "--html",
        "page.html",
    ];
    let text = run_at(dir.path(), &arguments);
    let json = run_at(dir.path(), &[&arguments[..], &["--json"]].concat());
    let page = std::fs::read_to_string(dir.path().join("page.html")).expect("the page");
    for told in [
        &text.stdout,
        &text.stderr,
        &json.stdout,
        &json.stderr,
        &page,
    ] {
        assert!(!told.contains(marker), "{told}");
    }
    assert_eq!(text.status, 3);
    for told in [&text.stdout, &json.stdout, &page] {
        assert!(
            told.contains("people.deep.password") && told.contains("GitHub token"),
            "{told}"
        );
        assert!(told.contains("URL with a password"), "{told}");
    }
}

#[test]
fn the_page_needs_nothing_else_and_runs_nothing() {
    let lines = line(
        "<b>",
        "<i>id",
        &json!({"<script>alert(1)": {"stringValue": "\"><img src=x>"}}),
    );
    let dir = folder(&[("<b>.ndjson", &lines)]);
    let outcome = run_at(dir.path(), &["--source", "file://.", "--html", "page.html"]);
    assert_eq!(outcome.stderr, "report: page.html\n");
    let page = std::fs::read_to_string(dir.path().join("page.html")).expect("the page");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    for active in [
        "<script", "<img", "<b>", "<i>", "<link", "src=", "http:", "https:", "@import", "url(",
    ] {
        assert!(!page.contains(active), "{active}: {page}");
    }
    assert!(page.contains("name=\"viewport\"") && page.contains("@media print"));
}

#[test]
fn nothing_steers_the_terminal() {
    let lines = line(
        "c",
        "x\u{1b}[2Jy",
        &json!({"a\u{1b}[31m": {"stringValue": "\u{1b}]0;title\u{7}"}}),
    );
    let dir = folder(&[("c.ndjson", &lines)]);
    let outcome = run_at(dir.path(), &["--source", "file://."]);
    assert!(
        !outcome.stdout.contains(['\u{1b}', '\u{7}']),
        "{:?}",
        outcome.stdout
    );
}

#[test]
fn a_damaged_file_does_not_hide_the_others() {
    use std::io::Write as _;
    let users: String = (0..3_000)
        .map(|number| line("users", &format!("u-{}", number * 7_919), &json!({})))
        .collect();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(users.as_bytes()).expect("packed");
    let whole = packer.finish().expect("packed");
    let dir = folder(&[("cases.ndjson", &line("cases", "a", &json!({})))]);
    let file = dir.path().join("users.ndjson.gz");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    for arguments in [&["--json"][..], &["--json", "--max-documents", "5000"]] {
        let all = [&["--source", "file://."], arguments].concat();
        let outcome = run_at(dir.path(), &all);
        assert_eq!(outcome.status, 3, "{}", outcome.stderr);
        let document = outcome.json();
        assert_eq!(document["status"], "incomplete");
        assert_eq!(collection(&document, "cases")["whole"], true);
        let users = collection(&document, "users");
        assert_eq!(users["whole"], false);
        let told = users["documents"].as_u64().expect("a number");
        assert!((1..3_000).contains(&told), "{told}");
        let broken = &document["broken_off"][0];
        assert_eq!(broken["documents"], told);
        assert_eq!(broken["place"], "./users.ndjson.gz");
        assert_eq!(document["findings"][0]["code"], "broken_off");
    }
    // Where nothing can be read, nothing is told.
    let only = run_at(
        dir.path(),
        &["--source", "file://.", "--collection", "users"],
    );
    assert_eq!(only.status, 3, "{}", only.stderr);
    std::fs::write(&file, &whole[..10]).expect("a file");
    let only = run_at(
        dir.path(),
        &["--source", "file://.", "--collection", "users"],
    );
    assert_eq!(only.status, 1, "{}", only.stdout);
    assert!(only.stderr.contains("copy it once more"), "{}", only.stderr);
}
