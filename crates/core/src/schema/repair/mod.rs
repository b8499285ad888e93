//! Known faults of older databases, and their repair: probe, plan, execution, verification.
//!
//! A repair is planned over the schema as the repairs before it will leave it. What it changes in
//! rows is kept in `sunset.schema_kept` under the number of its step (`current_setting
//! ('sunset.step')`), so that nothing is lost and the step can be undone.

mod carry;
mod chosen;
mod duration;
mod fill;
mod merge;
mod swept;
mod table;
mod triggers;

pub use self::fill::UNKNOWN_OWNER;
use self::swept::Swept;

use serde::{Deserialize, Serialize};

use super::diff::{self, Claims, Directions};
use super::live::LiveSchema;
use super::model::Schema;
use super::name::qualified;
use super::steps::{Effect, Guard, Note, SchemaPlan, Stage, Step};

/// What an older database may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A table under its old name, alone or beside the new one.
    OldTable {
        /// `leads`
        old: &'static str,
        /// `opportunities`
        new: &'static str,
    },
    /// A column under its old name, instead of or beside the new one, that refers to `target`.
    OldReference {
        /// The table.
        table: &'static str,
        /// `lead_id`
        old: &'static str,
        /// `opportunity_id`
        new: &'static str,
        /// The table that both refer to, by `id`.
        target: &'static str,
    },
    /// A column that must not be NULL is missing, or empty.
    Empty {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What it gets.
        filler: Filler,
    },
    /// Seconds as a fraction, to be rounded as the mapping rounds.
    Rounded {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A reference whose foreign key is missing or points elsewhere.
    Dangling {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

/// What an empty column gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filler {
    /// The owner of migrated rows.
    MigrationUser,
    /// The row's id, unless another row has it in this column.
    UniqueId,
    /// A prefix and the first 8 characters of the row's id.
    PrefixedId {
        /// The prefix.
        prefix: &'static str,
    },
}

/// One repair that may be due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What is wrong, and what is done about it.
    pub title: String,
    /// Due whatever the rows hold: the schema itself is wrong.
    pub structural: bool,
    /// Due when this finds rows.
    pub probe: Option<Guard>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// Everything that may be due, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RepairPlan {
    /// Repairs, each planned over what those before it leave.
    pub repairs: Vec<Repair>,
    /// Rows that no repair can put right; they stay as they are and are listed.
    pub lists: Vec<Guard>,
    /// Rows that a repair should have put right; those that it finds behind the repairs are listed.
    pub remains: Vec<Guard>,
    /// Rows that lose a value to a repair, which keeps it in the ledger; listed before the repairs.
    pub losses: Vec<Guard>,
    /// What cannot be repaired.
    pub refused: Vec<Note>,
    /// Tables that are there under their old name, and so have that name in `lists` and probes.
    #[serde(skip)]
    pub renamed: Vec<(String, String)>,
}

/// What the faults keep `schema-push` from doing itself.
pub fn claims(desired: &Schema, faults: &[Fault], live: &LiveSchema) -> Claims {
    let mut claims = Claims::default();
    for fault in faults {
        match *fault {
            Fault::OldTable { old, new } => {
                if table::can_be_renamed(desired, live, old, new) {
                    claims.tables.push((new.into(), old.into()));
                }
            }
            Fault::OldReference {
                table, old, new, ..
            } => {
                if live.table(table).is_some_and(|t| t.column(old).is_some()) {
                    claims.fills.push((table.into(), new.into()));
                }
            }
            Fault::Empty { table, column, .. } => claims.fills.push((table.into(), column.into())),
            Fault::Rounded { table, column } => {
                if duration::is_due(live, table, column) {
                    claims.types.push((table.into(), column.into()));
                }
            }
            Fault::Dangling { table, column } => {
                claims.references.push((table.into(), column.into()));
            }
        }
    }
    claims
}

