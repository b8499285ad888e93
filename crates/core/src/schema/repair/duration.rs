//! Seconds with a fraction, where whole seconds are wanted.

use super::{Planner, Repair};
use crate::schema::ddl;
use crate::schema::live::LiveSchema;
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
        let type_name = found.type_name.clone();
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
        if found.default.is_some() {
            step = step.then(alter("DROP DEFAULT"));
        }
        let kept = format!("k.value::{type_name}");
        let step = step
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
}
