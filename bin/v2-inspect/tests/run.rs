//! Running the program.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// How the program ended.
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The JSON document on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("one JSON document")
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the program at `dir` with nothing in its environment.
pub fn run_at(dir: &Path, arguments: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_v2-inspect"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("the program runs");
    Outcome {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs the program over the sample's folder `name`, where the repository lies.
pub fn run_sample(name: &str, arguments: &[&str]) -> Outcome {
    let scheme = if name == "export" { "export" } else { "file" };
    let source = format!("{scheme}://samples/sales-ai/{name}");
    let mut all = vec!["--source", source.as_str()];
    all.extend(arguments);
    run_at(&repository(), &all)
}

/// A folder of ndjson files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("a file");
    }
    dir
}

/// A document as a line.
pub fn line(collection: &str, id: &str, fields: &Value) -> String {
    let name = format!("projects/p/databases/(default)/documents/{collection}/{id}");
    format!("{}\n", serde_json::json!({"name": name, "fields": fields}))
}
