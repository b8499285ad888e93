//! Marked values in every variable that is secret, and every program of the workspace: nothing
//! that a program says, logs or writes may hold one of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use sunset_core::env_vars;

use super::workplace::{Workplace, bin_dir, repository};

const MARK: &str = "hunter2mark";

/// Every program, by its package.
fn programs() -> Vec<String> {
    let entries = std::fs::read_dir(repository().join("bin")).expect("bin/");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The secrets of deployed services.
fn deployed() -> Vec<String> {
    let path = repository().join("crates/deployment/src/inventory/sales-ai-v3.toml");
    let text = std::fs::read_to_string(path).expect("the inventory");
    let blocks = text.split("[[service.secret]]").skip(1);
    blocks
        .filter_map(|block| block.lines().find_map(|line| line.strip_prefix("name = ")))
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

/// Marked values in all of them; nothing leads out of this machine.
fn marked(database: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let secret = env_vars::ALL.iter().filter(|variable| variable.secret);
    let names = secret.map(|variable| variable.name.to_owned());
    let local = ["LOCAL_S3_ACCESS_KEY", "LOCAL_S3_SECRET_KEY"].map(str::to_owned);
    for (number, name) in names.chain(deployed()).chain(local).enumerate() {
        variables.insert(name, format!("{MARK}-{number}-0123456789abcdef0123456789"));
    }
    let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
    let (scheme, rest) = database.split_once("://").expect("a URL");
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    set("DATABASE_URL", format!("{scheme}://postgres:{MARK}@{rest}"));
    let key = format!("-----BEGIN PRIVATE KEY-----\\n{MARK}\\n-----END PRIVATE KEY-----\\n");
    set("FIREBASE_PRIVATE_KEY", key);
    set("FIREBASE_CLIENT_EMAIL", "reader@example.org".into());
    set("FIREBASE_PROJECT_ID", "project".into());
    set("FIREBASE_STORAGE_BUCKET", "recordings".into());
    set("CLOUDFLARE_R2_ENDPOINT", "http://127.0.0.1:9".into());
    set("CLOUDFLARE_R2_BUCKET", "recordings".into());
    set(
        "CLOUDFLARE_R2_PUBLIC_URL",
        "http://127.0.0.1:9/public".into(),
    );
    set("SLACK_WEBHOOK_URL", format!("http://127.0.0.1:9/{MARK}"));
    set("NEON_PROJECT_ID", "project".into());
    set("NEON_API_URL", "http://127.0.0.1:9".into());
    set("REDIS_URL", format!("redis://:{MARK}@127.0.0.1:9"));
    let sample = repository().join("samples/sales-ai");
    set(
        "V2_FIRESTORE",
        format!("file://{}", sample.join("firestore").display()),
    );
    set(
        "V2_AUDIO",
        format!("file://{}", sample.join("gcs").display()),
    );
    set("MAX_RETRIES", "0".into());
    set("CONFIRM_ROLLBACK", "no".into());
    variables
}

fn run(
    program: &str,
    arguments: &[&str],
    dir: &Path,
    variables: &BTreeMap<String, String>,
) -> Output {
    // A program that would serve or wait for ever is ended.
    let seconds = if program == "local-s3" { "1" } else { "20" };
    Command::new("timeout")
        .args(["--kill-after", "5", seconds])
        .arg(bin_dir().join(program))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .envs(variables)
        .output()
        .expect("the program timeout")
}

/// A file below `dir` that holds the mark.
fn file_with_mark(dir: &Path) -> Option<String> {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if let Some(found) = file_with_mark(&path) {
                return Some(found);
            }
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            if bytes
                .windows(MARK.len())
                .any(|part| part == MARK.as_bytes())
            {
                return Some(path.display().to_string());
            }
        }
    }
    None
}

/// What each program is asked beside what every one of them is.
fn more(program: &str) -> Vec<Vec<&'static str>> {
    match program {
        "env-migrate" => vec![vec![
            "--from",
            "../marked.env",
            "--to",
            "new.env",
            "--diff",
            "--json",
        ]],
        "deploy-check" => vec![
            vec!["--timeout", "2s", "--verbose"],
            vec!["--timeout", "2s", "--json"],
            vec![
                "--timeout",
                "1s",
                "watch",
                "--rounds",
                "1",
                "--tell-now",
                "--verbose",
            ],
            vec![
                "branch",
                "--create",
                "preview",
                "--timeout",
                "1s",
                "--verbose",
            ],
            vec!["docs", "--out", "kept"],
            vec!["workflow"],
        ],
        "backup" => vec![
            vec!["--without-redis", "--verbose"],
            vec!["list", "--verbose"],
            vec!["verify", "latest", "--verbose"],
            vec!["restore", "latest", "--verbose", "--json"],
        ],
        "rollback" => vec![
            vec!["--plan", "--verbose"],
            vec!["--yes", "--verbose", "--json"],
        ],
        _ => Vec::new(),
    }
}

#[test]
fn no_program_shows_logs_or_writes_a_secret() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let variables = marked(&place.url());
    let dir = place.dir.path().join("work");
    std::fs::create_dir(&dir).expect("a folder");
    let lines: String = variables
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    std::fs::write(place.dir.path().join("marked.env"), lines).expect("a file");
    let mut elsewhere = variables.clone();
    elsewhere.insert("V2_FIRESTORE".into(), "firestore://project".into());
    elsewhere.insert("V2_AUDIO".into(), "gs://recordings".into());
    let mut refused = variables.clone();
    refused.insert(
        "DATABASE_URL".into(),
        format!("postgresql://postgres:{MARK}@127.0.0.1:9/{MARK}?sslmode={MARK}"),
    );
    let mut ran = 0;
    for program in programs() {
        if !bin_dir().join(&program).is_file() {
            println!("skipped: {program} is not built");
            continue;
        }
        let mut asked = vec![
            vec![],
            vec!["--verbose"],
            vec!["--verbose", "--json"],
            vec!["--dry-run", "--verbose"],
            vec!["--help"],
        ];
        asked.extend(more(&program));
        for (variables, traced) in [
            (&variables, false),
            (&variables, true),
            (&elsewhere, false),
            (&refused, false),
        ] {
            let mut variables = variables.clone();
            if traced {
                variables.insert("RUST_LOG".into(), "trace".into());
            }
            // The words that are asked differ in what is read; logs and faults are asked once.
            let few = traced || variables["DATABASE_URL"].contains(":9/");
            for arguments in asked.iter().take(if few { 2 } else { usize::MAX }) {
                let output = run(&program, arguments, &dir, &variables);
                ran += 1;
                for said in [&output.stdout, &output.stderr] {
                    let text = String::from_utf8_lossy(said);
                    let line = text.lines().find(|line| line.contains(MARK));
                    assert!(line.is_none(), "{program} {arguments:?} says: {line:?}");
                }
            }
        }
        assert_eq!(file_with_mark(&dir), None, "{program} wrote it");
    }
    assert!(ran >= 40, "only {ran} runs: build the workspace first");
}
