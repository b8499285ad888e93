//! Talk in every language: what programs say is compared, line by line, with what they say in
//! English.

use super::workplace::Workplace;

/// What a program said, line by line.
fn said(
    place: &Workplace,
    status: i32,
    (program, more): (&str, &[&str]),
    language: &str,
) -> Vec<String> {
    let mut arguments = vec!["--lang", language];
    arguments.extend(more);
    let outcome = place.expect(status, program, &arguments);
    let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
    lines.map(str::to_owned).collect()
}

/// Whether a line has nothing to be translated: numbers, names of rows and tables, SQL, paths.
fn is_of_names(english: &str) -> bool {
    let words = english.trim_start().replace("[DRY RUN] ", "");
    let is_name = |word: &str| {
        let plain = word.trim_matches([',', ';', ':', '(', ')', '.', '-', '"']);
        plain.is_empty()
            || plain
                .chars()
                .any(|c| c.is_ascii_digit() || "_/=".contains(c))
            || plain.chars().all(|c| c.is_ascii_uppercase())
    };
    words.is_empty() || words.starts_with("- ") || words.split_whitespace().skip(1).all(is_name)
}

/// Lines that are the same in another language as in English.
fn untold(place: &Workplace, status: i32, command: (&str, &[&str])) -> Vec<String> {
    let english = said(place, status, command, "en");
    let mut left = Vec::new();
    for language in ["zh-TW", "es"] {
        let other = said(place, status, command, language);
        assert_eq!(
            other.len(),
            english.len(),
            "{command:?}: {english:#?} {other:#?}"
        );
        for (english, other) in english.iter().zip(&other) {
            if english == other && !is_of_names(english) {
                left.push(format!("{} {language}: {english}", command.0));
            }
        }
    }
    left
}

#[test]
fn every_line_is_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut left = Vec::new();
    let mut all = |place: &Workplace, commands: &[(&str, i32, &[&str])]| {
        for (program, status, more) in commands {
            left.extend(untold(place, *status, (program, more)));
        }
    };
    all(
        &place,
        &[
            ("rollback", 0, &["--dry-run"]),
            ("rollback", 0, &["--list-backups"]),
        ],
    );
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &["--backup", "tables"]);
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    let id = place.query("SELECT id FROM sunset.backups");
    let check = [
        "--no-report",
        "--only",
        "data",
        "--only",
        "tables",
        "--only",
        "users",
    ];
    all(
        &place,
        &[
            ("schema-push", 0, &[]),
            ("schema-push", 0, &["--check"]),
            ("fix-schema", 0, &[]),
            ("data-migrate", 0, &[]),
            ("data-migrate", 0, &["--backup", "tables"]),
            ("data-migrate", 0, &["--retry-quarantined"]),
            ("final-check", 4, &check),
            (
                "final-check",
                4,
                &["--no-report", "--sample", "3", "--only", "data"],
            ),
            (
                "final-check",
                4,
                &["--no-report", "--repair", "--dry-run", "--only", "data"],
            ),
            ("rollback", 0, &["--dry-run"]),
            ("rollback", 1, &[]),
            ("rollback", 0, &["--list-backups"]),
            ("rollback", 1, &["--run", "99", "--yes"]),
            ("rollback", 1, &["--level", "data", "--backup-id", &id[0]]),
            (
                "rollback",
                1,
                &["--level", "data", "--backup-id", "backup_1"],
            ),
            (
                "rollback",
                0,
                &["--level", "data", "--backup-id", &id[0], "--yes"],
            ),
        ],
    );
    assert!(left.is_empty(), "{left:#?}");
}
