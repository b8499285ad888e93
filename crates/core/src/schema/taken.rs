//! What is taken back before the schema, and so is nothing that undoing the schema would lose.

use std::collections::BTreeMap;

use super::name::quote_literal;

/// The schema that rows are migrated to, whose tables the ledger knows by their names alone. Rows of
/// another schema that have the same ids are somebody else's.
pub(super) const MIGRATED_TO: &str = "public";

/// Rows that a rollback of the data leaves where they are: their ids, by table.
pub type KeptRows = BTreeMap<String, Vec<String>>;

/// What is taken back before the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenFirst<'k> {
    /// Nothing, or it is taken back by now.
    Nothing,
    /// The rows that the ledger knows as migrated, but for these.
    Rows(&'k KeptRows),
    /// What a plan set in rows where they stand, where they hold it still.
    Cells {
        /// The plan.
        plan: &'k str,
        /// Only what this run set.
        run: Option<i64>,
    },
}

impl TakenFirst<'_> {
    /// ` AND …`: a row `t` of a table, or what it holds in a column, is not taken back before.
    pub(super) fn but_for(self, namespace: &str, table: &str, column: Option<&str>) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Rows(kept) => not_migrated(namespace, table, kept),
            Self::Cells { plan, run } => not_set(plan, run, (namespace, table), column),
        }
    }
}

/// ` AND …`: no change of the plan set what the row holds in the column, which had no value before;
/// or made the row, where no column is named.
fn not_set(
    plan: &str,
    run: Option<i64>,
    (namespace, table): (&str, &str),
    column: Option<&str>,
) -> String {
    let of_run = run.map_or(String::new(), |run| format!(" AND c.run = {run}"));
    let of_table = format!(
        "c.namespace = {} AND c.table_name = {}",
        quote_literal(namespace),
        quote_literal(table)
    );
    let changes = format!(
        "FROM sunset.changes AS c JOIN sunset.runs AS r ON r.id = c.run \
         CROSS JOIN LATERAL unnest(c.keys) AS k (key) WHERE r.plan = {}{of_run} AND {of_table}",
        quote_literal(plan)
    );
    let key = format!(
        "to_jsonb(t) ->> (SELECT min(c.key_column) FROM sunset.changes AS c WHERE {of_table})"
    );
    match column {
        None => format!(
            " AND NOT EXISTS (SELECT 1 {changes} AND k.key = {key} AND c.before IS NULL AND to_jsonb(t) @> c.after)"
        ),
        // By key first, so that the rows meet the changes in one join: asked for each row anew, the
        // changes are read as many times as there are rows.
        Some(column) => {
            let name = quote_literal(column);
            format!(
                " AND NOT EXISTS (SELECT 1 FROM (SELECT k.key, array_agg(c.after -> {name}) AS held {changes} \
                 AND {name} = ANY (c.columns) GROUP BY k.key HAVING bool_or(c.before -> {name} IS NULL)) AS s \
                 WHERE s.key = {key} AND to_jsonb(t) -> {name} = ANY (s.held))"
            )
        }
    }
}

/// ` AND …`: a row `t` of a table is not among those that are taken back before.
fn not_migrated(namespace: &str, table: &str, kept: &KeptRows) -> String {
    if namespace != MIGRATED_TO {
        return String::new();
    }
    let migrated = format!(
        "EXISTS (SELECT 1 FROM sunset.provenance AS p WHERE p.table_name = {} AND p.row_id = to_jsonb(t) ->> 'id')",
        quote_literal(table)
    );
    let ids: Vec<String> = kept
        .get(table)
        .into_iter()
        .flatten()
        .map(|id| quote_literal(id))
        .collect();
    if ids.is_empty() {
        return format!(" AND NOT {migrated}");
    }
    let ids = ids.join(", ");
    format!(" AND (NOT {migrated} OR to_jsonb(t) ->> 'id' IN ({ids}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_another_schema_are_not_taken_for_migrated_ones() {
        let kept = KeptRows::from([("t".to_owned(), vec!["x".to_owned()])]);
        let first = TakenFirst::Rows(&kept);
        assert!(first.but_for("public", "t", None).contains("provenance"));
        assert_eq!(first.but_for("v3", "t", None), "");
    }

    #[test]
    fn the_changes_are_gathered_by_key_before_a_row_is_compared() {
        let first = TakenFirst::Cells {
            plan: "p",
            run: Some(7),
        };
        let condition = first.but_for("public", "t", Some("c"));
        assert!(
            condition.starts_with(" AND NOT EXISTS (SELECT 1 FROM (SELECT k.key, "),
            "{condition}"
        );
        let (gathered, compared) = condition
            .split_once(" GROUP BY k.key ")
            .expect("changes by key");
        // What names a row of the table in there would be asked for each of them.
        assert!(!gathered.contains("to_jsonb(t)"), "{condition}");
        assert!(gathered.contains(" AND c.run = 7"), "{condition}");
        assert!(!compared.contains("unnest"), "{condition}");
    }
}
