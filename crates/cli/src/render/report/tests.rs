use super::*;
use serde_json::json;
use sunset_core::check::{Check, Finding, Section};
use sunset_core::ports::runs::{RunRecord, RunStart, RunState};
use sunset_core::report::{Latency, Pace};

fn empty() -> Report {
    Report {
        program: "final-check".into(),
        made_at: "2026-11-21T10:00:00Z".into(),
        version: "0.1.0".into(),
        plan: "sales-ai".into(),
        source: None,
        read_time: None,
        target: "postgresql://db/v3".into(),
        bucket: None,
        milliseconds: 1_234,
        failure: None,
        checks: None,
        comparison: None,
        history: History::default(),
        language: Language::En,
    }
}

fn run(id: i64, state: RunState) -> RunRecord {
    RunRecord {
        id,
        origin: 1,
        start: RunStart {
            plan: "sales-ai".into(),
            program: "data-migrate".into(),
            version: "0.1.0".into(),
            source: None,
            read_time: None,
            options: json!({}),
            host: "h".into(),
            pid: 1,
        },
        state,
        started_at: "2026-11-21T09:00:00.000Z".into(),
        finished_at: None,
        counts: json!({}),
        phases: json!({"Leads": 1_500, "nonsense": "x"}),
        error: Some("the database <went> away".into()),
    }
}

fn full() -> Report {
    let items = (0..1_000).map(|n| format!("leads/{n}: no <name>"));
    let mut report = empty();
    report.history = History {
        runs: vec![run(1, RunState::Interrupted), run(2, RunState::Done)],
        runs_total: 2,
        documents: BTreeMap::from([(("leads".into(), "quarantined".into()), 10_000)]),
        flow: BTreeMap::from([(("leads".into(), "opportunities".into()), 5)]),
        quarantine: BTreeMap::from([(
            "bad_document".into(),
            Examples {
                count: 10_000,
                items: items.collect(),
            },
        )]),
        paces: vec![Pace {
            run: 2,
            seconds: 2.0,
            slot_seconds: 0.5,
            slots: vec![100, 300, 0, 100],
            items: 500,
            written: 700,
            batches: 4,
            latency: Some(Latency {
                p50: 2.5,
                p90: 20.0,
                p95: 40.0,
                p99: 1_200.0,
                max: 1_300.0,
            }),
            ..Pace::default()
        }],
        ..History::default()
    };
    report
}

#[test]
fn ten_thousand_in_quarantine_are_counted_grouped_and_folded() {
    let report = full();
    let page = report.to_html();
    assert!(page.len() < 100_000, "{} bytes", page.len());
    assert!(page.contains("10,000"));
    assert!(page.contains("<details>"));
    assert!(page.contains("… and 9,800 more"));
    assert!(page.contains("leads/0: no &lt;name&gt;"), "escaped");
    assert!(!page.contains("<name>") && !page.contains("<went>"));
    let markdown = report.to_markdown();
    assert!(markdown.contains("leads/0: no \\<name>"));
    assert!(markdown.contains("… +9,980"));
    let json = report.to_json();
    assert_eq!(json["quarantine"]["bad_document"], 10_000);
    let kept = json["history"]["quarantine"]["bad_document"]["items"].as_array();
    assert_eq!(kept.map(Vec::len), Some(1_000));
}

#[test]
fn an_id_forges_no_line_of_a_report() {
    let mut report = full();
    let odd = || "leads/x\nPASSED: all\u{202e}\u{1b}[32m".to_owned();
    let found = Examples {
        count: 1,
        items: vec![odd()],
    };
    report.history.quarantine = BTreeMap::from([("bad_document".to_owned(), found)]);
    let finding = Finding::failure("rows are missing or differ", 1, vec![odd()]);
    report.checks = Some(CheckReport {
        sections: vec![Section {
            title: "Data".into(),
            checks: vec![Check::new("rows", "3 rows").with(Some(finding))],
            skipped: None,
            summary: "Data".into(),
        }],
        ..CheckReport::default()
    });
    let error = Error::new(sunset_core::ErrorKind::Malformed, "not readable").item(odd());
    report.failure = Some(Failure::of(&error));
    let unseen = |text: &str| text.contains(['\u{202e}', '\u{1b}']);
    let markdown = report.to_markdown();
    let spelled = "leads/x\\<U+000A>PASSED: all\\<U+202E>\\<U+001B>\\[32m";
    assert_eq!(markdown.matches(spelled).count(), 3, "{markdown}");
    assert!(!unseen(&markdown), "{markdown}");
    assert!(
        !markdown.lines().any(|line| line.starts_with("PASSED")),
        "{markdown}"
    );
    let page = report.to_html();
    let spelled = "leads/x&lt;U+000A&gt;PASSED: all&lt;U+202E&gt;&lt;U+001B&gt;[32m";
    assert_eq!(page.matches(spelled).count(), 3);
    assert!(!unseen(&page));
}

#[test]
fn a_run_that_was_gone_on_with_is_told_with_its_times() {
    let page = full().to_html();
    for words in [
        "goes on with run 1",
        "interrupted",
        "Leads 1.5 s",
        "500 documents or rows, 700 rows written, in 2.0 s: 250 a second",
        "p50 2.5 ms, p90 20 ms, p95 40 ms, p99 1.2 s, max 1.3 s",
        "600/s",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let report = empty();
    let page = report.to_html();
    assert!(page.contains("Nothing was migrated into this database yet."));
    assert!(page.contains("Nothing that was migrated is in V3."));
    assert!(!page.contains("NaN") && !page.contains("inf"));
    assert_eq!(report.to_json()["verdict"], Value::Null);
    assert!(
        report
            .to_markdown()
            .starts_with("# Report of the migration\n")
    );
}

#[test]
fn a_failure_decides_the_verdict_and_the_next_steps() {
    let mut report = full();
    let finding = Finding::failure("rows are missing or differ", 1, vec!["a | b".into()]);
    report.checks = Some(CheckReport {
        sections: vec![Section {
            title: "Data".into(),
            checks: vec![Check::new("rows", "3 rows").with(Some(finding))],
            skipped: None,
            summary: "Data: 1 row".into(),
        }],
        left_out: Vec::new(),
    });
    let page = report.to_html();
    assert!(page.contains("<title>Final check: failed</title>"));
    assert!(page.contains("make rollback"));
    assert!(report.to_markdown().contains("a \\| b"));
    assert_eq!(report.to_json()["verdict"], "failed");
}

#[test]
fn the_frame_is_said_in_every_language() {
    for language in [Language::ZhTw, Language::Es] {
        let mut report = full();
        report.language = language;
        let page = report.to_html();
        assert!(page.contains(&format!("<html lang=\"{}\">", language.tag())));
        for english in [
            "What moved",
            "What did not move",
            "How it went",
            "How to go on",
            "documents or rows",
            "Report of the migration",
            "a second",
            "Run final-check",
            "goes on with run",
            "interrupted",
            "the wider",
        ] {
            assert!(!page.contains(english), "{language:?}: {english}");
        }
    }
}
