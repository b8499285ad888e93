//! A table under its old name.

use super::{Fault, Planner, Repair};
use crate::schema::live::LiveSchema;
use crate::schema::model::Schema;
use crate::schema::name::{clipped, quote_identifier};
use crate::schema::steps::{Effect, LockMode, Stage, Step, Verdict};

/// Whether `old` is there, `new` is not, and `old` can be it: it is an ordinary table with the new
/// one's key.
pub(super) fn can_be_renamed(desired: &Schema, live: &LiveSchema, old: &str, new: &str) -> bool {
    let key = desired
        .table(new)
        .map(|table| table.primary_key.as_slice())
        .unwrap_or_default();
    live.table(new).is_none()
        && live.table(old).is_some_and(|table| {
            // A partitioned one cannot be completed: its rows are copied once there is a new one.
            table.kind == "r" && key.iter().all(|column| table.column(column).is_some())
        })
}

impl Planner<'_> {
    pub(super) fn renames(&mut self, faults: &[Fault]) {
        for fault in faults {
            if let Fault::OldTable { old, new } = *fault
                && can_be_renamed(self.desired, &self.live, old, new)
            {
                self.rename(old, new);
            } else if let Fault::OldTable { old, new } = *fault
                && self.live.table(new).is_none()
                && self.live.table(old).is_some_and(|found| found.kind == "p")
            {
                self.refuse(
                    old.to_owned(),
                    format!("it is partitioned, and cannot become {new}: run schema-push, which makes {new}, and then fix-schema, which copies the rows"),
                );
            }
        }
    }

    fn rename(&mut self, old: &str, new: &str) {
        let sql = format!(
            "ALTER TABLE {} RENAME TO {}",
            self.relation(old),
            quote_identifier(new)
        );
        let back = format!(
            "ALTER TABLE {} RENAME TO {}",
            self.relation(new),
            quote_identifier(old)
        );
        let mut steps = vec![
            Step::new(
                Stage::Structure,
                format!("rename table {old} to {new}"),
                sql,
            )
            .undone_by(back)
            .locking(old, LockMode::AccessExclusive)
            .making(Effect::Renames {
                table: None,
                old: old.to_owned(),
                new: new.to_owned(),
            })
            .verdict(Verdict::NeedsAttention(
                "programs that still use the old name fail from then on".into(),
            )),
        ];
        self.live = std::mem::take(&mut self.live).with_table_renamed(old, new);
        steps.extend(self.rename_key(old, new));
        steps.extend(self.relax(old, new));
        self.plan.renamed.push((new.to_owned(), old.to_owned()));
        self.plan.repairs.push(Repair {
            title: format!("table {old} is what {new} is now: rename it"),
            structural: true,
            probe: None,
            steps,
        });
    }

    /// The primary key's name follows the table's, as PostgreSQL would have named it.
    fn rename_key(&self, old: &str, new: &str) -> Option<Step> {
        let (from, to) = (
            clipped(&format!("{old}_pkey")),
            clipped(&format!("{new}_pkey")),
        );
        let live = self.live.table(new)?;
        let key = live.primary_key().filter(|key| key.name == from)?;
        if live.constraint(&to).is_some() {
            return None;
        }
        let alter = |from: &str, to: &str| {
            let (from, to) = (quote_identifier(from), quote_identifier(to));
            let action = format!("RENAME CONSTRAINT {from} TO {to}");
            crate::schema::ddl::alter(&self.desired.namespace, new, &action)
        };
        Some(
            Step::new(
                Stage::Structure,
                format!("rename the primary key {from} to {to}"),
                alter(&key.name, &to),
            )
            .undone_by(alter(&to, &from))
            .locking(old, LockMode::AccessExclusive),
        )
    }

    /// Columns that V3 does not know and that must not be NULL would refuse V3's rows.
    fn relax(&mut self, old: &str, new: &str) -> Vec<Step> {
        let (Some(wanted), Some(live)) = (self.desired.table(new), self.live.table(new)) else {
            return Vec::new();
        };
        let unknown: Vec<String> = live
            .columns
            .iter()
            .filter(|column| {
                column.required
                    && column.default.is_none()
                    && !column.generated
                    && wanted.column(&column.name).is_none()
                    && live
                        .primary_key()
                        .is_none_or(|key| !key.columns.contains(&column.name))
            })
            .map(|column| column.name.clone())
            .collect();
        let namespace = &self.desired.namespace;
        unknown
            .iter()
            .map(|column| {
                let alter =
                    |action| crate::schema::ddl::alter_column(namespace, new, column, action);
                Step::new(
                    Stage::Structure,
                    format!("let {new}.{column}, which V3 does not know, be NULL"),
                    alter("DROP NOT NULL"),
                )
                .undone_by(crate::schema::ddl::require_where_possible(
                    namespace, new, column,
                ))
                .locking(old, LockMode::AccessExclusive)
            })
            .collect()
    }
}
