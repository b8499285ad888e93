//! The checks of a plan file.

use toml::Spanned;

use super::place::PlanText;
use super::sql::Sql;
use super::syntax::{self, Severity, StepKind};
use crate::error::Result;
use crate::plans::in_place::{
    Fix, PlanStep, Question, Rank, SectionSpec, ShareSpec, SqlText, Work,
};
use crate::schema::model::Schema;
use crate::schema::name::{qualified, quote_literal};

/// Where a check stands that names no section.
const SECTION: &str = "Data";

/// The checks that are being read.
pub(super) struct Checking<'a, 's> {
    pub text: PlanText<'a>,
    pub file: &'a syntax::File,
    pub namespace: &'a str,
    pub schema: &'a Schema,
    pub steps: &'s [PlanStep],
    pub sql: &'s mut Sql<'a>,
}

/// A query of one column, whatever that is called and whatever its type, as one of the text `item`.
pub(super) fn as_items(query: SqlText) -> SqlText {
    SqlText {
        sql: format!(
            "SELECT found.item::text AS item FROM ({}) AS found (item)",
            query.sql
        ),
        binds: query.binds,
    }
}

impl Checking<'_, '_> {
    /// All checks and shares in their sections; only those of `wanted`, where it is given.
    pub fn sections(&mut self, wanted: Option<&[Spanned<String>]>) -> Result<Vec<SectionSpec>> {
        let file = self.file;
        let mut sections: Vec<SectionSpec> = Vec::new();
        for share in file.shares.iter().filter(|_| wanted.is_none()) {
            let made = self.share(share)?;
            section(&mut sections, share.section.as_deref())
                .shares
                .push(made);
        }
        for (at, check) in file.checks.iter().enumerate() {
            let name = check.name.get_ref();
            if file.checks[..at]
                .iter()
                .any(|other| other.name.get_ref() == name)
            {
                let what = format!("the check {name:?} stands here a second time");
                return Err(self.text.fault(check.name.span(), what));
            }
            if wanted.is_some_and(|wanted| wanted.iter().all(|each| each.get_ref() != name)) {
                continue;
            }
            let made = self.check(check)?;
            section(&mut sections, check.section.as_deref())
                .questions
                .push(made);
        }
        Ok(sections)
    }

    /// What a step asks, where it is one that asks.
    pub fn of_step(&mut self, step: &syntax::Step) -> Result<Option<Vec<SectionSpec>>> {
        if !matches!(step.kind.get_ref(), StepKind::Verify | StepKind::Validate) {
            return Ok(None);
        }
        let wanted = step.checks.as_ref().map(Spanned::get_ref);
        let known = |name: &Spanned<String>| {
            let mut checks = self.file.checks.iter();
            checks.any(|check| check.name.get_ref() == name.get_ref())
        };
        if let Some(strange) = wanted
            .iter()
            .flat_map(|list| list.iter())
            .find(|name| !known(name))
        {
            let what = format!("there is no [[check]] {:?}", strange.get_ref());
            return Err(self.text.fault(strange.span(), what));
        }
        self.sections(wanted.map(Vec::as_slice)).map(Some)
    }

    fn share(&mut self, share: &syntax::Share) -> Result<ShareSpec> {
        let query = self.sql.query(&share.query)?;
        Ok(ShareSpec {
            name: share.name.clone(),
            query: SqlText {
                sql: format!(
                    "SELECT coalesce(found.label::text, '(none)') AS label, found.count::bigint AS count \
                     FROM ({}) AS found (label, count)",
                    query.sql
                ),
                binds: query.binds,
            },
            noun: share.noun.clone(),
        })
    }

