//! `--metrics-listen`: what Prometheus is told in the middle of a run, and at its end what the
//! program's own report says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use sunset_testkit::webhook::Webhook;

use super::recordings::Recorded;
use super::workplace::Workplace;

/// What `/metrics` tells, by name and labels.
type Told = BTreeMap<String, f64>;

/// A program that tells Prometheus, and that does not end before its webhook lets it.
struct Watched<'a> {
    child: Child,
    said: JoinHandle<String>,
    talk: JoinHandle<String>,
    address: String,
    hook: &'a Webhook,
}

impl<'a> Watched<'a> {
    fn start(place: &Workplace, program: &str, more: &[&str], hook: &'a Webhook) -> Self {
        hook.take();
        hook.memory().held = Some("ended");
        let ours = [
            "--json",
            "--metrics-listen",
            "127.0.0.1:0",
            "--notify-url",
            hook.url(),
        ];
        let mut child = place.spawn(program, &[more, &ours].concat());
        let mut stdout = child.stdout.take().expect("its output");
        let said = std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).expect("its output");
            text
        });
        let mut talk = BufReader::new(child.stderr.take().expect("its talk"));
        let address = loop {
            let mut line = String::new();
            let read = talk.read_line(&mut line).expect("a line");
            assert!(read > 0, "{program} ended before it listened");
            if let Some(rest) = line.trim_end().strip_prefix("Metrics: http://") {
                let address = rest.strip_suffix("/metrics").expect("the path");
                break address.to_owned();
            }
        };
        let talk = std::thread::spawn(move || {
            let mut text = String::new();
            talk.read_to_string(&mut text).expect("its talk");
            text
        });
        Self {
            child,
            said,
            talk,
            address,
            hook,
        }
    }

    fn scrape(&self) -> Told {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(body.ends_with("# EOF\n"), "{body}");
        let lines = body.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').expect("a value");
                (name.to_owned(), value.parse().expect("a number"))
            })
            .collect()
    }

    /// Asks again and again, until what is told is `so`. The program runs all the while.
    fn until(&mut self, so: impl Fn(&Told) -> bool) -> Told {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let told = self.scrape();
            let ended = self.child.try_wait().expect("asked");
            assert!(ended.is_none(), "it ended: {told:#?}");
            if so(&told) {
                return told;
            }
            assert!(Instant::now() < end, "{told:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What is told when all is done, and the program's report.
    fn end(mut self) -> (Told, Value) {
        let hook = self.hook;
        self.until(|_| hook.knows_of("ended"));
        // What was told before that may be older than it.
        let last = self.scrape();
        hook.memory().held = None;
        let status = self.child.wait().expect("an end");
        let talk = self.talk.join().expect("its talk");
        let said = self.said.join().expect("its output");
        assert_eq!(status.code(), Some(0), "{said}\n{talk}");
        assert!(
            TcpStream::connect(&self.address).is_err(),
            "nobody listens any more"
        );
        let report = serde_json::from_str(&said).expect("one JSON document");
        (last, report)
    }
}

fn number(told: &Told, name: &str) -> f64 {
    told.get(name).copied().unwrap_or_default()
}

/// All of a metric whose names begin so.
fn sum(told: &Told, name: &str) -> f64 {
    let these = told.iter().filter(|(found, _)| found.starts_with(name));
    these.map(|(_, value)| value).sum()
}

fn of_version(program: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("sunset_run_info{{program=\"{program}\",version=\"{version}\"}}")
}

fn rows(table: &str, outcome: &str) -> String {
    format!("sunset_rows_total{{table=\"{table}\",outcome=\"{outcome}\"}}")
}

const HELD_UP: &str = "SELECT count(*) FROM pg_locks WHERE relation = 'meddic_analyses'::regclass \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                       AND mode = 'ShareLock' AND granted";

const LET_GO: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE query LIKE '%AS held_up' AND datname = current_database()";

#[test]
fn what_is_scraped_during_a_run_grows_into_what_its_report_says() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    place.expect(0, "schema-push", &[]);
    // Somebody holds up what writes analyses: as long as that is wanted, the run is in its middle.
    let mut other = place.spawn_sql(
        "BEGIN; LOCK TABLE meddic_analyses IN SHARE MODE; SELECT pg_sleep(600) AS held_up",
    );
    while place.query(HELD_UP) != ["1"] {
        let ended = other.try_wait().expect("asked");
        assert!(ended.is_none(), "nobody holds it up");
    }
    let more = ["--batch-size", "20"];
    let mut run = Watched::start(&place, "data-migrate", &more, &hook);
    let inserted = rows("opportunities", "inserted");
    let middle = run.until(|told| number(told, &inserted) > 0.0);
    assert_eq!(number(&middle, &of_version("data-migrate")), 1.0);
    assert!(
        number(&middle, "sunset_items_total{phase=\"Survey\"}") > 0.0,
        "{middle:#?}"
    );
    assert!(
        !middle.keys().any(|name| name.contains("meddic_analyses")),
        "{middle:#?}"
    );
    assert!(!hook.knows_of("ended"));
    place.query(LET_GO);
    other.wait().expect("gone");

    let (last, report) = run.end();
    for (name, before) in &middle {
        assert!(number(&last, name) >= *before, "{name} went back");
    }
    for table in ["opportunities", "conversations", "meddic_analyses"] {
        for outcome in ["inserted", "updated", "removed", "held"] {
            let told = number(&last, &rows(table, outcome));
            let reported = report["rows"][table][outcome].as_f64();
            assert_eq!(Some(told), reported, "{table} {outcome}");
        }
        let there = place.query(&format!("SELECT count(*) FROM {table}"));
        let told = number(&last, &rows(table, "inserted"));
        assert_eq!(there, [told.to_string()], "{table}");
    }
    let collections = report["collections"].as_object().expect("collections");
    for (outcome, field) in [
        ("written", "written"),
        ("unchanged", "unchanged"),
        ("quarantined", "quarantined"),
        ("conflict", "conflicting"),
    ] {
        let told = number(
            &last,
            &format!("sunset_documents_total{{outcome=\"{outcome}\"}}"),
        );
        let reported = collections.values().map(|counts| counts[field].as_f64());
        assert_eq!(Some(told), reported.sum::<Option<f64>>(), "{outcome}");
    }
    let read = collections.values().map(|counts| counts["read"].as_f64());
    let phases = ["Leads", "Conversations", "MEDDIC"];
    let dealt_with = phases.map(|phase| {
        let items = number(&last, &format!("sunset_items_total{{phase=\"{phase}\"}}"));
        let expected = number(
            &last,
            &format!("sunset_items_expected{{phase=\"{phase}\"}}"),
        );
        assert!(expected > 0.0 && expected <= items, "{phase}: {expected}");
        items
    });
    assert_eq!(
        Some(dealt_with.iter().sum::<f64>()),
        read.sum::<Option<f64>>()
    );
    let booked = place.query("SELECT count(*) FROM sunset.batches");
    let batches = number(&last, "sunset_batch_seconds_count");
    assert_eq!(booked, [batches.to_string()]);
    assert!(number(&last, "sunset_last_progress_timestamp_seconds") > 0.0);

    // The same again: nothing is written, and nothing of it is told.
    let run = Watched::start(&place, "data-migrate", &[], &hook);
    let (last, report) = run.end();
    assert_eq!(report["rows"]["conversations"]["unchanged"], 153);
    assert_eq!(sum(&last, "sunset_rows_total"), 0.0, "{last:#?}");
    assert_eq!(sum(&last, "sunset_documents_total"), 0.0, "{last:#?}");
}

#[test]
fn recordings_are_told_as_they_are_copied() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    let mut run = Watched::start(&place, "audio-migrate", &[], &hook);
    let items = "sunset_items_total{phase=\"Recordings\"}";
    run.until(|told| number(told, items) > 0.0);
    let (last, report) = run.end();
    assert_eq!(number(&last, &of_version("audio-migrate")), 1.0);
    let copied = report["report"]["copied"]["objects"].as_f64();
    assert_eq!(copied, Some(127.0));
    assert_eq!(Some(number(&last, items)), copied);
    let expected = number(&last, "sunset_items_expected{phase=\"Recordings\"}");
    assert_eq!(Some(expected), copied);
    assert_eq!(place.stored().len(), 127);
}
