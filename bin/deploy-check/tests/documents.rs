//! The documents and the workflow.

use serde_json::Value;

use crate::place::{Place, holds};
use crate::sections::SECRETS;

#[test]
fn the_documents_are_written_and_ticks_stay() {
    let mut place = Place::new();
    for line in SECRETS.lines() {
        let (name, value) = line.split_once('=').expect("a line");
        place = place.with(name, value);
    }
    let arguments = ["docs", "--out", "kept", "--domain", "example.org"];
    let dry = place.run(&["docs", "--out", "kept", "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.shown());
    assert!(!place.folder.path().join("kept").exists());
    let said = place.run(&arguments);
    assert_eq!(said.status, 0, "{}", said.shown());
    let folder = place.folder.path().join("kept");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "monitoring-setup.md",
            "production-checklist.md",
            "secrets-inventory.md",
            "service-urls.md"
        ]
    );
    assert!(!holds(&folder, "marked"));
    let path = folder.join("production-checklist.md");
    let text = std::fs::read_to_string(&path).expect("text");
    let item = "- [ ] A recording of the old system plays";
    assert!(text.contains(item));
    let ticked = text.replace(item, "- [x] A recording of the old system plays");
    std::fs::write(&path, &ticked).expect("a file");
    assert_eq!(place.run(&arguments).status, 0);
    assert_eq!(std::fs::read_to_string(&path).expect("text"), ticked);
    std::fs::write(&path, format!("{ticked}\nOur own note.\n")).expect("a file");
    let refused = place.run(&arguments);
    assert_eq!(refused.status, 1);
    assert!(
        refused.err.contains("production-checklist.md"),
        "{}",
        refused.err
    );
    let forced = place.run(&[
        "docs",
        "--out",
        "kept",
        "--domain",
        "example.org",
        "--force",
    ]);
    assert_eq!(forced.status, 0);
    assert_eq!(std::fs::read_to_string(&path).expect("text"), ticked);
}

#[test]
fn the_checklist() {
    let place = Place::new();
    place.run(&["docs", "--out", "kept", "--domain", "example.org"]);
    let text = std::fs::read_to_string(place.folder.path().join("kept/production-checklist.md"));
    insta::assert_snapshot!(text.expect("text"));
}

fn workflow() -> (String, Value) {
    let place = Place::new();
    let said = place.run(&["workflow", "--domain", "example.org"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let value: Value = serde_saphyr::from_str(&said.out).expect("YAML");
    (said.out, value)
}

#[test]
fn the_workflow_is_one_that_github_takes() {
    let (text, value) = workflow();
    insta::assert_snapshot!(text);
    // SchemaStore's schema; see the licence beside it.
    let schema: Value =
        serde_json::from_str(include_str!("schema/github-workflow.json")).expect("the schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> = validator
        .iter_errors(&value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut broken = value.clone();
    broken["jobs"]["test"]["runs-on"] = Value::Null;
    assert!(!validator.is_valid(&broken), "the schema takes anything");
}

#[test]
fn only_the_main_branch_deploys_and_previews_come_from_pull_requests() {
    let (_, value) = workflow();
    let jobs = value["jobs"].as_object().expect("jobs");
    for (name, job) in jobs {
        let condition = job["if"].as_str().unwrap_or_default();
        if name.starts_with("deploy-") {
            assert!(condition.contains("github.event_name == 'push'"), "{name}");
            assert!(condition.contains("refs/heads/main"), "{name}");
        } else if name.starts_with("preview-") {
            assert!(condition.contains("'pull_request'"), "{name}");
        }
        // Every job that needs something needs one that is there.
        let needs = match &job["needs"] {
            Value::String(one) => vec![one.clone()],
            Value::Array(many) => many
                .iter()
                .filter_map(|one| Some(one.as_str()?.to_owned()))
                .collect(),
            _ => Vec::new(),
        };
        assert!(
            needs.iter().all(|need| jobs.contains_key(need)),
            "{name}: {needs:?}"
        );
    }
    assert_eq!(jobs.len(), 8);
}

#[test]
fn the_inventory_that_is_printed_can_be_read() {
    let place = Place::new();
    // As a shell has it that writes the output there.
    place.write("deploy.toml", "");
    let said = place.run(&["inventory"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    place.write(
        "deploy.toml",
        &said.out.replace("your-domain.com", "example.org"),
    );
    let urls = place.run(&["docs", "--out", "kept"]);
    assert_eq!(urls.status, 0, "{}", urls.shown());
    let text = std::fs::read_to_string(place.folder.path().join("kept/service-urls.md"));
    assert!(
        text.expect("text")
            .contains("https://api.example.org/api/health")
    );
}
