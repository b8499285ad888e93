//! What the database has beyond the desired schema.

use super::{HELPER_CHECK, Planner, dotted};
use crate::schema::live::{ConstraintKind, LiveTable};
use crate::schema::model::Table;
use crate::schema::name::quote_identifier;
use crate::schema::steps::Note;

impl Planner<'_> {
    pub(super) fn extras(&mut self) {
        let mut extras = Vec::new();
        for live in &self.live.tables {
            match self.desired.table(&live.name) {
                Some(table) if table.established => {}
                Some(table) if self.directions.concerns(&live.name) => {
                    self.extras_of(table, live, &mut extras);
                }
                None if self.directions.only.is_none() && !self.desired.is_shared() => {
                    extras.push(Note {
                        object: live.name.clone(),
                        text: live.kind_name().to_owned(),
                    })
                }
                _ => {}
            }
        }
        for live in &self.live.enums {
            if self
                .desired
                .enums
                .iter()
                .all(|wanted| wanted.name != live.name)
                && self.directions.only.is_none()
                && !self.desired.is_shared()
            {
                extras.push(Note {
                    object: live.name.clone(),
                    text: "enum".to_owned(),
                });
            }
        }
        self.plan.extras.append(&mut extras);
    }

    fn extras_of(&self, table: &Table, live: &LiveTable, extras: &mut Vec<Note>) {
        for column in &live.columns {
            if table.column(&column.name).is_none() {
                let blocking = column.required && column.default.is_none() && !column.generated;
                let text = if blocking {
                    format!(
                        "column, {} NOT NULL without a default: an INSERT that does not name it fails",
                        column.type_name
                    )
                } else {
                    format!("column, {}", column.type_name)
                };
                extras.push(Note {
                    object: dotted(&table.name, &column.name),
                    text,
                });
            }
        }
        for constraint in &live.constraints {
            let wanted = match constraint.kind {
                ConstraintKind::PrimaryKey => true,
                ConstraintKind::Unique => table
                    .uniques
                    .iter()
                    .any(|unique| unique.columns == constraint.columns),
                // One that points elsewhere is a difference, and told as such.
                ConstraintKind::ForeignKey => table.foreign_keys.iter().any(|key| {
                    key.columns == constraint.columns
                        && (!self.points_as_desired(constraint, key)
                            || self
                                .reference_on(live, key)
                                .is_some_and(|chosen| chosen.name == constraint.name))
                }),
                ConstraintKind::Check => {
                    constraint.name.starts_with(HELPER_CHECK)
                        || table
                            .checks
                            .iter()
                            .any(|check| check.name == constraint.name)
                }
                ConstraintKind::Other => false,
            };
            if !wanted {
                extras.push(Note {
                    object: constraint.name.clone(),
                    text: format!("constraint of {}, {}", table.name, constraint.definition),
                });
            }
        }
        for index in &live.indexes {
            let taken_over = format!("USING INDEX {}", quote_identifier(&index.name));
            let wanted = index.of_constraint
                || self
                    .plan
                    .steps
                    .iter()
                    .any(|step| step.sql.iter().any(|sql| sql.ends_with(&taken_over)))
                || table.indexes.iter().any(|each| each.name == index.name)
                || table.uniques.iter().any(|unique| unique.name == index.name)
                || self.plan.steps.iter().any(|step| {
                    step.title
                        .starts_with(&format!("rename index {} to ", index.name))
                });
            if !wanted {
                extras.push(Note {
                    object: index.name.clone(),
                    text: format!("index of {}", table.name),
                });
            }
        }
    }
}
