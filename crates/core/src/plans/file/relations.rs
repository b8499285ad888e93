//! What a rule says of numbers and references, checked against what stands above it.

use toml::Spanned;

use super::collections::{Reading, Under};
use super::rules::{NumberRule, ReferenceRule};
use super::syntax::{self, Policy};
use super::transforms::Transform;
use crate::error::Result;
use crate::schema::model::Table;

impl Reading<'_> {
    pub(super) fn number(
        &self,
        under: &Under<'_>,
        written: &Spanned<syntax::Rule>,
        fields: Vec<String>,
        transforms: Vec<Transform>,
        column: &str,
    ) -> Result<NumberRule> {
        let rule = written.get_ref();
        let Some(kind) = &rule.number else {
            let what = "which number? Write number = \"KIND\", and [number.KIND] with its pattern";
            return Err(self.text.fault(written.span(), what));
        };
        if !self.numbers.contains_key(kind.get_ref()) {
            let what = format!("there is no [number.{}] with a pattern", kind.get_ref());
            return Err(self.text.fault(kind.span(), what));
        }
        if under.number.is_some() {
            let what = format!(
                "the documents of {} have a number already",
                under.collection
            );
            return Err(self.text.fault(written.span(), what));
        }
        let required = is_required(under.table, column);
        let duplicate = policy(rule.duplicate.as_ref(), Policy::Quarantine);
        let assign = rule.assign.unwrap_or(true);
        if required && (duplicate == Policy::Null || !assign) {
            let what = format!("{column} must have a value, and this may leave it empty");
            return Err(self.text.fault(written.span(), what));
        }
        Ok(NumberRule {
            kind: kind.get_ref().clone(),
            fields,
            transforms,
            duplicate,
            assign,
        })
    }

    pub(super) fn reference(
        &self,
        under: &Under<'_>,
        written: &Spanned<syntax::Rule>,
        fields: Vec<String>,
        transforms: Vec<Transform>,
        column: &str,
    ) -> Result<ReferenceRule> {
        let rule = written.get_ref();
        let Some(to) = &rule.to else {
            let what = "to which collection? Write to = \"COLLECTION\"";
            return Err(self.text.fault(written.span(), what));
        };
        let target = self
            .before
            .iter()
            .position(|each| each.name == *to.get_ref());
        let Some(target) = target else {
            let what = format!("no collection {:?} stands above this one", to.get_ref());
            return Err(self.text.fault(to.span(), what));
        };
        if fields.is_empty() {
            let what = "which field names the document? Write field = \"NAME\"";
            return Err(self.text.fault(written.span(), what));
        }
        let required = is_required(under.table, column);
        let usual = if required {
            Policy::Quarantine
        } else {
            Policy::Null
        };
        let absent = policy(rule.absent.as_ref(), usual);
        let dangling = policy(rule.dangling.as_ref(), Policy::Quarantine);
        if required && (absent, dangling) != (Policy::Quarantine, Policy::Quarantine) {
            let what = format!("{column} must have a value, and this may leave it empty");
            return Err(self.text.fault(written.span(), what));
        }
        Ok(ReferenceRule {
            target,
            fields,
            transforms,
            absent,
            dangling,
            column: column.to_owned(),
        })
    }
}

fn policy(given: Option<&Spanned<Policy>>, usual: Policy) -> Policy {
    given.map_or(usual, |given| *given.get_ref())
}

fn is_required(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.required)
}
