//! The digest of a row, taken by the server.

use sunset_core::row::{CellKind, Shape};

use super::identifier::quote_identifier;

/// The expression that gives, for the row of the table called `alias`, what
/// [`sunset_core::row::Row::digest`] gives for the same row here, as `bytea`.
pub fn digest_expression(alias: &str, shape: &Shape) -> String {
    let columns: Vec<&str> = shape
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let json: Vec<&str> = shape
        .columns
        .iter()
        .filter(|(_, kind)| *kind == CellKind::Json)
        .map(|(name, _)| name.as_str())
        .collect();
    digest_over(alias, &columns, &json)
}

/// As [`digest_expression`], over names: all columns, and those among them that are `jsonb`.
pub(super) fn digest_over<S: AsRef<str>>(alias: &str, columns: &[S], json: &[S]) -> String {
    let alias = quote_identifier(alias);
    let values = columns
        .iter()
        .map(|name| format!("{alias}.{}", quote_identifier(name.as_ref())));
    let nulls = json
        .iter()
        .map(|name| format!("{alias}.{} IS NULL", quote_identifier(name.as_ref())));
    let list: Vec<String> = values.chain(nulls).collect();
    format!(
        "sha256(convert_to(jsonb_build_array({})::text, 'UTF8'))",
        list.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expression_names_every_column_and_tells_null_from_json_null() {
        let shape = Shape::new("t", &[("id", CellKind::Text), ("a\"b", CellKind::Json)]);
        assert_eq!(
            digest_expression("t", &shape),
            r#"sha256(convert_to(jsonb_build_array("t"."id", "t"."a""b", "t"."a""b" IS NULL)::text, 'UTF8'))"#
        );
    }
}
