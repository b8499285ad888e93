//! The tables of a plan file, as a desired schema.

use super::place::PlanText;
use super::syntax::{self, Constant};
use crate::error::Result;
use crate::schema::model::{Column, ColumnType, DefaultValue, EnumType, OnDelete, Schema, Table};
use crate::schema::name::clipped;

const TYPES: [(&str, ColumnType); 12] = [
    ("text", ColumnType::Text),
    ("text[]", ColumnType::TextArray),
    ("integer", ColumnType::Integer),
    ("bigint", ColumnType::Bigint),
    ("double precision", ColumnType::Double),
    ("numeric", ColumnType::Numeric),
    ("boolean", ColumnType::Boolean),
    ("timestamp", ColumnType::Timestamp),
    ("timestamp(3)", ColumnType::TimestampMillis),
    ("timestamptz", ColumnType::TimestampTz),
    ("jsonb", ColumnType::Jsonb),
    ("uuid", ColumnType::Uuid),
];

/// The schema that the file's tables make, in the schema `namespace` of the database.
pub(super) fn schema(
    text: PlanText,
    tables: &[syntax::Table],
    enums: &[syntax::Enum],
    namespace: &str,
) -> Result<Schema> {
    let enums = enums_of(text, enums)?;
    let mut made: Vec<Table> = Vec::new();
    for table in tables {
        let name = table.name.get_ref();
        if clipped(name) != *name || name.is_empty() {
            let what = format!(
                "a table's name has 1 to 63 bytes, and {name:?} has {}",
                name.len()
            );
            return Err(text.fault(table.name.span(), what));
        }
        if made.iter().any(|other| other.name == *name) {
            let what = format!("the table {name} stands here a second time");
            return Err(text.fault(table.name.span(), what));
        }
        let one = one(text, table, &enums, &made)?;
        if let Some(taken) = taken_twice(&made, &one) {
            let what = format!(
                "two keys or tables would have the name {taken:?}: PostgreSQL keeps 63 bytes of a name; shorten the names of columns, or give the keys names of their own"
            );
            return Err(text.fault(table.name.span(), what));
        }
        made.push(one);
    }
    Ok(Schema {
        namespace: namespace.to_owned(),
        enums,
        tables: made,
    })
}

/// A name that a table brings along and that is taken: tables and indexes share their names, and the
/// constraints of a table do.
fn taken_twice(before: &[Table], table: &Table) -> Option<String> {
    let indexes = |table: &Table| -> Vec<String> {
        let uniques = table.uniques.iter().map(|unique| unique.name.clone());
        let indexes = table.indexes.iter().map(|index| index.name.clone());
        let own = std::iter::once(table.name.clone());
        own.chain(uniques).chain(indexes).collect()
    };
    let relations: Vec<String> = before
        .iter()
        .flat_map(indexes)
        .chain(indexes(table))
        .collect();
    let keys = table.foreign_keys.iter().map(|key| key.name.clone());
    let checks = table.checks.iter().map(|check| check.name.clone());
    let uniques = table.uniques.iter().map(|unique| unique.name.clone());
    let constraints: Vec<String> = keys.chain(checks).chain(uniques).collect();
    [relations, constraints].into_iter().find_map(|mut names| {
        names.sort();
        let twice = names.windows(2).find(|pair| pair.first() == pair.last())?;
        twice.first().cloned()
    })
}

fn enums_of(text: PlanText, enums: &[syntax::Enum]) -> Result<Vec<EnumType>> {
    let mut made: Vec<EnumType> = Vec::new();
    for each in enums {
        let name = each.name.get_ref();
        let fault = if clipped(name) != *name || name.is_empty() {
            Some(format!(
                "an enum's name has 1 to 63 bytes, and {name:?} has {}",
                name.len()
            ))
        } else if TYPES.iter().any(|(word, _)| word == name) {
            Some(format!("{name:?} is the name of a type already"))
        } else if made.iter().any(|other| other.name == *name) {
            Some(format!("the enum {name} stands here a second time"))
        } else if each.values.is_empty() {
            Some(format!("the enum {name} has no values"))
        } else {
            None
        };
        if let Some(what) = fault {
            return Err(text.fault(each.name.span(), what));
        }
        let mut values: Vec<String> = Vec::new();
        for value in &each.values {
            if values.contains(value.get_ref()) {
                let what = format!("the value {} stands here a second time", value.get_ref());
                return Err(text.fault(value.span(), what));
            }
            values.push(value.get_ref().clone());
        }
        made.push(EnumType {
            name: name.clone(),
            values,
        });
    }
    Ok(made)
}

