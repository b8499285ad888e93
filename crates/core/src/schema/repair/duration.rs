//! Seconds with a fraction, where whole seconds are wanted.

use super::{Planner, Repair};
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveSchema};
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Guard, LockMode, Stage, Step, Verdict, Work};

/// Whether the column holds fractions.
pub(super) fn is_due(live: &LiveSchema, table: &str, column: &str) -> bool {
    live.table(table)
        .filter(|table| table.is_table() && table.column("id").is_some())
        .and_then(|table| table.column(column))
        .is_some_and(|found| {
            !found.generated
                && (matches!(found.type_name.as_str(), "double precision" | "real")
                    || found.type_name.starts_with("numeric"))
        })
}

/// floor(x + 0.5), exactly: adding 0.5 first would round 0.49999999999999994 up. NaN, infinities,
/// what is negative afterwards and what no `integer` can hold become NULL.
fn rounded(value: &str) -> String {
    format!(
        "CASE WHEN {value} >= -0.5 AND {value} < 2147483647.5 THEN \
         (floor({value}) + CASE WHEN {value} - floor({value}) >= 0.5 THEN 1 ELSE 0 END)::integer END"
    )
}

impl Planner<'_> {
    pub(super) fn round(&mut self, table: &str, column: &str) {
        if !is_due(&self.live, table, column) {
            return;
        }
        let Some(found) = self.live.table(table).and_then(|t| t.column(column)) else {
            return;
        };
        if !found.used_by.is_empty() {
            let text = format!(
                "{} uses it, and forbids another type: note how it is made, drop it, run fix-schema again, make it again",
                found.used_by.join(", ")
            );
            self.refuse(format!("{table}.{column}"), text);
            return;
        }
        let type_name = found.type_name.clone();
        let (default, required) = (found.default.clone(), found.required);
        let name = quote_identifier(column);
        let relation = self.relation(table);
        let value = format!("t.{name}");
        let namespace = &self.desired.namespace;
        let alter = |action: &str| ddl::alter_column(namespace, table, column, action);
        let keep = format!(
            "INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, t.id::text, {}, {value}::text FROM {relation} AS t \
             WHERE {value} IS NOT NULL AND ({}) IS DISTINCT FROM {value}",
            quote_literal(table),
            quote_literal(column),
            rounded(&value),
        );
        let mut step = Step::new(
            Stage::Data,
            format!("round {table}.{column} to whole numbers, keeping what it held in sunset.schema_kept"),
            format!("LOCK TABLE {relation} IN ACCESS EXCLUSIVE MODE"),
        )
        .then(keep);
        if default.is_some() {
            step = step.then(alter("DROP DEFAULT"));
        }
        // What is no number of seconds becomes NULL.
        if required {
            step = step.then(alter("DROP NOT NULL"));
        }
        let kept = format!("k.value::{type_name}");
        let mut step = step
            .then(alter(&format!("TYPE integer USING {}", rounded(&name))))
            .undone_by(alter(&format!(
                "TYPE {type_name} USING {name}::{type_name}"
            )))
            .undone_by(format!(
                "UPDATE {relation} AS t SET {name} = {kept} FROM sunset.schema_kept AS k \
                 WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = t.id::text \
                 AND {value} IS NOT DISTINCT FROM ({})::{type_name}",
                rounded(&kept)
            ))
            .locking(table, LockMode::AccessExclusive)
            .working(Work::Rewrites)
            .verdict(Verdict::NeedsAttention(
                "the table is locked while every row is written anew".into(),
            ));
        if let Some(default) = default {
            step = step.undone_by(alter(&format!("SET DEFAULT {default}")));
        }
        if required {
            step = step.undone_by(ddl::require_where_possible(namespace, table, column));
        }
        step.guard = Guard::both(self.unnamed_rows(table), self.broken_checks(table, column));
        let present = self.relation(self.now(table));
        self.plan.losses.push(Guard {
            violators: format!(
                "SELECT t.id::text || ' (' || {value}::text || ')' AS item FROM {present} AS t \
                 WHERE {value} IS NOT NULL AND ({}) IS NULL",
                rounded(&value)
            ),
            what: format!(
                "rows of {table} whose {column} is no number of seconds: it becomes NULL"
            ),
            advice: "what they held is kept in sunset.schema_kept".into(),
            for_repair: false,
        });
        self.plan.repairs.push(Repair {
            title: format!("{table}.{column} is {type_name}: round it to whole seconds"),
            structural: true,
            probe: None,
            steps: vec![step],
        });
    }

    /// Rows that a check of the table would refuse once the column is rounded.
    fn broken_checks(&self, table: &str, column: &str) -> Option<Guard> {
        let live = self.live.table(table)?;
        let conditions: Vec<&str> = live
            .constraints
            .iter()
            .filter(|c| c.kind == ConstraintKind::Check && c.columns.iter().any(|c| c == column))
            .filter_map(|check| check.definition.strip_prefix("CHECK "))
            .map(|check| check.strip_suffix(" NOT VALID").unwrap_or(check))
            .map(|check| check.strip_suffix(" NO INHERIT").unwrap_or(check))
            .collect();
        if conditions.is_empty() {
            return None;
        }
        let columns: Vec<String> = live
            .columns
            .iter()
            .map(|each| {
                let name = quote_identifier(&each.name);
                if each.name == column {
                    format!("{} AS {name}", rounded(&format!("r.{name}")))
                } else {
                    format!("r.{name}")
                }
            })
            .collect();
        Some(Guard {
            violators: format!(
                "SELECT concat(t.id::text, ' (', t.sunset_held::text, ')') AS item FROM \
                 (SELECT {}, r.{} AS sunset_held FROM {} AS r) AS t WHERE NOT ({})",
                columns.join(", "),
                quote_identifier(column),
                self.relation(self.now(table)),
                conditions.join(" AND ")
            ),
            what: format!("rows of {table} that a check refuses once their {column} is rounded"),
            advice: "correct these values, or drop the check; then run fix-schema again".into(),
            for_repair: false,
        })
    }
}
