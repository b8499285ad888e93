//! The whole chain as it succeeds, in every language: each line against what is said in English.

use super::languages::is_of_names;
use super::recordings::Recorded;

/// A program, and its arguments.
type Command = (&'static str, &'static [&'static str]);

/// From an empty V3 to a migrated one and back: all of it ends with 0.
const CHAIN: [Command; 17] = [
    ("schema-push", &[]),
    ("fix-schema", &[]),
    ("data-migrate", &["--verbose", "--backup", "tables"]),
    ("audio-migrate", &["--dry-run", "--verbose"]),
    (
        "audio-migrate",
        &["--verbose", "--backup", "tables", "--verify-urls", "2"],
    ),
    ("audio-migrate", &["--report", "told"]),
    ("check-r2", &["--deep", "--verbose"]),
    ("final-check", &["--verbose", "--proof", "v3.proof"]),
    ("final-check", &["--verify-proof", "v3.proof"]),
    (
        "final-check",
        &["--verify-proof", "v3.proof", "--id", "202506-IC001"],
    ),
    ("rollback", &["--audio-urls", "--yes"]),
    // Linked again, and nothing sent.
    ("audio-migrate", &[]),
    ("cutover", &[]),
    ("cutover", &["--frozen", "--by", "somebody"]),
    ("cutover", &[]),
    (
        "rollback",
        &["--yes", "--delete-objects", "--backup", "tables"],
    ),
    ("rollback", &["--schema", "--yes"]),
];

/// What each command of the chain said, line by line; `None` where there is no server.
fn said(language: &str) -> Option<Vec<Vec<String>>> {
    let place = Recorded::empty()?;
    let said: [Vec<String>; CHAIN.len()] = CHAIN.map(|(program, arguments)| {
        let arguments = [arguments, &["--lang", language]].concat();
        let outcome = place.expect(0, program, &arguments);
        let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
        lines.map(str::to_owned).collect()
    });
    Some(said.into())
}

/// Numbers, hashes, moments and paths differ from run to run.
fn steady(line: &str) -> String {
    let changing = |word: &str| word.contains(|c: char| c.is_ascii_digit() || c == '/');
    let words = line.split_whitespace();
    let words = words.map(|word| if changing(word) { "0" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// What is the same in every language: names, numbers, and units.
fn may_remain(english: &str) -> bool {
    let units = ["B", "kB", "MB", "GB", "ms", "s", "min"];
    let words = english.split_whitespace();
    let words = words.filter(|word| !units.contains(word));
    is_of_names(&words.collect::<Vec<_>>().join(" "))
}

/// Words that stand in nearly every English sentence, and in none of another language.
fn is_english(line: &str) -> bool {
    let common = ["the", "of", "with", "was", "were", "are", "and"];
    let mut words = line.split(|c: char| !c.is_alphanumeric() && !"_-./:".contains(c));
    words.any(|word| common.contains(&word))
}

#[test]
fn the_chain_succeeds_without_a_word_of_english_in_other_languages() {
    let Some(english) = said("en") else {
        return;
    };
    for (what, lines) in CHAIN.iter().zip(&english) {
        assert!(!lines.is_empty(), "{what:?} says nothing");
    }
    let mut left = Vec::new();
    for language in ["zh-TW", "es"] {
        let other = said(language).expect("a server");
        for ((what, english), other) in CHAIN.iter().zip(&english).zip(&other) {
            assert_eq!(
                other.len(),
                english.len(),
                "{what:?} {language}: {english:#?} {other:#?}"
            );
            for (english, other) in english.iter().zip(other) {
                let untold = steady(english) == steady(other) && !may_remain(english);
                if untold || is_english(other) {
                    left.push(format!("{} {language}: {other}", what.0));
                }
            }
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}
