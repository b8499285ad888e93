//! Identifiers and literals in SQL text. There is no other place that quotes.

use crate::error::{Error, ErrorKind, Result};

/// What PostgreSQL keeps of a name: 63 bytes.
pub const LONGEST_NAME: usize = 63;

/// `name` as a quoted identifier: `say "hi"` gives `"say ""hi"""`. U+0000, which no name of
/// PostgreSQL has, is left out.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// `text` as a literal, for DDL that cannot bind values (`standard_conforming_strings` is on).
pub fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `text` between dollar signs, for the body of a block, with a tag that does not stand in it: a
/// name that did would end it.
pub fn in_dollars(text: &str) -> String {
    let mut tag = "$sunset$".to_owned();
    while text.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("{tag}{text}{tag}")
}

/// `"namespace"."relation"`.
pub fn qualified(namespace: &str, relation: &str) -> String {
    format!(
        "{}.{}",
        quote_identifier(namespace),
        quote_identifier(relation)
    )
}

/// A list of quoted identifiers, separated by a comma.
pub fn quote_list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    names
        .into_iter()
        .map(|name| quote_identifier(name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A name as PostgreSQL stores it: cut to 63 bytes, at the border of a character.
pub fn clipped(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().to_owned()
}

/// Reads `table.column` (or `table`). A part that holds a dot, an equals sign or a quotation mark
/// stands in double quotes, as in SQL: `"a.b"."say ""hi"""`.
///
/// # Errors
/// `Configuration` when a part is empty or a quotation mark is not closed.
pub fn parse_path(text: &str) -> Result<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = rest.next() {
        let Some(part) = parts.last_mut() else { break };
        match letter {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                part.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => part.push(other),
        }
    }
    if quoted || parts.iter().any(String::is_empty) {
        return Err(Error::new(
            ErrorKind::Configuration,
            "not a name of the form table.column",
        )
        .item(text)
        .remedy("write table.column; put a part with a dot in it in double quotes"));
    }
    Ok(parts)
}

/// Splits `left=right` at the first equals sign outside of double quotes.
pub fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '=' if !quoted => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_one_name() {
        assert_eq!(
            quote_identifier(r#"a"; DROP TABLE x; --"#),
            r#""a""; DROP TABLE x; --""#
        );
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(qualified("public", "user"), r#""public"."user""#);
        assert_eq!(in_dollars(" x "), "$sunset$ x $sunset$");
        assert_eq!(
            in_dollars(" $sunset$; DROP TABLE x; $_sunset$ "),
            "$__sunset$ $sunset$; DROP TABLE x; $_sunset$ $__sunset$"
        );
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let name = "客".repeat(30);
        assert_eq!(clipped(&name), "客".repeat(21));
        assert_eq!(clipped("short"), "short");
    }

    #[test]
    fn paths_are_read_with_quotes() {
        assert_eq!(parse_path("a.b").unwrap(), ["a", "b"]);
        assert_eq!(
            parse_path(r#""a.b"."say ""hi""""#).unwrap(),
            ["a.b", "say \"hi\""]
        );
        assert_eq!(
            parse_path("a..b").unwrap_err().kind(),
            ErrorKind::Configuration
        );
        assert_eq!(
            parse_path("\"a").unwrap_err().kind(),
            ErrorKind::Configuration
        );
        assert_eq!(split_assignment(r#"t."a=b"=c"#), Some((r#"t."a=b""#, "c")));
        assert_eq!(split_assignment("t.a"), None);
    }
}
