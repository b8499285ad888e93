//! SQL in a plan file: looked at before any server sees it, and put into statements with marks of
//! where it stands.

use std::collections::BTreeSet;

use toml::Spanned;

use super::pieces::{KNOWN, Named, Parts, Piece, is_word, scan};
use super::place::PlanText;
use crate::error::Result;
use crate::plans::in_place::places::{self, Place};
use crate::plans::in_place::{OptionName, Parameters, SqlText};
use crate::schema::name::quote_identifier;

/// The values that a statement binds, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Binds {
    named: Vec<Named>,
    pub values: Vec<String>,
}

/// Puts the SQL of one file into statements.
pub(super) struct Sql<'a> {
    pub text: PlanText<'a>,
    pub parameters: &'a Parameters,
    /// Whether SQL may ask for options; where documents become rows nobody can give any.
    pub has_options: bool,
    /// The options that were asked for.
    pub asked: BTreeSet<OptionName>,
    /// Parts with names.
    pub parts: &'a Parts,
    /// Those that are being put in, the outermost first.
    pub within: Vec<String>,
}

impl<'a> Sql<'a> {
    /// Checks the file's own parts, those that nothing names included.
    pub fn check_parts(&mut self) -> Result<()> {
        for (name, written) in self.parts {
            let word = name.get_ref();
            if word.is_empty() || !word.bytes().all(is_word) {
                let what = format!("{word:?} is no name: letters, digits and `_`");
                return Err(self.text.fault(name.span(), what));
            }
            if KNOWN.iter().any(|(known, _)| known == word) {
                let what = format!("{{{word}}} has a meaning of its own; take another name");
                return Err(self.text.fault(name.span(), what));
            }
            // What nothing names asks for no option.
            let asked = self.asked.clone();
            self.within.push(word.clone());
            self.part(written, &mut Binds::default())?;
            self.within.pop();
            self.asked = asked;
        }
        Ok(())
    }

    /// A whole query with its values.
    pub fn query(&mut self, written: &Spanned<String>) -> Result<SqlText> {
        let mut binds = Binds::default();
        let sql = self.part(written, &mut binds)?;
        Ok(SqlText {
            sql,
            binds: binds.values,
        })
    }

    /// A part of a statement that binds `binds`.
    pub fn part(&mut self, written: &Spanned<String>, binds: &mut Binds) -> Result<String> {
        let sql = written.get_ref().as_str();
        let (start, verbatim) = self.text.inside(written);
        let at = |offset: usize| {
            let offset = if verbatim { start + offset } else { start };
            offset..offset
        };
        let parts = self.parts;
        let pieces =
            scan(sql, parts).map_err(|(offset, what)| self.text.fault(at(offset), what))?;
        let mut out = String::with_capacity(sql.len() + 64);
        self.mark(&mut out, start, verbatim);
        for piece in pieces {
            let (named, behind) = match piece {
                Piece::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::Own(word, behind) => {
                    self.own(word, at(behind), &mut out, binds)?;
                    self.mark(
                        &mut out,
                        if verbatim { start + behind } else { start },
                        verbatim,
                    );
                    continue;
                }
                Piece::Named(named, behind) => (named, behind),
            };
            match named {
                Named::Schema => out.push_str(&quote_identifier(&self.parameters.namespace)),
                Named::Option(_) if !self.has_options => {
                    let what = "a plan of documents has no options, so that its SQL can ask for \
                                {schema} and {began} alone";
                    return Err(self.text.fault(at(behind), what));
                }
                _ => {
                    let number = self.number(named, binds)?;
                    out.push_str(&format!("${number}"));
                }
            }
            if verbatim {
                self.mark(&mut out, start + behind, true);
            }
        }
        // What follows must not become a part of a comment of the file's.
        if sql.lines().last().is_some_and(|line| line.contains("--")) {
            out.push('\n');
        }
        places::end(&mut out);
        Ok(out)
    }

    /// One of the file's own parts, in brackets.
    fn own(
        &mut self,
        word: &str,
        at: std::ops::Range<usize>,
        out: &mut String,
        binds: &mut Binds,
    ) -> Result<()> {
        let parts: &'a Parts = self.parts;
        let Some((_, written)) = parts.iter().find(|(name, _)| name.get_ref() == word) else {
            return Err(self.text.fault(at, format!("there is no {{{word}}}")));
        };
        if self.within.iter().any(|outer| outer == word) {
            let what = format!("{{{word}}} would stand within itself");
            return Err(self.text.fault(at, what));
        }
        self.within.push(word.to_owned());
        let part = self.part(written, binds)?;
        self.within.pop();
        out.push('(');
        out.push_str(&part);
        out.push(')');
        Ok(())
    }

    fn mark(&self, out: &mut String, offset: usize, verbatim: bool) {
        let (line, column) = self.text.place(offset);
        let place = Place {
            file: self.text.file,
            line,
            column,
            verbatim,
        };
        places::begin(out, place);
    }

    fn number(&mut self, named: Named, binds: &mut Binds) -> Result<usize> {
        if let Some(at) = binds.named.iter().position(|known| *known == named) {
            return Ok(at + 1);
        }
        let value = match named {
            Named::Schema => self.parameters.namespace.clone(),
            Named::Began => format!("{}+00", self.parameters.began.to_timestamp_text()),
            Named::Option(option) => {
                self.asked.insert(option);
                match option {
                    OptionName::AsOf => self.parameters.day(option)?,
                    OptionName::OnlyUnclassified | OptionName::SkipBackup => {
                        self.parameters.has(option).to_string()
                    }
                    OptionName::TenantIds => {
                        self.parameters.list(option).unwrap_or_default().join(",")
                    }
                }
            }
        };
        binds.named.push(named);
        binds.values.push(value);
        Ok(binds.values.len())
    }
}
