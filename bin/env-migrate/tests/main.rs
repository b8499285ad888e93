//! `env-migrate` as a user runs it.

#![allow(clippy::expect_used, reason = "a test that fails says so")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

struct Said {
    status: i32,
    out: String,
    err: String,
}

impl Said {
    fn shown(&self) -> String {
        format!(
            "exit status {}\n--- standard output\n{}--- standard error\n{}",
            self.status, self.out, self.err
        )
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_env-migrate"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .expect("the program");
    Said {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

const V1: &str = "\
# Chat server, version 1
FEISHU_APP_ID=cli_marked_1          # from the console
export FEISHU_APP_SECRET='marked 2'

DATABASE_URL=\"postgresql://chat:marked3@db.internal:5432/chat?sslmode=require\"
PORT=3000
AI_SERVICE_TIMEOUT=marked4
PORT=3001
";

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("v1.env"), text).expect("a file");
    folder
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("facts").permissions().mode() & 0o777
}

#[test]
fn usage() {
    let folder = folder("");
    for arguments in [
        [].as_slice(),
        &["--from", "v1.env"],
        &["--to", "v2.env"],
        &[
            "--from",
            "v1.env",
            "--to",
            "v2.env",
            "--connection-limit",
            "0",
        ],
        &["--from", "v1.env", "--to", "v2.env", "--plan", "other"],
    ] {
        assert_eq!(run(folder.path(), arguments).status, 2, "{arguments:?}");
    }
}

#[test]
fn a_file_is_carried_over() {
    let folder = folder(V1);
    let arguments = [
        "--from",
        "v1.env",
        "--to",
        "v2.env",
        "--connection-limit",
        "20",
    ];
    let said = run(folder.path(), &arguments);
    insta::assert_snapshot!(said.shown());
    let path = folder.path().join("v2.env");
    let new = fs::read_to_string(&path).expect("the new file");
    let wanted = V1
        .replace("FEISHU", "LARK")
        .replace("sslmode=require", "sslmode=require&connection_limit=20");
    assert_eq!(
        new,
        format!(
            "{wanted}\n# Added by env-migrate (main-server)\nRATE_LIMIT_WINDOW_MS=60000\n\
             RATE_LIMIT_MAX_REQUESTS=100\nHEALTH_CHECK_TIMEOUT=5000\n"
        )
    );
    assert_eq!(mode(&path), 0o600);
    let old = fs::read_to_string(folder.path().join("v1.env")).expect("the old file");
    assert_eq!(old, V1);
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 2, "a draft is left");
}

#[test]
fn with_the_token_nothing_is_missing() {
    let folder = folder("LARK_VERIFICATION_TOKEN=v\nFEISHU_APP_ID=1\n");
    let said = run(folder.path(), &["--from", "v1.env", "--to", "v2.env"]);
    assert_eq!(said.status, 0, "{}", said.shown());
}

#[test]
fn the_diff_names_everything_shows_nothing_and_writes_nothing() {
    let folder = folder(V1);
    let said = run(
        folder.path(),
        &["--from", "v1.env", "--to", "v2.env", "--diff"],
    );
    insta::assert_snapshot!(said.shown());
    assert!(!folder.path().join("v2.env").exists());
    let dry = run(
        folder.path(),
        &["--from", "v1.env", "--to", "v2.env", "--dry-run"],
    );
    assert!(dry.out.lines().all(|line| line.starts_with("[DRY RUN] ")));
    assert!(!folder.path().join("v2.env").exists());
}

#[test]
fn no_value_is_ever_shown() {
    let folder = folder(V1);
    for extra in [
        [].as_slice(),
        &["--verbose"],
        &["--json"],
        &["--diff"],
        &["--dry-run"],
    ] {
        let mut arguments = vec![
            "--from",
            "v1.env",
            "--to",
            "v2.env",
            "--connection-limit",
            "7",
        ];
        arguments.extend(extra);
        let said = run(folder.path(), &arguments);
        let shown = said.shown();
        for value in ["marked", "3000", "60000", "db.internal"] {
            assert!(!shown.contains(value), "{value} in {shown}");
        }
    }
}

#[test]
fn json_is_one_document() {
    let folder = folder(V1);
    let said = run(
        folder.path(),
        &["--from", "v1.env", "--to", "v2.env", "--json"],
    );
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("a document");
    assert_eq!(document["written"], true);
    assert_eq!(document["changes"][0]["to"], "LARK_APP_ID");
    assert_eq!(document["findings"][0]["severity"], "failure");
}

