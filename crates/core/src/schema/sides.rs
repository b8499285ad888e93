//! Both sides of a difference: what the plan's schema says of an object, and what the database has.

use super::ddl;
use super::live::{LiveColumn, LiveSchema, LiveTable};
use super::model::{Schema, Table};
use super::name::quote_list;
use super::steps::Difference;

/// What an object should be, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The table that it is, or is part of.
    pub table: String,
    /// As the plan wants it, in SQL; none where the plan has nothing of that name.
    pub wanted: Option<String>,
    /// As it is, in SQL; none where it is not there.
    pub found: Option<String>,
}

impl Difference {
    /// Both sides of it; none for what belongs to no table.
    pub fn sides(&self, desired: &Schema, live: &LiveSchema) -> Option<Sides> {
        if let Some((table, column)) = self.object.split_once('.')
            && let Some(wanted) = desired.table(table)
            && let Some(of_column) = wanted.column(column)
        {
            let found = live.table(table).and_then(|found| found.column(column));
            return Some(Sides {
                table: table.to_owned(),
                wanted: Some(without_name(&ddl::column(&desired.namespace, of_column))),
                found: found.map(column_as_it_is),
            });
        }
        if desired.table(&self.object).is_some() {
            return Some(Sides {
                table: self.object.clone(),
                wanted: None,
                found: None,
            });
        }
        let named = |table: &&Table| wanted(desired, table, &self.object).is_some();
        let held = |table: &&LiveTable| found(table, &self.object).is_some();
        let table = desired.tables.iter().find(named);
        let in_live = live.tables.iter().find(held);
        let name = table.map(|table| table.name.clone());
        let name = name.or_else(|| in_live.map(|table| table.name.clone()))?;
        Some(Sides {
            wanted: table.and_then(|table| wanted(desired, table, &self.object)),
            found: live
                .table(&name)
                .and_then(|table| found(table, &self.object)),
            table: name,
        })
    }
}

/// A column's definition behind its name.
fn without_name(definition: &str) -> String {
    let behind = definition.strip_prefix('"').and_then(|rest| {
        let rest = rest.replace("\"\"", "  ");
        rest.find('"').map(|at| at + 2)
    });
    let behind = behind.and_then(|at| definition.get(at..));
    behind.unwrap_or(definition).trim_start().to_owned()
}

fn column_as_it_is(column: &LiveColumn) -> String {
    let mut text = column.type_name.clone();
    if let Some(default) = &column.default {
        text.push_str(" DEFAULT ");
        text.push_str(default);
    }
    if column.generated {
        text.push_str(" GENERATED");
    }
    if column.required {
        text.push_str(" NOT NULL");
    }
    text
}

/// A constraint or an index of the plan.
fn wanted(desired: &Schema, table: &Table, name: &str) -> Option<String> {
    let unique = table.uniques.iter().find(|unique| unique.name == name);
    let unique = unique.map(|unique| format!("UNIQUE ({})", quote_list(&unique.columns)));
    let key = table.foreign_keys.iter().find(|key| key.name == name);
    let key = key.map(|key| {
        format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}",
            quote_list(&key.columns),
            key.target,
            quote_list(&key.target_columns),
            key.on_delete.sql()
        )
    });
    let check = table.checks.iter().find(|check| check.name == name);
    let check = check.map(|check| format!("CHECK ({})", check.condition));
    let index = table.indexes.iter().find(|index| index.name == name);
    let index = index.map(|index| ddl::create_index(&desired.namespace, &table.name, index, false));
    unique.or(key).or(check).or(index)
}

/// A constraint or an index of the database.
fn found(table: &LiveTable, name: &str) -> Option<String> {
    let constraint = table.constraint(name);
    let constraint = constraint.map(|constraint| constraint.definition.clone());
    constraint.or_else(|| {
        let index = table.indexes.iter().find(|index| index.name == name)?;
        Some(index.definition.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::schemas::schema_named;
    use crate::schema::diff::{self, Directions};

    #[test]
    fn a_definition_is_told_without_its_name() {
        for (definition, told) in [
            (r#""id" text NOT NULL"#, "text NOT NULL"),
            (r#""a""b c" integer"#, "integer"),
        ] {
            assert_eq!(without_name(definition), told);
        }
    }

    #[test]
    fn what_is_missing_is_told_as_the_plan_wants_it() {
        let desired = schema_named("sales-ai", "public").expect("a plan").schema;
        let mut live = LiveSchema::empty("public").with(&desired);
        live.table_mut("opportunities")
            .expect("a table")
            .columns
            .retain(|column| column.name != "notes");
        let plan = diff::plan(&desired, &live, &Directions::default());
        let of = |object: &str| {
            let mut all = plan.differences.iter();
            let difference = all.find(|each| each.object == object);
            difference.and_then(|each| each.sides(&desired, &live))
        };
        let notes = of("opportunities.notes").expect("a difference");
        assert_eq!(notes.table, "opportunities");
        assert_eq!(notes.wanted.as_deref(), Some("text"));
        assert_eq!(notes.found, None);
        let unique = of("conversations_case_number_unique").expect("a difference");
        assert_eq!(unique.table, "conversations");
        assert_eq!(unique.wanted.as_deref(), Some("UNIQUE (\"case_number\")"));
        let key = of("conversations_opportunity_id_opportunities_id_fk").expect("a difference");
        assert_eq!(
            key.wanted.as_deref(),
            Some(
                "FOREIGN KEY (\"opportunity_id\") REFERENCES opportunities (\"id\") ON DELETE NO ACTION"
            )
        );
    }
}
