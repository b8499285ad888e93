//! `rollback --level traffic`: everything to v1 in seconds, whatever a schedule is about to do.

use std::time::Instant;

use sunset_testkit::webhook::Webhook;

use super::load::{Load, tally};
use super::stage::Stage;

const BACK: [&str; 6] = [
    "--plan",
    "main-server",
    "--level",
    "traffic",
    "--schedule",
    "traffic.toml",
];

fn back(more: &[&'static str]) -> Vec<&'static str> {
    [&BACK[..], more].concat()
}

#[test]
fn all_requests_are_on_v1_within_seconds_and_none_is_dropped() {
    let Some(stage) = Stage::set("", "") else {
        return;
    };
    stage
        .scratch
        .expect(0, &["set", "50", "--schedule", "traffic.toml"]);
    let unconfirmed = stage.scratch.other("rollback", &back(&[]));
    assert_eq!(unconfirmed.status, 1, "{unconfirmed:?}");
    assert!(
        unconfirmed.out.contains("50 % → 0 % would be done"),
        "{unconfirmed:?}"
    );
    let load = stage
        .scratch
        .block_on(async { Load::start(stage.front, 8) });
    let hook = Webhook::start().expect("a webhook");
    let told_of = ["--yes", "--json", "--notify-url", hook.url()];
    let begun = Instant::now();
    let said = stage
        .scratch
        .other("rollback", &[&BACK[..], &told_of].concat());
    let took = begun.elapsed();
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(said.json()["booked"], true);
    let told: Vec<String> = hook
        .take()
        .iter()
        .map(|told| told.json()["text"].as_str().expect("a text").to_owned())
        .collect();
    assert!(
        told.len() == 2
            && told[0].ends_with("v2 50 % → 0 %")
            && told[1].contains("v2 50 % → 0 %, serving after "),
        "{told:?}"
    );
    println!("v1 serves everything after {} ms", took.as_millis());
    assert!(took.as_secs() < 20, "{took:?}");
    let all = stage.scratch.block_on(tally(stage.front, 200));
    assert_eq!(all.get("v1"), Some(&200));
    let (sent, faults) = stage.scratch.block_on(load.end());
    assert!(
        faults.is_empty(),
        "{} of {sent}: {:?}",
        faults.len(),
        faults.first()
    );
    assert_eq!(
        stage
            .scratch
            .text("SELECT string_agg(kind, ',' ORDER BY id) FROM sunset.rollout_events"),
        "set,rollback"
    );
}

#[test]
fn users_go_back_also_while_the_database_is_away() {
    let Some(stage) = Stage::set("", "") else {
        return;
    };
    stage
        .scratch
        .expect(0, &["set", "100", "--schedule", "traffic.toml"]);
    let away = Some("postgresql://nobody@127.0.0.1:9/nothing");
    let said = stage
        .scratch
        .other_at("rollback", &back(&["--yes", "--json"]), away);
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(said.json()["booked"], false);
    assert!(
        said.err.contains("could not be written to the database"),
        "{said:?}"
    );
    let all = stage.scratch.block_on(tally(stage.front, 100));
    assert_eq!(all.get("v1"), Some(&100));
}
