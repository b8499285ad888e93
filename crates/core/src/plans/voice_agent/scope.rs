//! Whose rows are meant: those of all tenants, or of some.

use serde_json::json;

use crate::plans::in_place::SqlText;
use crate::schema::name::qualified;

use super::{CALLS, CONFIGS, METRICS, TENANTS};

/// The tables, and which tenants' rows of them.
#[derive(Debug, Clone)]
pub struct Scope {
    pub tenants: String,
    pub configs: String,
    pub calls: String,
    pub metrics: String,
    /// Only these.
    only: Option<Vec<String>>,
    /// Whether the ledger can be asked.
    ledger: bool,
}

impl Scope {
    pub fn new(namespace: &str, only: Option<Vec<String>>, ledger: bool) -> Self {
        Self {
            tenants: qualified(namespace, TENANTS),
            configs: qualified(namespace, CONFIGS),
            calls: qualified(namespace, CALLS),
            metrics: qualified(namespace, METRICS),
            only,
            ledger,
        }
    }

    /// What is bound for [`Scope::narrowed`].
    pub fn binds(&self) -> Vec<String> {
        self.only
            .iter()
            .map(|only| json!(only).to_string())
            .collect()
    }

    /// A condition, for the chosen tenants alone; their list is the value `$place`.
    pub fn narrowed(&self, condition: &str, tenant: &str, place: usize) -> String {
        match self.only {
            Some(_) => format!("({condition}) AND {}", listed(tenant, place)),
            None => condition.to_owned(),
        }
    }

    /// Rows of the chosen tenants, as a backup names them; `None` for all.
    pub fn rows(&self, tenant: &str) -> Option<SqlText> {
        self.only.as_ref().map(|_| SqlText {
            sql: listed(tenant, 1),
            binds: self.binds(),
        })
    }

    /// A query whose only bound value is the list of tenants.
    pub fn query(&self, sql: String) -> SqlText {
        SqlText {
            sql,
            binds: self.binds(),
        }
    }

    /// How many rows a table has.
    pub fn count(&self, relation: &str) -> SqlText {
        let chosen = self.narrowed("true", "t.tenant_id", 1);
        self.query(format!(
            "SELECT count(*) FROM {relation} AS t WHERE {chosen}"
        ))
    }

    /// Whether the tenant of a row is there.
    pub fn tenant_exists(&self, row: &str) -> String {
        format!(
            "EXISTS (SELECT 1 FROM {} AS tenant WHERE tenant.id::text = {row}.tenant_id::text)",
            self.tenants
        )
    }

    /// Whether a configuration is in quarantine.
    pub fn is_quarantined(&self, row: &str) -> String {
        if !self.ledger {
            return "false".to_owned();
        }
        format!(
            "EXISTS (SELECT 1 FROM sunset.quarantine AS kept \
             WHERE kept.collection = '{CONFIGS}' AND kept.document_id = {row}.id::text)"
        )
    }
}

/// What Rust takes for white space: from a character to another. PostgreSQL's `\s` has other
/// characters with each locale, and its `btrim` knows none but the space.
const WHITE: [(char, char); 10] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{85}', '\u{85}'),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];

/// Whether a text is NULL or has nothing but white space, as [`crate::value::Value::is_blank`] says it.
pub fn is_blank(text: &str) -> String {
    let white: Vec<String> = WHITE
        .iter()
        .map(|(from, to)| format!("\\u{:04x}-\\u{:04x}", u32::from(*from), u32::from(*to)))
        .collect();
    format!(
        "coalesce({text}, '') COLLATE \"C\" !~ '[^{}]'",
        white.concat()
    )
}

fn listed(tenant: &str, place: usize) -> String {
    format!("{tenant}::text IN (SELECT jsonb_array_elements_text(${place}::text::jsonb))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_the_same_in_sql() {
        for c in '\0'..=char::MAX {
            let white = WHITE.iter().any(|(from, to)| (*from..=*to).contains(&c));
            assert_eq!(white, c.is_whitespace(), "{c:?}");
        }
        let sql = is_blank("t.outcome");
        assert!(
            sql.starts_with(r#"coalesce(t.outcome, '') COLLATE "C" !~ '[^\u0009-\u000d\u0020-"#)
        );
        assert!(sql.ends_with(r"\u3000-\u3000]'"));
    }
}
