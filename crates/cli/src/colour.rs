//! Colours, where a person looks at a terminal and has not said `NO_COLOR`.

use std::borrow::Cow;
use std::io::IsTerminal;

use sunset_core::env_vars;

use crate::session::Session;

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The beginning of a part.
    Heading,
    /// All is well.
    Good,
    /// Worth knowing.
    Notice,
    /// Something fails.
    Bad,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Good => "32",
            Self::Notice => "33",
            Self::Bad => "31",
        }
    }
}

/// Puts lines in colour, or leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    coloured: bool,
}

impl Palette {
    /// For what this session prints.
    pub fn of(session: &Session) -> Self {
        let dumb = session
            .variable("TERM")
            .is_some_and(|terminal| terminal == "dumb");
        Self {
            coloured: !session.wants_json()
                && std::io::stdout().is_terminal()
                && session.variable(env_vars::NO_COLOR).is_none()
                && !dumb,
        }
    }

    /// Without colours.
    pub fn plain() -> Self {
        Self { coloured: false }
    }

    /// A text in a tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if self.coloured {
            format!("\u{1b}[{}m{text}\u{1b}[0m", tone.code())
        } else {
            text.to_owned()
        }
    }
}

/// What [`Palette::paint`] puts around a text.
const OWN: [&str; 5] = [
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
];

/// Whether a terminal or a page obeys a character in place of showing it: controls, and what turns the
/// direction of text, breaks lines or takes no room.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn number(c: char) -> String {
    format!("<U+{:04X}>", u32::from(c))
}

/// Somebody's words, an id for example, in which everything that is not seen is spelled out: colours,
/// tabs and line breaks too, so that they stay within their line and look like what they are.
pub fn spelled(words: &str) -> Cow<'_, str> {
    if !words.contains(is_unseen) {
        return words.into();
    }
    let mut text = String::with_capacity(words.len() + 16);
    for c in words.chars() {
        match is_unseen(c) {
            true => text.push_str(&number(c)),
            false => text.push(c),
        }
    }
    text.into()
}

/// A line in which all that is not seen, but for tabs and our own colours, is spelled out: a terminal
/// would obey it, and a text could paint what was never found. It comes behind [`spelled`], which alone
/// keeps somebody's words from ending a line and from being taken for our colours.
pub fn visible(line: &str) -> Cow<'_, str> {
    let spelled = |c: char| is_unseen(c) && c != '\t';
    if !line.contains(spelled) {
        return line.into();
    }
    let mut text = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let own = OWN.iter().find(|code| rest.starts_with(**code));
        let length = own.map_or(first.len_utf8(), |code| code.len());
        match own {
            Some(code) => text.push_str(code),
            None if spelled(first) => text.push_str(&number(first)),
            None => text.push(first),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out_and_our_own_colours_stay() {
        assert_eq!(visible("a\tb 測試"), "a\tb 測試");
        let line = format!("{} \u{1b}[2J\rOK\u{9b}8m", "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(
            visible(&line),
            "\u{1b}[31mx\u{1b}[0m <U+001B>[2J<U+000D>OK<U+009B>8m"
        );
    }

    #[test]
    fn somebodys_words_stay_in_their_line_and_have_no_colours() {
        assert_eq!(spelled("202511–IC001 測試 é"), "202511–IC001 測試 é");
        assert_eq!(
            spelled("x\nPASSED: y\r\u{1b}[32m\tz"),
            "x<U+000A>PASSED: y<U+000D><U+001B>[32m<U+0009>z"
        );
        // What turns text around, and what takes no room.
        assert_eq!(
            spelled("a\u{202e}b\u{2066}c\u{200b}d\u{2028}e\u{feff}"),
            "a<U+202E>b<U+2066>c<U+200B>d<U+2028>e<U+FEFF>"
        );
        assert_eq!(visible("a\u{202e}b"), "a<U+202E>b");
    }

    #[test]
    fn without_colours_a_text_is_what_it_is() {
        assert_eq!(Palette::plain().paint(Tone::Bad, "x"), "x");
        let coloured = Palette { coloured: true };
        assert_eq!(coloured.paint(Tone::Good, "x"), "\u{1b}[32mx\u{1b}[0m");
    }
}
