//! A plan file's steps, checks and preconditions, as the description that the engine carries out.

use std::sync::Arc;

use super::checks::Checking;
use super::place::PlanText;
use super::sql::Sql;
use super::steps::Stepping;
use super::syntax;
use crate::env_vars;
use crate::error::Result;
use crate::instant::Instant;
use crate::plans::in_place::{
    BatchSizes, InPlacePlan, Maker, OptionName, Parameters, Precondition, Registered, Tenancy, Work,
};
use crate::plans::schemas::PlanSchema;
use crate::schema::diff::Rename;
use crate::schema::model::Schema;

/// Rows a transaction, where the file says nothing.
const BATCH: u32 = 10_000;

const LARGEST_BATCH: u32 = 100_000;

/// The same for rows that rules decide about, which are held in memory.
const RULED_BATCH: u32 = 500;

/// The part of a file that is about rows in a database.
#[derive(Debug)]
pub struct InPlaceFile {
    /// As the operator named it.
    pub(super) file: String,
    pub(super) text: String,
    pub(super) syntax: syntax::File,
    pub(super) schema: Schema,
    /// What older databases may call otherwise.
    pub(super) renames: Vec<Rename>,
    /// Where documents become rows: `(table, column)` that they write.
    pub(super) of_documents: Option<Vec<(String, String)>>,
}

/// What was found out on the way.
pub(super) struct Described {
    pub plan: InPlacePlan,
    options: Vec<OptionName>,
}

impl InPlaceFile {
    /// The plan, for a run's parameters.
    ///
    /// # Errors
    /// `Configuration` for an option's value that means nothing.
    pub fn describe(&self, parameters: &Parameters) -> Result<InPlacePlan> {
        self.described(parameters).map(|described| described.plan)
    }

    /// The plan under its name; every fault of the file is found here.
    pub(super) fn registered(self: Arc<Self>) -> Result<Registered> {
        let text = self.plan_text();
        let described = self.described(&Parameters::new("public", Instant::MIN))?;
        let mut database = Vec::new();
        for name in self.syntax.plan.database.iter().flatten() {
            let known = [env_vars::DATABASE_URL, env_vars::DIRECT_URL];
            match known.into_iter().find(|known| known == name.get_ref()) {
                Some(known) => database.push(known),
                None => {
                    let what = format!(
                        "{:?} is no variable of a database; they are {}",
                        name.get_ref(),
                        known.join(", ")
                    );
                    return Err(text.fault(name.span(), what));
                }
            }
        }
        if database.is_empty() {
            database.push(env_vars::DATABASE_URL);
        }
        Ok(Registered {
            name: described.plan.name.into(),
            options: described.options.into(),
            database: database.into(),
            maker: Maker::File(self.clone()),
        })
    }

