//! The documents: their links lead somewhere, every one is listed, and the commands that they
//! show are commands that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    path.canonicalize().expect("the repository")
}

/// Every Markdown file that is read by people, below the repository.
fn documents() -> BTreeMap<PathBuf, String> {
    let root = repository();
    let mut found = BTreeMap::new();
    let mut folders = vec![
        root.clone(),
        root.join("docs"),
        root.join("deploy"),
        root.join("samples"),
    ];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if folder != root {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).expect("a document");
                found.insert(path, text);
            }
        }
    }
    assert!(found.len() > 15, "{:?}", found.keys());
    found
}

/// The lines outside code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !(code || fence)
    })
}

/// Where a document's links lead, as they are written.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        // What stands in backquotes is no link.
        let words: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        for rest in words.split("](").skip(1) {
            if let Some((target, _)) = rest.split_once(')') {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// The anchors that a document's headings give.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn links_lead_to_what_is_there() {
    let documents = documents();
    let mut broken = Vec::new();
    let mut checked = 0;
    for (path, text) in &documents {
        for link in links(text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, anchor) = link
                .split_once('#')
                .map_or((link.as_str(), None), |(f, a)| (f, Some(a)));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap_or(path).join(file),
            };
            let there = target.canonicalize().ok();
            let anchored = match (&there, anchor) {
                (Some(target), Some(anchor)) => documents
                    .get(target)
                    .is_some_and(|text| anchors(text).contains(anchor)),
                (there, None) => there.is_some(),
                (None, Some(_)) => false,
            };
            if !anchored {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(checked > 30, "only {checked} links");
}

#[test]
fn every_document_is_in_the_book() {
    let documents = documents();
    let root = repository().join("docs");
    let index = root.join("README.md");
    let mut reached = BTreeSet::from([index.clone()]);
    let mut open = vec![index];
    // What the contents list, and what those list in turn.
    while let Some(path) = open.pop() {
        let text = documents.get(&path).expect("a document");
        for link in links(text) {
            let file = link.split('#').next().unwrap_or_default();
            let target = path.parent().unwrap_or(&path).join(file);
            if let Ok(target) = target.canonicalize()
                && documents.contains_key(&target)
                && target
                    .file_name()
                    .is_some_and(|name| name == "README.md" || path.ends_with("README.md"))
                && reached.insert(target.clone())
            {
                open.push(target);
            }
        }
    }
    let lost: Vec<_> = documents
        .keys()
        .filter(|path| path.starts_with(&root) && !reached.contains(*path))
        .collect();
    assert!(lost.is_empty(), "docs/README.md leads to none of {lost:#?}");
}

/// What stands in code: blocks, and what is between backquotes.
fn code(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if block {
            let line = line.trim_start().trim_start_matches("$ ");
            found.push(line.split(" #").next().unwrap_or(line).to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

#[test]
fn commands_in_documents_have_the_options_they_are_shown_with() {
    let folder = repository().join("docs/commands");
    let mut helps = BTreeMap::new();
    for entry in fs::read_dir(&folder).expect("docs/commands") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        helps.insert(name, fs::read_to_string(&path).expect("a page"));
    }
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (path, text) in &documents() {
        if path.starts_with(&folder) || path.ends_with("CHANGELOG.md") {
            continue;
        }
        for command in code(text) {
            let mut words = command.split_whitespace();
            let program = words
                .next()
                .map(|word| word.rsplit('/').next().unwrap_or(word));
            let Some(help) = program.and_then(|program| helps.get(program)) else {
                continue;
            };
            // Up to where another command begins.
            let own = words.take_while(|word| !matches!(*word, "|" | "&&" | ";" | ">"));
            for option in own.filter(|word| word.starts_with("--") && word.len() > 2) {
                let name = option
                    .split(['=', ']', ',', '|', ';'])
                    .next()
                    .unwrap_or(option);
                checked += 1;
                let named =
                    help.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
                if !named.into_iter().any(|word| word == name) {
                    wrong.push(format!("{}: `{command}`: {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 60, "only {checked} options");
}

#[test]
fn make_has_the_targets_that_documents_name() {
    let makefile = fs::read_to_string(repository().join("Makefile")).expect("Makefile");
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    for (path, text) in &documents() {
        for command in code(text) {
            let mut words = command
                .split_whitespace()
                .skip_while(|word| word.contains('='));
            if words.next() == Some("make")
                && let Some(target) =
                    words.find(|word| !word.contains('=') && !word.starts_with('-'))
            {
                assert!(
                    targets.contains(target),
                    "{}: make {target}",
                    path.display()
                );
            }
        }
    }
}

/// The names behind `word` at the beginning of the lines of one item of a source file.
fn members(file: &str, item: &str, word: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(file)).expect("a source file");
    let (_, rest) = text.split_once(item).expect("the item");
    let (body, _) = rest.split_once("\n}\n").expect("its end");
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    lines
        .filter_map(|line| line.strip_prefix(word))
        .filter(|line| line.starts_with(char::is_alphabetic))
        .map(|line| {
            let end = line.find(|c: char| !c.is_alphanumeric() && c != '_');
            line[..end.unwrap_or(line.len())].to_owned()
        })
        .collect()
}

#[test]
fn the_guide_to_plans_leaves_out_no_work_and_no_method() {
    let guide = repository().join("docs/writing-a-plan.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let rows: Vec<&str> = guide
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix("| "))
        .map(|line| line.split(" | ").next().unwrap_or_default())
        .collect();
    let work = members(
        "crates/core/src/plans/in_place/mod.rs",
        "pub enum Work {",
        "",
    );
    let methods = members(
        "crates/core/src/plans/mod.rs",
        "pub trait DocumentPlan: Send + Sync {",
        "fn ",
    );
    assert!(
        work.len() >= 11 && methods.len() >= 10,
        "{work:?} {methods:?}"
    );
    for name in work.iter().chain(&methods) {
        let named = rows.iter().any(|row| {
            let names = row.split(['`', '(', ',', ' ']);
            names.into_iter().any(|word| word == name)
        });
        assert!(named, "no row for {name}");
    }
}

/// The runbook follows the old evening: each of its steps has a program, in the old order, and the
/// section that the table names shows how to give it.
#[test]
fn the_runbook_has_every_step_of_the_old_one_in_its_order() {
    let runbook = fs::read_to_string(repository().join("docs/runbook.md")).expect("the runbook");
    let sections: BTreeMap<u32, &str> = runbook
        .split("\n## ")
        .filter_map(|section| {
            let (number, _) = section.split_once('.')?;
            Some((number.parse().ok()?, section))
        })
        .collect();
    let numbers: Vec<u32> = sections.keys().copied().collect();
    let all: Vec<u32> = (1..=11).collect();
    assert_eq!(numbers, all);
    let (_, table) = runbook.split_once("| the old evening |").expect("a table");
    let mut steps = Vec::new();
    for row in table.lines().take_while(|row| row.ends_with('|')) {
        let cell = row.split(" | ").nth(1).unwrap_or_default();
        let Some((program, step)) = cell.split_once("` (step ") else {
            continue;
        };
        let program = program.trim_start_matches('`');
        let step: u32 = step.trim_end_matches(')').parse().expect("a number");
        let shown = code(sections[&step]);
        let mut given = shown
            .iter()
            .map(|command| command.split_whitespace().next());
        let given = given.any(|first| first == Some(program));
        assert!(given, "step {step} does not show {program}");
        steps.push((program.to_owned(), step));
    }
    let programs: Vec<&str> = steps.iter().map(|(program, _)| program.as_str()).collect();
    let old = [
        "schema-push",
        "fix-schema",
        "data-migrate",
        "audio-migrate",
        "check-r2",
        "final-check",
        "rollback",
    ];
    assert_eq!(programs, old);
    assert!(steps.is_sorted_by_key(|(_, step)| *step), "{steps:?}");
}
