//! What `kubectl apply -k` would send: built by kustomize itself, where it is to be had.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{FOLDERS, containers, faults, folder, yaml};

/// A copy of the manifests whose secrets are those of the example, as a stranger would begin.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for name in FOLDERS {
        let to = copy.path().join(name);
        fs::create_dir(&to).expect("a folder");
        for entry in fs::read_dir(folder(name)).expect("the manifests") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            if name != "secret.env" {
                fs::copy(&path, to.join(name)).expect("copied");
            }
        }
    }
    let common = copy.path().join("common");
    fs::copy(common.join("secret.env.example"), common.join("secret.env")).expect("copied");
    copy
}

/// Asks a program for what it builds; `None` where there is no such program.
fn ask(program: &str, command: &str, path: &Path) -> Option<Output> {
    // Without anybody's configuration of a cluster: none is asked.
    let mut ask = Command::new(program);
    ask.arg(command).arg(path).env_remove("KUBECONFIG");
    ask.output().ok()
}

/// Objects by their kind; `None` where neither kubectl nor kustomize is. The one that
/// `SUNSET_TEST_KUBECTL` names has to be there.
fn built(path: &Path) -> Option<BTreeMap<String, Value>> {
    let output = match std::env::var("SUNSET_TEST_KUBECTL") {
        Ok(kubectl) => ask(&kubectl, "kustomize", path).expect("SUNSET_TEST_KUBECTL runs"),
        Err(_) => {
            let tools = [("kubectl", "kustomize"), ("kustomize", "build")];
            let mut tools = tools.into_iter();
            tools.find_map(|(program, command)| ask(program, command, path))?
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", path.display());
    // A warning is of a field that a next version will not know.
    assert_eq!(errors, "", "{}", path.display());
    let text = String::from_utf8(output.stdout).expect("text");
    let objects: Vec<Value> = text
        .split("\n---\n")
        .map(|object| serde_saphyr::from_str(object).expect("YAML"))
        .collect();
    let by_kind = |object: Value| {
        (
            object["kind"].as_str().unwrap_or_default().to_owned(),
            object,
        )
    };
    Some(objects.into_iter().map(by_kind).collect())
}

#[test]
fn what_kustomize_builds_is_what_kubernetes_takes_and_holds_together() {
    let copy = copy();
    for name in ["data", "audio"] {
        let Some(objects) = built(&copy.path().join(name)) else {
            let why = "skipped: there is neither kubectl nor kustomize";
            drop(writeln!(std::io::stderr(), "{why}"));
            return;
        };
        let kinds: Vec<&str> = objects.keys().map(String::as_str).collect();
        let wanted = [
            "ConfigMap",
            "Job",
            "NetworkPolicy",
            "Secret",
            "ServiceAccount",
        ];
        assert_eq!(kinds, wanted, "{name}");
        for (kind, object) in &objects {
            assert_eq!(faults(object), Vec::<String>::new(), "{name}: {kind}");
            assert_eq!(object["metadata"]["namespace"], "sunset", "{name}: {kind}");
            let mut wrong = object.clone();
            wrong["metadata"]["lables"] = json!({});
            assert_ne!(faults(&wrong), Vec::<String>::new(), "{name}: {kind}");
        }
        // Names that kustomize makes, where they are used; and the image as it is to be pulled.
        let named = |kind: &str| objects[kind]["metadata"]["name"].clone();
        let own = yaml(&folder(name).join("kustomization.yaml"));
        let image = &own["images"][0];
        let text = |key: &str| image[key].as_str().expect("text");
        let pulled = format!("{}:{}", text("newName"), text("newTag"));
        let job = &objects["Job"];
        let mut checked = 0;
        for container in containers(job) {
            assert_eq!(container["image"], json!(pulled), "{name}");
            let from = &container["envFrom"];
            assert_eq!(
                from[0]["configMapRef"]["name"],
                named("ConfigMap"),
                "{name}"
            );
            assert_eq!(from[1]["secretRef"]["name"], named("Secret"), "{name}");
            checked += 1;
        }
        assert_eq!(checked, 2, "{name}");
        let pod = &job["spec"]["template"];
        assert_eq!(
            pod["spec"]["serviceAccountName"],
            named("ServiceAccount"),
            "{name}"
        );
        // The policy is of these pods.
        let selected = objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].clone();
        let selected = selected.as_object().expect("labels").clone();
        assert!(!selected.is_empty());
        for (label, value) in selected {
            assert_eq!(pod["metadata"]["labels"][&label], value, "{name}: {label}");
        }
    }
}
