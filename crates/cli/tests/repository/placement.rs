//! The manifests of deploy/kubernetes: of the shapes that Kubernetes takes, complete, and with
//! arguments and variables that the programs have.

mod built;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sunset_core::env_vars;

fn folder(name: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/kubernetes");
    Path::new(root).join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &Path) -> Value {
    serde_saphyr::from_str(&read(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every manifest of a folder but its kustomization, by its file's name.
fn manifests(name: &str) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder(name)).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            (
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                path,
            )
        })
        .filter(|(name, _)| name != "kustomization.yaml")
        .map(|(name, path)| (name, yaml(&path)))
        .collect()
}

const FOLDERS: [&str; 3] = ["common", "data", "audio"];

/// What a manifest has that its kind does not, or has otherwise.
fn faults(manifest: &Value) -> Vec<String> {
    let kinds = BTreeMap::from([
        ("batch/v1 Job", "io.k8s.api.batch.v1.Job"),
        ("v1 ConfigMap", "io.k8s.api.core.v1.ConfigMap"),
        ("v1 Secret", "io.k8s.api.core.v1.Secret"),
        ("v1 ServiceAccount", "io.k8s.api.core.v1.ServiceAccount"),
        (
            "networking.k8s.io/v1 NetworkPolicy",
            "io.k8s.api.networking.v1.NetworkPolicy",
        ),
    ]);
    let text = |name: &str| manifest[name].as_str().unwrap_or_default();
    let kind = format!("{} {}", text("apiVersion"), text("kind"));
    let Some(definition) = kinds.get(kind.as_str()) else {
        return vec![format!("no schema for {kind}")];
    };
    let mut schema: Value =
        serde_json::from_str(include_str!("kubernetes/definitions.json")).expect("definitions");
    schema["$ref"] = json!(format!("#/$defs/{definition}"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults = validator.iter_errors(manifest);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

#[test]
fn kubernetes_takes_every_manifest() {
    let mut checked = 0;
    for name in FOLDERS {
        for (file, manifest) in manifests(name) {
            assert_eq!(faults(&manifest), Vec::<String>::new(), "{name}/{file}");
            checked += 1;
        }
    }
    assert_eq!(checked, 4);
}

#[test]
fn a_wrong_manifest_is_found() {
    let right = yaml(&folder("data").join("job.yaml"));
    for (place, value) in [
        ("/spec/completions", json!("eight")),
        ("/spec/template/spec/containers/0/image", json!(7)),
        (
            "/spec/template/spec/containers/0/resources",
            json!({"limit": {}}),
        ),
        ("/spec/template", Value::Null),
        ("/kind", json!("Jobs")),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).expect(place) = value;
        assert!(!faults(&wrong).is_empty(), "{place}");
    }
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn kustomizations_name_what_is_there_and_all_of_it() {
    for name in FOLDERS {
        let kustomization = yaml(&folder(name).join("kustomization.yaml"));
        let resources: BTreeSet<String> =
            strings(&kustomization["resources"]).into_iter().collect();
        for resource in &resources {
            assert!(folder(name).join(resource).exists(), "{name}: {resource}");
        }
        for file in manifests(name).keys() {
            assert!(resources.contains(file), "{name}: {file} is not a resource");
        }
    }
}

fn jobs() -> impl Iterator<Item = (String, Value)> {
    let folders = ["data", "audio"].into_iter();
    folders.map(|name| (name.to_owned(), yaml(&folder(name).join("job.yaml"))))
}

fn containers(job: &Value) -> Vec<Value> {
    let pod = &job["spec"]["template"]["spec"];
    let lists = ["initContainers", "containers"].into_iter();
    lists
        .flat_map(|name| pod[name].as_array().cloned().unwrap_or_default())
        .collect()
}

#[test]
fn jobs_use_the_image_the_settings_and_the_secrets_that_are_made() {
    let common = yaml(&folder("common").join("kustomization.yaml"));
    let settings = &common["configMapGenerator"][0];
    let secrets = &common["secretGenerator"][0];
    for (name, job) in jobs() {
        let own = yaml(&folder(&name).join("kustomization.yaml"));
        for container in containers(&job) {
            assert_eq!(container["image"], own["images"][0]["name"], "{name}");
            let from = &container["envFrom"];
            assert_eq!(from[0]["configMapRef"]["name"], settings["name"], "{name}");
            assert_eq!(from[1]["secretRef"]["name"], secrets["name"], "{name}");
        }
    }
    let known: BTreeMap<&str, bool> = env_vars::ALL
        .iter()
        .map(|variable| (variable.name, variable.secret))
        .collect();
    for line in strings(&settings["literals"]) {
        let (variable, _) = line.split_once('=').expect("NAME=value");
        assert_eq!(
            known.get(variable),
            Some(&false),
            "{variable} in the settings"
        );
    }
    let example = read(&folder("common").join("secret.env.example"));
    for line in example.lines() {
        let (variable, _) = line.split_once('=').expect("NAME=value");
        assert!(known.contains_key(variable), "{variable} in the secrets");
    }
    assert!(!folder("common").join("secret.env").exists() || std::env::var_os("CI").is_none());
}

#[test]
fn containers_are_bounded_and_may_do_nothing_but_their_work() {
    for (name, job) in jobs() {
        let spec = &job["spec"];
        assert_eq!(spec["completionMode"], "Indexed", "{name}");
        assert_eq!(spec["completions"], spec["parallelism"], "{name}");
        assert_eq!(spec["template"]["spec"]["restartPolicy"], "Never", "{name}");
        assert_eq!(
            spec["template"]["spec"]["securityContext"]["runAsNonRoot"], true,
            "{name}"
        );
        for container in containers(&job) {
            for sort in ["requests", "limits"] {
                for resource in ["cpu", "memory"] {
                    let bound = &container["resources"][sort][resource];
                    assert!(bound.is_string(), "{name}: {sort}.{resource}");
                }
            }
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{name}");
        }
    }
}

#[test]
fn what_jobs_give_their_programs_are_arguments_that_these_have() {
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands");
    for (name, job) in jobs() {
        for container in containers(&job) {
            let program = container["command"][0].as_str().expect("a program");
            let help = read(&commands.join(format!("{program}.md")));
            for argument in strings(&container["args"]) {
                let option = argument.split('=').next().expect("an option");
                assert!(help.contains(option), "{name}: {program} has no {option}");
            }
        }
    }
}

/// Which pods are started again follows from how the programs end.
#[test]
fn exit_statuses_are_answered_as_they_are_meant() {
    for (name, job) in jobs() {
        let program = containers(&job)[1]["name"].clone();
        let rules = job["spec"]["podFailurePolicy"]["rules"]
            .as_array()
            .expect("rules")
            .clone();
        let action = |status: i64| {
            let answered = rules.iter().find(|rule| {
                let codes = &rule["onExitCodes"];
                let values = codes["values"].as_array().into_iter().flatten();
                codes["containerName"] == program
                    && values.into_iter().any(|value| *value == status)
            });
            answered.map_or("Count", |rule| rule["action"].as_str().expect("an action"))
        };
        let actions: Vec<&str> = (1..=4).map(action).collect();
        assert_eq!(
            actions,
            ["Count", "FailJob", "FailIndex", "FailIndex"],
            "{name}"
        );
    }
}

/// A worker that does not answer is ended; one that is slow, or on a busy node, is not.
#[test]
fn probes_ask_what_programs_answer_and_have_patience() {
    for (name, job) in jobs() {
        let pod = &job["spec"]["template"]["spec"];
        let worker = &pod["containers"][0];
        let listens: Vec<String> = strings(&worker["args"])
            .iter()
            .filter_map(|argument| {
                argument
                    .strip_prefix("--metrics-listen=")
                    .map(str::to_owned)
            })
            .collect();
        let [address] = listens.as_slice() else {
            panic!("{name}: {listens:?}");
        };
        let address: SocketAddr = address.parse().expect("an address");
        assert!(
            address.ip().is_unspecified(),
            "{name}: the kubelet is no neighbour"
        );
        let port = &worker["ports"][0];
        assert_eq!(port["containerPort"], address.port(), "{name}");
        let number = |probe: &Value, key: &str| probe[key].as_u64().expect("a number");
        for (kind, least) in [("startupProbe", 120), ("livenessProbe", 300)] {
            let probe = &worker[kind];
            assert_eq!(probe["httpGet"]["path"], "/metrics", "{name}: {kind}");
            assert_eq!(probe["httpGet"]["port"], port["name"], "{name}: {kind}");
            let patience = number(probe, "periodSeconds") * number(probe, "failureThreshold");
            assert!(patience >= least, "{name}: {kind}: {patience} s");
            assert!(number(probe, "timeoutSeconds") >= 5, "{name}: {kind}");
        }
        // The gate ends by itself, and Kubernetes refuses probes of what runs before the others.
        let gate = &pod["initContainers"][0];
        for kind in ["startupProbe", "livenessProbe", "readinessProbe"] {
            assert!(gate[kind].is_null(), "{name}: {kind}");
        }
    }
    // A pod's own node is always let in, so that the policy names nobody.
    let policy = yaml(&folder("common").join("network-policy.yaml"));
    assert!(strings(&policy["spec"]["policyTypes"]).contains(&"Ingress".to_owned()));
    assert!(policy["spec"]["ingress"].is_null());
}
