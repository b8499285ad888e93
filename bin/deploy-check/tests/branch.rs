//! Branches, over a fake of Neon's API.

use sunset_testkit::neon::{KEY, Neon, PROJECT};

use crate::place::Place;

fn fake(busy: u32) -> (Neon, Place) {
    let neon = Neon::start("ep-main-1.eu.aws.neon.tech").expect("a fake");
    neon.memory().busy = busy;
    let place = Place::new()
        .with("NEON_API_KEY", KEY)
        .with("NEON_PROJECT_ID", PROJECT)
        .with("NEON_API_URL", neon.url());
    (neon, place)
}

#[test]
fn a_preview_has_a_compute_of_its_own() {
    let (neon, place) = fake(1);
    let said = place.run(&["branch", "--create", "preview"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    insta::assert_snapshot!(said.shown());
    assert!(!said.shown().contains("marked"));
    let neon = neon.memory();
    assert_eq!(
        neon.made,
        ["{\"branch\":{\"name\":\"preview\"},\"endpoints\":[{\"type\":\"read_write\"}]}"]
    );
    assert_eq!(neon.looks, 3);
}

#[test]
fn a_backup_has_none() {
    let (neon, place) = fake(0);
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
        neon.memory().made,
        ["{\"branch\":{\"name\":\"before\",\"parent_id\":\"br-main-1\"}}"]
    );
}

#[test]
fn nothing_is_made_without_need_or_leave() {
    let (neon, place) = fake(0);
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
    assert!(neon.memory().made.is_empty());
}

#[test]
fn faults_say_what_to_do() {
    let (_neon, mut place) = fake(0);
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
