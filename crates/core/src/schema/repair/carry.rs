//! A reference under its old name.

use super::{Planner, Repair, Swept};
use crate::schema::ddl;
use crate::schema::name::quote_identifier;
use crate::schema::steps::{Guard, LockMode, Note, Stage, Step};

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
        let old_type = found.type_name.clone();
        if live.column(new).is_some_and(|found| found.fixed) {
            // It takes no value; the completion says what to do about it.
            return;
        }
        let beside = live.column(new).is_some();
        let has_id = live.column("id").is_some();
        let wanted = self
            .desired
            .table(table)
            .and_then(|t| t.column(new))
            .is_some_and(|column| column.required);
        let mut steps = Vec::new();
        if required {
            steps.push(self.relaxed(table, old));
        }
        let mut probe = None;
        let target_type = self
            .live
            .table(target)
            .and_then(|t| t.column("id"))
            .map(|id| id.type_name.clone());
        if let (true, Some(target_type)) = (has_id, target_type) {
            let names = Names {
                table,
                old,
                new,
                target,
                beside,
            };
            let value = if self.takes_text(table, new) {
                Some("o.id::text".to_owned())
            } else {
                self.type_of(table, new)
                    .filter(|new_type| *new_type == target_type)
                    .map(|_| "o.id".to_owned())
            };
            if let Some(value) = value {
                // Equal types compare by the index of the target.
                let cast = if old_type == target_type {
                    ""
                } else {
                    "::text"
                };
                probe = Some(self.carried_rows(&names, cast));
                steps.push(self.carry_step(&names, cast, &value));
                self.list_open(&names, cast, wanted);
            } else {
                let has = self.type_of(table, new).unwrap_or_default();
                self.plan.refused.push(Note {
                    object: format!("{table}.{new}"),
                    text: format!(
                        "it is {has}, and {target}.id is {target_type}: change the type of one of them by hand, then {old} can be carried over"
                    ),
                });
            }
        }
        if steps.is_empty() {
            return;
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

    fn relaxed(&self, table: &str, old: &str) -> Step {
        let namespace = &self.desired.namespace;
        Step::new(
            Stage::Structure,
            format!("let {table}.{old} be NULL, so that V3 can insert"),
            ddl::alter_column(namespace, table, old, "DROP NOT NULL"),
        )
        .undone_by(ddl::require_where_possible(namespace, table, old))
        .locking(table, LockMode::AccessExclusive)
    }

    fn carried_rows(&self, names: &Names<'_>, cast: &str) -> Guard {
        let Names { table, old, .. } = names;
        Guard {
            violators: format!(
                "SELECT t.id::text AS item FROM {} AS t WHERE {} AND {}",
                self.relation(self.now(table)),
                names.open(),
                names.exists(&self.relation(self.now(names.target)), cast)
            ),
            what: format!("rows of {table} with {old} alone"),
            advice: String::new(),
            for_repair: false,
        }
    }

    fn carry_step(&self, names: &Names<'_>, cast: &str, value: &str) -> Step {
        let Names {
            table,
            old,
            new,
            target,
            ..
        } = *names;
        let (old_name, new_name) = (quote_identifier(old), quote_identifier(new));
        let swept = Swept {
            table,
            column: new,
            join: format!(
                "JOIN {} AS o ON o.id{cast} = t.{old_name}{cast}",
                self.relation(target)
            ),
            condition: format!(
                "(t.{new_name} IS NULL OR t.{new_name}::text = '') AND t.{old_name} IS NOT NULL"
            ),
            value: value.to_owned(),
            by_index: cast.is_empty()
                || self.takes_text(table, old) && self.takes_text(target, "id"),
            unchanged: format!("t.{new_name}::text = t.{old_name}::text"),
        };
        self.sweep(&swept, format!("carry {table}.{old} over to {new}"))
    }

    /// Rows without a counterpart, and rows that say two things.
    fn list_open(&mut self, names: &Names<'_>, cast: &str, wanted: bool) {
        let Names {
            table,
            old,
            new,
            target,
            beside,
        } = *names;
        let (old_name, new_name) = (quote_identifier(old), quote_identifier(new));
        let present = self.relation(self.now(table));
        let shown = format!("t.id::text || ' -> ' || t.{old_name}::text");
        // Without an opportunity a row of form_submissions is none the worse.
        if wanted {
            self.plan.lists.push(Guard {
                violators: format!(
                    "SELECT {shown} AS item FROM {present} AS t WHERE {} AND NOT {}",
                    names.open(),
                    names.exists(&self.relation(self.now(target)), cast)
                ),
                what: format!("rows of {table} whose {old} names no row of {target}"),
                advice: format!(
                    "they stay, with their {old} and without {new}; when {target} has them (data-migrate may bring them), run fix-schema again"
                ),
                for_repair: false,
            });
        }
        if beside {
            self.plan.lists.push(Guard {
                violators: format!(
                    "SELECT {shown} || ', not ' || t.{new_name}::text AS item FROM {present} AS t \
                     WHERE t.{new_name}::text <> '' AND t.{old_name}::text <> '' AND t.{new_name}::text <> t.{old_name}::text"
                ),
                what: format!("rows of {table} whose {old} is another than their {new}"),
                advice: format!(
                    "V3 goes by {new}: correct whichever is wrong, or drop {old} when it says nothing any more (schema-push --allow-drop {table}.{old})"
                ),
                for_repair: false,
            });
        }
    }
}

/// What is carried where.
struct Names<'n> {
    table: &'n str,
    old: &'n str,
    new: &'n str,
    target: &'n str,
    beside: bool,
}

impl Names<'_> {
    /// Rows that have the old reference alone, as they can be asked for before the new column is there.
    fn open(&self) -> String {
        let (old, new) = (quote_identifier(self.old), quote_identifier(self.new));
        if self.beside {
            format!("(t.{new} IS NULL OR t.{new}::text = '') AND t.{old} IS NOT NULL")
        } else {
            format!("t.{old} IS NOT NULL")
        }
    }

    fn exists(&self, relation: &str, cast: &str) -> String {
        format!(
            "EXISTS (SELECT 1 FROM {relation} AS o WHERE o.id{cast} = t.{}{cast})",
            quote_identifier(self.old)
        )
    }
}
