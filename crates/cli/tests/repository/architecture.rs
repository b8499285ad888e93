//! Who may use whom, and who may do what. ARCHITECTURE.md says why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every Rust source of crates/ and bin/, tests folders left out.
pub fn for_each_source(root: &Path, visit: &mut dyn FnMut(&Path, &str)) {
    let mut folders: Vec<PathBuf> = vec![root.join("crates"), root.join("bin")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "tests" | "target" | "benches") {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                visit(path.strip_prefix(root).unwrap_or(&path), &text);
            }
        }
    }
}

fn dependencies(manifest: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(manifest).expect("a manifest");
    let section = text.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("sunset-"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_use_only_whom_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("core", &[][..]),
        ("sources", &["sunset-core"]),
        ("rollout", &["sunset-core"]),
        ("targets", &["sunset-core", "sunset-rollout"]),
        ("engine", &["sunset-core"]),
        (
            "backup",
            &["sunset-core", "sunset-engine", "sunset-targets"],
        ),
        ("deployment", &["sunset-core"]),
        ("traffic", &["sunset-core", "sunset-rollout"]),
        ("cli", &["sunset-core"]),
        ("testkit", &["sunset-core"]),
    ]);
    for (name, allowed) in allowed {
        let manifest = repository().join("crates").join(name).join("Cargo.toml");
        for used in dependencies(&manifest) {
            assert!(allowed.contains(&used.as_str()), "{name} uses {used}");
        }
    }
}

#[test]
fn the_core_is_pure() {
    let manifest = repository().join("crates/core/Cargo.toml");
    let text = std::fs::read_to_string(manifest).expect("the core's manifest");
    for banned in ["tokio", "sqlx", "aws", "reqwest", "rand", "uuid"] {
        assert!(
            !text.lines().any(|line| line.starts_with(banned)),
            "the core depends on {banned}"
        );
    }
}

#[test]
fn adapters_know_no_mapper() {
    for_each_source(repository(), &mut |path, text| {
        let adapter = path.starts_with("crates/sources") || path.starts_with("crates/targets");
        assert!(
            !(adapter && text.contains("plans::sales_ai")),
            "{} uses a mapper",
            path.display()
        );
    });
}

#[test]
fn only_the_parsing_of_arguments_gives_consent() {
    for_each_source(repository(), &mut |path, text| {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let gives = text.contains("Consent::given_by_arguments()");
        let may = path.ends_with("crates/cli/src/arguments.rs");
        assert!(!gives || may, "{} gives consent to write", path.display());
    });
}

/// Files that may be longer than others, each with its reason.
const LONG: [(&str, &str); 5] = [
    (
        "crates/core/src/rest/decode.rs",
        "one visitor a shape of the protocol",
    ),
    (
        "crates/core/src/plans/sales_ai/resolution.rs",
        "one method a collection, which read alike",
    ),
    (
        "crates/targets/src/postgres/runs.rs",
        "the lock's two halves are understood together",
    ),
    (
        "crates/targets/src/postgres/rows.rs",
        "the steps of one transaction, in order",
    ),
    (
        "crates/targets/src/postgres/rows/state.rs",
        "everything that a batch reads, table by table",
    ),
];

#[test]
fn files_hold_one_thing() {
    let mut long = Vec::new();
    for_each_source(repository(), &mut |path, text| {
        let lines = text.lines().count();
        let reason = LONG.iter().find(|(name, _)| path.ends_with(name));
        if lines > if reason.is_some() { 520 } else { 430 } {
            long.push(format!("{} has {lines} lines", path.display()));
        }
    });
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn programs_only_begin_in_main() {
    for_each_source(repository(), &mut |path, text| {
        if path.starts_with("bin") && path.ends_with("main.rs") {
            let lines = text.lines().count();
            assert!(lines <= 160, "{} has {lines} lines", path.display());
        }
    });
}

/// Whether a source has an example that `cargo test` would run.
fn has_example(text: &str) -> bool {
    let mut within = false;
    for line in text.lines() {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
        let Some(language) = comment.and_then(|words| words.trim().strip_prefix("```")) else {
            continue;
        };
        if !within && !matches!(language, "sql" | "text") {
            return true;
        }
        within = !within;
    }
    false
}

#[test]
fn what_is_not_built_to_run_its_tests_has_none() {
    let root = repository();
    let mut left_out = 0;
    for_each_source(root, &mut |path, text| {
        let package: PathBuf = path.iter().take(2).collect();
        let within = path.strip_prefix(&package).expect("a package's source");
        let package = root.join(package);
        let manifest = std::fs::read_to_string(package.join("Cargo.toml")).expect("a manifest");
        let says = |heading: &str, lines: &[&str]| {
            manifest.split("\n[").any(|section| {
                let has = |line: &&str| section.lines().any(|own| own == *line);
                section.starts_with(heading) && lines.iter().all(has)
            })
        };
        let program = if within.starts_with("src/bin") {
            Some(within.display().to_string())
        } else {
            let main = "src/main.rs";
            package.join(main).exists().then(|| main.to_owned())
        };
        let is_left_out = match &program {
            Some(main) => says(
                "[bin]]",
                &[format!("path = \"{main}\"").as_str(), "test = false"],
            ),
            None => says("lib]", &["test = false"]),
        };
        if is_left_out {
            left_out += 1;
            let tested = text.contains("#[cfg(test)]") || text.contains("#[test]");
            assert!(!tested, "{} has tests that nobody runs", path.display());
        }
        if program.is_none() && says("lib]", &["doctest = false"]) {
            assert!(!has_example(text), "{} has examples", path.display());
        }
    });
    assert!(left_out > 0, "no manifest was understood");
}
