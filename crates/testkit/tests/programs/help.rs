//! The programs' help, manual pages and completions. docs/commands is the one place that holds the
//! help's words: `make commands` writes it, and here it is held against the programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::workplace::{Outcome, repository, run};

/// What the names of servers for trying and testing begin with: they use nothing of ours, so much
/// less holds for them.
const SERVER: &str = "local-";

/// Every program, by the folders of `bin/`.
fn programs() -> Vec<String> {
    let folder = fs::read_dir(repository().join("bin")).expect("bin");
    let mut names: Vec<String> = folder
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    names
}

pub fn our_programs() -> impl Iterator<Item = String> {
    programs()
        .into_iter()
        .filter(|program| !program.starts_with(SERVER))
}

fn said(program: &str, arguments: &[&str]) -> Outcome {
    let dir = tempfile::tempdir().expect("a folder");
    let width = BTreeMap::from([("COLUMNS".to_owned(), "100".to_owned())]);
    let outcome = run(program, arguments, dir.path(), &width);
    assert_eq!(
        outcome.status, 0,
        "{program} {arguments:?}: {}",
        outcome.stderr
    );
    assert_eq!(outcome.stderr, "", "{program} {arguments:?}");
    assert_eq!(fs::read_dir(dir.path()).expect("the folder").count(), 0);
    outcome
}

/// Help without the blanks that end some of its lines.
fn help(program: &str, arguments: &[&str]) -> String {
    let outcome = said(program, arguments);
    let lines = outcome.stdout.lines().map(str::trim_end);
    lines.map(|line| format!("{line}\n")).collect()
}

/// The commands that a help lists, without `help` itself.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The first paragraph of a help, as one line.
fn about(help: &str) -> String {
    let lines: Vec<&str> = help.lines().take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}

const MADE: &str = "<!-- Made from --help by `make commands`. -->";

fn page(program: &str) -> String {
    let whole = help(program, &["--help"]);
    let mut page = format!("# {program}\n\n{MADE}\n\n```text\n{whole}```\n");
    for command in commands(&whole) {
        let words = help(program, &[&command, "--help"]);
        write!(page, "\n## {program} {command}\n\n```text\n{words}```\n").expect("memory");
    }
    page
}

fn index() -> String {
    let mut page = format!(
        "# Commands\n\n{MADE}\n\nWhat each program says of itself, with every option, variable and \
         exit status.\n\n| program | |\n|---|---|\n"
    );
    for program in programs() {
        let about = about(&help(&program, &["--help"])).replace('|', "\\|");
        writeln!(page, "| [{program}]({program}.md) | {about} |").expect("memory");
    }
    page.push_str(
        "\nEvery program but the local servers prints its manual page with `--generate man`, and completions \
         for a shell with `--generate bash`, `zsh`, `fish`, `elvish` or `powershell`:\n\n```console\n\
         $ data-migrate --generate man | man -l -\n\
         $ source <(data-migrate --generate bash)\n```\n\n\
         `make manual` writes all of them to `target/manual`; the packages bring them along.\n",
    );
    page
}

#[test]
fn the_pages_of_the_commands_are_what_the_programs_say() {
    let folder = repository().join("docs/commands");
    let mut pages: BTreeMap<String, String> = programs()
        .iter()
        .map(|program| (format!("{program}.md"), page(program)))
        .collect();
    pages.insert("README.md".into(), index());
    if std::env::var_os("SUNSET_WRITE_COMMANDS").is_some() {
        fs::create_dir_all(&folder).expect("docs/commands");
        for (name, text) in &pages {
            fs::write(folder.join(name), text).expect("a page");
        }
    }
    let mut stale = Vec::new();
    for (name, text) in &pages {
        let held = fs::read_to_string(folder.join(name)).unwrap_or_default();
        if held != *text {
            stale.push(name.clone());
        }
    }
    for entry in fs::read_dir(&folder).expect("docs/commands") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if !pages.contains_key(&name) {
            stale.push(format!("{name} (of no program)"));
        }
    }
    assert!(
        stale.is_empty(),
        "not what the programs say; `make commands` writes them: {stale:?}"
    );
}

