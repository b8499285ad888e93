//! Names in SQL.

/// Quotes an identifier. This is the only place where a name becomes part of a statement.
pub fn quote_identifier(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push('"');
    for character in name.chars().filter(|character| *character != '\0') {
        if character == '"' {
            quoted.push('"');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// A table of V3, quoted, with its schema: a role's `search_path` does not decide where rows go.
pub fn public_table(name: &str) -> String {
    format!("{}.{}", quote_identifier("public"), quote_identifier(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_name_does_not_end_it() {
        assert_eq!(quote_identifier("user"), "\"user\"");
        assert_eq!(quote_identifier("a\"; DROP --"), "\"a\"\"; DROP --\"");
        assert_eq!(public_table("user"), "\"public\".\"user\"");
    }
}
