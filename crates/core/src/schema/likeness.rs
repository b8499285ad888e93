//! What an index or a constraint is about, and which index serves as another.

use super::expression::bare;
use super::live::{ConstraintKind, LiveColumn, LiveConstraint, LiveIndex, LiveTable};
use super::model::{Index, index_key};
use super::renamed::mentions;

impl LiveConstraint {
    /// Whether it goes with a column.
    pub fn is_about(&self, column: &str) -> bool {
        // What an EXCLUDE computes names its columns in its definition alone.
        self.columns.iter().any(|each| each == column)
            || self.kind == ConstraintKind::Other && mentions(&self.definition, column)
    }
}

impl LiveColumn {
    /// Whether a sequence of its own gives it numbers.
    pub fn is_identity(&self) -> bool {
        let generation = self.generation.as_deref().unwrap_or_default();
        generation.contains(" AS IDENTITY")
    }
}

impl LiveIndex {
    /// Whether another type of a column makes PostgreSQL build it anew, though no value changes:
    /// what is computed, or a condition, may come to something else.
    pub fn depends_on_type(&self, table: &LiveTable, column: &str) -> bool {
        let plain = |key: &String| {
            table.columns.iter().any(|each| {
                let name = index_key(&each.name);
                key.strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
        };
        (self.condition.is_some() || !self.keys.iter().all(plain)) && self.is_about(column)
    }

    /// Whether it goes with a column.
    pub fn is_about(&self, column: &str) -> bool {
        let parts = self.definition.split_once(" USING ");
        parts.is_some_and(|(_, parts)| mentions(parts, column))
    }

    /// Whether it indexes what is wanted, whatever its name.
    pub fn serves_as(&self, wanted: &Index) -> bool {
        let condition = |text: &Option<String>| text.as_deref().map(|text| bare(text).to_owned());
        self.method == wanted.method
            && same_keys(&self.keys, &wanted.keys)
            && self.unique == wanted.unique
            && !self.nulls_not_distinct
            && condition(&self.condition) == condition(&wanted.condition)
    }
}

/// Whether two lists of keys are the same. Which plain words PostgreSQL puts in quotation marks
/// differs from version to version.
pub(super) fn same_keys(left: &[String], right: &[String]) -> bool {
    let plain = |key: &String| {
        let inner = key
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inner| {
                inner
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            });
        inner.unwrap_or(key).to_owned()
    };
    left.iter().map(plain).eq(right.iter().map(plain))
}
