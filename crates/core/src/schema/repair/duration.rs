//! Seconds with a fraction, where whole seconds are wanted.

use super::{Planner, Repair};
use crate::schema::ddl;
use crate::schema::live::{ConstraintKind, LiveSchema};
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Effect, Guard, LockMode, Stage, Step, Verdict, Work};

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

/// A whole number as the type of before holds it: 999.99 of a `numeric(5,2)` became 1000, which that
/// cannot hold, and which is given back as 999.99 behind the change of the type.
fn before(type_name: &str, value: &str) -> String {
    let digits = type_name
        .strip_prefix("numeric(")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|digits| digits.split_once(','))
        .and_then(|(all, scale)| Some(all.parse::<i32>().ok()? - scale.parse::<i32>().ok()?));
    match digits {
        Some(digits) if digits < 10 => {
            format!("CASE WHEN abs({value}) < 1e{digits} THEN {value}::{type_name} END")
        }
        _ => format!("{value}::{type_name}"),
    }
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
        let value = format!("t.{}", quote_identifier(column));
        let guard = Guard::both(self.unnamed_rows(table), self.broken_checks(table, column));
        let mut steps: Vec<Step> = Vec::new();
        steps.extend(self.freed(table, column, default.as_deref(), required));
        steps.push(self.kept(table, column, &type_name));
        steps.push(self.retyped(table, column, &type_name));
        for step in &mut steps {
            step.guard.clone_from(&guard);
        }
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
            steps,
        });
    }

    /// The default goes with the type, and what is no number of seconds becomes NULL. It comes first
    /// so that its inverse comes last, when all values are given back.
    fn freed(
        &self,
        table: &str,
        column: &str,
        default: Option<&str>,
        required: bool,
    ) -> Option<Step> {
        let namespace = &self.desired.namespace;
        let alter = |action: &str| ddl::alter_column(namespace, table, column, action);
        let mut sql = Vec::new();
        let mut inverse = Vec::new();
        if let Some(default) = default {
            sql.push(alter("DROP DEFAULT"));
            inverse.push(alter(&format!("SET DEFAULT {default}")));
        }
        if required {
            sql.push(alter("DROP NOT NULL"));
            inverse.push(ddl::require_where_possible(namespace, table, column));
        }
        let title = format!("let {table}.{column} be NULL and have no default, to be rounded");
        let mut step = Step::new(Stage::Convert, title, String::new());
        (step.sql, step.inverse) = (sql, inverse);
        (!step.sql.is_empty()).then(|| step.locking(table, LockMode::AccessExclusive))
    }

    /// What the column holds that rounding changes, kept under the lock of the rounding itself.
    fn kept(&self, table: &str, column: &str, type_name: &str) -> Step {
        let relation = self.relation(table);
        let value = format!("t.{}", quote_identifier(column));
        let keep = format!(
            "INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, t.id::text, {}, {value}::text FROM {relation} AS t \
             WHERE {value} IS NOT NULL AND ({}) IS DISTINCT FROM {value}",
            quote_literal(table),
            quote_literal(column),
            rounded(&value),
        );
        let title =
            format!("keep in sunset.schema_kept what {table}.{column} holds, to be rounded");
        let given = rounded(&format!("k.value::{type_name}"));
        let mut step = Step::new(Stage::Convert, title, keep)
            .locking(table, LockMode::AccessExclusive)
            .working(Work::Scans)
            .making(Effect::Keeps {
                table: table.to_owned(),
                column: Some(column.to_owned()),
                unchanged: format!("{value} IS NOT DISTINCT FROM {given}"),
                swept: true,
            });
        // By then the column has its type of before again.
        let as_left = format!(
            "{value} IS NOT DISTINCT FROM ({})",
            before(type_name, &format!("({given})"))
        );
        step.inverse = self.given_back(table, column, type_name, &as_left);
        step
    }

    fn retyped(&self, table: &str, column: &str, type_name: &str) -> Step {
        let name = quote_identifier(column);
        let namespace = &self.desired.namespace;
        let alter = |action: &str| ddl::alter_column(namespace, table, column, action);
        let (using, back) = (rounded(&name), before(type_name, &name));
        Step::new(
            Stage::Convert,
            format!("round {table}.{column} to whole numbers"),
            alter(&format!("TYPE integer USING {using}")),
        )
        .undone_by(alter(&format!("TYPE {type_name} USING {back}")))
        .locking(table, LockMode::AccessExclusive)
        .working(Work::Rewrites)
        .verdict(Verdict::NeedsAttention(
            "the table is locked while every row is written anew".into(),
        ))
        .making(Effect::ChangesType {
            table: table.to_owned(),
            column: column.to_owned(),
            using,
            back,
        })
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
