//! Schedules at time scale, with faults switched on in v2.

use std::process::{Child, Stdio};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use super::load::{Load, tally};
use super::scratch::{Said, Scratch};
use super::service::{Service, State};
use super::stage::Stage;

/// An evaluation every 0.3 s.
const SCALE: [&str; 2] = ["--time-scale", "100"];

fn start(scratch: &Scratch, further: &[&str]) -> Child {
    let arguments = [
        &["run", "--schedule", "traffic.toml", "--json"][..],
        &SCALE[..],
        further,
    ];
    scratch
        .command(&arguments.concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run")
}

fn end(child: Child) -> Said {
    Said::of(&child.wait_with_output().expect("the end"))
}

fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "{what} never came"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Half of the traffic for two hours, then a fault: back within three evaluations, and everybody
/// on v1. `slack`: evaluations that may say nothing while there are too few requests.
fn goes_back(fault: impl Fn(&State), gate: &str, slack: u64) {
    let steps = "[[step]]\npercentage = 50\nhold = \"2h\"\n[[step]]\npercentage = 100\n";
    let Some(stage) = Stage::set("", steps) else {
        return;
    };
    // Enough clients that slow answers are many as well.
    let load = stage
        .scratch
        .block_on(async { Load::start(stage.front, 64) });
    let child = start(&stage.scratch, &[]);
    let state = &stage.v2.state;
    wait_for("traffic on v2", || state.requests.load(SeqCst) > 300);
    let looked = state.looked.load(SeqCst);
    fault(state);
    let said = end(child);
    let looks = state.looked.load(SeqCst) - looked;
    // A worker of nginx that is told to end takes what it had accepted, for some milliseconds.
    wait_for("the end of nginx's old workers", || {
        stage.scratch.block_on(tally(stage.front, 50)).get("v1") == Some(&50)
    });
    let after = stage.scratch.block_on(tally(stage.front, 300));
    let (sent, faults) = stage.scratch.block_on(load.end());
    assert_eq!(said.status, 4, "{said:#?}");
    let document = said.json();
    assert_eq!(document["end"], "aborted", "{document}");
    assert_eq!(document["percentage"], 0);
    let events = document["events"].as_array().expect("events");
    let back = events
        .iter()
        .find(|event| event["kind"] == "back")
        .expect("a step back");
    assert_eq!((&back["from"], &back["to"]), (&50.into(), &0.into()));
    assert!(back["why"].as_str().unwrap().contains(gate), "{back}");
    // One evaluation may have been under way when the fault came.
    assert!((3..=4 + slack).contains(&looks), "{looks} evaluations");
    assert_eq!(after.get("v1"), Some(&300), "{after:?}");
    assert!(
        faults.is_empty(),
        "{} of {sent} failed: {:?}",
        faults.len(),
        faults.first()
    );
}

#[test]
fn one_percent_of_errors_leads_back() {
    goes_back(|v2| v2.errors.store(true, SeqCst), "error rate", 6);
}

#[test]
fn half_a_second_of_latency_leads_back() {
    // The requests that were fast before it stay in the first evaluation.
    goes_back(|v2| v2.slow.store(true, SeqCst), "P95", 10);
}

#[test]
fn failing_health_leads_back() {
    goes_back(
        |v2| v2.ill.store(true, SeqCst),
        "/api/health answers 503",
        0,
    );
}

#[test]
fn metrics_that_are_gone_lead_back() {
    goes_back(|v2| v2.mute.store(true, SeqCst), "metrics", 0);
}

#[test]
fn metrics_that_start_again_hide_no_errors() {
    goes_back(
        |v2| {
            v2.reset_metrics();
            v2.errors.store(true, SeqCst);
        },
        "error rate",
        6,
    );
}

#[test]
fn every_step_is_kept_when_all_is_well_even_when_counters_start_again() {
    let steps = "[[step]]\npercentage = 25\nhold = \"2m\"\n[[step]]\npercentage = 100\n";
    let Some(stage) = Stage::set("", steps) else {
        return;
    };
    let load = stage
        .scratch
        .block_on(async { Load::start(stage.front, 8) });
    let child = start(&stage.scratch, &[]);
    let state = &stage.v2.state;
    wait_for("traffic on v2", || state.requests.load(SeqCst) > 50);
    state.reset_metrics();
    let said = end(child);
    let (sent, faults) = stage.scratch.block_on(load.end());
    assert_eq!(said.status, 0, "{said:#?}");
    assert_eq!(said.json()["end"], "done");
    assert_eq!(said.json()["percentage"], 100);
    assert!(
        faults.is_empty(),
        "{} of {sent}: {:?}",
        faults.len(),
        faults.first()
    );
}

/// A flag whose gate is the health of a service alone.
fn flag_stage(steps: &str) -> Option<(Scratch, Service)> {
    let scratch = Scratch::installed(10)?;
    let service = scratch.block_on(Service::start("v2"));
    let address = service.address;
    scratch.write(
        "traffic.toml",
        &format!(
            "[flag]\nname = \"voice_agent_v2\"\n[gates]\nhealth = [\"http://{address}/api/health\"]\n{steps}"
        ),
    );
    Some((scratch, service))
}

fn share(scratch: &Scratch) -> String {
    scratch.text("SELECT rollout_percentage FROM feature_flags WHERE name = 'voice_agent_v2'")
}

#[test]
fn too_few_requests_keep_the_step() {
    let steps = "[[step]]\npercentage = 50\nhold = \"30s\"\n[[step]]\npercentage = 100\n";
    let Some(stage) = Stage::set("", steps) else {
        return;
    };
    // Nobody asks: ten holds pass, and nothing is decided.
    let mut child = start(&stage.scratch, &[]);
    let state = &stage.v2.state;
    wait_for("evaluations", || state.looked.load(SeqCst) > 12);
    let status = stage
        .scratch
        .expect(0, &["status", "--schedule", "traffic.toml", "--json"]);
    let document = status.json();
    child.kill().expect("kill");
    child.wait().expect("the end");
    assert_eq!(document["percentage"], 50, "{document}");
    assert_eq!(
        document["run"]["last_evaluation"]["verdict"],
        "inconclusive"
    );
    assert_eq!(document["run"]["kept_seconds"], 0.0);
}

#[test]
fn killed_in_the_middle_of_a_step_it_goes_on() {
    let steps = "[[step]]\npercentage = 5\nhold = \"6m\"\n[[step]]\npercentage = 10\nhold = \"6m\"\n[[step]]\npercentage = 100\n";
    let Some((scratch, _service)) = flag_stage(steps) else {
        return;
    };
    let kept = || -> f64 {
        let text = scratch.text(
            "SELECT coalesce(max((record->'state'->'kept'->>'secs')::float8 * (record->'state'->>'at')::int), 0)
             FROM sunset.rollout_runs",
        );
        text.parse().expect("a number")
    };
    let mut child = start(&scratch, &[]);
    wait_for("the table", || {
        scratch.text("SELECT to_regclass('sunset.rollout_runs')") != "-"
    });
    wait_for("half of the second step", || {
        share(&scratch) == "10" && kept() > 200.0
    });
    child.kill().expect("kill -9");
    child.wait().expect("the end");
    let document = scratch
        .expect(0, &["status", "--schedule", "traffic.toml", "--json"])
        .json();
    assert_eq!(document["run"]["state"], "running");
    let before = document["run"]["kept_seconds"].as_f64().expect("a number");
    assert!(before > 90.0, "{document}");
    let said = end(start(&scratch, &[]));
    assert_eq!(said.status, 0, "{said:#?}");
    assert!(
        said.err
            .contains("goes on: flag voice_agent_v2, v2 at 10 %, step 2 of 3, kept"),
        "{said:?}"
    );
    assert_eq!(said.json()["resumed"], true);
    assert_eq!(share(&scratch), "100");
    let moves = scratch.text("SELECT string_agg(to_percentage::text, ' ' ORDER BY id) FROM sunset.rollout_events WHERE kind = 'forward'");
    assert_eq!(moves, "5 10 100");
    let audit =
        scratch.text("SELECT string_agg(action, ', ' ORDER BY changed_at) FROM feature_flag_audit");
    assert_eq!(audit, "set 5, set 10, set 100");
}

#[test]
fn it_steps_back_one_step_and_says_so_to_the_webhook() {
    let steps = "[[step]]\npercentage = 5\nhold = \"1m\"\n[[step]]\npercentage = 10\nhold = \"9h\"\n[[step]]\npercentage = 100\n";
    let Some((scratch, service)) = flag_stage(steps) else {
        return;
    };
    let hook = scratch.block_on(Service::start("v1"));
    let child = scratch
        .command(&[
            "run",
            "--schedule",
            "traffic.toml",
            "--json",
            "--time-scale",
            "100",
        ])
        .env(
            "ROLLOUT_WEBHOOK_URL",
            format!("http://{}/secret-marked-token", hook.address),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run");
    wait_for("the second step", || share(&scratch) == "10");
    service.state.ill.store(true, SeqCst);
    wait_for("the step back", || share(&scratch) == "5");
    service.state.ill.store(false, SeqCst);
    let said = end(child);
    assert_eq!(said.status, 4, "{said:#?}");
    assert_eq!(said.json()["end"], "stepped_back");
    assert_eq!(share(&scratch), "5");
    // Two steps, the step back, the end.
    assert_eq!(hook.state.requests.load(SeqCst), 4);
    let everything = format!("{said:?}");
    assert!(!everything.contains("secret-marked-token"));
    let reason =
        scratch.text("SELECT reason FROM feature_flag_audit ORDER BY changed_at DESC LIMIT 1");
    assert!(
        reason.starts_with("3 failing evaluations in a row; health:"),
        "{reason}"
    );
}

#[test]
fn a_second_process_is_refused_and_a_hand_on_the_flag_stops_the_first() {
    let Some((scratch, _service)) = flag_stage("[[step]]\npercentage = 5\nhold = \"9h\"\n") else {
        return;
    };
    let child = start(&scratch, &[]);
    wait_for("the flag", || share(&scratch) == "5");
    let said = scratch.expect(1, &["run", "--schedule", "traffic.toml"]);
    assert!(
        said.err.contains("another process follows a schedule"),
        "{said:?}"
    );
    scratch.expect(0, &["set", "7", "--by", "ada@example.com"]);
    let said = end(child);
    assert_eq!(said.status, 1, "{said:#?}");
    assert!(
        said.err.contains("somebody set the share of v2 to 7 %"),
        "{said:?}"
    );
    let other = scratch.expect(0, &["run", "--dry-run", "--schedule", "traffic.toml"]);
    assert!(other.out.contains("v2 at 7 %"), "{other:?}");
}

#[test]
fn gates_that_fail_at_first_move_nobody() {
    let Some((scratch, service)) = flag_stage("[[step]]\npercentage = 5\nhold = \"9h\"\n") else {
        return;
    };
    service.state.ill.store(true, SeqCst);
    let said = end(start(&scratch, &["--on-breach", "abort"]));
    assert_eq!(said.status, 4, "{said:#?}");
    assert_eq!(said.json()["end"], "not_begun");
    assert_eq!(share(&scratch), "-");
}
