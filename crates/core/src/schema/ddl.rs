//! Statements that make the objects of a desired schema.

use super::live::LiveColumn;
use super::model::{
    Check, Column, ColumnType, EnumType, ForeignKey, Index, OnDelete, Schema, Table, Unique,
};
use super::name::{in_dollars, qualified, quote_identifier, quote_list, quote_literal};

impl ColumnType {
    /// As it stands in DDL, and as `format_type` prints it with an empty `search_path`, but for
    /// the quotation marks of an enum.
    pub fn sql(&self, namespace: &str) -> String {
        let plain = match self {
            Self::Text => "text",
            Self::TextArray => "text[]",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Double => "double precision",
            Self::Numeric => "numeric",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp without time zone",
            Self::TimestampMillis => "timestamp(3) without time zone",
            Self::TimestampTz => "timestamp with time zone",
            Self::Jsonb => "jsonb",
            Self::Uuid => "uuid",
            Self::Enum(name) => return qualified(namespace, name),
        };
        plain.to_owned()
    }

    /// Whether `live`, as `format_type` prints it, is this type.
    pub fn matches(&self, namespace: &str, live: &str) -> bool {
        match self {
            Self::Enum(_) => self.sql(namespace).replace('"', "") == live.replace('"', ""),
            _ => self.sql(namespace) == live,
        }
    }
}

impl OnDelete {
    /// As it stands behind ON DELETE.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
            Self::Restrict => "RESTRICT",
        }
    }
}

/// `"name" type DEFAULT … NOT NULL`
pub fn column(namespace: &str, column: &Column) -> String {
    let mut sql = format!(
        "{} {}",
        quote_identifier(&column.name),
        column.column_type.sql(namespace)
    );
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(&default.sql());
    }
    if column.required {
        sql.push_str(" NOT NULL");
    }
    sql
}

/// CREATE TYPE … AS ENUM
pub fn create_enum(namespace: &str, enumeration: &EnumType) -> String {
    let values: Vec<_> = enumeration
        .values
        .iter()
        .map(|value| quote_literal(value))
        .collect();
    format!(
        "CREATE TYPE {} AS ENUM ({})",
        qualified(namespace, &enumeration.name),
        values.join(", ")
    )
}

/// CREATE TABLE with its columns, primary key, unique constraints and checks; foreign keys and
/// indexes are statements of their own.
pub fn create_table(namespace: &str, table: &Table) -> String {
    let mut lines: Vec<String> = Vec::new();
    for each in &table.columns {
        let mut line = column(namespace, each);
        if table.primary_key == [each.name.as_str()] {
            line = line.replacen(" NOT NULL", "", usize::from(each.required));
            line.push_str(" PRIMARY KEY NOT NULL");
        }
        lines.push(line);
    }
    if table.primary_key.len() > 1 {
        lines.push(format!("PRIMARY KEY ({})", quote_list(&table.primary_key)));
    }
    lines.extend(table.uniques.iter().map(unique));
    lines.extend(table.checks.iter().map(check));
    format!(
        "CREATE TABLE {} (\n    {}\n)",
        qualified(namespace, &table.name),
        lines.join(",\n    ")
    )
}

/// `CONSTRAINT "name" UNIQUE (…)`
pub fn unique(unique: &Unique) -> String {
    format!(
        "CONSTRAINT {} UNIQUE ({})",
        quote_identifier(&unique.name),
        quote_list(&unique.columns)
    )
}

/// `CONSTRAINT "name" CHECK (…)`
pub fn check(check: &Check) -> String {
    format!(
        "CONSTRAINT {} CHECK ({})",
        quote_identifier(&check.name),
        check.condition
    )
}

/// ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY
pub fn add_foreign_key(namespace: &str, table: &str, key: &ForeignKey) -> String {
    format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {} ON UPDATE NO ACTION",
        qualified(namespace, table),
        quote_identifier(&key.name),
        quote_list(&key.columns),
        qualified(namespace, &key.target),
        quote_list(&key.target_columns),
        key.on_delete.sql()
    )
}