fn one(
    text: PlanText,
    table: &syntax::Table,
    enums: &[EnumType],
    before: &[Table],
) -> Result<Table> {
    let name = table.name.get_ref();
    let mut columns: Vec<Column> = Vec::new();
    for column in &table.columns {
        let made = column_of(text, column, enums)?;
        if columns.iter().any(|other| other.name == made.name) {
            let what = format!(
                "the column {} of {name} stands here a second time",
                made.name
            );
            return Err(text.fault(column.name.span(), what));
        }
        columns.push(made);
    }
    if columns.is_empty() && !table.established {
        let what = format!("the table {name} has no columns; the first is its primary key");
        return Err(text.fault(table.name.span(), what));
    }
    let mut made = if table.established {
        Table::established(name, columns)
    } else {
        Table::new(name, columns)
    };
    for column in &table.columns {
        if column.unique {
            made = made.unique(column.name.get_ref());
        }
        if let Some(reference) = &column.references {
            let (target, target_column) = target_of(text, reference, before)?;
            made = made.references(column.name.get_ref(), target, target_column);
            if let Some(key) = made.foreign_keys.last_mut() {
                if column.cascade {
                    key.on_delete = OnDelete::Cascade;
                }
                if let Some(name) = &column.reference_name {
                    key.name = clipped(name);
                }
            }
        } else if column.cascade {
            let what = "`cascade` goes with `references`, which is not here";
            return Err(text.fault(column.name.span(), what));
        }
    }
    for index in &table.indexes {
        let keys = keys_of(text, index, &made)?;
        made = made.index(&index.name, &keys);
    }
    for unique in &table.uniques {
        let keys = keys_of(text, unique, &made)?;
        made = made.unique_named(&unique.name, &keys);
    }
    for constraint in &table.constraints {
        made = made.check(&constraint.name, &constraint.condition);
    }
    Ok(made)
}

fn keys_of<'i>(text: PlanText, index: &'i syntax::Index, table: &Table) -> Result<Vec<&'i str>> {
    let mut keys = Vec::new();
    for key in &index.columns {
        if table.column(key.get_ref()).is_none() {
            let what = format!("the table {} has no column {}", table.name, key.get_ref());
            return Err(text.fault(key.span(), what));
        }
        keys.push(key.get_ref().as_str());
    }
    Ok(keys)
}

fn column_of(text: PlanText, column: &syntax::Column, enums: &[EnumType]) -> Result<Column> {
    let name = column.name.get_ref();
    let wanted = column.column_type.get_ref();
    let own = enums.iter().find(|each| each.name == *wanted);
    let own = own.map(|each| ColumnType::Enum(each.name.clone()));
    let plain = TYPES.iter().find(|(word, _)| word == wanted);
    let Some(column_type) = own.or_else(|| plain.map(|(_, plain)| plain.clone())) else {
        let known = TYPES.iter().map(|(word, _)| *word);
        let known: Vec<&str> = known
            .chain(enums.iter().map(|each| each.name.as_str()))
            .collect();
        let what = format!(
            "there is no type {wanted:?}; the types are {}",
            known.join(", ")
        );
        return Err(text.fault(column.column_type.span(), what));
    };
    if clipped(name) != *name || name.is_empty() {
        let what = format!(
            "a column's name has 1 to 63 bytes, and {name:?} has {}",
            name.len()
        );
        return Err(text.fault(column.name.span(), what));
    }
    let mut made = Column::new(name, column_type);
    if column.required {
        made = made.required();
    }
    match (&column.default, &column.default_sql) {
        (Some(_), Some(_)) => {
            let what = format!("{name} has both `default` and `default_sql`");
            Err(text.fault(column.name.span(), what))
        }
        (Some(value), None) => Ok(made.default(match value {
            Constant::Text(value) => DefaultValue::Text(value.clone()),
            Constant::Integer(value) => DefaultValue::Integer(*value),
            Constant::Boolean(value) => DefaultValue::Boolean(*value),
        })),
        (None, Some(sql)) if sql.trim() == "now()" => Ok(made.default_now()),
        (None, Some(sql)) => Ok(made.default(DefaultValue::Expression(sql.clone()))),
        (None, None) => Ok(made),
    }
}

/// The table and the column that `table.column` names.
fn target_of<'r>(
    text: PlanText,
    reference: &'r toml::Spanned<String>,
    before: &[Table],
) -> Result<(&'r str, &'r str)> {
    let named = reference.get_ref().split_once('.');
    let found = named.filter(|(table, column)| {
        let table = before.iter().find(|each| each.name == *table);
        table.is_some_and(|table| table.column(column).is_some())
    });
    found.ok_or_else(|| {
        let what = format!(
            "no table above has the column {:?}; a reference is written \"table.column\"",
            reference.get_ref()
        );
        text.fault(reference.span(), what)
    })
}
