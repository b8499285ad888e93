//! What the plan brings (section 1 of its specification).

use crate::plans::feature_flags;
use crate::schema::model::{Column, ColumnType, Schema, Table};

use super::{CALLS, CONFIGS, METRICS, TENANTS};

fn columns<const N: usize>(kind: ColumnType, names: [&str; N]) -> Vec<Column> {
    let column = |name: &&str| Column::new(name, kind.clone());
    names.iter().map(column).collect()
}

/// The desired schema, in the schema `namespace` of the database.
pub fn schema(namespace: &str) -> Schema {
    let mut tables = vec![
        Table::established(TENANTS, []),
        configs(),
        calls(),
        metrics(),
    ];
    // Flags stand in one place of a database, whatever schema a plan works in.
    if namespace == "public" {
        tables.extend(feature_flags::tables());
    }
    Schema {
        namespace: namespace.to_owned(),
        enums: Vec::new(),
        tables,
    }
}

fn configs() -> Table {
    Table::established(
        CONFIGS,
        [
            Column::new("assistant_type", ColumnType::Text),
            Column::new("voice_config", ColumnType::Jsonb),
            Column::new("personality", ColumnType::Jsonb),
            Column::new("capabilities", ColumnType::TextArray),
            Column::new("schema_version", ColumnType::Text),
            Column::new("migrated_at", ColumnType::TimestampTz),
            Column::new("migrated_from", ColumnType::Text),
        ],
    )
}

fn calls() -> Table {
    let mut all = columns(
        ColumnType::Text,
        [
            "tenant_id",
            "config_id",
            "version",
            "status",
            "ended_reason",
            "transcript",
            "outcome",
        ],
    );
    all.extend(columns(
        ColumnType::Double,
        ["duration_seconds", "latency_ms"],
    ));
    all.push(Column::new("created_at", ColumnType::TimestampTz));
    Table::established(CALLS, all)
}

/// Numbers of calls, and the sizes that are measured of them.
pub const COUNTS: [&str; 3] = ["total_calls", "successful_calls", "failed_calls"];
/// See [`COUNTS`].
pub const MEASURES: [&str; 7] = [
    "avg_duration_seconds",
    "p50_duration_seconds",
    "p95_duration_seconds",
    "avg_latency_ms",
    "p50_latency_ms",
    "p95_latency_ms",
    "p99_latency_ms",
];

fn metrics() -> Table {
    let mut all = columns(ColumnType::Text, ["tenant_id"]);
    all.extend(columns(ColumnType::Bigint, COUNTS));
    all.extend(columns(ColumnType::Double, MEASURES));
    all.push(Column::new("outcomes", ColumnType::Jsonb));
    all.push(Column::new("updated_at", ColumnType::TimestampTz));
    Table::new(METRICS, all)
}
