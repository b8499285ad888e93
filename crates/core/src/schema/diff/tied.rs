//! Columns that foreign keys tie to each other: both ends of a key change their types together, or
//! not at all.

use super::references::family;
use super::{Claims, Planner, dotted};
use crate::schema::conversion::Conversion;
use crate::schema::live::{ConstraintKind, LiveConstraint};
use crate::schema::steps::{LockMode, Step};

/// What hangs together with a column.
#[derive(Default)]
pub(super) struct Tied {
    /// Tables and columns, that one among them.
    columns: Vec<(String, String)>,
    /// The foreign keys between them, with their tables.
    keys: Vec<(String, LiveConstraint)>,
    /// A foreign key from or to another schema, in words.
    outer: Option<String>,
}

impl Planner<'_> {
    /// All that foreign keys tie to a column, over however many tables.
    pub(super) fn tied(&self, table: &str, column: &str) -> Tied {
        let mut tied = Tied {
            columns: vec![(table.to_owned(), column.to_owned())],
            ..Tied::default()
        };
        let mut at = 0;
        while let Some((table, column)) = tied.columns.get(at).cloned() {
            at += 1;
            let ends = |of: &str, list: &[String]| of == table && list.contains(&column);
            for live in &self.live.tables {
                for key in &live.constraints {
                    let Some(target) = key
                        .target
                        .as_ref()
                        .filter(|_| key.kind == ConstraintKind::ForeignKey)
                    else {
                        continue;
                    };
                    let here = target.namespace == self.live.namespace;
                    let own = ends(&live.name, &key.columns);
                    if own && !here {
                        tied.outer = Some(format!(
                            "the foreign key {} refers to {}.{}",
                            key.name, target.namespace, target.table
                        ));
                    } else if own || here && ends(&target.table, &target.columns) {
                        tied.take(&live.name, key);
                    }
                }
            }
            let live = self.live.table(&table);
            let outer = live.into_iter().flat_map(|live| &live.outer_keys);
            for key in outer.filter(|key| key.columns.contains(&column)) {
                tied.outer = Some(format!(
                    "the foreign key {} of {}.{} refers to it",
                    key.name, key.namespace, key.table
                ));
            }
        }
        tied
    }

    /// Why the type of a column cannot be changed together with others, where nothing is in its
    /// table; none where it can, or is right already.
    fn stays_apart(&self, table: &str, column: &str) -> Option<String> {
        let wanted = self.desired.table(table).filter(|t| !t.established);
        let (Some(wanted), Some(live)) = (
            wanted.and_then(|wanted| wanted.column(column)),
            self.live.table(table),
        ) else {
            return Some(format!(
                "{} is not in the desired schema",
                dotted(table, column)
            ));
        };
        let found = live.column(column)?;
        let namespace = &self.desired.namespace;
        if wanted.column_type.matches(namespace, &found.type_name) {
            return None;
        }
        if live.has_rows {
            return Some(format!("{table} has rows"));
        }
        let claimed = Claims::claims(&self.directions.leave.types, table, column);
        if claimed || !self.directions.concerns(table) {
            return Some(format!("{table} is schema-push's to change"));
        }
        let conversion = Conversion::between(
            namespace,
            column,
            &found.type_name,
            found.is_enum,
            &wanted.column_type,
        );
        let free = live.kind == "r"
            && live.typed.is_none()
            && !found.generated
            && found.used_by.is_empty()
            && live.row_used_by.is_empty()
            && conversion.is_some_and(|conversion| conversion.violators.is_none());
        (!free).then(|| {
            format!(
                "{} ({}) cannot be changed without a person",
                dotted(table, column),
                found.type_name
            )
        })
    }
}

impl Tied {
    fn take(&mut self, table: &str, key: &LiveConstraint) {
        let Some(target) = &key.target else { return };
        let known = |(of, each): &(String, LiveConstraint)| of == table && each.name == key.name;
        if self.keys.iter().any(known) {
            return;
        }
        let own = key.columns.iter().map(|column| (table, column));
        let other = target.columns.iter().map(|c| (target.table.as_str(), c));
        for (table, column) in own.chain(other) {
            let column = (table.to_owned(), column.clone());
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
        self.keys.push((table.to_owned(), key.clone()));
    }

    /// Why the columns cannot get other types together; none where they can, or nothing ties them.
    pub(super) fn apart(&self, planner: &Planner<'_>) -> Option<String> {
        const TOGETHER: &str = "change both ends by hand, in one transaction (drop the foreign keys, change the types, make the keys again), then run schema-push again";
        if let Some(outer) = &self.outer {
            return Some(format!("{outer}; {TOGETHER}"));
        }
        let why = self
            .columns
            .iter()
            .filter(|_| !self.keys.is_empty())
            .find_map(|(table, column)| planner.stays_apart(table, column))?;
        let keys: Vec<String> = self
            .keys
            .iter()
            .map(|(table, key)| format!("{} of {table}", key.name))
            .collect();
        Some(format!(
            "foreign keys tie both ends to one type ({}), and {why}; {TOGETHER}",
            keys.join(", ")
        ))
    }

    /// The change of one of the columns: the first drops the keys, the last makes them again.
    pub(super) fn bound(&self, planner: &Planner<'_>, of: (&str, &str), mut step: Step) -> Step {
        if self.keys.is_empty() {
            return step;
        }
        let changing = planner.in_order(&self.columns);
        let is = |each: Option<&(String, String)>| {
            each.is_some_and(|(table, column)| (table.as_str(), column.as_str()) == of)
        };
        let drops = || {
            self.keys
                .iter()
                .map(|(table, key)| planner.drop_constraint(table, &key.name))
        };
        let makes = || {
            self.keys
                .iter()
                .map(|(table, key)| planner.make_again(table, key))
        };
        if is(changing.first()) {
            step.sql.splice(0..0, drops());
            step.inverse.extend(makes());
        }
        if is(changing.last()) {
            step.sql.extend(makes());
            step.inverse.splice(0..0, drops());
        }
        if is(changing.first()) || is(changing.last()) {
            for (table, key) in &self.keys {
                step = step.locking(table, LockMode::AccessExclusive);
                if let Some((schema, target)) = planner.other_end(table, key) {
                    step = step.locking_in(schema.as_deref(), &target, LockMode::AccessExclusive);
                }
            }
        }
        step
    }
}

impl Planner<'_> {
    /// Those of the columns that get a type of another family, in the order of their steps.
    fn in_order(&self, columns: &[(String, String)]) -> Vec<(String, String)> {
        let mut changing = Vec::new();
        for table in &self.desired.tables {
            for column in &table.columns {
                let of = (table.name.clone(), column.name.clone());
                let live = self.live.table(&table.name);
                let found = live.and_then(|live| live.column(&column.name));
                let wanted = column.column_type.sql(&self.desired.namespace);
                if found.is_some_and(|found| family(&found.type_name) != family(&wanted))
                    && columns.contains(&of)
                {
                    changing.push(of);
                }
            }
        }
        changing
    }
}
