//! Rows of a table under its old name that stands beside the new one.

use super::triggers::Change;
use super::{Fault, Filler, Planner, Repair};
use crate::schema::conversion::Conversion;
use crate::schema::diff;
use crate::schema::live::{LiveColumn, LiveTable};
use crate::schema::model::{Column, Table};
use crate::schema::name::{quote_identifier, quote_list, quote_literal};
use crate::schema::steps::{Effect, Guard, LockMode, Stage, Step, Work};

/// What a copied row is made of.
#[derive(Default)]
pub(super) struct Copied {
    pub(super) columns: Vec<String>,
    /// Of a row `t` of the old table.
    values: Vec<String>,
    /// Columns that must have a value and have none.
    impossible: Vec<String>,
    /// Values that the copy cannot hold: the column, a condition on `t`, and what becomes of it.
    losses: Vec<(String, String, String)>,
}

impl Copied {
    fn take(&mut self, column: &str, value: String) {
        self.columns.push(column.to_owned());
        self.values.push(value);
    }

    /// `value AS "column", …`
    pub(super) fn named(&self) -> String {
        let named: Vec<_> = self
            .columns
            .iter()
            .zip(&self.values)
            .map(|(column, value)| format!("{value} AS {}", quote_identifier(column)))
            .collect();
        named.join(", ")
    }
}

