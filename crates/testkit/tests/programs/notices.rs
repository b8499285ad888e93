//! What programs tell a webhook while an operator runs them: the beginning, the end, the failure,
//! nothing secret; and that whatever becomes of the webhook is no concern of the work.

use serde_json::Value;
use sunset_testkit::webhook::{SECRET, Webhook};

use super::recordings::Recorded;
use super::workplace::{OLDER_V3, Outcome, Workplace};

/// A password that a server which trusts everybody does not look at.
const PASSWORD: &str = "hunter2mark";

/// The URL of a database with a password in it, and what of that must not be told.
pub fn with_password(url: &str) -> (String, String) {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (user, server) = rest.split_once('@').unwrap_or(("postgres", rest));
    match user.split_once(':') {
        // A word such as `postgres` may well stand elsewhere, too.
        Some((_, password)) => (url.to_owned(), format!(":{password}@")),
        None => (
            format!("{scheme}://{user}:{PASSWORD}@{server}"),
            PASSWORD.to_owned(),
        ),
    }
}

/// What one run of a program told; nothing secret is in it, nor in what the program said.
fn told_by(hook: &Webhook, outcome: &Outcome, password: &str) -> Vec<Value> {
    let told = hook.take();
    let bodies = told.iter().map(|told| told.body.as_str());
    for said in bodies.chain([outcome.stdout.as_str(), &outcome.stderr]) {
        for secret in [password, SECRET] {
            assert!(!said.contains(secret), "{said}");
        }
    }
    told.iter().map(|told| told.json()).collect()
}

fn text(notice: &Value) -> &str {
    notice["text"].as_str().expect("a text")
}

fn events(told: &[Value]) -> Vec<&str> {
    let events = told.iter().map(|notice| notice["event"].as_str());
    events.map(|event| event.expect("an event")).collect()
}

/// As Slack shows it.
fn shown(line: &str) -> String {
    line.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// That a run told of its beginning and of its end, with what came of it.
fn expect_begun_and_ended(program: &str, told: &[Value], outcome: &Outcome) {
    assert_eq!(events(told), ["began", "ended"], "{program}: {told:#?}");
    for notice in told {
        assert_eq!(notice["program"], program);
        let host = notice["host"].as_str();
        assert!(host.is_some_and(|host| !host.is_empty()), "{notice:#}");
    }
    let (begun, ended) = (text(&told[0]), text(&told[1]));
    let what = begun.strip_prefix(&format!("{program} began: "));
    let what = what.unwrap_or_else(|| panic!("{begun}"));
    assert!(!what.is_empty() && !what.contains('\n'), "{begun}");
    let mut lines = ended.lines();
    let first = lines.next().unwrap_or_default();
    assert!(
        first.starts_with(&format!("{program} ended after "))
            && first.ends_with(&format!(": {what}")),
        "{ended}"
    );
    assert_eq!(told[1]["status"], "done");
    assert!(told[1]["seconds"].as_f64() > Some(0.0), "{:#}", told[1]);
    // The summary is what was said to the operator.
    let summary: Vec<String> = lines.map(shown).collect();
    assert!(!summary.is_empty(), "{program}: {ended}");
    for line in summary {
        assert!(outcome.stdout.contains(&line), "{line}\n{}", outcome.stdout);
    }
}

#[test]
fn every_program_of_the_chain_tells_of_its_beginning_and_its_end_and_no_secret() {
    let Some(place) = Recorded::empty() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    let (url, password) = with_password(&place.url());
    let place = place
        .with("DATABASE_URL", &url)
        .with("SLACK_WEBHOOK_URL", hook.url());
    let told_of = |program: &str, arguments: &[&str]| {
        let outcome = place.expect(0, program, arguments);
        let told = told_by(&hook, &outcome, &password);
        expect_begun_and_ended(program, &told, &outcome);
    };
    told_of("schema-push", &[]);
    // Nothing is to be repaired: nothing begins.
    let outcome = place.expect(0, "fix-schema", &[]);
    assert!(told_by(&hook, &outcome, &password).is_empty());
    told_of("data-migrate", &[]);
    told_of("audio-migrate", &[]);
    told_of("check-r2", &[]);
    told_of("final-check", &["--no-report"]);
    told_of("cutover", &["--frozen"]);
    told_of("rollback", &["--yes"]);
    // As an older version of V3 left it.
    place.query(&format!(
        "{OLDER_V3} \
         INSERT INTO conversations (id, opportunity_id, type, duration) VALUES ('c', 'o', 'demo', 12.5)",
    ));
    told_of("fix-schema", &[]);
}

#[test]
fn a_check_that_does_not_pass_and_documents_that_wait_are_told_as_that() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    let place = place.with_documents(&[("cases.ndjson", b"{\"nam\n".as_slice())]);
    place.expect(0, "schema-push", &[]);
    let notify = ["--notify-url", hook.url()];
    for (status, program, arguments, name, words) in [
        (
            3,
            "data-migrate",
            &[][..],
            "incomplete",
            "data-migrate ended, and something waits for a person after ",
        ),
        (
            4,
            "final-check",
            &["--no-report"],
            "check_failed",
            "final-check ended: a check does not pass after ",
        ),
    ] {
        let arguments = [arguments, &notify].concat();
        let outcome = place.expect(status, program, &arguments);
        let told = told_by(&hook, &outcome, PASSWORD);
        assert_eq!(events(&told), ["began", "ended"]);
        assert_eq!(told[1]["status"], name, "{:#}", told[1]);
        assert!(text(&told[1]).starts_with(words), "{}", text(&told[1]));
    }
}