    fn plan_text(&self) -> PlanText<'_> {
        PlanText {
            file: &self.file,
            text: &self.text,
        }
    }

    pub(super) fn described(&self, parameters: &Parameters) -> Result<Described> {
        let text = self.plan_text();
        let heading = &self.syntax.plan;
        let mut sql = Sql {
            text,
            parameters,
            has_options: self.of_documents.is_none(),
            asked: std::collections::BTreeSet::new(),
            parts: &self.syntax.sql,
            within: Vec::new(),
        };
        sql.check_parts()?;
        let mut stepping = Stepping {
            text,
            schema: &self.schema,
            parameters,
            of_documents: self.of_documents.as_deref(),
            sql: &mut sql,
            steps: Vec::new(),
        };
        for step in &self.syntax.steps {
            stepping.step(step)?;
        }
        let mut steps = stepping.steps;
        let mut checking = Checking {
            text,
            file: &self.syntax,
            namespace: &parameters.namespace,
            schema: &self.schema,
            steps: &steps,
            sql: &mut sql,
        };
        let sections = checking.sections(None)?;
        let mut asked = Vec::new();
        for (at, step) in self.syntax.steps.iter().enumerate() {
            if let Some(specs) = checking.of_step(step)? {
                asked.push((at, specs));
            }
        }
        for (at, specs) in asked {
            if let Work::Verify(known) | Work::Validate(known) = &mut steps[at].work {
                *known = specs;
            }
        }
        let mut preconditions = Vec::new();
        for each in &self.syntax.preconditions {
            preconditions.push(Precondition {
                violators: super::checks::as_items(sql.query(&each.violators)?),
                what: each.what.clone(),
                remedy: each.remedy.clone(),
            });
        }
        let mut options: Vec<OptionName> = sql.asked.into_iter().collect();
        let backs_up = steps
            .iter()
            .any(|step| matches!(step.work, Work::Backup(_)));
        if backs_up {
            options.push(OptionName::SkipBackup);
        }
        let name = heading.name.get_ref().clone();
        let batch = self.batch(text)?;
        Ok(Described {
            plan: InPlacePlan {
                named: self.file.clone(),
                title: heading
                    .title
                    .as_ref()
                    .map_or_else(|| name.clone(), |title| title.get_ref().clone()),
                name,
                namespace: parameters.namespace.clone(),
                schema: PlanSchema {
                    schema: Schema {
                        namespace: parameters.namespace.clone(),
                        ..self.schema.clone()
                    },
                    faults: Vec::new(),
                    renames: self.renames.clone(),
                },
                states: states(&options, parameters)?,
                preconditions,
                steps,
                sections,
                kept: self.kept(text)?,
                prisma_name: self.prisma(text)?,
                batches: BatchSizes {
                    rows: heading.batch_size.as_ref().map_or(RULED_BATCH, |_| batch),
                    sets: batch,
                },
                tenancy: self.tenancy(text)?,
                next: heading.next.as_ref().map(|next| next.get_ref().clone()),
            },
            options,
        })
    }

    /// The tables that stay as they are, which a step records.
    fn kept(&self, text: PlanText) -> Result<Vec<String>> {
        let records = |step: &&syntax::Step| {
            let kind = *step.kind.get_ref();
            matches!(kind, syntax::StepKind::Keep | syntax::StepKind::VerifyKept)
        };
        let Some(keep) = &self.syntax.plan.keep else {
            let Some(step) = self.syntax.steps.iter().find(records) else {
                return Ok(Vec::new());
            };
            let what = "which tables? [plan] names them: keep = [\"users\"]";
            return Err(text.fault(step.kind.span(), what));
        };
        let records = |step: &syntax::Step| *step.kind.get_ref() == syntax::StepKind::Keep;
        if !self.syntax.steps.iter().any(records) {
            let what = "no [[step]] records what these tables hold: kind = \"keep\"";
            return Err(text.fault(keep.span(), what));
        }
        let known = |name: &&toml::Spanned<String>| self.schema.table(name.get_ref()).is_some();
        match keep.get_ref().iter().find(|name| !known(name)) {
            None => Ok(keep
                .get_ref()
                .iter()
                .map(|name| name.get_ref().clone())
                .collect()),
            Some(name) => {
                let what = format!("there is no [[table]] {}", name.get_ref());
                Err(text.fault(name.span(), what))
            }
        }
    }

    fn prisma(&self, text: PlanText) -> Result<Option<String>> {
        let Some(name) = &self.syntax.plan.prisma else {
            return Ok(None);
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.get_ref().is_empty() || !name.get_ref().chars().all(plain) {
            let what = "a folder for Prisma is named by small letters, digits and `_`";
            return Err(text.fault(name.span(), what));
        }
        Ok(Some(name.get_ref().clone()))
    }

    fn tenancy(&self, text: PlanText) -> Result<Option<Tenancy>> {
        let Some(written) = &self.syntax.tenancy else {
            return Ok(None);
        };
        if self.schema.table(written.table.get_ref()).is_none() {
            let what = format!("there is no [[table]] {}", written.table.get_ref());
            return Err(text.fault(written.table.span(), what));
        }
        for name in [&written.column, &written.flag] {
            if name.get_ref().trim().is_empty() {
                return Err(text.fault(name.span(), "this is empty"));
            }
        }
        Ok(Some(Tenancy {
            table: written.table.get_ref().clone(),
            column: written.column.get_ref().clone(),
            flag: written.flag.get_ref().clone(),
        }))
    }

    fn batch(&self, text: PlanText) -> Result<u32> {
        let Some(batch) = &self.syntax.plan.batch_size else {
            return Ok(BATCH);
        };
        if !(1..=LARGEST_BATCH).contains(batch.get_ref()) {
            let what = format!("a batch has 1 to {LARGEST_BATCH} rows");
            return Err(text.fault(batch.span(), what));
        }
        Ok(*batch.get_ref())
    }
}

/// What a run states about itself: the options that its SQL asks for.
fn states(options: &[OptionName], parameters: &Parameters) -> Result<Vec<(String, String)>> {
    let mut states = Vec::new();
    for option in options {
        let value = match option {
            OptionName::AsOf => Some(parameters.day(*option)?),
            OptionName::TenantIds => parameters.list(*option).map(|list| list.join(",")),
            OptionName::OnlyUnclassified | OptionName::SkipBackup => {
                parameters.has(*option).then(|| "true".to_owned())
            }
        };
        if let Some(value) = value {
            states.push((option.name().replace('-', "_"), value));
        }
    }
    Ok(states)
}
