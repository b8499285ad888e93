//! `--help` and `--version` of every program.

use std::collections::BTreeMap;

use super::workplace::run;

const PROGRAMS: [&str; 8] = [
    "schema-push",
    "fix-schema",
    "data-migrate",
    "audio-migrate",
    "check-r2",
    "final-check",
    "rollback",
    "backup",
];

#[test]
fn a_stranger_can_work_from_the_help() {
    let dir = tempfile::tempdir().expect("a folder");
    for program in PROGRAMS {
        let outcome = run(program, &["--help"], dir.path(), &BTreeMap::new());
        assert_eq!(outcome.status, 0, "{program}");
        for part in [
            "Usage:",
            "--json",
            "--verbose",
            "DATABASE_URL",
            "Exit status",
        ] {
            assert!(
                outcome.stdout.contains(part),
                "{program} --help does not say {part}:\n{}",
                outcome.stdout
            );
        }
        let writes = program != "check-r2";
        assert_eq!(outcome.stdout.contains("--dry-run"), writes, "{program}");
        let version = run(program, &["--version"], dir.path(), &BTreeMap::new());
        assert_eq!(
            version.stdout,
            format!("{program} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}
