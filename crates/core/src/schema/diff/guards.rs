//! Questions to the rows before a step that some of them would make fail.

use super::Planner;
use crate::schema::live::{LiveColumn, LiveTable};
use crate::schema::model::{Check, ForeignKey, Table};
use crate::schema::name::{qualified, quote_identifier};
use crate::schema::renamed::mentions;
use crate::schema::steps::Guard;

/// An entry of a B-tree takes 2,704 bytes, compressed.
const LONGEST_KEY: u32 = 2_650;

impl Planner<'_> {
    /// What names a row of a table: its primary key, or where it stands.
    fn row_name(live: &LiveTable) -> String {
        match live.primary_key() {
            Some(key) => {
                let columns: Vec<_> = key
                    .columns
                    .iter()
                    .map(|column| format!("t.{}", quote_identifier(column)))
                    .collect();
                format!("concat_ws(', ', {})", columns.join(", "))
            }
            None => "t.ctid::text".to_owned(),
        }
    }

    fn relation(&self, table: &str) -> String {
        qualified(&self.desired.namespace, table)
    }

    pub(super) fn no_nulls(&self, live: &LiveTable, column: &str) -> Guard {
        let table = &live.name;
        Guard {
            violators: format!(
                "SELECT {} AS item FROM {} AS t WHERE t.{} IS NULL",
                Self::row_name(live),
                self.relation(table),
                quote_identifier(column)
            ),
            what: format!("rows of {table} without a value in {column}"),
            advice: format!("give them a value in {column}, then run schema-push again"),
            for_repair: false,
        }
    }

    /// Of a table that had none when it was looked at.
    pub(super) fn no_rows(&self, live: &LiveTable) -> Guard {
        let table = &live.name;
        Guard {
            violators: format!(
                "SELECT {} AS item FROM {} AS t",
                Self::row_name(live),
                self.relation(table)
            ),
            what: format!("rows that came into {table} meanwhile"),
            advice: "run schema-push again".to_owned(),
            for_repair: false,
        }
    }

    pub(super) fn no_duplicates(&self, live: &LiveTable, columns: &[String]) -> Guard {
        let table = &live.name;
        // Some types know no equality; what becomes text of them is compared as that.
        let list: Vec<_> = columns
            .iter()
            .map(|column| {
                let found = live.column(column).map(|found| found.type_name.as_str());
                let cast = match found {
                    Some("json" | "xml" | "point") => "::text",
                    _ => "",
                };
                format!("{}{cast}", quote_identifier(column))
            })
            .collect();
        let list = list.join(", ");
        let present: Vec<_> = columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", quote_identifier(column)))
            .collect();
        // What lets somebody in is not shown; the rows are, by their keys.
        let shown = if columns.iter().any(|column| is_secret(column)) {
            format!("string_agg({}, ' = ' ORDER BY {0})", Self::row_name(live))
        } else {
            format!("concat_ws(', ', {list})")
        };
        let sizes: Vec<_> = columns
            .iter()
            .map(|column| {
                format!(
                    "coalesce(pg_column_size(t.{}), 0)",
                    quote_identifier(column)
                )
            })
            .collect();
        let (size, relation) = (sizes.join(" + "), self.relation(table));
        Guard {
            violators: format!(
                "SELECT {shown} || ' (' || count(*) || ' rows)' AS item FROM {relation} AS t WHERE {} GROUP BY {list} HAVING count(*) > 1 \
                 UNION ALL SELECT {} || ' (' || {size} || ' bytes)' AS item FROM {relation} AS t WHERE {size} > {LONGEST_KEY}",
                present.join(" AND "),
                Self::row_name(live),
            ),
            what: format!(
                "values that stand several times in {table} ({}), or are too long for an index",
                columns.join(", ")
            ),
            advice: "make them differ, or shorter, then run schema-push again".to_owned(),
            for_repair: false,
        }
    }

    /// No row that a check refuses; none where it is about what is yet to come, which no row of
    /// today can be asked for.
    pub(super) fn passes(&self, table: &Table, live: &LiveTable, check: &Check) -> Option<Guard> {
        let mut about = table.columns.iter();
        let ready = about.all(|column| {
            let has = |found: &LiveColumn| {
                let namespace = &self.desired.namespace;
                column.column_type.matches(namespace, &found.type_name)
            };
            !mentions(&check.condition, &column.name) || live.column(&column.name).is_some_and(has)
        });
        ready.then(|| Guard {
            violators: format!(
                "SELECT {} AS item FROM {} AS t WHERE NOT ({})",
                Self::row_name(live),
                self.relation(&live.name),
                check.condition
            ),
            what: format!("rows of {} that break {}", live.name, check.condition),
            advice: "correct them, then run schema-push again".to_owned(),
            for_repair: false,
        })
    }

    /// Neither duplicates nor NULL.
    pub(super) fn makes_a_key(&self, live: &LiveTable, columns: &[String]) -> Guard {
        let duplicates = self.no_duplicates(live, columns);
        let empty: Vec<_> = columns
            .iter()
            .map(|column| format!("{} IS NULL", quote_identifier(column)))
            .collect();
        Guard {
            violators: format!(
                "{} UNION ALL SELECT 'NULL' AS item FROM {} AS t WHERE {}",
                duplicates.violators,
                self.relation(&live.name),
                empty.join(" OR ")
            ),
            what: format!(
                "values of {} ({}) that make no key",
                live.name,
                columns.join(", ")
            ),
            ..duplicates
        }
    }

    pub(super) fn convertible(&self, live: &LiveTable, column: &str, condition: &str) -> Guard {
        let table = &live.name;
        Guard {
            violators: format!(
                "SELECT {} || ' (' || t.{}::text || ')' AS item FROM {} AS t WHERE {condition}",
                Self::row_name(live),
                quote_identifier(column),
                self.relation(table)
            ),
            what: format!("rows of {table} whose {column} the new type cannot hold as it is"),
            advice: format!("correct these values of {column}, then run schema-push again"),
            for_repair: false,
        }
    }

    pub(super) fn no_orphans(&self, live: &LiveTable, key: &ForeignKey) -> Guard {
        let mut guard = orphans(
            &self.desired.namespace,
            &Self::row_name(live),
            &live.name,
            key,
        );
        // A foreign key sees no row of a table that inherits from its target. What stands for a
        // table until a rename is done knows no ONLY.
        let target = self.live.table(&key.target);
        let relation = self.relation(&key.target);
        if target.is_some_and(|target| target.has_children)
            && self
                .plan
                .present
                .iter()
                .all(|(named, _)| *named != relation)
        {
            guard.violators = guard.violators.replace(
                &format!("FROM {relation} AS o"),
                &format!("FROM ONLY {relation} AS o"),
            );
        }
        guard
    }
}

