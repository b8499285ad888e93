//! Names that are needed and taken, and what refers to what has one.

use super::Planner;
use crate::schema::live::{LiveIndex, LiveTable};
use crate::schema::name::qualified;
use crate::schema::renamed::mentions;

impl Planner<'_> {
    /// Whether another relation of the schema has the name that an index or constraint wants.
    pub(super) fn name_is_taken(&self, name: &str) -> bool {
        self.live
            .tables
            .iter()
            .any(|table| table.name == name || table.indexes.iter().any(|index| index.name == name))
            || self
                .live
                .names
                .iter()
                .any(|each| each.name == name && each.is_relation())
    }

    /// What has the name that a table or a type wants, in words.
    pub(super) fn kind_of_name(&self, name: &str) -> Option<String> {
        let article = |kind: &str| match kind.chars().next() {
            Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {kind}"),
            _ => format!("a {kind}"),
        };
        if let Some(table) = self.live.table(name) {
            return Some(article(table.kind_name()));
        }
        if self.live.enums.iter().any(|each| each.name == name) {
            return Some("an enum".into());
        }
        if self.name_is_taken(name) && self.live.names.iter().all(|each| each.name != name) {
            return Some("an index".into());
        }
        let taken = self.live.names.iter().find(|each| each.name == name)?;
        Some(article(&taken.kind))
    }

    /// Of a column that cannot be made, or whose type stays, why nothing is made of it.
    pub(super) fn as_it_is(&self, table: &str, column: &str) -> String {
        let live = self.live.table(table);
        if live.is_some_and(|live| live.column(column).is_none()) {
            return format!("its column {column} is not made");
        }
        format!("the type of its column {column} is not as desired")
    }

    /// A column of an expression that cannot be made, or whose type stays.
    pub(super) fn unusable_in(&self, table: &str, expressions: &[&str]) -> Option<String> {
        let columns = self.unusable.iter().filter(|(of, _)| of == table);
        columns
            .map(|(_, column)| column)
            .find(|column| expressions.iter().any(|each| mentions(each, column)))
            .cloned()
    }

    /// The statement that removes what a broken attempt left under a name.
    pub(super) fn leftover(&self, live: &LiveTable, name: &str) -> Option<String> {
        let broken = |index: &LiveIndex| index.name == name && !index.valid && !index.of_constraint;
        let drop = format!(
            "DROP INDEX IF EXISTS {}",
            qualified(&self.desired.namespace, name)
        );
        live.indexes.iter().any(broken).then_some(drop)
    }

    /// A foreign key that refers to these columns, in words.
    pub(super) fn referring(&self, live: &LiveTable, columns: &[String]) -> Option<String> {
        let own = self.live.tables.iter().find_map(|table| {
            let key = table.constraints.iter().find(|key| {
                key.target.as_ref().is_some_and(|target| {
                    target.namespace == self.live.namespace
                        && target.table == live.name
                        && target.columns == columns
                })
            })?;
            Some(format!("the foreign key {} of {}", key.name, table.name))
        });
        let outer = || {
            let key = live.outer_keys.iter().find(|key| key.columns == columns)?;
            Some(format!(
                "the foreign key {} of {}.{}",
                key.name, key.namespace, key.table
            ))
        };
        own.or_else(outer)
    }

    /// Why a constraint of `live` cannot get a name. An invalid index of that name is a leftover,
    /// and `ready` is the one that the constraint takes over.
    pub(super) fn name_in_the_way(
        &self,
        live: &LiveTable,
        name: &str,
        ready: Option<&LiveIndex>,
    ) -> Option<String> {
        if let Some(other) = live.constraint(name) {
            return Some(format!(
                "another constraint of {} has this name ({}); rename or drop it",
                live.name, other.definition
            ));
        }
        let own = live.indexes.iter().find(|index| index.name == name);
        match own {
            Some(own) if !own.valid || ready.is_some_and(|ready| ready.name == own.name) => None,
            Some(own) => Some(format!(
                "an index has this name ({}); rename or drop it",
                own.definition
            )),
            None => self
                .name_is_taken(name)
                .then(|| "something else has this name; rename or drop it".to_owned()),
        }
    }
}
