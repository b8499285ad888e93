//! Changing the type of a column that holds values.

use super::model::ColumnType;
use super::name::quote_identifier;

/// How the values of a column become values of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The expression behind USING.
    pub using: String,
    /// The expression that leads back, behind USING.
    pub back: String,
    /// A condition on values that cannot become ones of the new type without loss.
    pub violators: Option<String>,
    /// Whether every row is written anew.
    pub rewrites: bool,
    /// What somebody should know.
    pub attention: Option<&'static str>,
}

impl Conversion {
    /// From `live`, as `format_type` prints it, to `desired`; `None` where there is no way that
    /// keeps every value or can tell those that it would lose.
    pub fn between(
        namespace: &str,
        column: &str,
        live: &str,
        live_is_enum: bool,
        desired: &ColumnType,
    ) -> Option<Self> {
        Self::of(
            namespace,
            &quote_identifier(column),
            live,
            live_is_enum,
            desired,
        )
    }

    /// As [`Conversion::between`], of an expression that gives the column.
    pub fn of(
        namespace: &str,
        name: &str,
        live: &str,
        live_is_enum: bool,
        desired: &ColumnType,
    ) -> Option<Self> {
        // Arrays become arrays by no rule that is known here.
        if live.ends_with("[]") {
            return None;
        }
        let target = desired.sql(namespace);
        let family = live.split('(').next().unwrap_or(live).trim();
        let family = if live.starts_with("timestamp") && live.ends_with("with time zone") {
            "timestamptz"
        } else if live.starts_with("timestamp") {
            "timestamp"
        } else {
            family
        };
        let cast = Self {
            using: format!("{name}::{target}"),
            back: format!("{name}::{live}"),
            violators: None,
            rewrites: true,
            attention: None,
        };
        let guarded = |violators: String| Self {
            violators: Some(violators),
            ..cast.clone()
        };
        let at_utc = |expression: Self| Self {
            using: format!("{name} AT TIME ZONE 'UTC'"),
            back: format!("{name} AT TIME ZONE 'UTC'"),
            ..expression
        };
        match (desired, family) {
            (ColumnType::Text, "character varying" | "text") => Some(Self {
                rewrites: false,
                ..cast
            }),
            (
                ColumnType::Text,
                "character" | "citext" | "public.citext" | "uuid" | "smallint" | "integer"
                | "bigint" | "numeric" | "real" | "double precision" | "boolean" | "json" | "jsonb"
                | "date" | "timestamp" | "timestamptz",
            ) => Some(Self {
                attention: Some("every value becomes its text"),
                ..cast
            }),
            (ColumnType::Text, _) if live_is_enum => Some(cast),
            (ColumnType::Integer | ColumnType::Bigint, "smallint")
            | (ColumnType::Bigint | ColumnType::Double, "integer")
            | (ColumnType::Double, "smallint" | "real") => Some(cast),
            (ColumnType::Numeric, "numeric") => Some(Self {
                rewrites: false,
                ..cast
            }),
            (ColumnType::Numeric, "smallint" | "integer" | "bigint") => Some(cast),
            (ColumnType::Integer, "bigint") => Some(guarded(format!(
                "{name} NOT BETWEEN -2147483648 AND 2147483647"
            ))),
            (ColumnType::Integer, "real" | "double precision" | "numeric") => {
                Some(guarded(format!(
                    "{name} <> floor({name}) OR NOT ({name} BETWEEN -2147483648 AND 2147483647)"
                )))
            }
            // Only text that comes back as it was: neither 007 nor Yes does.
            (ColumnType::Integer, "text" | "character varying") => {
                Some(guarded(format!("{name} !~ '^(0|-?[1-9][0-9]{{0,8}})$'")))
            }
            (ColumnType::Boolean, "text" | "character varying") => {
                Some(guarded(format!("{name} NOT IN ('true', 'false')")))
            }
            (ColumnType::Boolean, "integer") => Some(guarded(format!("{name} NOT IN (0, 1)"))),
            (ColumnType::Timestamp | ColumnType::TimestampMillis, "timestamptz")
            | (ColumnType::TimestampTz, "timestamp") => Some(at_utc(Self {
                attention: Some("times without a zone are taken as UTC"),
                ..cast
            })),
            (ColumnType::Timestamp, "timestamp" | "date") => Some(Self {
                rewrites: family == "date",
                ..cast
            }),
            (ColumnType::Jsonb, "json") => Some(Self {
                attention: Some("jsonb does not keep the order of keys and white space"),
                ..guarded(no_jsonb(name))
            }),
            (ColumnType::Uuid, "text" | "character varying") => Some(guarded(format!(
                "{name} !~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'"
            ))),
            _ => None,
        }
    }
}

