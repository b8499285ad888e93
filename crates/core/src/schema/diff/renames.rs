//! Names that are given, never guessed: by the operator, or by the plan.

use super::directions::misdirected;
use super::{Dropped, Planner, dotted};
use crate::error::Result;
use crate::schema::live::{LiveSchema, LiveTable};
use crate::schema::model::Schema;
use crate::schema::name::{parse_path, qualified, quote_identifier, split_assignment};
use crate::schema::steps::{Effect, LockMode, Note, Stage, Step, Verdict};

/// A rename, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The table, where a column is renamed.
    pub table: Option<String>,
    /// The present name.
    pub old: String,
    /// The desired name.
    pub new: String,
}

/// Who wants a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It stands behind `--rename`.
    Operator,
    /// It stands in the plan.
    Plan,
}

/// Refuses renames of which not both can be done: one name would become two, or two would become one.
///
/// # Errors
/// `Configuration`, naming them.
pub(super) fn clash(renames: &[(Rename, Origin)]) -> Result<()> {
    for (at, (one, _)) in renames.iter().enumerate() {
        let mut others = renames.iter().skip(at + 1);
        let clashing = others.find(|(other, _)| {
            other.table == one.table && (other.old == one.old || other.new == one.new)
        });
        if let Some((other, origin)) = clashing {
            let what = format!(
                "cannot rename {} and {}: they contradict each other",
                one.told(),
                other.told()
            );
            // Those of the operator stand first.
            return Err(misdirected(
                what,
                match origin {
                    Origin::Plan => {
                        "the plan says one of them: leave --rename out, or change the plan"
                    }
                    Origin::Operator => "name one of them",
                },
            ));
        }
    }
    Ok(())
}

impl Rename {
    /// Reads `table.old=new` (a column) or `old=new` (a table).
    ///
    /// # Errors
    /// `Configuration`.
    pub fn parse(text: &str) -> Result<Self> {
        let form = || {
            misdirected(
                format!("the rename {text} has neither the form table.old=new nor old=new"),
                "write for example conversations.case_no=case_number",
            )
        };
        let (left, right) = split_assignment(text).ok_or_else(form)?;
        let left = parse_path(left)?;
        let right = parse_path(right)?;
        match (left.as_slice(), right.as_slice()) {
            ([old], [new]) => Ok(Self {
                table: None,
                old: old.clone(),
                new: new.clone(),
            }),
            ([table, old], [new]) => Ok(Self {
                table: Some(table.clone()),
                old: old.clone(),
                new: new.clone(),
            }),
            _ => Err(form()),
        }
    }

    /// As it is written behind `--rename`.
    pub fn shown(&self) -> String {
        let table = self.table.iter().map(|table| format!("{table}."));
        format!("{}{}={}", table.collect::<String>(), self.old, self.new)
    }

    /// Whether something has its old name, and whether something has its new one. A view of a
    /// table's old name, for programs that still use it, is not what is to be renamed.
    fn sides(&self, live: &LiveSchema) -> (bool, bool) {
        match &self.table {
            Some(table) => {
                let has = |name: &str| {
                    let table = live.table(table);
                    table.is_some_and(|table| table.column(name).is_some())
                };
                (has(&self.old), has(&self.new))
            }
            None => (
                live.table(&self.old).is_some_and(LiveTable::is_table),
                live.table(&self.new).is_some(),
            ),
        }
    }

    /// Whether what it names is there under its old name alone.
    pub fn is_due(&self, live: &LiveSchema) -> bool {
        self.sides(live) == (true, false)
    }

    pub(super) fn applied(&self, live: LiveSchema) -> LiveSchema {
        match &self.table {
            Some(table) => live.with_column_renamed(table, &self.old, &self.new),
            None => live.with_table_renamed(&self.old, &self.new),
        }
    }

    pub(super) fn makes_sense(&self, desired: &Schema) -> Result<()> {
        let is_there = |name: &str| match &self.table {
            Some(table) => desired
                .table(table)
                .is_some_and(|table| table.column(name).is_some()),
            None => desired.table(name).is_some(),
        };
        if is_there(&self.new) && !is_there(&self.old) {
            return Ok(());
        }
        Err(misdirected(
            format!(
                "cannot rename {}: the new name must be part of the desired schema, the old one must not",
                self.told()
            ),
            "see the desired schema with schema-push --print",
        ))
    }

    /// `table.old to new`
    fn told(&self) -> String {
        format!("{} to {}", self.of(&self.old), self.new)
    }

    /// `table.name`, or `name` where it is a table's.
    fn of(&self, name: &str) -> String {
        match &self.table {
            Some(table) => dotted(table, name),
            None => name.to_owned(),
        }
    }

