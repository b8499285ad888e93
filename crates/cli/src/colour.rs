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

/// A line in which every control character of somebody's data, but for tabs, is spelled out: a
/// terminal would obey it, and a text could paint what was never found.
pub fn visible(line: &str) -> Cow<'_, str> {
    let spelled = |c: char| c.is_control() && c != '\t';
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
            None if spelled(first) => text.push_str(&format!("<U+{:04X}>", u32::from(first))),
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
    fn without_colours_a_text_is_what_it_is() {
        assert_eq!(Palette::plain().paint(Tone::Bad, "x"), "x");
        let coloured = Palette { coloured: true };
        assert_eq!(coloured.paint(Tone::Good, "x"), "\u{1b}[32mx\u{1b}[0m");
    }
}
