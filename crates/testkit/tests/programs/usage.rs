//! A wrong command line, in the language that it asks for.

use std::collections::BTreeMap;

use super::workplace::run;

/// A program, and arguments that it refuses.
const WRONG: [(&str, &[&str]); 7] = [
    ("check-r2", &["--dep"]),
    ("data-migrate", &["--workers", "0"]),
    ("data-migrate", &["--batch-size"]),
    ("final-check", &["--sample", "3", "--repair"]),
    ("schema-push", &["--strict"]),
    ("backup", &["lst"]),
    ("deploy-check", &["watch", "--every", "soon"]),
];

/// What a program says on standard error of arguments that are wrong, line by line.
fn said(program: &str, arguments: &[&str]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    let outcome = run(program, arguments, dir.path(), &BTreeMap::new());
    assert_eq!(outcome.status, 2, "{program} {arguments:?}");
    assert_eq!(outcome.stdout, "", "{program} {arguments:?}");
    assert!(!outcome.stderr.contains('\u{1b}'), "{}", outcome.stderr);
    outcome.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn a_wrong_command_line_is_said_in_the_language_that_it_asks_for() {
    for (program, arguments) in WRONG {
        let english = said(program, arguments);
        for (before, behind, first) in [
            (None, Some("--lang=zh-TW"), "錯誤："),
            (Some("--lang=es"), None, "error: "),
        ] {
            let parts = [before.as_slice(), arguments, behind.as_slice()];
            let other = said(program, &parts.concat());
            assert!(other[0].starts_with(first), "{other:#?}");
            assert_eq!(other.len(), english.len(), "{other:#?} {english:#?}");
            for (english, other) in english.iter().zip(&other) {
                let carried = english.is_empty() || english.starts_with("  --");
                assert_eq!(english == other, carried, "{program}: {other}");
            }
        }
    }
}

#[test]
fn a_language_that_there_is_not_is_refused_in_english() {
    let refused = said("check-r2", &["--lang", "fr"]);
    assert!(
        refused[0].starts_with("error: invalid value 'fr' for '--lang <LANGUAGE>'"),
        "{refused:#?}"
    );
    let refused = said("check-r2", &["--lang", "es", "--lang", "fr"]);
    assert!(refused[0].starts_with("error: "), "{refused:#?}");
    assert!(refused.iter().any(|line| line.contains("--help")));
}

#[test]
fn help_stays_in_english() {
    let dir = tempfile::tempdir().expect("a folder");
    let nothing = BTreeMap::new();
    let plain = run("check-r2", &["--help"], dir.path(), &nothing);
    let spanish = run(
        "check-r2",
        &["--lang", "es", "--help"],
        dir.path(),
        &nothing,
    );
    assert_eq!((plain.status, spanish.status), (0, 0));
    assert_eq!(plain.stdout, spanish.stdout);
}

#[test]
fn a_dry_run_by_the_environment_is_one_for_the_other_options() {
    let dir = tempfile::tempdir().expect("a folder");
    let variables = BTreeMap::from([("DRY_RUN".to_owned(), "true".to_owned())]);
    for (program, arguments) in [
        ("data-migrate", &["--watch", "1s"][..]),
        ("data-migrate", &["--worker"]),
        ("data-migrate", &["--report", "r"]),
        ("data-migrate", &["--plan", "leora-phase2", "--report", "r"]),
        ("audio-migrate", &["--worker"]),
        ("audio-migrate", &["--report", "r"]),
    ] {
        let by_option = [arguments, &["--dry-run"][..]].concat();
        let nothing = BTreeMap::new();
        let status = run(program, &by_option, dir.path(), &nothing).status;
        assert_eq!(status, 2, "{program} {by_option:?}");
        let outcome = run(program, arguments, dir.path(), &variables);
        let said = &outcome.stderr;
        assert_eq!(outcome.status, 2, "{program} {arguments:?}: {said}");
        assert!(
            said.starts_with("error: DRY_RUN stands for --dry-run, which --"),
            "{program} {arguments:?}: {said}"
        );
    }
}