/// Everything that may be due. `owner` is the user that rows without one get (`user.id`); the
/// migration's own user, made when absent, where none is named.
pub fn plan(
    desired: &Schema,
    faults: &[Fault],
    live: &LiveSchema,
    owner: Option<&str>,
) -> RepairPlan {
    let mut planner = Planner {
        desired,
        original: live,
        live: live.clone(),
        owner,
        added: Vec::new(),
        retyped: Vec::new(),
        plan: RepairPlan::default(),
    };
    planner.renames(faults);
    let (columns, types, rest) = planner.completion(faults);
    planner.add_columns(columns);
    planner.change_types(types);
    for fault in faults {
        match *fault {
            Fault::OldTable { old, new } => planner.merge(faults, old, new),
            Fault::OldReference {
                table,
                old,
                new,
                target,
            } => {
                planner.carry(table, old, new, target);
            }
            Fault::Empty {
                table,
                column,
                filler,
            } => planner.fill(table, column, filler),
            Fault::Rounded { table, column } => planner.round(table, column),
            Fault::Dangling { table, column } => planner.dangling(table, column),
        }
    }
    planner.complete(rest);
    let mut plan = planner.plan;
    plan.speak_for_themselves();
    plan
}

impl RepairPlan {
    /// What the completion of tables says of rows and objects is meant for whoever runs schema-push,
    /// which would send back here for what is left to the repairs.
    fn speak_for_themselves(&mut self) {
        let here = |text: &mut String| {
            *text = text.replace("run schema-push again", "run fix-schema again");
        };
        let steps = self.repairs.iter_mut().flat_map(|repair| &mut repair.steps);
        for guard in steps.filter_map(|step| step.guard.as_mut()) {
            here(&mut guard.advice);
        }
        for note in &mut self.refused {
            here(&mut note.text);
        }
    }
}

/// Whether a type is text of any length.
fn is_text(type_name: &str) -> bool {
    type_name == "text" || type_name.starts_with("character varying")
}

struct Planner<'a> {
    desired: &'a Schema,
    original: &'a LiveSchema,
    /// As the renames leave it.
    live: LiveSchema,
    owner: Option<&'a str>,
    /// Columns that the first repairs add.
    added: Vec<(String, String)>,
    /// Columns that they give the desired type.
    retyped: Vec<(String, String)>,
    plan: RepairPlan,
}

