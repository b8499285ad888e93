//! Standard output that does not take what is written to it.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use super::workplace::{Outcome, bin_dir, run};

/// What programs write without a server: results, JSON, manual pages, completions, help.
const WRITTEN: [(&str, &[&str]); 8] = [
    ("schema-push", &["--print"]),
    ("schema-push", &["--print", "--json"]),
    ("data-migrate", &["--generate", "man"]),
    ("final-check", &["--generate=bash"]),
    ("check-r2", &["--help"]),
    ("rollout", &["help", "set"]),
    ("cutover", &["--version"]),
    ("v2-inspect", &["--help"]),
];

fn into(place: Stdio, program: &str, arguments: &[&str]) -> Outcome {
    let dir = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(bin_dir().join(program));
    command.args(arguments).current_dir(dir.path()).env_clear();
    command.stdin(Stdio::null()).stdout(place);
    command.stderr(Stdio::piped());
    let child = command
        .spawn()
        .expect("the program is built: cargo build --workspace");
    child.wait_with_output().expect("its end").into()
}

fn full() -> Stdio {
    let disk = OpenOptions::new().write(true).open("/dev/full");
    disk.expect("/dev/full").into()
}

#[test]
fn a_full_disk_is_an_error() {
    for (program, arguments) in WRITTEN {
        let ended = into(full(), program, arguments);
        let said = &ended.stderr;
        assert_eq!(ended.status, 1, "{program} {arguments:?}: {said}");
        assert!(
            said.starts_with("error: cannot write to standard output\n  cause: No space left")
                && said.contains("\n  next: "),
            "{program} {arguments:?}: {said}"
        );
    }
    let spanish = into(full(), "schema-push", &["--print", "--lang", "es"]);
    assert!(
        spanish.stderr.contains("en la salida estándar"),
        "{}",
        spanish.stderr
    );
}

#[test]
fn a_program_that_fails_says_both() {
    let ended = into(full(), "check-r2", &["--json"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let errors = ended.stderr.lines();
    let errors = errors.filter(|line| line.starts_with("error: ")).count();
    assert_eq!(errors, 2, "{}", ended.stderr);
}

#[test]
fn a_pipe_that_nobody_reads_is_no_error() {
    let nothing = BTreeMap::new();
    let dir = tempfile::tempdir().expect("a folder");
    for (program, arguments) in WRITTEN {
        let whole = run(program, arguments, dir.path(), &nothing);
        assert_eq!(whole.status, 0, "{program} {arguments:?}");
        assert!(!whole.stdout.is_empty(), "{program} {arguments:?}");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = into(writer.into(), program, arguments);
        assert_eq!(
            (ended.status, ended.stderr.as_str()),
            (0, ""),
            "{program} {arguments:?}"
        );
    }
}
