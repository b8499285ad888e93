//! Which rows of an old table the new one takes.

use super::Planner;
use super::merge::Copied;
use crate::schema::live::{ConstraintKind, LiveTable};
use crate::schema::model::{Table, index_key};
use crate::schema::name::quote_identifier;

impl Planner<'_> {
    /// `WITH chosen AS (…)`: rows to copy, as they are in the new table. A number that another row
    /// has is that row's, and of two rows with one number the first has it; the others wait for a
    /// person.
    pub(super) fn chosen(
        &self,
        copied: &Copied,
        wanted: &Table,
        into: &LiveTable,
        source: &str,
        missing: &str,
    ) -> String {
        let key = wanted
            .primary_key
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let key = quote_identifier(key);
        let target = self.relation(&wanted.name);
        let mut free = String::new();
        for columns in uniques(wanted, into) {
            if !columns.iter().all(|column| copied.columns.contains(column)) {
                continue;
            }
            let same = |other: &str, cast: &str| {
                let pairs: Vec<String> = columns
                    .iter()
                    .map(|column| {
                        let name = quote_identifier(column);
                        format!("{other}.{name}{cast} = c.{name}{cast}")
                    })
                    .collect();
                pairs.join(" AND ")
            };
            if columns.iter().all(|column| into.column(column).is_some()) {
                free.push_str(&format!(
                    " AND NOT EXISTS (SELECT 1 FROM {target} AS o WHERE {})",
                    same("o", "::text")
                ));
            }
            free.push_str(&format!(
                " AND NOT EXISTS (SELECT 1 FROM candidate AS b WHERE {} AND b.{key} < c.{key})",
                same("b", "")
            ));
        }
        format!(
            "WITH candidate AS MATERIALIZED (SELECT {} FROM {source} AS t WHERE {missing}), \
             chosen AS (SELECT c.* FROM candidate AS c WHERE true{free})",
            copied.named()
        )
    }
}

/// Columns of which no two rows may have the same values: as desired, and as the application has made
/// them besides.
fn uniques(wanted: &Table, into: &LiveTable) -> Vec<Vec<String>> {
    let desired = wanted.uniques.iter().map(|unique| unique.columns.clone());
    let live = into.constraints.iter();
    let live = live.filter(|constraint| constraint.kind == ConstraintKind::Unique);
    let indexes = into.indexes.iter().filter(|index| {
        index.unique && !index.of_constraint && index.condition.is_none() && index.method == "btree"
    });
    // Indexes on expressions are found out by the server alone.
    let named = indexes.filter_map(|index| {
        let column = |key: &String| {
            let own = into.columns.iter();
            let mut own =
                own.filter(|column| index_key(&column.name) == *key || column.name == *key);
            own.next().map(|column| column.name.clone())
        };
        index.keys.iter().map(column).collect::<Option<Vec<_>>>()
    });
    let mut all: Vec<Vec<String>> = desired
        .chain(live.map(|constraint| constraint.columns.clone()))
        .chain(named)
        .filter(|columns| !columns.is_empty())
        .collect();
    all.sort();
    all.dedup();
    all
}
