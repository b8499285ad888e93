//! Keys that an inverse adds again, read from its statements: a record of any age says no more.

use super::effect::Effect;
use super::hindrance::altered;
use super::name::{qualified, quote_identifier};
use super::renamed::token;

/// What rows of today may break of the keys that these statements add again, each as
/// [`Effect::Frees`]. What leaves rows alone (NOT VALID), or steps aside for them, is none.
pub(super) fn keys(inverse: &[String], namespace: &str) -> Vec<Effect> {
    inverse
        .iter()
        .filter_map(|sql| constraint(sql, namespace).or_else(|| index(sql, namespace)))
        .collect()
}

/// `ALTER TABLE … ADD CONSTRAINT "name" UNIQUE (…)`, `… FOREIGN KEY (…) REFERENCES …`
fn constraint(sql: &str, namespace: &str) -> Option<Effect> {
    if !sql.starts_with("ALTER TABLE ") || sql.ends_with(" NOT VALID") {
        return None;
    }
    let (_, rest) = sql.split_once(" ADD CONSTRAINT ")?;
    let (quoted, name) = token(rest);
    let definition = rest.get(quoted.len()..)?.trim_start();
    let table = altered(sql, namespace)?;
    let broken = if let Some(list) = definition.strip_prefix("FOREIGN KEY ") {
        no_target(list)?
    } else {
        let list = ["UNIQUE ", "PRIMARY KEY "]
            .iter()
            .find_map(|kind| definition.strip_prefix(kind))?;
        let strict = list.strip_prefix("NULLS NOT DISTINCT ");
        let (columns, _) = columns(strict.unwrap_or(list))?;
        doubled(&qualified(namespace, &table), &columns, strict.is_some())
    };
    Some(Effect::Frees {
        table,
        broken,
        definition: format!("{}: {definition}", name?),
    })
}

/// `CREATE UNIQUE INDEX name ON … USING btree (…)`, of plain columns and without a condition.
fn index(sql: &str, namespace: &str) -> Option<Effect> {
    let rest = sql.strip_prefix("CREATE UNIQUE INDEX ")?;
    let rest = rest.strip_prefix("CONCURRENTLY ").unwrap_or(rest);
    let name = token(rest).1?;
    let (_, on) = rest.split_once(" ON ")?;
    let (relation, list) = on.split_once(" USING btree ")?;
    let mut relation = relation;
    let mut table = None;
    while !relation.is_empty() {
        let (part, named) = token(relation);
        table = named.or(table);
        relation = relation.get(part.len()..)?;
    }
    let (columns, behind) = columns(list)?;
    if behind.contains(" WHERE ") {
        return None;
    }
    let table = table?;
    let strict = behind.contains("NULLS NOT DISTINCT");
    Some(Effect::Frees {
        broken: doubled(&qualified(namespace, &table), &columns, strict),
        table,
        definition: format!("{name}: {sql}"),
    })
}

/// The names of `("a", b) rest`, and the rest; none where anything else stands between.
fn columns(list: &str) -> Option<(Vec<String>, &str)> {
    let mut rest = list.strip_prefix('(')?;
    let mut names = Vec::new();
    loop {
        let (part, name) = token(rest);
        names.push(name?);
        rest = rest.get(part.len()..)?;
        match rest.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return Some((names, rest.strip_prefix(')')?)),
        }
    }
}

/// Rows that have what others have.
fn doubled(relation: &str, columns: &[String], strict: bool) -> String {
    let named: Vec<String> = columns
        .iter()
        .map(|column| format!("u.{}", quote_identifier(column)))
        .collect();
    let present: Vec<String> = named
        .iter()
        .filter(|_| !strict)
        .map(|column| format!("{column} IS NOT NULL"))
        .collect();
    let present = if present.is_empty() {
        "true".to_owned()
    } else {
        present.join(" AND ")
    };
    format!(
        "t.ctid IN (SELECT unnest(array_agg(u.ctid)) FROM {relation} AS u WHERE {present} GROUP BY {} HAVING count(*) > 1)",
        named.join(", ")
    )
}

/// Rows that refer to nothing.
fn no_target(list: &str) -> Option<String> {
    let (own, rest) = columns(list)?;
    let mut rest = rest.strip_prefix(" REFERENCES ")?;
    let mut path = Vec::new();
    while !rest.starts_with('(') {
        let (part, name) = token(rest);
        path.extend(name);
        rest = rest.get(part.len()..).filter(|_| !part.is_empty())?;
    }
    let [schema, target] = path.as_slice() else {
        return None;
    };
    let (others, _) = columns(rest)?;
    let present: Vec<String> = own
        .iter()
        .map(|column| format!("t.{} IS NOT NULL", quote_identifier(column)))
        .collect();
    let same: Vec<String> = own
        .iter()
        .zip(&others)
        .map(|(own, other)| {
            let (own, other) = (quote_identifier(own), quote_identifier(other));
            format!("o.{other}::text = t.{own}::text")
        })
        .collect();
    Some(format!(
        "{} AND NOT EXISTS (SELECT 1 FROM {} AS o WHERE {})",
        present.join(" AND "),
        qualified(schema, target),
        same.join(" AND ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(sql: &str) -> Option<(String, String)> {
        match keys(&[sql.to_owned()], "public").pop() {
            Some(Effect::Frees { table, broken, .. }) => Some((table, broken)),
            _ => None,
        }
    }

    #[test]
    fn keys_are_read_from_the_statements_that_add_them() {
        let (table, rows) = broken(
            "ALTER TABLE \"public\".\"alerts\" ADD CONSTRAINT \"au\" FOREIGN KEY (user_id) REFERENCES public.\"old users\"(id) ON DELETE CASCADE",
        )
        .unwrap();
        assert_eq!(table, "alerts");
        assert_eq!(
            rows,
            "t.\"user_id\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \"public\".\"old users\" AS o WHERE o.\"id\"::text = t.\"user_id\"::text)"
        );
        let (_, rows) = broken(
            "ALTER TABLE \"public\".\"a\" ADD CONSTRAINT \"k\" UNIQUE NULLS NOT DISTINCT (x, \"Y\")",
        )
        .unwrap();
        assert!(
            rows.contains("AS u WHERE true GROUP BY u.\"x\", u.\"Y\" HAVING"),
            "{rows}"
        );
        let (table, rows) =
            broken("CREATE UNIQUE INDEX \"an index\" ON public.a USING btree (x)").unwrap();
        assert_eq!(table, "a");
        assert!(rows.contains("WHERE u.\"x\" IS NOT NULL"), "{rows}");
    }

    #[test]
    fn what_no_row_breaks_is_none() {
        for sql in [
            "ALTER TABLE \"public\".\"a\" ADD CONSTRAINT \"k\" FOREIGN KEY (x) REFERENCES public.b(id) NOT VALID",
            "ALTER TABLE \"public\".\"a\" ADD CONSTRAINT \"k\" UNIQUE (id, at WITHOUT OVERLAPS)",
            "CREATE UNIQUE INDEX k ON public.a USING btree (lower(x))",
            "CREATE INDEX k ON public.a USING btree (x)",
            "DO $sunset$ BEGIN ALTER TABLE \"public\".\"a\" ADD CONSTRAINT \"k\" UNIQUE (x); END $sunset$",
        ] {
            assert_eq!(broken(sql), None, "{sql}");
        }
    }
}
