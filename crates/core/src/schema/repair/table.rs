//! A table under its old name.

use super::{Fault, Filler, Planner, Repair};
use crate::schema::conversion::Conversion;
use crate::schema::live::LiveSchema;
use crate::schema::model::{Column, Schema};
use crate::schema::name::{clipped, quote_identifier, quote_list};
use crate::schema::steps::{Guard, LockMode, Note, Stage, Step, Verdict, Work};

/// Whether `old` is there, `new` is not, and `old` can be it: it is a table with the new one's key.
pub(super) fn can_be_renamed(desired: &Schema, live: &LiveSchema, old: &str, new: &str) -> bool {
    let key = desired
        .table(new)
        .map(|table| table.primary_key.as_slice())
        .unwrap_or_default();
    live.table(new).is_none()
        && live.table(old).is_some_and(|table| {
            table.is_table() && key.iter().all(|column| table.column(column).is_some())
        })
}

impl Planner<'_> {
    pub(super) fn renames(&mut self, faults: &[Fault]) {
        for fault in faults {
            if let Fault::OldTable { old, new } = *fault
                && can_be_renamed(self.desired, &self.live, old, new)
            {
                self.rename(old, new);
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

    /// Both tables are there: rows that only the old one has are copied. The old one stays.
    pub(super) fn merge(&mut self, faults: &[Fault], old: &str, new: &str) {
        if self.original.table(new).is_none() || self.original.table(old).is_none() {
            return;
        }
        if !self.has_column("user", "id") {
            self.plan.refused.push(Note {
                object: old.to_owned(),
                text: "there is no table user yet for the owners of its rows; run schema-push"
                    .into(),
            });
            return;
        }
        let (Some(wanted), Some(from), Some(into)) = (
            self.desired.table(new),
            self.live.table(old),
            self.live.table(new),
        ) else {
            return;
        };
        let Some(key) = wanted.primary_key.first() else {
            return;
        };
        if !from.is_table()
            || !into.is_table()
            || from.column(key).is_none()
            || into.column(key).is_none()
        {
            return;
        }
        let mut columns: Vec<&str> = Vec::new();
        let mut values: Vec<String> = Vec::new();
        let mut impossible = Vec::new();
        for column in &wanted.columns {
            let own = from.column(&column.name).and_then(|found| {
                // Qualified: the row that it might collide with has a column of this name, too.
                let conversion = Conversion::of(
                    &self.desired.namespace,
                    &format!("t.{}", quote_identifier(&column.name)),
                    &found.type_name,
                    found.is_enum,
                    &column.column_type,
                );
                if column
                    .column_type
                    .matches(&self.desired.namespace, &found.type_name)
                {
                    Some(format!("t.{}", quote_identifier(&column.name)))
                } else {
                    conversion.map(|c| {
                        c.violators.map_or(c.using.clone(), |lost| {
                            format!("CASE WHEN {lost} THEN NULL ELSE {} END", c.using)
                        })
                    })
                }
            });
            match self.inserted(faults, new, column, own) {
                Ok(Some(value)) => {
                    columns.push(column.name.as_str());
                    values.push(value);
                }
                Ok(None) => {}
                Err(()) => impossible.push(column.name.clone()),
            }
        }
        let (source, target) = (self.relation(old), self.relation(new));
        let quoted = quote_identifier(key);
        let missing =
            format!("NOT EXISTS (SELECT 1 FROM {target} AS o WHERE o.{quoted} = t.{quoted}::text)");
        let mut probe = Guard {
            violators: format!(
                "SELECT t.{quoted}::text AS item FROM {source} AS t WHERE {missing}"
            ),
            what: format!("rows of {old} that are not in {new}"),
            advice: format!(
                "their values collide with rows of {new} (see its unique columns): change one or the other, then run fix-schema again"
            ),
            for_repair: false,
        };
        if !impossible.is_empty() {
            self.plan.refused.push(Note {
                object: old.to_owned(),
                text: format!(
                    "its rows cannot be copied to {new}: they have nothing for {}",
                    impossible.join(", ")
                ),
            });
            self.plan.lists.push(probe);
            return;
        }
        self.plan.remains.push(probe.clone());
        // A number that another row has is that row's; the copy waits for a person.
        let mut collides = String::new();
        for unique in &wanted.uniques {
            let [column] = unique.columns.as_slice() else {
                continue;
            };
            let value = columns
                .iter()
                .position(|name| name == column)
                .and_then(|at| values.get(at));
            if let (Some(value), Some(_)) = (value, into.column(column)) {
                collides.push_str(&format!(
                    " AND NOT EXISTS (SELECT 1 FROM {target} AS o WHERE o.{} = {value})",
                    quote_identifier(column)
                ));
            }
        }
        probe.violators.push_str(&collides);
        let sql = format!(
            "WITH carried AS (INSERT INTO {target} AS n ({}) SELECT {} FROM {source} AS t WHERE {missing}{collides} ON CONFLICT DO NOTHING RETURNING n.{quoted}, md5(n::text) AS copied) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, {quoted}, NULL, copied FROM carried",
            quote_list(&columns),
            values.join(", "),
            crate::schema::name::quote_literal(new),
        );
        // Rows that somebody changed, or that other rows refer to by now, are somebody's and stay.
        let back = format!(
            "DELETE FROM {target} AS n USING sunset.schema_kept AS k \
             WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = n.{quoted} \
             AND k.value IS NOT DISTINCT FROM md5(n::text){}",
            self.unreferenced(new)
        );
        let mut steps = Vec::new();
        steps.extend(self.make_owner());
        steps.push(
            Step::new(Stage::Data, format!("copy rows of {old} to {new}"), sql)
                .undone_by(back)
                .locking(new, LockMode::RowExclusive)
                .working(Work::Writes),
        );
        self.plan.repairs.push(Repair {
            title: format!("table {old} stands beside {new} and has rows that {new} has not: copy them, {old} stays"),
            structural: false,
            probe: Some(probe),
            steps,
        });
    }

    /// The expression for a column of a copied row; `None` leaves it to its default, an error
    /// says that it must have a value and has none.
    fn inserted(
        &self,
        faults: &[Fault],
        table: &str,
        column: &Column,
        own: Option<String>,
    ) -> Result<Option<String>, ()> {
        let filler = faults.iter().find_map(|fault| match fault {
            Fault::Empty {
                table: t,
                column: c,
                filler,
            } if *t == table && *c == column.name => Some(*filler),
            _ => None,
        });
        let value = match (filler, own) {
            (Some(filler), own) => {
                let fallback = self.filler_expression(filler);
                match (filler, own) {
                    // A user that does not exist would refuse the row.
                    (Filler::MigrationUser, Some(own)) => format!(
                        "coalesce((SELECT u.id FROM {} AS u WHERE u.id = {own}), {fallback})",
                        self.relation("user")
                    ),
                    (_, Some(own)) => format!("coalesce({own}, {fallback})"),
                    (_, None) => fallback,
                }
            }
            (None, Some(own)) => match (&column.default, column.required) {
                (Some(default), true) => format!("coalesce({own}, {})", default.sql()),
                _ => own,
            },
            (None, None) if column.required && column.default.is_none() => return Err(()),
            (None, None) => return Ok(None),
        };
        Ok(Some(value))
    }
}
