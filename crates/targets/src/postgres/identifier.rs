//! Names in SQL.

pub use sunset_core::schema::name::quote_identifier;

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
