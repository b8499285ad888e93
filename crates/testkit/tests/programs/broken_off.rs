//! What breaks off says so in a report, too.

use std::path::PathBuf;

use serde_json::Value;

use super::browser;
use super::storm::{ended, outcome};
use super::workplace::Workplace;

/// The reports of a folder, as JSON and as pages.
fn reports(place: &Workplace, folder: &str) -> Vec<(Value, String)> {
    let Ok(entries) = std::fs::read_dir(place.dir.path().join(folder)) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("a report");
    paths
        .into_iter()
        .map(|path| {
            let page = read(path.with_extension("html"));
            let text = read(path);
            (serde_json::from_str(&text).expect("JSON"), page)
        })
        .collect()
}

/// Everybody can read it, in a real browser.
fn readable(page: &str) {
    if let Some(faults) = browser::faults(page) {
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn a_check_that_breaks_off_writes_a_report_with_the_error() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    // V2 is away by now.
    let place = place.with("V2_FIRESTORE", "file:///nowhere/at/all");
    let outcome = place.expect(1, "final-check", &["--reports", "told"]);
    assert!(
        outcome.stdout.contains("Report: told/"),
        "{}",
        outcome.stdout
    );
    let written = reports(&place, "told");
    let (document, page) = &written[0];
    assert_eq!(written.len(), 1);
    assert!(document["error"]["what"].is_string(), "{document:#}");
    assert!(document["error"]["next"].is_string(), "{document:#}");
    assert_eq!(document["verdict"], Value::Null);
    assert_eq!(document["history"]["runs_total"], 2, "what was done before");
    for words in [
        "Broken off: final-check",
        "What broke it off",
        "it proves nothing",
        "error: ",
        "next: ",
        "/nowhere/at/all",
    ] {
        assert!(page.contains(words), "{words}");
    }
    readable(page);
    for none in ["--no-report", "--dry-run"] {
        place.expect(1, "final-check", &["--reports", "none", none]);
        assert!(reports(&place, "none").is_empty(), "{none}");
    }
}

#[test]
fn a_migration_that_breaks_off_writes_a_report_with_the_error() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let outcome = place.expect(1, "data-migrate", &["--report", "told"]);
    assert!(outcome.stderr.contains("schema-push"), "{}", outcome.stderr);
    let (document, page) = &reports(&place, "told")[0];
    assert!(document["error"]["next"].is_string(), "{document:#}");
    assert!(page.contains("Broken off: data-migrate"));
    readable(page);
    // A watch that cannot go on.
    let arguments = ["--watch", "1s", "--report", "watched"];
    place.expect(1, "data-migrate", &arguments);
    assert_eq!(reports(&place, "watched").len(), 1);
}

#[test]
fn a_watch_that_is_stopped_tells_what_was_done() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let mut watch = place.spawn("data-migrate", &["--watch", "1h", "--report", "stopped"]);
    let begun = std::time::Instant::now();
    let passes =
        "SELECT count(*) FROM sunset.runs WHERE program = 'data-migrate' AND state = 'done'";
    let made = "SELECT to_regclass('sunset.runs') IS NOT NULL";
    while place.query(made) != ["t"] || place.query(passes) == ["0"] {
        assert!(begun.elapsed().as_secs() < 60, "no pass is done");
        assert!(!ended(&mut watch, std::time::Duration::from_millis(100)));
    }
    let mut kill = std::process::Command::new("kill");
    kill.args(["-TERM", &watch.id().to_string()])
        .output()
        .expect("kill");
    let said = outcome(watch);
    assert_eq!(said.status, 1, "{}", said.stderr);
    assert!(
        said.stderr.contains("stopped by SIGTERM"),
        "{}",
        said.stderr
    );
    let written = reports(&place, "stopped");
    let (document, page) = &written[0];
    assert_eq!(
        document["error"]["what"], "stopped by SIGTERM",
        "{document:#}"
    );
    assert!(page.contains("Broken off: data-migrate"));
}