    /// What the operator asks for is refused where it cannot be done, or was mistyped.
    pub(super) fn check(&self, live: &LiveSchema) -> Result<()> {
        let shown = self.told();
        match self.sides(live) {
            (true, true) => Err(misdirected(
                format!("cannot rename {shown}: both are there"),
                "move the data by hand, or drop the empty one first",
            )),
            (false, false) => Err(misdirected(
                format!("cannot rename {shown}: neither is there"),
                "check the name; it is compared letter by letter",
            )),
            _ => Ok(()),
        }
    }
}

impl Planner<'_> {
    pub(super) fn renames(&mut self) {
        let namespace = self.desired.namespace.clone();
        // Tables by the names they get, with the names they have, and the columns renamed in them.
        let mut present: Vec<(String, String, Vec<String>)> = Vec::new();
        let mut note = |table: &str, old_table: &str, column: Option<String>| {
            if let Some((_, _, columns)) = present.iter_mut().find(|(name, ..)| name == table) {
                columns.extend(column);
            } else {
                present.push((
                    table.to_owned(),
                    old_table.to_owned(),
                    column.into_iter().collect(),
                ));
            }
        };
        let renames = self.directions.renames_in_order();
        for (rename, origin) in &renames {
            if !rename.is_due(&self.live) {
                self.stays(rename, *origin);
                continue;
            }
            self.differs(
                &rename.of(&rename.new),
                format!("is still called {}", rename.old),
            );
            let (old, new) = (quote_identifier(&rename.old), quote_identifier(&rename.new));
            let (title, sql, inverse, locked) = match &rename.table {
                Some(table) => {
                    note(table, table, Some(format!("{old} AS {new}")));
                    (
                        format!("rename column {table}.{} to {}", rename.old, rename.new),
                        self.alter(table, &format!("RENAME COLUMN {old} TO {new}")),
                        self.alter(table, &format!("RENAME COLUMN {new} TO {old}")),
                        // The lock is taken before its table gets another name.
                        renames
                            .iter()
                            .find(|(r, _)| r.table.is_none() && r.new == *table)
                            .filter(|(r, _)| self.renamed_tables.contains(&r.new))
                            .map_or_else(|| table.clone(), |(r, _)| r.old.clone()),
                    )
                }
                None => {
                    note(&rename.new, &rename.old, None);
                    self.renamed_tables.insert(rename.new.clone());
                    (
                        format!("rename table {} to {}", rename.old, rename.new),
                        self.alter(&rename.old, &format!("RENAME TO {new}")),
                        self.alter(&rename.new, &format!("RENAME TO {old}")),
                        rename.old.clone(),
                    )
                }
            };
            let effect = Effect::Renames {
                table: rename.table.clone(),
                old: rename.old.clone(),
                new: rename.new.clone(),
            };
            self.live = rename.applied(std::mem::take(&mut self.live));
            self.plan.steps.push(
                Step::new(Stage::Rename, title, sql)
                    .undone_by(inverse)
                    .locking(&locked, LockMode::AccessExclusive)
                    .making(effect)
                    .verdict(Verdict::NeedsAttention(
                        "programs that use the old name fail from then on".into(),
                    )),
            );
        }
        self.plan.present = present
            .into_iter()
            .map(|(name, now, columns)| {
                let columns: String = columns.iter().map(|c| format!(", {c}")).collect();
                (
                    qualified(&namespace, &name),
                    format!(
                        "(SELECT ctid, *{columns} FROM {})",
                        qualified(&namespace, &now)
                    ),
                )
            })
            .collect();
    }

    /// Why nothing gets its new name. Where the plan says it, most often because it has it; what
    /// has the old name beside it may hold what nobody has moved.
    fn stays(&mut self, rename: &Rename, origin: Origin) {
        let (has_old, has_new) = rename.sides(&self.live);
        if has_old && has_new {
            let dropped = Dropped {
                table: rename.table.as_ref().unwrap_or(&rename.old).clone(),
                column: rename.table.as_ref().map(|_| rename.old.clone()),
            };
            if !self.directions.drops.contains(&dropped) {
                let path = dropped.shown();
                self.refuse(
                    &path,
                    format!(
                        "the plan renames it to {}, which is there, too: move the data by hand, then drop this one (--allow-drop {path})",
                        rename.new
                    ),
                );
            }
        } else if origin == Origin::Operator {
            self.plan.needless.push(Note {
                object: format!("--rename {}", rename.shown()),
                text: "nothing of the old name is there: it is renamed already, or it is called otherwise".into(),
            });
        }
    }
}