/// CREATE INDEX, `concurrently` or not.
pub fn create_index(namespace: &str, table: &str, index: &Index, concurrently: bool) -> String {
    let mut sql = format!(
        "CREATE {}INDEX {}{} ON {} USING {} ({})",
        if index.unique { "UNIQUE " } else { "" },
        if concurrently { "CONCURRENTLY " } else { "" },
        quote_identifier(&index.name),
        qualified(namespace, table),
        index.method,
        index.keys.join(", ")
    );
    if let Some(condition) = &index.condition {
        sql.push_str(" WHERE ");
        sql.push_str(condition);
    }
    sql
}

/// `ALTER TABLE "namespace"."table" action`
pub fn alter(namespace: &str, table: &str, action: &str) -> String {
    format!("ALTER TABLE {} {action}", qualified(namespace, table))
}

/// `ALTER TABLE "namespace"."table" ALTER COLUMN "column" action`
pub fn alter_column(namespace: &str, table: &str, column: &str, action: &str) -> String {
    format!(
        "ALTER TABLE {} ALTER COLUMN {} {action}",
        qualified(namespace, table),
        quote_identifier(column)
    )
}

/// A column that is there already, as it stands in ADD COLUMN or CREATE TABLE, but for its default
/// and NOT NULL, which rows may stand in the way of.
pub fn column_again(found: &LiveColumn) -> String {
    let mut sql = format!("{} {}", quote_identifier(&found.name), found.type_name);
    let collation = found
        .collation
        .iter()
        .map(|name| format!(" COLLATE {name}"));
    let generation = found.generation.iter().map(|text| format!(" {text}"));
    sql.extend(collation.chain(generation));
    sql
}

/// A statement that rows may stand in the way of, and that is left undone then.
pub fn where_rows_allow(statement: &str) -> String {
    let block = format!(
        " BEGIN {statement}; EXCEPTION WHEN not_null_violation OR unique_violation OR check_violation \
         OR exclusion_violation OR foreign_key_violation THEN NULL; END "
    );
    format!("DO {}", in_dollars(&block))
}

/// The definition of an index, so that others read and write while it is built.
pub fn concurrently(definition: &str) -> String {
    definition.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1)
}

/// SET NOT NULL where no row stands in the way, for taking back that a column may be NULL: rows
/// that came since keep it as it is.
pub fn require_where_possible(namespace: &str, table: &str, column: &str) -> String {
    let block = format!(
        " BEGIN IF NOT EXISTS (SELECT 1 FROM {} AS t WHERE t.{} IS NULL) THEN {}; END IF; END ",
        qualified(namespace, table),
        quote_identifier(column),
        alter_column(namespace, table, column, "SET NOT NULL")
    );
    format!("DO {}", in_dollars(&block))
}

/// The whole schema as a script that makes it in an empty database.
pub fn script(schema: &Schema) -> String {
    let mut live = super::live::LiveSchema::empty(&schema.namespace);
    let established: Vec<&Table> = schema.tables.iter().filter(|t| t.established).collect();
    live.tables = established
        .iter()
        .map(|table| super::live::LiveTable {
            name: table.name.clone(),
            kind: "r".to_owned(),
            may_alter: true,
            ..super::live::LiveTable::default()
        })
        .collect();
    let plan = super::diff::plan(schema, &live, &super::diff::Directions::default());
    let mut text = String::new();
    if !established.is_empty() {
        let names: Vec<&str> = established
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        text.push_str(&format!(
            "-- The application makes these tables; what is missing from them is added: {}\n\n",
            names.join(", ")
        ));
    }
    for step in &plan.steps {
        for statement in &step.sql {
            let adds = matches!(step.effect, super::steps::Effect::AddsColumn { .. });
            let statement = if adds {
                statement.replacen(" ADD COLUMN ", " ADD COLUMN IF NOT EXISTS ", 1)
            } else {
                statement.clone()
            };
            text.push_str(&statement);
            text.push_str(";\n");
        }
        if step.sql.iter().any(|statement| statement.contains('\n')) {
            text.push('\n');
        }
    }
    text
}
