//! What is wrong with a command line, in the language that it asks for.
//!
//! clap says it in English, and paints what it carries over: names of options and commands, values,
//! the line of usage. Its lines are looked up as talk is, and what is painted stays as it is, with
//! its colours. Pages of help stay in English.

use std::ffi::OsString;
use std::io;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};
use clap::{Command, ValueEnum};

use crate::language::Language;

const RESET: &str = "\u{1b}[0m";

/// The words that clap paints; a language ends them with a colon of its own.
const LABELS: [&str; 3] = ["error:", "tip:", "Usage:"];

/// Prints an error as clap does, in the language that the process's arguments ask for.
pub(crate) fn print(refusal: &clap::Error, command: &Command) -> io::Result<()> {
    let language = asked(std::env::args_os().skip(1));
    match said(refusal, command, language) {
        Some(said) => said.print(),
        None => refusal.print(),
    }
}

/// The language that the arguments ask for, though clap did not get to the end of them. What is
/// wrong with the option itself is said in English.
fn asked(arguments: impl Iterator<Item = OsString>) -> Language {
    let mut language = Language::En;
    let mut arguments = arguments
        .map(|argument| argument.into_string().unwrap_or_default())
        .take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        let Some(rest) = argument.strip_prefix("--lang") else {
            continue;
        };
        let value = match rest.strip_prefix('=') {
            Some(value) => value.to_owned(),
            None if rest.is_empty() => arguments.next().unwrap_or_default(),
            None => continue,
        };
        match <Language as ValueEnum>::from_str(&value, false) {
            Ok(known) => language = known,
            Err(_) => return Language::En,
        }
    }
    language
}

/// The error in another language; none for help, and for English.
fn said(refusal: &clap::Error, command: &Command, language: Language) -> Option<Error<Said>> {
    let is_page = matches!(
        refusal.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion
    );
    if is_page || language == Language::En {
        return None;
    }
    let painted = refusal.render().ansi().to_string();
    let marked = Marked::of(&painted)?;
    let lines = marked.text.split_inclusive('\n');
    let text: String = lines.map(|line| marked.said(line, language)).collect();
    let mut said = Error::<Said>::new(refusal.kind()).with_cmd(command);
    let text = ContextValue::StyledStr(text.into());
    // Nothing stood there before.
    drop(said.insert(ContextKind::Custom, text));
    Some(said)
}

/// An error whose text is made already; clap prints it, with the colours that it would use.
struct Said;

impl ErrorFormatter for Said {
    fn format_error(error: &Error<Self>) -> StyledStr {
        match error.get(ContextKind::Custom) {
            Some(ContextValue::StyledStr(text)) => text.clone(),
            _ => StyledStr::new(),
        }
    }
}

/// A text with one character for each piece of it that is painted.
struct Marked<'t> {
    text: String,
    pieces: Vec<(char, &'t str)>,
}

impl<'t> Marked<'t> {
    /// Characters that mean nothing; a text that has one of them by itself is not marked.
    const MARKS: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

    fn of(painted: &'t str) -> Option<Self> {
        if painted.contains(|c: char| Self::MARKS.contains(&c)) {
            return None;
        }
        let mut text = String::with_capacity(painted.len());
        let mut pieces = Vec::new();
        let mut marks = Self::MARKS;
        let mut rest = painted;
        while let Some(at) = rest.find('\u{1b}') {
            let (before, piece) = rest.split_at(at);
            let length = piece.find(RESET).map_or(piece.len(), |at| at + RESET.len());
            let (piece, behind) = piece.split_at(length);
            let mark = marks.next()?;
            text.push_str(before);
            text.push(mark);
            pieces.push((mark, piece));
            rest = behind;
        }
        text.push_str(rest);
        Some(Self { text, pieces })
    }

    fn piece(&self, mark: char) -> Option<&'t str> {
        let found = self.pieces.iter().find(|(known, _)| *known == mark);
        found.map(|(_, piece)| *piece)
    }

    /// A line of the text in a language, painted again.
    fn said(&self, line: &str, language: Language) -> String {
        let words = line.trim_start();
        let (indentation, _) = line.split_at(line.len() - words.len());
        let first = words.chars().next().and_then(|mark| self.piece(mark));
        let label = first.and_then(|piece| {
            let label = LABELS.into_iter().find(|label| bare(piece) == *label)?;
            Some((piece, label))
        });
        match (label, first) {
            (Some((piece, label)), _) => {
                let mut behind = words.chars();
                behind.next();
                let behind = behind.as_str().trim_start_matches(' ');
                let behind = match label {
                    "Usage:" => self.painted(behind),
                    _ => self.looked_up(behind, language),
                };
                let own = language.words(label);
                let space = if own.ends_with('：') { "" } else { " " };
                let piece = piece.replace(label, &own);
                format!("{indentation}{piece}{space}{behind}")
            }
            // A name that is listed.
            (None, Some(_)) => self.painted(line),
            (None, None) => self.looked_up(line, language),
        }
    }

    /// Words in a language, and the break behind them.
    fn looked_up(&self, line: &str, language: Language) -> String {
        let words = line.trim_end_matches('\n');
        let (_, end) = line.split_at(words.len());
        self.painted(&language.words(words)) + end
    }

    fn painted(&self, words: &str) -> String {
        let mut text = String::with_capacity(words.len());
        for character in words.chars() {
            match self.piece(character) {
                Some(piece) => text.push_str(piece),
                None => text.push(character),
            }
        }
        text
    }
}

/// What a painted piece reads.
fn bare(piece: &str) -> &str {
    let mut text = piece.strip_suffix(RESET).unwrap_or(piece);
    while let Some((_, rest)) = text
        .strip_prefix("\u{1b}[")
        .and_then(|code| code.split_once('m'))
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
