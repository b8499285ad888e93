//! A reference under its old name.

use super::{Planner, Repair};
use crate::schema::ddl;
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Guard, LockMode, Stage, Step, Work};

impl Planner<'_> {
    /// `lead_id` → `opportunity_id`, where an opportunity of that id exists. The old column stays,
    /// with what it holds, and may be NULL.
    pub(super) fn carry(&mut self, table: &str, old: &str, new: &str, target: &str) {
        let Some(live) = self.live.table(table).filter(|live| live.is_table()) else {
            return;
        };
        let Some(found) = live.column(old) else {
            return;
        };
        let required = found.required;
        let beside = live.column(new).is_some();
        let wanted = self
            .desired
            .table(table)
            .and_then(|t| t.column(new))
            .is_some_and(|column| column.required);
        let (old_name, new_name) = (quote_identifier(old), quote_identifier(new));
        let relation = self.relation(table);
        let present = self.relation(self.now(table));
        let mut steps = Vec::new();
        if required {
            let alter = |action| ddl::alter_column(&self.desired.namespace, table, old, action);
            steps.push(
                Step::new(
                    Stage::Structure,
                    format!("let {table}.{old} be NULL, so that V3 can insert"),
                    alter("DROP NOT NULL"),
                )
                .undone_by(ddl::require_where_possible(
                    &self.desired.namespace,
                    table,
                    old,
                ))
                .locking(table, LockMode::AccessExclusive),
            );
        }
        let open = if beside {
            format!("t.{new_name} IS NULL AND t.{old_name} IS NOT NULL")
        } else {
            format!("t.{old_name} IS NOT NULL")
        };
        let mut probe = None;
        if self.has_column(target, "id") {
            let exists = |relation: &str| {
                format!(
                    "EXISTS (SELECT 1 FROM {relation} AS o WHERE o.id::text = t.{old_name}::text)"
                )
            };
            let target_now = self.relation(self.now(target));
            probe = Some(Guard {
                violators: format!(
                    "SELECT t.id::text AS item FROM {present} AS t WHERE {open} AND {}",
                    exists(&target_now)
                ),
                what: format!("rows of {table} with {old} alone"),
                advice: String::new(),
                for_repair: false,
            });
            let sql = format!(
                "WITH carried AS (UPDATE {relation} AS t SET {new_name} = t.{old_name}::text \
                 WHERE t.{new_name} IS NULL AND t.{old_name} IS NOT NULL AND {} RETURNING t.id) \
                 INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
                 SELECT current_setting('sunset.step')::bigint, {}, id::text, {}, NULL FROM carried",
                exists(&self.relation(target)),
                quote_literal(table),
                quote_literal(new),
            );
            let back = format!(
                "UPDATE {relation} AS t SET {new_name} = NULL FROM sunset.schema_kept AS k \
                 WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = t.id::text \
                 AND t.{new_name} = t.{old_name}::text"
            );
            steps.push(
                Step::new(
                    Stage::Data,
                    format!("carry {table}.{old} over to {new}"),
                    sql,
                )
                .undone_by(back)
                .locking(table, LockMode::RowExclusive)
                .working(Work::Writes),
            );
            // Without an opportunity a row of form_submissions is none the worse.
            if wanted {
                self.plan.lists.push(Guard {
                    violators: format!(
                        "SELECT t.id::text || ' -> ' || t.{old_name}::text AS item FROM {present} AS t WHERE {open} AND NOT {}",
                        exists(&target_now)
                    ),
                    what: format!("rows of {table} whose {old} names no row of {target}"),
                    advice: format!(
                        "they stay, with their {old} and without {new}; when {target} has them (data-migrate may bring them), run fix-schema again"
                    ),
                    for_repair: false,
                });
            }
        }
        self.plan.repairs.push(Repair {
            title: format!(
                "{table} has {old} {} {new}: carry it over",
                if beside { "beside" } else { "instead of" }
            ),
            structural: required,
            probe,
            steps,
        });
    }
}
