//! Weights of a real nginx, by hand.

use super::load::{Load, ask, tally};
use super::stage::Stage;

const SET: [&str; 2] = ["--schedule", "traffic.toml"];

fn set(share: &str) -> Vec<&str> {
    [&["set", share][..], &SET[..]].concat()
}

#[test]
fn weights_are_what_was_asked_for_and_clients_stay() {
    let Some(stage) = Stage::set("", "") else {
        return;
    };
    let mut before: Vec<u64> = Vec::new();
    for (share, least, most) in [("10", 60, 140), ("50", 430, 570), ("12.5", 80, 170)] {
        stage.scratch.expect(0, &set(share));
        let on_v2: Vec<u64> = (0..1_000)
            .filter(|client| {
                let (_, version) = stage
                    .scratch
                    .block_on(ask(stage.front, *client))
                    .expect("answer");
                version == "v2"
            })
            .collect();
        assert!(
            (least..=most).contains(&on_v2.len()),
            "{share}: {}",
            on_v2.len()
        );
        if share == "50" {
            assert!(
                before.iter().all(|client| on_v2.contains(client)),
                "somebody moved back"
            );
        }
        before = on_v2;
    }
    stage.scratch.expect(0, &set("100"));
    let all = stage.scratch.block_on(tally(stage.front, 100));
    assert_eq!(all.get("v2"), Some(&100));
    let status = stage
        .scratch
        .expect(0, &[&["status", "--json"][..], &SET[..]].concat());
    assert_eq!(status.json()["percentage"], 100);
    stage.scratch.expect(0, &set("0"));
    let all = stage.scratch.block_on(tally(stage.front, 100));
    assert_eq!(all.get("v1"), Some(&100));
    let history = stage
        .scratch
        .expect(0, &[&["history", "--json"][..], &SET[..]].concat());
    assert_eq!(history.json()["changes"].as_array().map(Vec::len), Some(5));
}

#[test]
fn what_nginx_refuses_is_taken_back() {
    let Some(stage) = Stage::set("", "") else {
        return;
    };
    let written = |name| std::fs::read_to_string(stage.scratch.path(name)).expect("a file");
    let before = written("rollout.conf");
    let configuration = written("nginx.conf");
    stage
        .scratch
        .write("nginx.conf", &format!("{configuration}\nnonsense;\n"));
    let said = stage.scratch.expect(1, &set("10"));
    assert!(
        said.err.contains("nginx refuses the configuration"),
        "{said:?}"
    );
    assert_eq!(written("rollout.conf"), before);
    stage.scratch.write("nginx.conf", &configuration);
    stage.scratch.write("rollout.conf", "server { }");
    let said = stage.scratch.expect(1, &set("10"));
    assert!(said.err.contains("was not written by rollout"), "{said:?}");
}

#[test]
fn no_request_is_dropped_while_weights_change() {
    let Some(stage) = Stage::set("", "") else {
        return;
    };
    let wanted = Stage::number("SUNSET_TEST_REQUESTS", 4_000);
    let load = stage
        .scratch
        .block_on(async { Load::start(stage.front, 16) });
    let mut reloads = 0;
    let shares = ["10", "25", "50", "100", "50", "0"];
    // However long the first one takes, the share changes more than once under load.
    while reloads < 3 || load.sent.load(std::sync::atomic::Ordering::SeqCst) < wanted {
        stage
            .scratch
            .expect(0, &set(shares[reloads % shares.len()]));
        reloads += 1;
    }
    let (sent, faults) = stage.scratch.block_on(load.end());
    println!(
        "{sent} requests during {reloads} reloads, {} failed",
        faults.len()
    );
    assert!(sent >= wanted, "{sent} requests");
    assert!(
        faults.is_empty(),
        "{} of {sent}: {:?}",
        faults.len(),
        &faults[..faults.len().min(5)]
    );
}
