//! SQL in a plan file: looked at before any server sees it, and put into statements with marks of
//! where it stands.

use std::collections::BTreeSet;

use toml::Spanned;

use super::place::PlanText;
use crate::error::Result;
use crate::plans::in_place::places::{self, Place};
use crate::plans::in_place::{OptionName, Parameters, SqlText};
use crate::schema::name::quote_identifier;

/// What stands between braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The schema of the database in which the tables stand, quoted.
    Schema,
    /// When the run began.
    Began,
    /// What an option says.
    Option(OptionName),
}

const KNOWN: [(&str, Named); 5] = [
    ("schema", Named::Schema),
    ("began", Named::Began),
    ("as_of", Named::Option(OptionName::AsOf)),
    ("tenant_ids", Named::Option(OptionName::TenantIds)),
    (
        "only_unclassified",
        Named::Option(OptionName::OnlyUnclassified),
    ),
];

/// A part of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    /// A word in braces, and the byte behind it.
    Named(Named, usize),
}

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
}

impl Sql<'_> {
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
        let pieces = scan(sql).map_err(|(offset, what)| self.text.fault(at(offset), what))?;
        let mut out = String::with_capacity(sql.len() + 64);
        self.mark(&mut out, start, verbatim);
        for piece in pieces {
            let (named, behind) = match piece {
                Piece::Text(text) => {
                    out.push_str(text);
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

/// Takes SQL apart at its words in braces; the byte and the word where it cannot stand where it is
/// to stand: within brackets, in a statement of somebody else's.
fn scan(sql: &str) -> std::result::Result<Vec<Piece<'_>>, (usize, String)> {
    let bytes = sql.as_bytes();
    let mut pieces = Vec::new();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut from = 0;
    let mut at = 0;
    if sql.trim().is_empty() {
        return Err((0, "there is no SQL here".to_owned()));
    }
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match bytes[at] {
            b'\'' => at = behind_quote(sql, at)?,
            b'"' => at = behind_name(sql, at)?,
            b'-' if next == Some(b'-') => {
                at = sql[at..].find('\n').map_or(bytes.len(), |end| at + end);
            }
            b'/' if next == Some(b'*') => at = behind_comment(sql, at)?,
            b'$' if next.is_some_and(|next| next.is_ascii_digit()) => {
                let what = "a value is written in braces, as {as_of}, and not by a number";
                return Err((at, what.to_owned()));
            }
            b'$' => at = behind_dollars(sql, at)?,
            b';' => {
                let what = "here stands one expression or one query; leave the `;` out";
                return Err((at, what.to_owned()));
            }
            bracket @ (b'(' | b'[') => {
                open.push((at, bracket));
                at += 1;
            }
            bracket @ (b')' | b']') => {
                let pair = if bracket == b')' { b'(' } else { b'[' };
                if open.pop().is_none_or(|(_, opened)| opened != pair) {
                    let what = format!("this `{}` closes nothing", char::from(bracket));
                    return Err((at, what));
                }
                at += 1;
            }
            b'{' => {
                let end = sql[at..].find('}').map_or(bytes.len(), |end| at + end);
                let word = &sql[at + 1..end];
                let Some((_, named)) = KNOWN.iter().find(|(known, _)| *known == word) else {
                    let known = KNOWN.map(|(name, _)| format!("{{{name}}}")).join(", ");
                    let what = format!("there is no {{{word}}}; there are {known}");
                    return Err((at, what));
                };
                pieces.push(Piece::Text(&sql[from..at]));
                at = end + 1;
                from = at;
                pieces.push(Piece::Named(*named, at));
            }
            _ => at += 1,
        }
    }
    if let Some((at, bracket)) = open.pop() {
        let what = format!("this `{}` is not closed", char::from(bracket));
        return Err((at, what));
    }
    pieces.push(Piece::Text(&sql[from..]));
    Ok(pieces)
}

type Behind = std::result::Result<usize, (usize, String)>;

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Behind a text in quotes; one with an E before it has backslashes.
fn behind_quote(sql: &str, start: usize) -> Behind {
    let bytes = sql.as_bytes();
    let letter = start.checked_sub(1).map(|before| bytes[before]);
    let before = start.checked_sub(2).map(|before| bytes[before]);
    let escapes = letter.is_some_and(|letter| letter.eq_ignore_ascii_case(&b'e'))
        && !before.is_some_and(is_word);
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return Ok(at + 1),
            b'{' => {
                let end = sql[at..].find('}').map_or(at, |end| at + end);
                let word = sql.get(at + 1..end).unwrap_or_default();
                if KNOWN.iter().any(|(known, _)| *known == word) {
                    let what = format!("{{{word}}} stands in quotes here, where nothing is bound");
                    return Err((at, what));
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    Err((start, "this quote is not closed".to_owned()))
}

fn behind_name(sql: &str, start: usize) -> Behind {
    match sql[start + 1..].find('"') {
        Some(end) => Ok(start + 1 + end + 1),
        None => Err((start, "this quote is not closed".to_owned())),
    }
}

/// Comments stand within comments.
fn behind_comment(sql: &str, start: usize) -> Behind {
    let bytes = sql.as_bytes();
    let mut depth = 0;
    let mut at = start;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    Err((start, "this comment is not closed".to_owned()))
}

/// Behind `$tag$ … $tag$`, or behind a dollar that begins none.
fn behind_dollars(sql: &str, start: usize) -> Behind {
    let bytes = sql.as_bytes();
    if start.checked_sub(1).is_some_and(|at| is_word(bytes[at])) {
        return Ok(start + 1);
    }
    let rest = &sql[start + 1..];
    let Some(length) = rest.find('$') else {
        return Ok(start + 1);
    };
    if !rest[..length].bytes().all(is_word) {
        return Ok(start + 1);
    }
    let tag = &sql[start..start + length + 2];
    let body = start + tag.len();
    match sql[body..].find(tag) {
        Some(end) => Ok(body + end + tag.len()),
        None => Err((start, format!("{tag} is not closed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_braces_are_found_outside_of_quotes_and_comments() {
        let sql = "t.\"{as_of}\" >= {as_of}::date /* {x /* ; */ ( */ AND '{}'::jsonb = $q$;({y$q$ AND E'\\'(' <> 'it''s' -- {z";
        let named: Vec<_> = scan(sql)
            .expect("SQL")
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Named(named, behind) => Some((named, behind)),
                Piece::Text(_) => None,
            })
            .collect();
        assert_eq!(named, [(Named::Option(OptionName::AsOf), 22)]);
    }

    #[test]
    fn what_cannot_stand_in_a_statement_is_found_where_it_stands() {
        for (sql, offset, words) in [
            ("  ", 0, "no SQL"),
            ("a; DROP TABLE b", 1, "leave the `;` out"),
            ("true) OR (true", 4, "closes nothing"),
            ("(a[1)", 4, "closes nothing"),
            ("f(a", 1, "is not closed"),
            ("a = 'b", 4, "quote is not closed"),
            ("a = \"b", 4, "quote is not closed"),
            ("a /* b", 2, "comment is not closed"),
            ("$x$ a", 0, "$x$ is not closed"),
            ("a = $1", 4, "in braces"),
            ("a = {day}", 4, "there is no {day}"),
            ("a = '{as_of}'", 5, "stands in quotes"),
            ("a = {", 4, "there is no {}"),
        ] {
            let (at, what) = scan(sql).expect_err(sql);
            assert_eq!(at, offset, "{sql}: {what}");
            assert!(what.contains(words), "{sql}: {what}");
        }
        for sql in ["a$b", "'$1'", "cost $ 3", "x - -1", "a / b", "\"a\"\"b\""] {
            assert!(scan(sql).is_ok(), "{sql}");
        }
    }
}
