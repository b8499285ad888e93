//! What a person asked for beside the desired schema.

use super::Planner;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::live::LiveSchema;
use crate::schema::model::Schema;
use crate::schema::name::{parse_path, qualified, quote_identifier, split_assignment};
use crate::schema::steps::{LockMode, Stage, Step, Verdict};

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
    pub(super) fn concerns(&self, table: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|each| each == table))
    }

    /// Checks that the directions make sense for these schemas.
    ///
    /// # Errors
    /// `Configuration`: a rename to something that is not desired, a drop of something that is.
    pub fn check(&self, desired: &Schema, live: &LiveSchema) -> Result<()> {
        for rename in &self.renames {
            rename.check(desired, live)?;
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

    fn check(&self, desired: &Schema, live: &LiveSchema) -> Result<()> {
        let (wanted, unwanted, has_old, has_new, shown) = match &self.table {
            Some(table) => {
                let columns = desired.table(table);
                let live = live.table(table);
                (
                    columns.is_some_and(|t| t.column(&self.new).is_some()),
                    columns.is_some_and(|t| t.column(&self.old).is_some()),
                    live.is_some_and(|t| t.column(&self.old).is_some()),
                    live.is_some_and(|t| t.column(&self.new).is_some()),
                    format!("{table}.{} to {}", self.old, self.new),
                )
            }
            None => (
                desired.table(&self.new).is_some(),
                desired.table(&self.old).is_some(),
                live.table(&self.old).is_some(),
                live.table(&self.new).is_some(),
                format!("{} to {}", self.old, self.new),
            ),
        };
        if !wanted || unwanted {
            return Err(misdirected(
                format!(
                    "cannot rename {shown}: the new name must be part of the desired schema, the old one must not"
                ),
                "see the desired schema with schema-push --print",
            ));
        }
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
        let namespace = &self.desired.namespace;
        for rename in &self.directions.renames {
            let (old, new) = (quote_identifier(&rename.old), quote_identifier(&rename.new));
            let (title, sql, inverse, locked) = match &rename.table {
                Some(table) => {
                    if self
                        .live
                        .table(table)
                        .is_none_or(|t| t.column(&rename.old).is_none())
                    {
                        continue;
                    }
                    let renamed = (
                        format!("rename column {table}.{} to {}", rename.old, rename.new),
                        self.alter(table, &format!("RENAME COLUMN {old} TO {new}")),
                        self.alter(table, &format!("RENAME COLUMN {new} TO {old}")),
                        table.clone(),
                    );
                    self.live = std::mem::take(&mut self.live).with_column_renamed(
                        table,
                        &rename.old,
                        &rename.new,
                    );
                    renamed
                }
                None => {
                    if self.live.table(&rename.old).is_none() {
                        continue;
                    }
                    self.live =
                        std::mem::take(&mut self.live).with_table_renamed(&rename.old, &rename.new);
                    (
                        format!("rename table {} to {}", rename.old, rename.new),
                        format!(
                            "ALTER TABLE {} RENAME TO {new}",
                            qualified(namespace, &rename.old)
                        ),
                        format!(
                            "ALTER TABLE {} RENAME TO {old}",
                            qualified(namespace, &rename.new)
                        ),
                        rename.old.clone(),
                    )
                }
            };
            self.plan.steps.push(
                Step::new(Stage::Structure, title, sql)
                    .undone_by(inverse)
                    .locking(&locked, LockMode::AccessExclusive)
                    .verdict(Verdict::NeedsAttention(
                        "programs that use the old name fail from then on".into(),
                    )),
            );
        }
    }

    pub(super) fn drops(&mut self) {
        let namespace = &self.desired.namespace;
        for dropped in &self.directions.drops {
            let Some(live) = self.live_or_empty(&dropped.table).cloned() else {
                continue;
            };
            let because =
                Verdict::LosesData("what it holds is gone; only its form can be made again".into());
            let step = match &dropped.column {
                Some(column) => {
                    let Some(found) = live.column(column) else {
                        continue;
                    };
                    let name = quote_identifier(column);
                    Step::new(
                        Stage::Drop,
                        format!("drop column {}.{column}", dropped.table),
                        self.alter(&dropped.table, &format!("DROP COLUMN {name}")),
                    )
                    .undone_by(self.alter(
                        &dropped.table,
                        &format!("ADD COLUMN IF NOT EXISTS {name} {}", found.type_name),
                    ))
                }
                None => Step::new(
                    Stage::Drop,
                    format!("drop table {}", dropped.table),
                    format!("DROP TABLE {}", qualified(namespace, &dropped.table)),
                ),
            };
            self.plan
                .extras
                .retain(|extra| extra.object != dropped.shown());
            self.plan.steps.push(
                step.locking(&dropped.table, LockMode::AccessExclusive)
                    .verdict(because),
            );
        }
    }
}
