//! Where SQL of a plan file stands. A comment in the statement says so, and from there a position
//! that PostgreSQL gives leads back to the file. Administrators see it in the server's log, too.

use std::fmt::Write;

const BEGIN: &str = "/*@ ";
const CLOSE: &str = " */";
const END: &str = "/*@*/";

/// The text behind [`END`] that an error of the SQL before it may point at: `)::`.
const BEHIND: usize = 3;

/// A place in a file; lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// As the operator named it.
    pub file: &'a str,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// Whether what follows stands in the file as it is, so that characters can be counted.
    pub verbatim: bool,
}

/// Marks that what follows in a statement stands there.
pub fn begin(out: &mut String, place: Place<'_>) {
    let file = place.file.replace("*/", "*_").replace("/*", "_*");
    let file: String = file
        .chars()
        .map(|c| if c.is_control() { '_' } else { c })
        .collect();
    let about = if place.verbatim { "" } else { "~" };
    let written = write!(
        out,
        "{BEGIN}{file}:{}:{}{about}{CLOSE}",
        place.line, place.column
    );
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

/// Marks that what follows does not.
pub fn end(out: &mut String) {
    out.push_str(END);
}

/// `plan.toml:31:9`: where the character of a statement stands, counted from 1 as PostgreSQL does;
/// `None` for what is of no file.
pub fn place_of(statement: &str, position: usize) -> Option<String> {
    let until = statement
        .char_indices()
        .nth(position.checked_sub(1)?)
        .map_or(statement.len(), |(at, _)| at);
    let before = statement.get(..until)?;
    let mark = before.rfind("/*@")?;
    if let Some(behind) = before[mark..].strip_prefix(END) {
        // `CASE WHEN true` is found to have no END at what follows it.
        if behind.chars().count() > BEHIND {
            return None;
        }
        let (place, _) = read(&before[before[..mark].rfind(BEGIN)?..])?;
        return Some(place.trim_end_matches('~').to_owned());
    }
    let (place, since) = read(&before[mark..])?;
    if let Some(about) = place.strip_suffix('~') {
        return Some(about.to_owned());
    }
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let file = parts.next()?;
    Some(match since.rsplit_once('\n') {
        None => format!("{file}:{line}:{}", column + since.chars().count()),
        Some((above, last)) => format!(
            "{file}:{}:{}",
            line + above.matches('\n').count() + 1,
            last.chars().count() + 1
        ),
    })
}

/// A statement without marks, for whoever has no use for them.
pub fn without_marks(statement: &str) -> String {
    let mut text = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some((before, behind)) = rest.split_once("/*@") {
        text.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}

/// The place of a mark, and what stands behind it.
fn read(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(BEGIN)?.split_once(CLOSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(verbatim: bool) -> String {
        let mut sql = "SELECT ä FROM t WHERE (".to_owned();
        let place = Place {
            file: "a b/plan.toml",
            line: 31,
            column: 9,
            verbatim,
        };
        begin(&mut sql, place);
        sql.push_str("über = 1\n  AND wrong");
        end(&mut sql);
        sql.push_str(")::text AND other");
        sql
    }

    fn at(sql: &str, word: &str) -> Option<String> {
        let byte = sql.find(word).expect("the word");
        place_of(sql, sql[..byte].chars().count() + 1)
    }

    #[test]
    fn a_position_leads_back_to_the_file() {
        let sql = statement(true);
        for (word, wanted) in [
            ("über", Some("a b/plan.toml:31:9")),
            ("= 1", Some("a b/plan.toml:31:14")),
            ("AND wrong", Some("a b/plan.toml:32:3")),
            ("wrong", Some("a b/plan.toml:32:7")),
            // An error behind the end is one of what stands before it.
            (")::text", Some("a b/plan.toml:31:9")),
            // What sunset wrote itself stands in no file.
            ("AND other", None),
            ("FROM t", None),
        ] {
            assert_eq!(at(&sql, word).as_deref(), wanted, "{word}");
        }
        assert_eq!(place_of(&sql, 0), None);
        assert_eq!(place_of("", 7), None);
        assert_eq!(place_of(&sql, usize::MAX), None);
    }

    #[test]
    fn a_statement_without_marks_is_what_was_written() {
        assert_eq!(
            without_marks(&statement(true)),
            "SELECT ä FROM t WHERE (über = 1\n  AND wrong)::text AND other"
        );
        assert_eq!(
            without_marks("SELECT 1 /* a comment */"),
            "SELECT 1 /* a comment */"
        );
    }

    #[test]
    fn what_is_not_written_as_it_stands_is_found_by_its_beginning() {
        let sql = statement(false);
        assert_eq!(at(&sql, "wrong").as_deref(), Some("a b/plan.toml:31:9"));
        assert_eq!(at(&sql, ")::text").as_deref(), Some("a b/plan.toml:31:9"));
    }
}