#[test]
fn what_is_replaced_is_kept_and_the_same_again_changes_nothing() {
    let folder = folder(V1);
    let in_place = ["--from", "v1.env", "--to", "v1.env"];
    fs::set_permissions(
        folder.path().join("v1.env"),
        fs::Permissions::from_mode(0o644),
    )
    .expect("a mode");
    let said = run(folder.path(), &in_place);
    assert!(
        said.err.contains("kept as v1.env.old") || said.err.contains("/v1.env.old"),
        "{}",
        said.err
    );
    let kept = folder.path().join("v1.env.old");
    assert_eq!(fs::read_to_string(&kept).expect("kept"), V1);
    assert_eq!(mode(&kept), 0o600);
    let again = run(folder.path(), &in_place);
    assert!(again.err.contains("already"), "{}", again.err);
    assert!(!folder.path().join("v1.env.old.2").exists());
    let limited = [
        "--from",
        "v1.env",
        "--to",
        "v1.env",
        "--connection-limit",
        "3",
    ];
    run(folder.path(), &limited);
    assert!(folder.path().join("v1.env.old.2").exists());
}

#[test]
fn a_link_stays_a_link() {
    let folder = folder(V1);
    fs::write(folder.path().join("real.env"), "A=1\n").expect("a file");
    std::os::unix::fs::symlink("real.env", folder.path().join("v2.env")).expect("a link");
    run(folder.path(), &["--from", "v1.env", "--to", "v2.env"]);
    let link = fs::symlink_metadata(folder.path().join("v2.env")).expect("facts");
    assert!(link.is_symlink());
    let real = fs::read_to_string(folder.path().join("real.env")).expect("text");
    assert!(real.contains("LARK_APP_ID"));
    let kept = fs::read_to_string(folder.path().join("real.env.old")).expect("kept");
    assert_eq!(kept, "A=1\n");
}

#[test]
fn two_values_for_one_meaning_are_an_error_and_nothing_is_written() {
    let folder = folder("FEISHU_APP_ID=marked1\nLARK_APP_ID=marked2\n");
    fs::write(folder.path().join("v2.env"), "before").expect("a file");
    let said = run(folder.path(), &["--from", "v1.env", "--to", "v2.env"]);
    insta::assert_snapshot!(said.shown());
    let there = fs::read_to_string(folder.path().join("v2.env")).expect("text");
    assert_eq!(there, "before");
}

#[test]
fn files_that_cannot_be_read_or_written() {
    let folder = folder(V1);
    let absent = run(folder.path(), &["--from", "none.env", "--to", "v2.env"]);
    assert_eq!(absent.status, 1);
    assert!(absent.err.contains("none.env"), "{}", absent.err);
    let nowhere = run(
        folder.path(),
        &["--from", "v1.env", "--to", "no/such/v2.env"],
    );
    assert_eq!(nowhere.status, 1);
    fs::create_dir(folder.path().join("dir")).expect("a folder");
    let refused = run(folder.path(), &["--from", "v1.env", "--to", "dir"]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("no file"), "{}", refused.err);
}

#[test]
fn rules_of_ones_own() {
    let folder = folder("OLD_NAME=1\nGONE=2\n");
    let printed = run(folder.path(), &["--print-rules"]);
    assert_eq!(printed.status, 0);
    assert!(printed.out.contains("[[rename]]"));
    fs::write(
        folder.path().join("rules.toml"),
        "name = \"mine\"\n[[rename]]\nfrom = \"OLD_NAME\"\nto = \"NEW_NAME\"\n\
         [[remove]]\nname = \"GONE\"\nwhy = \"nobody reads it\"\n",
    )
    .expect("rules");
    let arguments = [
        "--from",
        "v1.env",
        "--to",
        "v2.env",
        "--rules",
        "rules.toml",
    ];
    assert_eq!(run(folder.path(), &arguments).status, 0);
    let new = fs::read_to_string(folder.path().join("v2.env")).expect("text");
    assert_eq!(new, "NEW_NAME=1\n");
    fs::write(
        folder.path().join("rules.toml"),
        "name = \"mine\"\nrename = 1\n",
    )
    .expect("rules");
    let said = run(folder.path(), &arguments);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("line 2"), "{}", said.err);
}

#[test]
fn a_strange_env_file_in_the_folder_is_no_hindrance() {
    let folder = folder("");
    fs::write(
        folder.path().join(".env"),
        "what is this\nFEISHU_APP_ID=1\n",
    )
    .expect("a file");
    let said = run(folder.path(), &["--from", ".env", "--to", ".env"]);
    assert_eq!(said.status, 4, "{}", said.shown());
    assert!(said.out.contains("line 1"), "{}", said.out);
}