/// JSON that jsonb does not hold as it is: what it does not take, and objects that have a key twice,
/// of which it keeps the last. A key that it does not take cannot be compared, so that is asked first.
fn no_jsonb(name: &str) -> String {
    let object = "json_typeof(p.sunset_json) = 'object'";
    let parts = |of: &str, each: &str, empty: &str| {
        format!(
            "SELECT m.value FROM {each}(CASE json_typeof(p.sunset_json) WHEN '{of}' THEN p.sunset_json ELSE '{empty}' END) AS m"
        )
    };
    format!(
        "CASE WHEN {} THEN true ELSE EXISTS (WITH RECURSIVE sunset_part (sunset_json) AS (SELECT {name} UNION ALL \
         SELECT e.value FROM sunset_part AS p CROSS JOIN LATERAL ({} UNION ALL {}) AS e (value)) \
         SELECT 1 FROM sunset_part AS p WHERE {object} AND (SELECT count(*) > count(DISTINCT k.key) \
         FROM json_object_keys(CASE WHEN {object} THEN p.sunset_json ELSE '{{}}' END) AS k (key))) END",
        not_taken(name),
        parts("object", "json_each", "{}"),
        parts("array", "json_array_elements", "[]"),
    )
}

/// JSON that jsonb does not take: U+0000, half a surrogate pair, numbers beyond `numeric`. Text that
/// only looks so (behind a backslash that is written out) is taken for it: better listed than failed.
fn not_taken(name: &str) -> String {
    let (high, low) = ("\\\\ud[89ab][0-9a-f]{2}", "\\\\ud[c-f][0-9a-f]{2}");
    format!(
        "{name}::text ~ '\\\\u0000' OR {name}::text ~* '{high}(?!{low})' OR {name}::text ~* '(?<!{high}){low}' \
         OR {name}::text ~* '[0-9]e[+]?[0-9]{{5}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_lost_unseen() {
        let to = |live: &str, desired: &ColumnType| {
            Conversion::between("public", "a", live, false, desired)
        };
        assert!(
            !to("character varying(255)", &ColumnType::Text)
                .unwrap()
                .rewrites
        );
        assert!(
            to("double precision", &ColumnType::Integer)
                .unwrap()
                .violators
                .is_some()
        );
        assert_eq!(
            to("timestamp with time zone", &ColumnType::Timestamp)
                .unwrap()
                .using,
            "\"a\" AT TIME ZONE 'UTC'"
        );
        assert!(
            !to("timestamp(3) without time zone", &ColumnType::Timestamp)
                .unwrap()
                .rewrites
        );
        assert_eq!(to("text", &ColumnType::Jsonb), None);
        for (array, desired) in [
            ("text[]", ColumnType::Text),
            ("numeric(10,2)[]", ColumnType::Integer),
            ("timestamp(3) without time zone[]", ColumnType::Timestamp),
            ("bigint[]", ColumnType::Integer),
        ] {
            assert_eq!(to(array, &desired), None, "{array}");
        }
        assert_eq!(to("bytea", &ColumnType::Text), None);
    }
}