#[test]
fn a_failure_is_told_with_its_kind_and_what_to_do_and_a_dry_run_is_nobodys_business() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    let elsewhere = Webhook::start().expect("a webhook");
    let (url, password) = with_password(&place.url());
    let place = place
        .with("DATABASE_URL", &url)
        .with("SLACK_WEBHOOK_URL", elsewhere.url())
        .with("MAX_RETRIES", "0");
    // What is named on the command line goes before what is set.
    let run = |status: i32, program: &str, arguments: &[&str]| {
        let arguments = [arguments, &["--notify-url", hook.url()]].concat();
        let outcome = place.expect(status, program, &arguments);
        let told = told_by(&hook, &outcome, &password);
        (outcome, told)
    };
    // There are no tables yet.
    let (outcome, told) = run(1, "data-migrate", &["--json"]);
    assert_eq!(events(&told), ["began", "failed"], "{told:#?}");
    let (failure, notice) = (&outcome.json()["error"], &told[1]);
    assert_eq!(notice["kind"], failure["kind"], "{notice:#}");
    assert_eq!(notice["status"], "error");
    let next = failure["next"].as_str().expect("a remedy");
    let said = shown(text(notice));
    assert!(
        said.starts_with("data-migrate FAILED after ") && said.contains(&format!("next: {next}")),
        "{said}"
    );
    let (_, told) = run(4, "final-check", &["--no-report", "--only", "data"]);
    assert_eq!(events(&told), ["began", "ended"], "{told:#?}");
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let (_, told) = run(1, "rollback", &["--run", "99", "--yes"]);
    assert_eq!(events(&told), ["began", "failed"], "{told:#?}");
    assert!(
        text(&told[1]).starts_with("rollback FAILED after "),
        "{told:#?}"
    );
    for (status, program, arguments) in [
        (0, "schema-push", &["--dry-run"][..]),
        (0, "data-migrate", &["--dry-run"]),
        (0, "rollback", &["--dry-run"]),
        (1, "rollback", &["--run", "99", "--dry-run"]),
        // Shown, and not confirmed.
        (1, "rollback", &[]),
    ] {
        let (_, told) = run(status, program, arguments);
        assert!(told.is_empty(), "{program} {arguments:?}: {told:#?}");
    }
    // Nobody is there, and so nothing began.
    let (head, _) = url.rsplit_once('@').expect("a URL with a password");
    let place = place.with("DATABASE_URL", &format!("{head}@127.0.0.1:9/none"));
    let arguments = ["--notify-url", hook.url()];
    let outcome = place.expect(1, "data-migrate", &arguments);
    let told = told_by(&hook, &outcome, &password);
    assert_eq!(events(&told), ["failed"], "{told:#?}");
    assert!(
        text(&told[0]).starts_with("data-migrate FAILED\nerror: "),
        "{told:#?}"
    );
    let told = elsewhere.take();
    let told: Vec<Value> = told.iter().map(|told| told.json()).collect();
    assert_eq!(
        events(&told),
        ["began", "ended", "began", "ended"],
        "of schema-push and data-migrate, which had nobody else to tell"
    );
}

