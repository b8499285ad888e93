//! What a person asked for beside the desired schema.

use super::Planner;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::live::LiveSchema;
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

/// A column, or a whole table, that may be dropped with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The table.
    pub table: String,
    /// The column; none for the whole table.
    pub column: Option<String>,
}

/// What `fix-schema` will repair, and `schema-push` therefore leaves as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Desired tables and the old tables that they will be made of.
    pub tables: Vec<(String, String)>,
    /// Columns whose type will be changed.
    pub types: Vec<(String, String)>,
    /// Columns that will be filled.
    pub fills: Vec<(String, String)>,
    /// Columns whose rows without a counterpart will be listed.
    pub references: Vec<(String, String)>,
}

impl Claims {
    /// The old table of which a desired one will be made.
    pub fn renamed_from(&self, table: &str) -> Option<&str> {
        self.tables
            .iter()
            .find(|(new, _)| new == table)
            .map(|(_, old)| old.as_str())
    }

    pub(super) fn claims(list: &[(String, String)], table: &str, column: &str) -> bool {
        list.iter().any(|(t, c)| t == table && c == column)
    }
}

/// What a plan is made under.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directions {
    /// Renames.
    pub renames: Vec<Rename>,
    /// What may be dropped.
    pub drops: Vec<Dropped>,
    /// What is left to `fix-schema`.
    pub leave: Claims,
    /// Only these tables, and the foreign keys from and to them; no table is created then.
    pub only: Option<Vec<String>>,
}

impl Directions {
    /// Tables first; columns then name their table as it is called in the end.
    fn renames_in_order(&self) -> Vec<Rename> {
        let (tables, columns): (Vec<_>, Vec<_>) = self
            .renames
            .iter()
            .cloned()
            .partition(|rename| rename.table.is_none());
        let named = |table: &String| {
            let renamed = tables.iter().find(|rename| rename.old == *table);
            renamed.map_or_else(|| table.clone(), |rename| rename.new.clone())
        };
        let columns: Vec<_> = columns
            .into_iter()
            .map(|rename| Rename {
                table: rename.table.as_ref().map(named),
                ..rename
            })
            .collect();
        tables.into_iter().chain(columns).collect()
    }

    pub(super) fn concerns(&self, table: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|each| each == table))
    }

    /// Checks that what they name makes sense, whatever is in the database.
    ///
    /// # Errors
    /// `Configuration`: a rename to something that is not desired, a drop of something that is.
    pub fn make_sense(&self, desired: &Schema) -> Result<()> {
        for rename in self.renames_in_order() {
            rename.makes_sense(desired)?;
        }
        self.drops
            .iter()
            .try_for_each(|dropped| dropped.check(desired))
    }

    /// Checks that the directions make sense for these schemas.
    ///
    /// # Errors
    /// `Configuration`: a rename to something that is not desired, a drop of something that is.
    pub fn check(&self, desired: &Schema, live: &LiveSchema) -> Result<()> {
        let mut live = live.clone();
        for rename in self.renames_in_order() {
            rename.check(desired, &live)?;
            live = rename.applied(live);
        }
        for dropped in &self.drops {
            dropped.check(desired)?;
        }
        Ok(())
    }
}

fn misdirected(what: String, remedy: &str) -> Error {
    Error::new(ErrorKind::Configuration, what).remedy(remedy)
}

impl Rename {
    /// Reads `table.old=new` (a column) or `old=new` (a table).
    ///
    /// # Errors
    /// `Configuration`.
    pub fn parse(text: &str) -> Result<Self> {
        let form = || {
            misdirected(
                format!("--rename {text} has neither the form table.old=new nor old=new"),
                "write for example --rename conversations.case_no=case_number",
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

    /// Whether what it names is there under its old name.
    fn is_due(&self, live: &LiveSchema) -> bool {
        match &self.table {
            Some(table) => live
                .table(table)
                .is_some_and(|table| table.column(&self.old).is_some()),
            None => live.table(&self.old).is_some(),
        }
    }

    fn applied(&self, live: LiveSchema) -> LiveSchema {
        match &self.table {
            Some(table) => live.with_column_renamed(table, &self.old, &self.new),
            None => live.with_table_renamed(&self.old, &self.new),
        }
    }

    fn makes_sense(&self, desired: &Schema) -> Result<()> {
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
        let table = self.table.iter().map(|table| format!("{table}."));
        format!("{}{} to {}", table.collect::<String>(), self.old, self.new)
    }

    fn check(&self, desired: &Schema, live: &LiveSchema) -> Result<()> {
        self.makes_sense(desired)?;
        let has = |name: &str| match &self.table {
            Some(table) => live
                .table(table)
                .is_some_and(|table| table.column(name).is_some()),
            None => live.table(name).is_some(),
        };
        let (has_old, has_new, shown) = (has(&self.old), has(&self.new), self.told());
        if has_old && has_new {
            return Err(misdirected(
                format!("cannot rename {shown}: both are there"),
                "move the data by hand, or drop the empty one first",
            ));
        }
        if !has_old && !has_new {
            return Err(misdirected(
                format!("cannot rename {shown}: neither is there"),
                "check the name; it is compared letter by letter",
            ));
        }
        Ok(())
    }
}

impl Dropped {
    /// Reads `table.column` or `table`.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = parse_path(text)?.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(table), column, None) => Ok(Self { table, column }),
            _ => Err(misdirected(
                format!("--allow-drop {text} has neither the form table.column nor table"),
                "put a part with a dot in it in double quotes",
            )),
        }
    }

    fn check(&self, desired: &Schema) -> Result<()> {
        let table = desired.table(&self.table);
        let wanted = match &self.column {
            Some(column) => table.is_some_and(|table| table.column(column).is_some()),
            None => table.is_some(),
        };
        if wanted {
            return Err(misdirected(
                format!(
                    "--allow-drop {} names a part of the desired schema",
                    self.shown()
                ),
                "only what the desired schema does not have can be dropped",
            ));
        }
        Ok(())
    }

    /// As it is written behind `--allow-drop`.
    pub fn shown(&self) -> String {
        match &self.column {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.clone(),
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
        for rename in self.directions.renames_in_order() {
            if !rename.is_due(&self.live) {
                self.plan.needless.push(Note {
                    object: format!("--rename {}", rename.shown()),
                    text: "nothing of the old name is there: it is renamed already, or it is called otherwise".into(),
                });
                continue;
            }
            let (old, new) = (quote_identifier(&rename.old), quote_identifier(&rename.new));
            let (title, sql, inverse, locked) = match &rename.table {
                Some(table) => {
                    note(table, table, Some(format!("{old} AS {new}")));
                    (
                        format!("rename column {table}.{} to {}", rename.old, rename.new),
                        self.alter(table, &format!("RENAME COLUMN {old} TO {new}")),
                        self.alter(table, &format!("RENAME COLUMN {new} TO {old}")),
                        // The lock is taken before its table gets another name.
                        self.directions
                            .renames
                            .iter()
                            .find(|r| r.table.is_none() && r.new == *table)
                            .filter(|r| self.renamed_tables.contains(&r.new))
                            .map_or_else(|| table.clone(), |r| r.old.clone()),
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
}