impl Planner<'_> {
    /// The tables of the faults, brought to the desired schema: columns to add and types to change,
    /// which come first, and the rest, which comes last.
    fn completion(&mut self, faults: &[Fault]) -> (Vec<Step>, Vec<Step>, SchemaPlan) {
        let mut only: Vec<String> = Vec::new();
        for fault in faults {
            let name = match *fault {
                Fault::OldTable { new, .. } => new,
                Fault::OldReference { table, .. }
                | Fault::Empty { table, .. }
                | Fault::Rounded { table, .. }
                | Fault::Dangling { table, .. } => table,
            };
            if self.live.table(name).is_some() && !only.iter().any(|each| each == name) {
                only.push(name.to_owned());
            }
        }
        // Rounding is a repair of its own; over it the column is what is desired.
        let mut live = self.live.clone();
        for fault in faults {
            if let Fault::Rounded { table, column } = *fault
                && duration::is_due(&self.live, table, column)
                && let Some(found) = live.table_mut(table).and_then(|t| t.column_mut(column))
            {
                "integer".clone_into(&mut found.type_name);
                found.default = None;
                found.required = false;
            }
        }
        let directions = Directions {
            only: Some(only),
            ..Directions::default()
        };
        let mut plan = diff::plan(self.desired, &live, &directions);
        let (columns, rest): (Vec<Step>, Vec<Step>) = plan.steps.into_iter().partition(|step| {
            step.stage == Stage::Structure && matches!(step.effect, Effect::AddsColumn { .. })
        });
        let (types, rest): (Vec<Step>, Vec<Step>) = rest
            .into_iter()
            .partition(|step: &Step| matches!(step.effect, Effect::ChangesType { .. }));
        plan.steps = rest;
        (columns, types, plan)
    }

    fn add_columns(&mut self, steps: Vec<Step>) {
        let mut tables: Vec<String> = Vec::new();
        for step in &steps {
            if let Effect::AddsColumn { table, column, .. } = &step.effect {
                self.added.push((table.clone(), column.clone()));
                if !tables.contains(table) {
                    tables.push(table.clone());
                }
            }
        }
        if steps.is_empty() {
            return;
        }
        self.plan.repairs.push(Repair {
            title: format!("columns are missing from {}: add them", tables.join(", ")),
            structural: true,
            probe: None,
            steps,
        });
    }

    /// Before anything is written that the old types might not hold.
    fn change_types(&mut self, steps: Vec<Step>) {
        let mut columns: Vec<String> = Vec::new();
        for step in &steps {
            if let Effect::ChangesType { table, column, .. } = &step.effect {
                self.retyped.push((table.clone(), column.clone()));
                columns.push(format!("{table}.{column}"));
            }
        }
        if steps.is_empty() {
            return;
        }
        self.plan.repairs.push(Repair {
            title: format!("columns have other types: {}", columns.join(", ")),
            structural: true,
            probe: None,
            steps,
        });
    }

    fn complete(&mut self, mut rest: SchemaPlan) {
        self.plan.refused.append(&mut rest.refused);
        if rest.steps.is_empty() {
            return;
        }
        self.plan.repairs.push(Repair {
            title:
                "keys, constraints, types and defaults are not as they should be: put them right"
                    .into(),
            structural: true,
            probe: None,
            steps: rest.steps,
        });
    }

    /// Rows that refer to nothing are listed; the foreign key itself is part of the completion.
    fn dangling(&mut self, table: &str, column: &str) {
        let Some(key) = self
            .desired
            .table(table)
            .and_then(|t| t.foreign_keys.iter().find(|key| key.columns == [column]))
        else {
            return;
        };
        if self.is_text(table, column) && self.live.table(&key.target).is_some() {
            let mut key = key.clone();
            key.target = self.now(&key.target).to_owned();
            let mut guard =
                diff::orphans(&self.desired.namespace, "t.id::text", self.now(table), &key);
            guard.advice =
                format!("set {column} to a row that exists, or to NULL, then run fix-schema again");
            self.plan.lists.push(guard);
        }
    }

    fn is_text(&self, table: &str, column: &str) -> bool {
        self.live
            .table(table)
            .and_then(|t| t.column(column))
            .is_some_and(|c| is_text(&c.type_name))
    }

    /// The type that a column has when its turn comes.
    fn type_of(&self, table: &str, column: &str) -> Option<String> {
        let is = |list: &[(String, String)]| list.iter().any(|(t, c)| t == table && c == column);
        if is(&self.added) || is(&self.retyped) {
            let wanted = self.desired.table(table)?.column(column)?;
            return Some(wanted.column_type.sql(&self.desired.namespace));
        }
        let found = self.live.table(table)?.column(column)?;
        Some(found.type_name.clone())
    }

    /// Whether a column holds any text when its turn comes.
    fn takes_text(&self, table: &str, column: &str) -> bool {
        self.type_of(table, column)
            .is_some_and(|name| matches!(name.as_str(), "text" | "character varying"))
    }

    fn will_have(&self, table: &str, column: &str) -> bool {
        self.type_of(table, column).is_some()
    }

    fn has_column(&self, table: &str, column: &str) -> bool {
        self.live
            .table(table)
            .is_some_and(|t| t.column(column).is_some())
    }

    /// The present name of a table that a repair renames.
    fn now<'n>(&'n self, table: &'n str) -> &'n str {
        self.plan
            .renamed
            .iter()
            .find(|(new, _)| new == table)
            .map_or(table, |(_, old)| old.as_str())
    }

    fn relation(&self, table: &str) -> String {
        qualified(&self.desired.namespace, table)
    }
}
