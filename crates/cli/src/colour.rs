//! Colours, where a person looks at a terminal and has not said `NO_COLOR`.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_a_text_is_what_it_is() {
        assert_eq!(Palette::plain().paint(Tone::Bad, "x"), "x");
        let coloured = Palette { coloured: true };
        assert_eq!(coloured.paint(Tone::Good, "x"), "\u{1b}[32mx\u{1b}[0m");
    }
}
