//! The steps of a plan file.

use toml::Spanned;

use super::place::PlanText;
use super::sql::{Binds, Sql};
use super::syntax::{self, StepKind};
use crate::error::Result;
use crate::plans::in_place::{
    Assigned, BackupSpec, BackupTable, Considered, Group, Labels, Merge, Noted, OptionName,
    Parameters, PlanStep, SetUpdate, SqlText, Work,
};
use crate::schema::model::{ColumnType, Schema, Table};

/// The steps that are being read.
pub(super) struct Stepping<'a, 's> {
    pub text: PlanText<'a>,
    pub schema: &'a Schema,
    pub parameters: &'a Parameters,
    /// Where documents become rows: `(table, column)` that they write.
    pub of_documents: Option<&'a [(String, String)]>,
    pub sql: &'s mut Sql<'a>,
    /// Those above.
    pub steps: Vec<PlanStep>,
}

impl Stepping<'_, '_> {
    pub fn step(&mut self, step: &syntax::Step) -> Result<()> {
        let name = step.name.get_ref();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            let what = format!("{name:?} is no name of a step: small letters, digits and `-`");
            return Err(self.text.fault(step.name.span(), what));
        }
        if self.steps.iter().any(|other| other.name == *name) {
            let what = format!("the step {name} stands here a second time");
            return Err(self.text.fault(step.name.span(), what));
        }
        self.belongs(step)?;
        let work = match step.kind.get_ref() {
            StepKind::Schema => Work::Schema,
            StepKind::VerifySchema => Work::VerifySchema,
            StepKind::Record => Work::Record,
            StepKind::Keep => Work::Keep,
            StepKind::VerifyKept => Work::VerifyKept,
            StepKind::Set => Work::Set(vec![self.set(step)?]),
            StepKind::Rows => Work::Rows(vec![self.rows(step)?]),
            StepKind::Merge => Work::Merge(vec![self.merge(step)?]),
            StepKind::Backup => Work::Backup(self.backup(step)?),
            // What they ask stands below, and is put in when it was read.
            StepKind::Validate => Work::Validate(Vec::new()),
            StepKind::Verify => Work::Verify(Vec::new()),
        };
        let title = step.title.as_deref().unwrap_or(name);
        let mut made = PlanStep::new(name, title, work);
        if let Work::Set(updates) = &made.work {
            let columns: Vec<_> = updates
                .iter()
                .flat_map(|update| {
                    update
                        .set
                        .iter()
                        .map(|set| (update.table.clone(), set.column.clone()))
                })
                .collect();
            made.needs.extend(columns);
        }
        if let Work::Rows(updates) = &made.work {
            for update in updates {
                let columns = update.reads.iter().chain(&update.writes);
                let columns = columns.map(|column| (update.table.clone(), column.clone()));
                made.needs.extend(columns);
            }
        }
        if let Work::Merge(merges) = &made.work {
            let columns: Vec<_> = merges
                .iter()
                .flat_map(|merge| {
                    merge
                        .columns
                        .iter()
                        .map(|column| (merge.table.clone(), column.clone()))
                })
                .collect();
            made.needs.extend(columns);
        }
        for need in &step.needs {
            let Some((table, column)) = need.get_ref().split_once('.') else {
                let what = "what a step needs is written \"table.column\"";
                return Err(self.text.fault(need.span(), what));
            };
            made.needs.push((table.to_owned(), column.to_owned()));
        }
        self.steps.push(made);
        Ok(())
    }

    pub(super) fn table(&self, name: &Spanned<String>) -> Result<&Table> {
        self.schema.table(name.get_ref()).ok_or_else(|| {
            let what = format!(
                "there is no [[table]] {}; one that the application makes is written with `established = true`",
                name.get_ref()
            );
            self.text.fault(name.span(), what)
        })
    }

    pub(super) fn named_table(&self, step: &syntax::Step) -> Result<&Table> {
        match &step.table {
            Some(name) => self.table(name),
            None => Err(self.text.fault(step.name.span(), "the step has no `table`")),
        }
    }

    /// A column that a step writes.
    pub(super) fn column(&self, table: &Table, name: &Spanned<String>) -> Result<String> {
        let column = name.get_ref();
        let fault = if table.column(column).is_none() {
            format!("the [[table]] {} has no column {column}", table.name)
        } else if table.primary_key.contains(column) {
            format!(
                "{column} is the primary key of {}, by which rows are accounted for",
                table.name
            )
        } else if self.is_of_documents(&table.name, Some(column)) {
            format!("{column} is written from documents; a step behind them may fill other columns")
        } else {
            return Ok(column.clone());
        };
        Err(self.text.fault(name.span(), fault))
    }

    fn is_of_documents(&self, table: &str, column: Option<&str>) -> bool {
        let written = self.of_documents.unwrap_or_default();
        written
            .iter()
            .any(|(t, c)| t == table && column.is_none_or(|column| c == column))
    }

    pub(super) fn labels(step: &syntax::Step) -> Option<Labels> {
        let (done, planned) = (step.done.as_ref()?, step.planned.as_ref()?);
        Some(Labels::new(done.get_ref(), planned.get_ref()))
    }

    pub(super) fn noun(step: &syntax::Step, table: &Table) -> String {
        match &step.noun {
            Some(noun) => noun.get_ref().clone(),
            None => format!("rows of {}", table.name),
        }
    }

    pub(super) fn considered(step: &syntax::Step, condition: Option<String>) -> Considered {
        let marks = step.unless_true.iter().flat_map(|marks| marks.get_ref());
        Considered {
            condition,
            unless_true: marks.map(|mark| mark.get_ref().clone()).collect(),
        }
    }

    pub(super) fn groups(step: &syntax::Step) -> Vec<Group> {
        let groups = step.groups.iter().flat_map(|groups| groups.get_ref());
        groups
            .map(|group| Group {
                value: group.value.clone(),
                label: group.label.clone(),
            })
            .collect()
    }

    fn set(&mut self, step: &syntax::Step) -> Result<SetUpdate> {
        let table = self.named_table(step)?.clone();
        let mut binds = Binds::default();
        // In the order of the file: what is counted by is the first.
        let mut written: Vec<_> = step.set.iter().flat_map(|set| set.get_ref()).collect();
        written.sort_by_key(|(column, _)| column.span().start);
        let mut set = Vec::new();
        for (column, value) in written {
            let name = self.column(&table, column)?;
            let as_type = match table.column(&name).map(|column| &column.column_type) {
                Some(ColumnType::Enum(name)) => Some(name.clone()),
                _ => None,
            };
            set.push(Assigned {
                value: self.sql.part(value, &mut binds)?,
                column: name,
                as_type,
            });
        }
        if set.is_empty() {
            let what = "`set` names no column";
            return Err(self.text.fault(step.name.span(), what));
        }
        let condition = match &step.condition {
            Some(condition) => Some(self.sql.part(condition, &mut binds)?),
            None => None,
        };
        let mut noted = Vec::new();
        for each in step.noted.iter().flat_map(|noted| noted.get_ref()) {
            noted.push(Noted {
                code: each.code.clone(),
                condition: self.sql.part(&each.condition, &mut binds)?,
                column: each.column.clone(),
                before: false,
            });
        }
        Ok(SetUpdate {
            noun: Self::noun(step, &table),
            table: table.name,
            set,
            rows: Self::considered(step, condition),
            labels: Self::labels(step),
            groups: Self::groups(step),
            noted,
            binds: binds.values,
        })
    }

    fn merge(&mut self, step: &syntax::Step) -> Result<Merge> {
        let table = self.named_table(step)?.clone();
        if self.is_of_documents(&table.name, None) {
            let at = step.table.as_ref().unwrap_or(&step.name).span();
            let what = "documents become the rows of this table; a query fills another";
            return Err(self.text.fault(at, what));
        }
        let all = |list: &Option<Spanned<Vec<Spanned<String>>>>| -> Result<Vec<String>> {
            list.iter()
                .flat_map(|list| list.get_ref())
                .map(|column| self.column(&table, column))
                .collect()
        };
        let columns = all(&step.columns)?;
        let along = all(&step.along)?;
        let query = match &step.query {
            Some(query) => self.sql.query(query)?,
            None => return Err(self.text.fault(step.name.span(), "the step has no `query`")),
        };
        Ok(Merge {
            noun: Self::noun(step, &table),
            table: table.name,
            query,
            columns,
            along,
            labels: Self::labels(step),
            forecast: None,
        })
    }

    fn backup(&mut self, step: &syntax::Step) -> Result<BackupSpec> {
        let mut tables = Vec::new();
        for each in step.tables.iter().flat_map(|tables| tables.get_ref()) {
            let table = self.table(&each.table)?.name.clone();
            let rows: Option<SqlText> = match &each.condition {
                Some(condition) => Some(self.sql.query(condition)?),
                None => None,
            };
            tables.push(BackupTable {
                table,
                noun: each.noun.clone(),
                rows,
            });
        }
        let skip = self.parameters.has(OptionName::SkipBackup);
        Ok(BackupSpec {
            prefix: "migration_backup_".to_owned(),
            tables,
            left_out: skip.then(|| "left out: --skip-backup".to_owned()),
        })
    }
}