/// Whether a column holds what lets somebody in.
pub(crate) fn is_secret(column: &str) -> bool {
    let column = column.to_lowercase();
    [
        "token",
        "secret",
        "password",
        "passwd",
        "api_key",
        "apikey",
        "private_key",
    ]
    .iter()
    .any(|word| column.contains(word))
}

/// Rows of `table` that refer to no row, shown as `id -> value`.
pub(crate) fn orphans(namespace: &str, row_name: &str, table: &str, key: &ForeignKey) -> Guard {
    let mine = |column: &String| format!("t.{}", quote_identifier(column));
    let present: Vec<_> = key
        .columns
        .iter()
        .map(|c| format!("{} IS NOT NULL", mine(c)))
        .collect();
    let same: Vec<_> = key
        .columns
        .iter()
        .zip(&key.target_columns)
        .map(|(own, other)| format!("o.{}::text = {}::text", quote_identifier(other), mine(own)))
        .collect();
    let shown: Vec<_> = key.columns.iter().map(mine).collect();
    Guard {
        violators: format!(
            "SELECT {row_name} || ' -> ' || concat_ws(', ', {}) AS item FROM {} AS t WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS o WHERE {})",
            shown.join(", "),
            qualified(namespace, table),
            present.join(" AND "),
            qualified(namespace, &key.target),
            same.join(" AND ")
        ),
        what: format!(
            "rows of {table} whose {} names no row of {}",
            key.columns.join(", "),
            key.target
        ),
        advice: format!(
            "add what is missing to {}, or correct {}; then run schema-push again",
            key.target,
            key.columns.join(", ")
        ),
        for_repair: false,
    }
}
