//! A program's manual page and shell completions, made from its own arguments.
//!
//! Every program prints its own (`data-migrate --generate man`): whoever packages the programs
//! needs nothing but them, whoever has one of them has its completions, and the pages cannot
//! differ from the program. The option is looked for before the arguments are parsed, because
//! clap demands a program's subcommand even beside an option that stands alone.

use std::ffi::OsString;
use std::io;

use clap::builder::EnumValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::output;
use crate::session::Program;
use crate::status::Status;

const OPTION: &str = "generate";

/// What a program can print of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Man,
    Bash,
    Zsh,
    Fish,
    Elvish,
    Powershell,
}

/// The program's arguments, with the option that prints its manual.
pub(crate) fn command<P: Program>() -> Command {
    with_option(P::command())
}

fn with_option(command: Command) -> Command {
    command.arg(
        Arg::new(OPTION)
            .long(OPTION)
            .value_name("KIND")
            .value_parser(EnumValueParser::<Kind>::new())
            .exclusive(true)
            .hide_possible_values(true)
            // Whatever heading the options before it stand under.
            .help_heading(None)
            .help("Print the manual page (man), or completions for bash, zsh, fish, elvish or powershell"),
    )
}

/// Prints what the process's first argument asks for. Anything that is not exactly right is left
/// to clap, which says what is wrong with it.
pub(crate) fn print_if_asked<P: Program>() -> Option<Status> {
    let kind = asked(std::env::args_os().skip(1))?;
    output::write(&text(kind, command::<P>(), P::NAME));
    Some(Status::Done)
}

/// Checks that the option stood alone: clap lets a subcommand stand beside one that is exclusive.
pub(crate) fn refuse_beside_others(matches: &ArgMatches) -> Result<(), clap::Error> {
    match matches.contains_id(OPTION) {
        true => Err(clap::Error::raw(
            ErrorKind::ArgumentConflict,
            "--generate KIND must be the only arguments\n",
        )),
        false => Ok(()),
    }
}

fn asked(mut arguments: impl Iterator<Item = OsString>) -> Option<Kind> {
    let first = arguments.next()?.into_string().ok()?;
    let rest = first.strip_prefix("--")?.strip_prefix(OPTION)?;
    let value = match rest.strip_prefix('=') {
        Some(value) => value.to_owned(),
        None if rest.is_empty() => arguments.next()?.into_string().ok()?,
        None => return None,
    };
    if arguments.next().is_some() {
        return None;
    }
    Kind::from_str(&value, false).ok()
}

fn text(kind: Kind, mut command: Command, name: &str) -> Vec<u8> {
    let shell = match kind {
        // Writing to memory cannot fail.
        Kind::Man => return page(command).unwrap_or_default(),
        Kind::Bash => Shell::Bash,
        Kind::Zsh => Shell::Zsh,
        Kind::Fish => Shell::Fish,
        Kind::Elvish => Shell::Elvish,
        Kind::Powershell => Shell::PowerShell,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    text
}

/// One page for the whole program: what its commands take stands in sections of their own.
fn page(mut command: Command) -> io::Result<Vec<u8>> {
    command.build();
    let mut text = Vec::new();
    let man = Man::new(command.clone()).manual("sunset");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let commands = command.get_subcommands();
    for command in commands.filter(|command| command.get_name() != "help") {
        let part = Man::new(command.clone());
        heading(&format!("COMMAND {}", command.get_name())).to_writer(&mut text)?;
        for render in [Man::render_description_section, Man::render_options_section] {
            let mut section = Vec::new();
            render(&part, &mut section)?;
            text.extend_from_slice(without_heading(&section));
        }
    }
    if let Some(closing) = command.get_after_help() {
        for block in closing.to_string().split("\n\n") {
            closing_section(block).to_writer(&mut text)?;
        }
    }
    Ok(text)
}

fn heading(words: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [words]);
    roff
}

/// What follows the line that begins with `.SH`, and the preamble before it.
fn without_heading(section: &[u8]) -> &[u8] {
    let text = String::from_utf8_lossy(section);
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if line.starts_with(".SH") {
            return section.get(length..).unwrap_or_default();
        }
    }
    section
}

/// A paragraph of what stands below a program's options, under the heading that its first words
/// ask for. Its lines stay as they are: most are tables.
fn closing_section(block: &str) -> Roff {
    const HEADINGS: [(&str, &str); 3] = [
        ("Environment", "ENVIRONMENT"),
        ("Exit status", "EXIT STATUS"),
        ("Examples", "EXAMPLES"),
    ];
    let known = HEADINGS.iter().find(|(words, _)| block.starts_with(words));
    let mut roff = heading(known.map_or("NOTES", |(_, heading)| heading));
    roff.control("nf", []);
    for line in block.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> Command {
        with_option(
            Command::new("demo")
                .version("1.2.3")
                .about("Shows")
                .subcommand_required(true)
                .subcommand(
                    Command::new("set")
                        .about("Sets")
                        .arg(Arg::new("share").long("share")),
                )
                .after_help("Environment:\n  NAME   a name\n\nExit status: 0 done.\n\n.Odd -line"),
        )
    }

    fn asked_by(arguments: &[&str]) -> Option<Kind> {
        asked(arguments.iter().map(|argument| OsString::from(*argument)))
    }

    #[test]
    fn only_the_whole_request_is_answered() {
        assert_eq!(asked_by(&["--generate", "man"]), Some(Kind::Man));
        assert_eq!(asked_by(&["--generate=zsh"]), Some(Kind::Zsh));
        for other in [
            &["--generate"][..],
            &["--generate", "words"],
            &["--generate", "man", "--json"],
            &["--json", "--generate", "man"],
            &["--generated", "man"],
            &[],
        ] {
            assert_eq!(asked_by(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_not_exactly_right_is_wrong_usage() {
        for arguments in [
            &["demo", "--generate", "words"][..],
            &["demo", "--generate", "man", "set"],
        ] {
            let matches = demo().try_get_matches_from(arguments);
            let refused = matches.and_then(|matches| refuse_beside_others(&matches));
            assert!(
                refused.is_err_and(|error| error.use_stderr()),
                "{arguments:?}"
            );
        }
    }

    #[test]
    fn a_page_has_every_section_with_its_lines_as_they_were() {
        let page = String::from_utf8(text(Kind::Man, demo(), "demo")).expect("text");
        let headings: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with(".SH"))
            .collect();
        assert_eq!(
            headings,
            [
                ".SH NAME",
                ".SH SYNOPSIS",
                ".SH DESCRIPTION",
                ".SH OPTIONS",
                ".SH \"COMMAND set\"",
                ".SH ENVIRONMENT",
                ".SH \"EXIT STATUS\"",
                ".SH NOTES",
            ]
        );
        assert!(page.contains("\\-\\-share"), "{page}");
        assert!(page.contains("  NAME   a name"), "{page}");
        // Not taken for a request of the formatter.
        assert!(!page.lines().any(|line| line.starts_with(".Odd")), "{page}");
    }

    #[test]
    fn every_shell_gets_the_commands_and_options() {
        for kind in Kind::value_variants().iter().skip(1) {
            let script = String::from_utf8(text(*kind, demo(), "demo")).expect("text");
            for word in ["set", "share", "generate"] {
                assert!(script.contains(word), "{kind:?} {word}");
            }
        }
    }
}