impl Planner<'_> {
    /// Both tables are there: rows that only the old one has are copied. The old one stays.
    pub(super) fn merge(&mut self, faults: &[Fault], old: &str, new: &str) {
        if self.original.table(new).is_none() || self.original.table(old).is_none() {
            return;
        }
        if !self.has_column("user", "id") {
            self.refuse(
                old.to_owned(),
                "there is no table user yet for the owners of its rows; run schema-push",
            );
            return;
        }
        let (Some(wanted), Some(from), Some(into)) = (
            self.desired.table(new),
            self.live.table(old).cloned(),
            self.live.table(new).cloned(),
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
        let copied = self.copied(faults, wanted, &from, &into);
        let (source, target) = (self.relation(old), self.relation(new));
        let quoted = quote_identifier(key);
        let mut missing = format!(
            "t.{quoted} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} AS o WHERE o.{quoted}::text = t.{quoted}::text)"
        );
        if from
            .primary_key()
            .is_none_or(|has| has.columns != [key.as_str()])
        {
            // Which of two rows with one id is meant is for a person to say.
            missing.push_str(&format!(
                " AND t.{quoted} IN (SELECT d.{quoted} FROM {source} AS d GROUP BY d.{quoted} HAVING count(*) = 1)"
            ));
            self.plan.lists.push(Guard {
                violators: format!(
                    "SELECT coalesce(t.{quoted}::text, 'NULL') || ' (' || count(*) || ' rows)' AS item FROM {source} AS t \
                     GROUP BY t.{quoted} HAVING count(*) > 1 OR t.{quoted} IS NULL"
                ),
                what: format!("values of {old}.{key} that name no single row"),
                advice: format!(
                    "{new} has one row for each at most: give the others a {key} of their own, then run fix-schema again"
                ),
                for_repair: false,
            });
        }
        let remain = Guard {
            violators: format!(
                "SELECT t.{quoted}::text AS item FROM {source} AS t WHERE {missing}"
            ),
            what: format!("rows of {old} that are not in {new}"),
            advice: format!(
                "their values collide with rows of {new}, or with one another (see its unique columns): change one or the other, then run fix-schema again"
            ),
            for_repair: false,
        };
        if !copied.impossible.is_empty() {
            self.refuse(
                old.to_owned(),
                format!(
                    "its rows cannot be copied to {new}: they have nothing for {}",
                    copied.impossible.join(", ")
                ),
            );
            self.plan.lists.push(remain);
            return;
        }
        let chosen = self.chosen(&copied, wanted, &into, &source, &missing);
        // Those that collide are known before; those that another transaction's rows keep out are
        // not, and are asked for when all is done.
        self.plan.lists.push(Guard {
            violators: format!(
                "{chosen} SELECT t.{quoted}::text AS item FROM {source} AS t WHERE {missing} \
                 AND t.{quoted}::text NOT IN (SELECT c.{quoted}::text FROM chosen AS c)"
            ),
            ..remain.clone()
        });
        for (column, condition, becomes) in &copied.losses {
            let name = quote_identifier(column);
            let shown = if diff::is_secret(column) {
                format!("t.{quoted}::text")
            } else {
                format!("t.{quoted}::text || ' (' || left(t.{name}::text, 80) || ')'")
            };
            self.plan.losses.push(Guard {
                violators: format!(
                    "{chosen} SELECT {shown} AS item FROM {source} AS t WHERE t.{name} IS NOT NULL AND ({condition}) \
                     AND t.{quoted}::text IN (SELECT c.{quoted}::text FROM chosen AS c)"
                ),
                what: format!("rows of {old} whose {column} {becomes}"),
                advice: format!("{old} stays, with what they hold"),
                for_repair: false,
            });
        }
        let probe = Guard {
            violators: format!("{chosen} SELECT {quoted}::text AS item FROM chosen"),
            ..remain
        };
        let sql = format!(
            "{chosen}, carried AS (INSERT INTO {target} AS n ({list}) SELECT {list} FROM chosen \
             ON CONFLICT DO NOTHING RETURNING n.{quoted}::text AS row_id, md5(n::text) AS copied) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, row_id, NULL, copied FROM carried",
            quote_literal(new),
            list = quote_list(&copied.columns),
        );
        // Rows that somebody changed, or that other rows refer to by now, are somebody's and stay.
        let back = format!(
            "DELETE FROM {target} AS n USING sunset.schema_kept AS k \
             WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = n.{quoted}::text \
             AND k.value IS NOT DISTINCT FROM md5(n::text){}",
            self.unreferenced(new, "n", None)
        );
        let step = Step::new(Stage::Data, format!("copy rows of {old} to {new}"), sql);
        let step = self
            .with_triggers(step, new, Change::Insert)
            .undone_by(back)
            .locking(new, LockMode::RowExclusive)
            .working(Work::Writes)
            .making(Effect::Keeps {
                table: new.to_owned(),
                column: None,
                unchanged: format!(
                    "k.value IS NOT DISTINCT FROM md5(t::text){}",
                    self.unreferenced(new, "t", Some("k"))
                ),
                swept: false,
            });
        let mut steps = Vec::new();
        steps.extend(self.make_owner());
        steps.push(Step {
            guard: self.owner_guard(),
            ..step
        });
        self.plan.repairs.push(Repair {
            title: format!("table {old} stands beside {new} and has rows that {new} has not: copy them, {old} stays"),
            structural: false,
            probe: Some(probe),
            steps,
        });
    }

    fn copied(
        &self,
        faults: &[Fault],
        wanted: &Table,
        from: &LiveTable,
        into: &LiveTable,
    ) -> Copied {
        let mut copied = Copied::default();
        let namespace = &self.desired.namespace;
        for column in &wanted.columns {
            let has = self.type_of(&wanted.name, &column.name).unwrap_or_default();
            let own = from
                .column(&column.name)
                .and_then(|found| self.own_value(&wanted.name, column, found, &mut copied));
            let filler = filler_of(faults, &wanted.name, &column.name);
            let fits = column.column_type.matches(namespace, &has)
                || filler.is_none()
                    && from
                        .column(&column.name)
                        .is_some_and(|found| found.type_name == has);
            if !fits {
                copied.impossible.push(format!("{} ({has})", column.name));
                continue;
            }
            if let (Some(Filler::MigrationUser), Some(own)) = (filler, &own) {
                copied.losses.push((
                    column.name.clone(),
                    format!(
                        "NOT EXISTS (SELECT 1 FROM {} AS u WHERE u.id::text = {own}::text)",
                        self.relation("user")
                    ),
                    "names nobody: the migration's user gets the copy".into(),
                ));
            }
            match self.inserted(filler, column, own) {
                Ok(Some(value)) => copied.take(&column.name, value),
                Ok(None) => {}
                Err(()) => copied.impossible.push(column.name.clone()),
            }
        }
        for column in from
            .columns
            .iter()
            .filter(|c| wanted.column(&c.name).is_none())
        {
            match into.column(&column.name) {
                Some(same) if same.type_name == column.type_name && !same.generated => {
                    copied.take(
                        &column.name,
                        format!("t.{}", quote_identifier(&column.name)),
                    );
                }
                _ => copied.losses.push((
                    column.name.clone(),
                    "true".into(),
                    format!("has no column in {}", wanted.name),
                )),
            }
        }
        for column in &into.columns {
            let needs = column.required && column.default.is_none() && !column.generated;
            if needs
                && !copied.columns.contains(&column.name)
                && wanted.column(&column.name).is_none()
            {
                copied.impossible.push(column.name.clone());
            }
        }
        copied
    }

    /// The old row's own value, as the new column holds it; what it cannot hold is noted.
    fn own_value(
        &self,
        table: &str,
        column: &Column,
        found: &LiveColumn,
        copied: &mut Copied,
    ) -> Option<String> {
        let namespace = &self.desired.namespace;
        // Qualified: the row that it might collide with has a column of this name, too.
        let name = format!("t.{}", quote_identifier(&column.name));
        let has = self.type_of(table, &column.name)?;
        if found.type_name == has || column.column_type.matches(namespace, &found.type_name) {
            return Some(name);
        }
        let conversion = Conversion::of(
            namespace,
            &name,
            &found.type_name,
            found.is_enum,
            &column.column_type,
        );
        let becomes = format!("{has} cannot hold: the copy has none, or the usual one");
        let Some(conversion) = conversion else {
            copied
                .losses
                .push((column.name.clone(), "true".into(), becomes));
            return None;
        };
        Some(match conversion.violators {
            None => conversion.using,
            Some(lost) => {
                copied
                    .losses
                    .push((column.name.clone(), lost.clone(), becomes));
                format!("CASE WHEN {lost} THEN NULL ELSE {} END", conversion.using)
            }
        })
    }

    /// The expression for a column of a copied row; `None` leaves it to its default, an error
    /// says that it must have a value and has none.
    fn inserted(
        &self,
        filler: Option<Filler>,
        column: &Column,
        own: Option<String>,
    ) -> Result<Option<String>, ()> {
        let value = match (filler, own) {
            (Some(filler), own) => {
                let fallback = self.filler_expression(filler);
                match (filler, own) {
                    // A user that does not exist would refuse the row.
                    (Filler::MigrationUser, Some(own)) => format!(
                        "coalesce((SELECT u.id::text FROM {} AS u WHERE u.id::text = {own}::text), {fallback})",
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

fn filler_of(faults: &[Fault], table: &str, column: &str) -> Option<Filler> {
    faults.iter().find_map(|fault| match fault {
        Fault::Empty {
            table: t,
            column: c,
            filler,
        } if *t == table && *c == column => Some(*filler),
        _ => None,
    })
}