    fn check(&mut self, check: &syntax::Check) -> Result<Question> {
        let text = self.text;
        let name = check.name.get_ref();
        let rank = match check.severity {
            Severity::Critical => Rank::Critical,
            Severity::High => Rank::High,
            Severity::Medium => Rank::Medium,
        };
        let fault =
            |what: &str| Err(text.fault(check.name.span(), format!("the check {name:?} {what}")));
        let (violators, all, noun) = match (&check.violators, &check.equal) {
            (Some(violators), None) => (
                as_items(self.sql.query(violators)?),
                self.all(check)?,
                check.noun.clone().unwrap_or_else(|| "rows".to_owned()),
            ),
            (None, Some(pair)) => {
                if check.of.is_some() || check.all.is_some() {
                    return fault("compares two numbers; `of` and `all` go with `violators`");
                }
                let one = SqlText {
                    sql: "SELECT 2::bigint".to_owned(),
                    binds: Vec::new(),
                };
                let noun = check.noun.clone().unwrap_or_else(|| "counts".to_owned());
                (self.unequal(pair.get_ref())?, one, noun)
            }
            _ => return fault("has either `violators` or `equal`"),
        };
        let mut question = Question::new(name, rank, &noun, all, violators);
        question.what = check.what.clone().unwrap_or_else(|| match check.equal {
            Some(_) => "the numbers differ".to_owned(),
            None => format!("{noun} that should not be there"),
        });
        question.remedy = check.remedy.clone().unwrap_or_default();
        if let Some(step) = &check.fix {
            question.fixes = self.fix(step)?;
        }
        Ok(question)
    }

    /// How many were looked at.
    fn all(&mut self, check: &syntax::Check) -> Result<SqlText> {
        match (&check.of, &check.all) {
            (Some(table), None) if self.schema.table(table.get_ref()).is_some() => Ok(SqlText {
                sql: format!(
                    "SELECT count(*) FROM {}",
                    qualified(self.namespace, table.get_ref())
                ),
                binds: Vec::new(),
            }),
            (Some(table), None) => {
                let what = format!("there is no [[table]] {}", table.get_ref());
                Err(self.text.fault(table.span(), what))
            }
            (None, Some(query)) => {
                let query = self.sql.query(query)?;
                Ok(SqlText {
                    sql: format!(
                        "SELECT found.count::bigint FROM ({}) AS found (count)",
                        query.sql
                    ),
                    binds: query.binds,
                })
            }
            _ => {
                let what = format!(
                    "the check {:?} says with either `of`, a table, or `all`, a query of a number, how many it looked at",
                    check.name.get_ref()
                );
                Err(self.text.fault(check.name.span(), what))
            }
        }
    }

    /// Two queries of one number each, as one of what is found where they differ.
    fn unequal(&mut self, [one, other]: &[Spanned<String>; 2]) -> Result<SqlText> {
        let mut binds = super::sql::Binds::default();
        let first = self.sql.part(one, &mut binds)?;
        let second = self.sql.part(other, &mut binds)?;
        let none = quote_literal("nothing");
        Ok(SqlText {
            sql: format!(
                "SELECT concat(coalesce(a.n::text, {none}), ' and ', coalesce(b.n::text, {none})) AS item \
                 FROM (SELECT ({first}) AS n) AS a CROSS JOIN (SELECT ({second}) AS n) AS b \
                 WHERE a.n IS DISTINCT FROM b.n"
            ),
            binds: binds.values,
        })
    }

    fn fix(&self, name: &Spanned<String>) -> Result<Vec<Fix>> {
        let step = self.steps.iter().find(|step| step.name == *name.get_ref());
        let fixes = step.map(|step| match &step.work {
            Work::Set(updates) => updates.iter().cloned().map(Fix::Set).collect(),
            Work::Rows(updates) => updates.iter().cloned().map(Fix::Rows).collect(),
            Work::Merge(merges) => merges.iter().cloned().map(Fix::Merge).collect(),
            _ => Vec::new(),
        });
        match fixes {
            Some(fixes) if !fixes.is_empty() && self.sql.has_options => Ok(fixes),
            Some(fixes) if !fixes.is_empty() => {
                let what = "where documents become rows, data-migrate does the steps again; leave `fix` out";
                Err(self.text.fault(name.span(), what))
            }
            _ => {
                let what = format!(
                    "there is no [[step]] {} of the kind `set`, `rows` or `merge`",
                    name.get_ref()
                );
                Err(self.text.fault(name.span(), what))
            }
        }
    }
}

fn section<'s>(sections: &'s mut Vec<SectionSpec>, title: Option<&str>) -> &'s mut SectionSpec {
    let title = title.unwrap_or(SECTION);
    let at = sections.iter().position(|each| each.title == title);
    let at = at.unwrap_or_else(|| {
        sections.push(SectionSpec {
            title: title.to_owned(),
            shares: Vec::new(),
            questions: Vec::new(),
        });
        sections.len() - 1
    });
    &mut sections[at]
}
