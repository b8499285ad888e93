//! Comparing default expressions and conditions as PostgreSQL prints them.

use super::model::DefaultValue;
use super::name::quote_literal;

impl DefaultValue {
    /// As it stands behind DEFAULT.
    pub fn sql(&self) -> String {
        match self {
            Self::Text(text) => quote_literal(text),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Now => "now()".to_owned(),
            Self::Expression(sql) => sql.clone(),
        }
    }

    /// Whether `live`, as `pg_get_expr` prints it, means the same.
    pub fn matches(&self, live: &str) -> bool {
        let live = bare(live);
        match self {
            // '5'::integer is how some tools write 5.
            Self::Integer(_) | Self::Boolean(_) => live.trim_matches('\'') == self.sql(),
            Self::Now => matches!(
                live.to_ascii_lowercase().as_str(),
                "now()" | "pg_catalog.now()" | "current_timestamp" | "transaction_timestamp()"
            ),
            Self::Text(_) | Self::Expression(_) => live == bare(&self.sql()),
        }
    }

    /// Whether every row gets the same value, so that a row of its own can be told from a default.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Integer(_) | Self::Boolean(_))
    }
}

/// An expression without the parentheses around the whole and the casts behind it:
/// `('manual'::character varying)::text` gives `'manual'`.
pub fn bare(expression: &str) -> &str {
    let mut rest = expression.trim();
    loop {
        let next = without_cast(without_parentheses(rest).trim()).trim();
        if next == rest {
            return rest;
        }
        rest = next;
    }
}

fn without_parentheses(text: &str) -> &str {
    let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return text;
    };
    let mut depth = 0_i32;
    for (_, letter) in outside_quotes(inner) {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return text;
        }
    }
    inner
}

fn without_cast(text: &str) -> &str {
    let mut depth = 0_i32;
    let mut cast = None;
    let mut before = None;
    for (at, letter) in outside_quotes(text) {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ':' if depth == 0 && before == Some(at.wrapping_sub(1)) => {
                cast = cast.or(Some(at - 1));
            }
            // An operator at the top level: the cast belongs to an operand.
            '+' | '*' | '/' | '|' | '<' | '>' | '=' if depth == 0 => return text,
            _ => {}
        }
        before = (letter == ':').then_some(at);
    }
    cast.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// The characters outside of '…' and "…", with their positions.
pub(super) fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut open = None;
    text.char_indices().filter(move |(_, letter)| match open {
        Some(quote) => {
            if *letter == quote {
                open = None;
            }
            false
        }
        None if matches!(letter, '\'' | '"') => {
            open = Some(*letter);
            false
        }
        None => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_and_parentheses_do_not_matter() {
        assert_eq!(bare("'manual'::text"), "'manual'");
        assert_eq!(bare("('manual'::character varying)::text"), "'manual'");
        assert_eq!(bare("'a::b'::public.\"Kind\""), "'a::b'");
        assert_eq!(
            bare("(now() + '1 day'::interval)"),
            "now() + '1 day'::interval"
        );
        assert_eq!(bare("(now())::timestamp without time zone"), "now()");
    }

    #[test]
    fn defaults_match_what_is_printed() {
        assert!(DefaultValue::Text("it's".into()).matches("'it''s'::text"));
        assert!(!DefaultValue::Text("manual".into()).matches("'Manual'::text"));
        assert!(DefaultValue::Integer(0).matches("0"));
        assert!(DefaultValue::Integer(-1).matches("'-1'::integer"));
        assert!(DefaultValue::Boolean(true).matches("true"));
        assert!(!DefaultValue::Boolean(true).matches("false"));
        assert!(DefaultValue::Now.matches("CURRENT_TIMESTAMP"));
        assert!(DefaultValue::Now.matches("(now())::timestamp without time zone"));
        assert!(!DefaultValue::Now.matches("(now() AT TIME ZONE 'UTC'::text)"));
    }
}
