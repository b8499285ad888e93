//! SQL of a plan file, taken apart at its words in braces.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::plans::in_place::OptionName;

/// What stands between braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The schema of the database in which the tables stand, quoted.
    Schema,
    /// When the run began.
    Began,
    /// What an option says.
    Option(OptionName),
}

pub(super) const KNOWN: [(&str, Named); 5] = [
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
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// A word in braces, and the byte behind it.
    Named(Named, usize),
    /// The same, of one of the file's own parts.
    Own(&'a str, usize),
}

/// Parts of SQL that a file gives names to.
pub(super) type Parts = BTreeMap<Spanned<String>, Spanned<String>>;

/// Takes SQL apart at its words in braces; the byte and the word where it cannot stand where it is
/// to stand: within brackets, in a statement of somebody else's.
pub(super) fn scan<'s>(
    sql: &'s str,
    parts: &Parts,
) -> std::result::Result<Vec<Piece<'s>>, (usize, String)> {
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
            b'\'' => at = behind_quote(sql, at, parts)?,
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
                let named = KNOWN.iter().find(|(known, _)| *known == word);
                if named.is_none() && !is_part(parts, word) {
                    let own = parts.keys().map(Spanned::get_ref);
                    let known: Vec<String> = KNOWN
                        .iter()
                        .map(|(name, _)| *name)
                        .chain(own.map(String::as_str))
                        .map(|name| format!("{{{name}}}"))
                        .collect();
                    let what = format!("there is no {{{word}}}; there are {}", known.join(", "));
                    return Err((at, what));
                }
                pieces.push(Piece::Text(&sql[from..at]));
                at = end + 1;
                from = at;
                pieces.push(match named {
                    Some((_, named)) => Piece::Named(*named, at),
                    None => Piece::Own(word, at),
                });
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

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_part(parts: &Parts, word: &str) -> bool {
    parts.keys().any(|name| name.get_ref() == word)
}

/// Behind a text in quotes; one with an E before it has backslashes.
fn behind_quote(sql: &str, start: usize, parts: &Parts) -> Behind {
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
                if KNOWN.iter().any(|(known, _)| *known == word) || is_part(parts, word) {
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
        let named: Vec<_> = scan(sql, &Parts::new())
            .expect("SQL")
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Named(named, behind) => Some((named, behind)),
                Piece::Text(_) | Piece::Own(..) => None,
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
            let (at, what) = scan(sql, &Parts::new()).expect_err(sql);
            assert_eq!(at, offset, "{sql}: {what}");
            assert!(what.contains(words), "{sql}: {what}");
        }
        for sql in ["a$b", "'$1'", "cost $ 3", "x - -1", "a / b", "\"a\"\"b\""] {
            assert!(scan(sql, &Parts::new()).is_ok(), "{sql}");
        }
    }
}
