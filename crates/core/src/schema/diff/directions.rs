//! What a person asked for beside the desired schema.

use super::renames::{Origin, Rename, clash};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::live::LiveSchema;
use crate::schema::model::Schema;
use crate::schema::name::parse_path;

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
    /// Renames that the operator asked for.
    pub renames: Vec<Rename>,
    /// Renames that the plan says itself: in most databases they are done, or there is nothing of
    /// the old name, and that is not worth a word.
    pub written: Vec<Rename>,
    /// What may be dropped.
    pub drops: Vec<Dropped>,
    /// What is left to `fix-schema`.
    pub leave: Claims,
    /// Only these tables, and the foreign keys from and to them; no table is created then.
    pub only: Option<Vec<String>>,
}

impl Directions {
    /// Each once, and who wants it: tables first; columns then name their table as it is called
    /// in the end.
    pub(super) fn renames_in_order(&self) -> Vec<(Rename, Origin)> {
        let asked = self.renames.iter().map(|rename| (rename, Origin::Operator));
        let written = self.written.iter().map(|rename| (rename, Origin::Plan));
        let (tables, columns): (Vec<_>, Vec<_>) = asked
            .chain(written)
            .map(|(rename, origin)| (rename.clone(), origin))
            .partition(|(rename, _)| rename.table.is_none());
        let named = |table: &String| {
            let renamed = tables.iter().find(|(rename, _)| rename.old == *table);
            renamed.map_or_else(|| table.clone(), |(rename, _)| rename.new.clone())
        };
        let columns: Vec<_> = columns
            .into_iter()
            .map(|(rename, origin)| {
                let table = rename.table.as_ref().map(named);
                (Rename { table, ..rename }, origin)
            })
            .collect();
        let mut ordered: Vec<(Rename, Origin)> = Vec::new();
        for (rename, origin) in tables.into_iter().chain(columns) {
            if ordered.iter().all(|(known, _)| *known != rename) {
                ordered.push((rename, origin));
            }
        }
        ordered
    }

    pub(super) fn concerns(&self, table: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|each| each == table))
    }

    /// Checks that what they name makes sense, whatever is in the database.
    ///
    /// # Errors
    /// `Configuration`: a rename to something that is not desired, two that contradict each other,
    /// a drop of something that is desired.
    pub fn make_sense(&self, desired: &Schema) -> Result<()> {
        let renames = self.renames_in_order();
        for (rename, _) in &renames {
            rename.makes_sense(desired)?;
        }
        clash(&renames)?;
        self.drops
            .iter()
            .try_for_each(|dropped| dropped.check(desired))
    }

    /// Checks that the directions make sense for these schemas.
    ///
    /// # Errors
    /// As [`Directions::make_sense`]; a rename of what is not there, or to what is there already.
    pub fn check(&self, desired: &Schema, live: &LiveSchema) -> Result<()> {
        self.make_sense(desired)?;
        let mut live = live.clone();
        for (rename, origin) in self.renames_in_order() {
            if origin == Origin::Operator {
                rename.check(&live)?;
            }
            if rename.is_due(&live) {
                live = rename.applied(live);
            }
        }
        Ok(())
    }
}

pub(super) fn misdirected(what: String, remedy: &str) -> Error {
    Error::new(ErrorKind::Configuration, what).remedy(remedy)
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