#[test]
fn a_stranger_can_work_from_the_help() {
    for program in our_programs() {
        let help = help(&program, &["--help"]);
        for part in ["Usage:", "--generate", "Environment", "Exit status"] {
            assert!(
                help.contains(part),
                "{program} --help does not say {part}:\n{help}"
            );
        }
        let mut all = help.clone();
        for command in commands(&help) {
            all.push_str(&self::help(&program, &[&command, "--help"]));
        }
        for option in ["--json", "--verbose"] {
            assert!(
                all.contains(option),
                "{program} --help does not say {option}"
            );
        }
        let writes = !matches!(program.as_str(), "check-r2" | "v2-inspect");
        assert_eq!(all.contains("--dry-run"), writes, "{program}");
        let version = said(&program, &["--version"]).stdout;
        assert_eq!(
            version,
            format!("{program} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn every_program_prints_its_manual_page() {
    for program in our_programs() {
        let page = said(&program, &["--generate", "man"]).stdout;
        for heading in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "ENVIRONMENT",
            "\"EXIT STATUS\"",
        ] {
            let line = format!(".SH {heading}");
            assert!(
                page.lines().any(|held| held == line),
                "{program}: {line}\n{page}"
            );
        }
        for command in commands(&help(&program, &["--help"])) {
            assert!(
                page.contains(&format!("\"COMMAND {command}\"")),
                "{program} {command}"
            );
        }
        // Every option of the help is in the page.
        for word in options(&help(&program, &["--help"])) {
            let roff = word.replace('-', "\\-");
            assert!(page.contains(&roff), "{program}: {word} is not in its page");
        }
    }
}

/// The long options that a help lists.
fn options(help: &str) -> Vec<String> {
    let lines = help.lines().map(str::trim_start);
    let lines = lines.filter(|line| line.starts_with('-'));
    lines
        .flat_map(|line| line.split([' ', ',', '=', '[']))
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_program_prints_completions_that_the_shell_can_read() {
    for program in our_programs() {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let script = said(&program, &["--generate", shell]).stdout;
            assert!(
                script.contains(&program) && script.contains("verbose"),
                "{program} {shell}"
            );
        }
        let script = said(&program, &["--generate", "bash"]).stdout;
        let offered = completed_by_bash(&program, &script, "--gen");
        assert_eq!(offered, ["--generate"], "{program}");
    }
}

/// What bash offers behind the program's name for what was typed so far.
fn completed_by_bash(program: &str, script: &str, typed: &str) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("completions");
    fs::write(&file, script).expect("a file");
    let ask = "source \"$1\"
        COMP_WORDS=(\"$2\" \"$3\"); COMP_CWORD=1
        function=$(complete -p \"$2\" | sed -n 's/.*-F \\([^ ]*\\) .*/\\1/p')
        \"$function\" \"$2\" \"$3\" \"$2\"
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["--norc", "-c", ask, "bash"])
        .args([Path::new(&file), Path::new(program), Path::new(typed)])
        .output()
        .expect("bash");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && errors.is_empty(),
        "{program}: {errors}"
    );
    let offered = String::from_utf8_lossy(&output.stdout).into_owned();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn what_is_asked_beside_the_manual_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    for (program, arguments) in [
        ("rollout", &["--generate", "man", "set", "5"][..]),
        ("data-migrate", &["--generate", "man", "--dry-run"]),
        ("data-migrate", &["--generate", "words"]),
        ("env-migrate", &["--json", "--generate", "man"]),
    ] {
        let outcome = run(program, arguments, dir.path(), &BTreeMap::new());
        assert_eq!(
            outcome.status, 2,
            "{program} {arguments:?}: {}",
            outcome.stdout
        );
        assert_eq!(outcome.stdout, "", "{program} {arguments:?}");
    }
}

#[test]
fn what_generates_samples_takes_no_option_for_a_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, program) in [
        ("generate-v2", env!("CARGO_BIN_EXE_generate-v2")),
        (
            "generate-voice-agent",
            env!("CARGO_BIN_EXE_generate-voice-agent"),
        ),
        ("generate-leora", env!("CARGO_BIN_EXE_generate-leora")),
        (
            "generate-main-server",
            env!("CARGO_BIN_EXE_generate-main-server"),
        ),
    ] {
        for option in ["--help", "-h"] {
            let mut command = Command::new(program);
            let output = command.arg(option).current_dir(dir.path()).output();
            let outcome: Outcome = output.expect("it is built").into();
            assert_eq!(outcome.status, 1, "{name} {option}: {}", outcome.stdout);
            assert_eq!(outcome.stdout, "", "{name} {option}");
            let usage = format!("usage: {name}");
            assert!(outcome.stderr.contains(&usage), "{}", outcome.stderr);
        }
    }
    let made = fs::read_dir(dir.path()).expect("the folder").count();
    assert_eq!(made, 0);
}