#[test]
fn a_webhook_that_is_busy_broken_or_away_is_tried_again_and_nothing_else_becomes_of_it() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let hook = Webhook::start().expect("a webhook");
    let place = place.with("SLACK_WEBHOOK_URL", hook.url());
    let untold = |outcome: &Outcome| -> Vec<String> {
        let notes = outcome.stderr.lines();
        let notes = notes.filter(|line| line.starts_with("note: the webhook was not told: "));
        notes.map(str::to_owned).collect()
    };
    place.expect(0, "schema-push", &[]);
    hook.take();
    // Broken and busy, and then there again.
    hook.memory().answers = [500, 429].into();
    let outcome = place.expect(0, "data-migrate", &["--json"]);
    assert_eq!(outcome.json()["status"], "done");
    assert_eq!(untold(&outcome), [""; 0]);
    let statuses: Vec<u16> = hook.memory().told.iter().map(|told| told.status).collect();
    assert_eq!(statuses, [500, 429, 200, 200]);
    let told = told_by(&hook, &outcome, PASSWORD);
    assert_eq!(events(&told), ["began", "began", "began", "ended"]);
    assert_eq!(told[0], told[2], "the same again");
    // Broken for good: both notices are tried three times, and both are said to be untold.
    hook.memory().answers = [500; 100].into();
    let checked = place.expect(0, "final-check", &["--no-report", "--only", "data"]);
    assert!(
        checked.stdout.contains("PASSED, as far as asked for"),
        "{}",
        checked.stdout
    );
    let said = untold(&checked);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said.iter().all(|line| line.contains("it answers 500")),
        "{said:?}"
    );
    let told = told_by(&hook, &checked, PASSWORD);
    let tried = [["began"; 3], ["ended"; 3]].concat();
    assert_eq!(events(&told), tried);
    // Beside a failure, too, whose status and words stay its own.
    let failed = place.expect(1, "rollback", &["--run", "99", "--yes"]);
    assert!(
        failed.stderr.contains("error: ") && untold(&failed).len() == 2,
        "{}",
        failed.stderr
    );
    hook.take();
    // Away.
    drop(hook);
    let rows = "SELECT count(*) FROM opportunities";
    assert_eq!(place.query(rows), ["111"]);
    let outcome = place.expect(0, "rollback", &["--yes"]);
    assert_eq!(place.query(rows), ["0"]);
    assert_eq!(untold(&outcome).len(), 2, "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(SECRET), "{}", outcome.stderr);
    // What is no webhook at all is said, where it is only set, and refused where it is named.
    let place = place.with("SLACK_WEBHOOK_URL", "hooks.example/hidden");
    let outcome = place.expect(0, "data-migrate", &[]);
    let said = "note: the webhook is no HTTP URL";
    assert!(
        outcome.stderr.contains(said) && !outcome.stderr.contains("hidden"),
        "{}",
        outcome.stderr
    );
    let named = ["--notify-url", "hooks.example/hidden"];
    let refused = place.expect(1, "data-migrate", &named);
    assert!(
        refused.stderr.contains("write https://")
            && !format!("{}{}", refused.stdout, refused.stderr).contains("hidden"),
        "{}",
        refused.stderr
    );
}
