//! Enums and their values.

use super::{Planner, dotted};
use crate::schema::ddl;
use crate::schema::model::{Column, ColumnType, Table};
use crate::schema::name::{qualified, quote_literal};
use crate::schema::steps::{Difference, Effect, Note, Stage, Step, Verdict};

impl Planner<'_> {
    pub(super) fn enums(&mut self) {
        let namespace = &self.desired.namespace;
        for wanted in &self.desired.enums {
            let name = qualified(namespace, &wanted.name);
            let Some(live) = self.live.enums.iter().find(|each| each.name == wanted.name) else {
                if let Some(kind) = self.kind_of_name(&wanted.name) {
                    self.differs(&wanted.name, "the enum is missing");
                    self.refuse(
                        &wanted.name,
                        format!("{kind} has the name of this enum; rename or drop that one"),
                    );
                    self.other_enums.insert(wanted.name.clone());
                    continue;
                }
                self.plan.differences.push(Difference {
                    object: wanted.name.clone(),
                    what: "the enum is missing".into(),
                });
                self.plan.steps.push(
                    Step::new(
                        Stage::Structure,
                        format!("create enum {}", wanted.name),
                        ddl::create_enum(namespace, wanted),
                    )
                    .undone_by(format!("DROP TYPE IF EXISTS {name}")),
                );
                continue;
            };
            let missing: Vec<_> = wanted
                .values
                .iter()
                .filter(|v| !live.values.contains(v))
                .collect();
            if live
                .values
                .iter()
                .any(|value| !wanted.values.contains(value))
            {
                self.plan.extras.push(Note {
                    object: wanted.name.clone(),
                    text: format!("the enum has other values: {}", live.values.join(", ")),
                });
                if live
                    .values
                    .iter()
                    .all(|value| !wanted.values.contains(value))
                    && !live.values.is_empty()
                {
                    self.plan.differences.push(Difference {
                        object: wanted.name.clone(),
                        what: format!("the enum has the values {}", live.values.join(", ")),
                    });
                    self.refuse(
                        &wanted.name,
                        "another enum has this name: rename that one (ALTER TYPE … RENAME TO …), or move it to another schema, and run schema-push again",
                    );
                    self.other_enums.insert(wanted.name.clone());
                    continue;
                }
            }
            let present = live.values.clone();
            for value in missing {
                self.plan.differences.push(Difference {
                    object: wanted.name.clone(),
                    what: format!("the enum has no value {value}"),
                });
                let sql = format!(
                    "ALTER TYPE {name} ADD VALUE IF NOT EXISTS {}{}",
                    quote_literal(value),
                    place_of(value, &wanted.values, &present)
                );
                let title = format!("add value {value} to enum {}", wanted.name);
                let why = "no value can be taken out of an enum again: it stays when the schema is taken back";
                self.plan.steps.push(
                    Step::new(Stage::Values, title, sql)
                        .verdict(Verdict::NeedsAttention(why.into()))
                        .making(Effect::ExtendsEnum {
                            name: wanted.name.clone(),
                        }),
                );
            }
        }
    }

    /// Refuses a column whose enum has other values, and all that would be made of it. Says whether
    /// it has.
    pub(super) fn other_enum(&mut self, table: &Table, column: &Column) -> bool {
        let other = self.has_other_enum(column);
        if other {
            self.refuse(
                &dotted(&table.name, &column.name),
                "its enum is not the desired one",
            );
            self.unusable
                .insert((table.name.clone(), column.name.clone()));
        }
        other
    }

    /// Whether a column's enum is there with other values than the desired ones.
    pub(super) fn has_other_enum(&self, column: &Column) -> bool {
        matches!(&column.column_type, ColumnType::Enum(name) if self.other_enums.contains(name))
    }
}

/// Where a value stands among those of an enum: behind the nearest one before it, all of which
/// are there when its turn comes, else before the first that is there.
fn place_of(value: &str, wanted: &[String], present: &[String]) -> String {
    let at = wanted.iter().position(|each| each == value).unwrap_or(0);
    if let Some(before) = at.checked_sub(1).and_then(|at| wanted.get(at)) {
        return format!(" AFTER {}", quote_literal(before));
    }
    present
        .iter()
        .find(|each| wanted.contains(each))
        .map_or_else(String::new, |first| {
            format!(" BEFORE {}", quote_literal(first))
        })
}
