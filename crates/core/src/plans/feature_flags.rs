//! The tables of `rollout`: flags, and every change of them.

use crate::schema::model::{Check, Column, ColumnType, DefaultValue, Schema, Table};

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn jsonb(name: &str) -> Column {
    Column::new(name, ColumnType::Jsonb)
}

/// `feature_flags` and `feature_flag_audit`, for any plan whose users are moved by a flag.
pub fn tables() -> Vec<Table> {
    let expression = |sql: &str| DefaultValue::Expression(sql.to_owned());
    let mut flags = Table::new(
        "feature_flags",
        [
            text("name"),
            Column::new("enabled", ColumnType::Boolean)
                .required()
                .default(DefaultValue::Boolean(false)),
            Column::new("rollout_percentage", ColumnType::Numeric)
                .required()
                .default(DefaultValue::Integer(0)),
            jsonb("tenant_overrides")
                .required()
                .default(expression("'{}'::jsonb")),
            Column::new("updated_at", ColumnType::TimestampTz)
                .required()
                .default_now(),
            text("updated_by"),
        ],
    );
    flags.checks.push(Check {
        name: "feature_flags_rollout_percentage_check".to_owned(),
        condition: "rollout_percentage >= 0 AND rollout_percentage <= 100".to_owned(),
    });
    let audit = Table::new(
        "feature_flag_audit",
        [
            Column::new("id", ColumnType::Uuid).default(expression("gen_random_uuid()")),
            text("flag_name").required(),
            Column::new("changed_at", ColumnType::TimestampTz)
                .required()
                .default(expression("clock_timestamp()")),
            text("changed_by").required(),
            text("reason"),
            text("action").required(),
            jsonb("before"),
            jsonb("after"),
        ],
    )
    .index(
        "feature_flag_audit_flag_name_changed_at",
        &["flag_name", "changed_at"],
    );
    vec![flags, audit]
}

/// Both tables alone, in the schema `namespace` of the database.
pub fn schema(namespace: &str) -> Schema {
    Schema {
        namespace: namespace.to_owned(),
        enums: Vec::new(),
        tables: tables(),
    }
}
