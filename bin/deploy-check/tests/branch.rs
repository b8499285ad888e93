//! Branches, over a fake of Neon's API.

use std::sync::{Arc, Mutex};

use crate::place::Place;
use crate::server::{Asked, Reply, Server};

/// What the fake remembers.
#[derive(Default)]
struct Neon {
    branches: Vec<String>,
    bodies: Vec<String>,
    busy: u32,
    polls: u32,
}

fn branch(name: &str, state: &str) -> String {
    format!(
        "{{\"id\":\"br-{name}-1\",\"name\":\"{name}\",\"parent_id\":\"br-main-1\",\
         \"current_state\":\"{state}\",\"created_at\":\"2026-01-31T12:00:00Z\"}}"
    )
}

fn answer(neon: &mut Neon, asked: &Asked) -> Reply {
    let json = |status: u16, body: String| Reply::new(status, "application/json", body);
    if asked.header("authorization") != "Bearer napi_marked" {
        return json(
            401,
            "{\"message\":\"this request requires authentication\"}".into(),
        );
    }
    let Some(rest) = asked
        .path
        .strip_prefix("/api/v2/projects/quiet-sun-1/branches")
    else {
        return json(404, "{\"message\":\"project not found\"}".into());
    };
    match (asked.method.as_str(), rest) {
        ("GET", "") => {
            let list: Vec<String> = neon
                .branches
                .iter()
                .map(|one| branch(one, "ready"))
                .collect();
            json(200, format!("{{\"branches\":[{}]}}", list.join(",")))
        }
        ("POST", "") if neon.busy > 0 => {
            neon.busy -= 1;
            json(
                423,
                "{\"message\":\"project already has running operations\"}".into(),
            )
            .with("retry-after", "0")
        }
        ("POST", "") => {
            neon.bodies.push(asked.body.clone());
            let body: serde_json::Value = serde_json::from_str(&asked.body).expect("JSON");
            let name = body["branch"]["name"].as_str().expect("a name").to_owned();
            neon.branches.push(name.clone());
            let endpoints = match body.get("endpoints") {
                Some(_) => "[{\"id\":\"ep-1\",\"host\":\"ep-cool-1.eu.aws.neon.tech\"}]",
                None => "[]",
            };
            json(
                201,
                format!(
                    "{{\"branch\":{},\"endpoints\":{endpoints},\"connection_uris\":[{{\
                     \"connection_uri\":\"postgresql://neon:marked@ep-cool-1/neondb\"}}]}}",
                    branch(&name, "init")
                ),
            )
        }
        ("GET", one) => {
            neon.polls += 1;
            let state = if neon.polls < 3 { "init" } else { "ready" };
            let name = one.trim_start_matches("/br-").trim_end_matches("-1");
            json(200, format!("{{\"branch\":{}}}", branch(name, state)))
        }
        _ => json(405, "{}".into()),
    }
}

fn fake(busy: u32) -> (Server, Arc<Mutex<Neon>>, Place) {
    let neon = Arc::new(Mutex::new(Neon {
        branches: vec!["main".into()],
        busy,
        ..Neon::default()
    }));
    let memory = neon.clone();
    let server = Server::start(None, move |asked| {
        answer(&mut memory.lock().expect("memory"), asked)
    });
    let place = Place::new()
        .with("NEON_API_KEY", "napi_marked")
        .with("NEON_PROJECT_ID", "quiet-sun-1")
        .with("NEON_API_URL", &format!("{}/api/v2", server.plain()));
    (server, neon, place)
}

#[test]
fn a_preview_has_a_compute_of_its_own() {
    let (_server, neon, place) = fake(1);
    let said = place.run(&["branch", "--create", "preview"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    insta::assert_snapshot!(said.shown());
    assert!(!said.shown().contains("marked"));
    let neon = neon.lock().expect("memory");
    assert_eq!(
        neon.bodies,
        ["{\"branch\":{\"name\":\"preview\"},\"endpoints\":[{\"type\":\"read_write\"}]}"]
    );
    assert_eq!(neon.polls, 3);
}

#[test]
fn a_backup_has_none() {
    let (_server, neon, place) = fake(0);
    let arguments = [
        "branch",
        "--create",
        "before",
        "--backup",
        "--parent",
        "br-main-1",
        "--json",
    ];
    let said = place.run(&arguments);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(said.json()["branch"]["state"], "ready");
    assert_eq!(
        neon.lock().expect("memory").bodies,
        ["{\"branch\":{\"name\":\"before\",\"parent_id\":\"br-main-1\"}}"]
    );
}

#[test]
fn nothing_is_made_without_need_or_leave() {
    let (_server, neon, place) = fake(0);
    let said = place.run(&["branch", "--create", "main"]);
    assert_eq!(said.status, 1);
    assert!(
        said.err.contains("a branch of that name already"),
        "{}",
        said.err
    );
    let dry = place.run(&["branch", "--create", "preview", "--dry-run"]);
    assert_eq!(dry.status, 0);
    assert!(
        dry.out
            .starts_with("[DRY RUN] would make the branch preview"),
        "{}",
        dry.out
    );
    assert!(neon.lock().expect("memory").bodies.is_empty());
}

#[test]
fn faults_say_what_to_do() {
    let (_server, _, mut place) = fake(0);
    place
        .variables
        .insert("NEON_PROJECT_ID".into(), "other".into());
    let said = place.run(&["branch", "--create", "preview"]);
    assert!(said.err.contains("check NEON_PROJECT_ID"), "{}", said.err);
    place
        .variables
        .insert("NEON_API_KEY".into(), "wrong_marked".into());
    let said = place.run(&["branch", "--create", "preview"]);
    assert!(said.err.contains("make an API key"), "{}", said.err);
    assert!(!said.shown().contains("marked"), "{}", said.shown());
    place.variables.remove("NEON_API_KEY");
    place.variables.remove("NEON_PROJECT_ID");
    let said = place.run(&["branch", "--create", "preview"]);
    assert!(
        said.err.contains("NEON_API_KEY") && said.err.contains("NEON_PROJECT_ID"),
        "{}",
        said.err
    );
}
