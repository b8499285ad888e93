//! Watching: who is told, and when.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::place::Place;
use crate::server::{Reply, Server};
use crate::services::healthy;

/// A webhook that remembers what it was told.
fn webhook() -> (Server, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let memory = told.clone();
    let server = Server::start(None, move |asked| {
        let body: serde_json::Value = serde_json::from_str(&asked.body).expect("JSON");
        let text = body["text"].as_str().expect("text").to_owned();
        memory.lock().expect("memory").push(text);
        Reply::new(200, "text/plain", "ok")
    });
    (server, told)
}

#[test]
fn only_changes_of_state_are_told() {
    let (hook, told) = webhook();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    // Rounds of 4 requests: two well, two failing, two well.
    let server = Server::start(None, move |_| {
        let round = counter.fetch_add(1, Ordering::Relaxed) / 4;
        let status = if (2..4).contains(&round) { 500 } else { 200 };
        Reply::new(status, "application/json", healthy())
    });
    let url = server.plain();
    let place = Place::new().with("SLACK_WEBHOOK_URL", &format!("{}/marked", hook.plain()));
    place.inventory(&url, &url, &url, &url, "");
    let path = place.folder.path().join("deploy.toml");
    let text = std::fs::read_to_string(&path).expect("text");
    place.write(
        "deploy.toml",
        &text.replace("requests = 20", "requests = 4"),
    );
    let said = place.run(&[
        "watch", "--every", "50ms", "--rounds", "6", "--only", "health",
    ]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(said.out.lines().count(), 6, "{}", said.out);
    assert!(!said.shown().contains("marked"), "{}", said.shown());
    let told = told.lock().expect("memory").clone();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("TROUBLE: Sales AI V3: the section health fails; 4 of the latest 12"),
        "{told:?}"
    );
    assert_eq!(told[1], "RECOVERED: Sales AI V3 is well again.");
}

#[test]
fn slow_answers_are_trouble_and_each_round_is_a_line_of_json() {
    let (hook, told) = webhook();
    let server = Server::start(None, |_| Reply {
        delay: std::time::Duration::from_millis(60),
        ..Reply::new(200, "application/json", healthy())
    });
    let url = server.plain();
    let place = Place::new().with("SLACK_WEBHOOK_URL", &hook.plain());
    place.inventory(&url, &url, &url, &url, "");
    let path = place.folder.path().join("deploy.toml");
    let text = std::fs::read_to_string(&path).expect("text");
    place.write(
        "deploy.toml",
        &text
            .replace("requests = 20", "requests = 3")
            .replace("max_response_ms = 1000", "max_response_ms = 50"),
    );
    let said = place.run(&[
        "watch", "--every", "10ms", "--rounds", "2", "--only", "health", "--json",
    ]);
    assert_eq!(said.status, 4, "{}", said.shown());
    for line in said.out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["well"], false);
    }
    assert_eq!(told.lock().expect("memory").len(), 1);
}

#[test]
fn a_webhook_that_refuses_is_told_again_and_its_address_is_not_shown() {
    let times = Arc::new(AtomicU32::new(0));
    let counter = times.clone();
    let hook = Server::start(None, move |_| {
        let time = counter.fetch_add(1, Ordering::Relaxed);
        Reply::new(if time == 0 { 500 } else { 200 }, "text/plain", "")
    });
    let place = Place::new().with("SLACK_WEBHOOK_URL", &format!("{}/marked", hook.plain()));
    let web = Server::start(None, |_| Reply::new(404, "text/plain", ""));
    let url = web.plain();
    place.inventory(&url, &url, &url, &url, "");
    let said = place.run(&["watch", "--every", "10ms", "--rounds", "3", "--only", "web"]);
    assert_eq!(said.status, 4, "{}", said.shown());
    assert!(!said.shown().contains("marked"), "{}", said.shown());
    assert!(
        said.err
            .contains("the webhook could not be told: it answers 500"),
        "{}",
        said.err
    );
}

#[test]
fn the_webhook_can_be_tried() {
    let (hook, told) = webhook();
    let url = hook.plain();
    let place = Place::new().with("SLACK_WEBHOOK_URL", &url);
    place.inventory(&url, &url, &url, &url, "");
    place.run(&["watch", "--rounds", "1", "--tell-now", "--only", "wrangler"]);
    let told = told.lock().expect("memory").clone();
    assert_eq!(
        told,
        ["deploy-check watches Sales AI V3 (your-domain.com)."]
    );
}
