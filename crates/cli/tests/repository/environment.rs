//! `.env.example`, the README and the code name the same variables.

use std::collections::BTreeSet;
use std::path::Path;

use sunset_core::env_vars;

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn known() -> BTreeSet<String> {
    env_vars::ALL
        .iter()
        .map(|variable| variable.name.to_owned())
        .collect()
}

#[test]
fn the_example_documents_every_variable_and_no_other() {
    let text = std::fs::read_to_string(repository().join(".env.example")).expect(".env.example");
    let named: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
        .collect();
    assert_eq!(named, known());
}

#[test]
fn the_readme_names_every_variable() {
    let text = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    for name in known() {
        assert!(
            text.contains(&format!("`{name}`")),
            "{name} is not in the README"
        );
    }
}

#[test]
fn no_program_reads_a_variable_that_is_not_in_the_table() {
    let mut seen = BTreeSet::new();
    super::architecture::for_each_source(repository(), &mut |path, text| {
        let outside_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in ["env::var(\"", "env::var_os(\""] {
            for rest in outside_tests.split(call).skip(1) {
                let name = rest.split('"').next().unwrap_or_default();
                seen.insert(format!("{} in {}", name, path.display()));
            }
        }
    });
    // The machine's name is no setting; local-s3 has arguments of its own.
    seen.retain(|entry| !entry.starts_with("HOSTNAME ") && !entry.contains("testkit"));
    assert!(seen.is_empty(), "{seen:?}");
}
