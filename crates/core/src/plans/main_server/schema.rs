//! What v2 brings (section 3 of its specification). Names are those that Prisma gives.

use crate::schema::model::{Column, ColumnType, DefaultValue, Index, Schema, Table};

use super::{CHATS, MESSAGES, SESSIONS, USERS};

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn expression(sql: &str) -> DefaultValue {
    DefaultValue::Expression(sql.to_owned())
}

/// The desired schema, in the schema `namespace` of the database.
pub fn schema(namespace: &str) -> Schema {
    Schema {
        namespace: namespace.to_owned(),
        enums: Vec::new(),
        tables: vec![
            Table::established(USERS, []),
            Table::established(CHATS, []),
            Table::established(SESSIONS, [])
                .index("sessions_user_id_idx", &["user_id"])
                .index("sessions_expires_at_idx", &["expires_at"]),
            messages(),
        ],
    }
}

fn messages() -> Table {
    let mut table = Table::new(
        MESSAGES,
        [
            Column::new("id", ColumnType::Uuid).default(expression("gen_random_uuid()")),
            text("message_id").required(),
            text("chat_id").required(),
            text("sender_id"),
            text("message_type").required(),
            Column::new("content", ColumnType::Jsonb).required(),
            Column::new("metadata", ColumnType::Jsonb).default(expression("'{}'::jsonb")),
            text("status").required().default_text("received"),
            Column::new("created_at", ColumnType::TimestampTz)
                .required()
                .default_now(),
            Column::new("processed_at", ColumnType::TimestampTz),
        ],
    )
    .unique_named("messages_message_id_key", &["message_id"]);
    let index = |name: &str, method: &str, keys: &[&str], condition: Option<&str>| Index {
        name: name.to_owned(),
        method: method.to_owned(),
        keys: keys.iter().map(ToString::to_string).collect(),
        unique: false,
        condition: condition.map(str::to_owned),
    };
    table.indexes = vec![
        index(
            "messages_chat_id_created_at_idx",
            "btree",
            &["chat_id", "created_at DESC"],
            None,
        ),
        index(
            "messages_status_idx",
            "btree",
            &["status"],
            Some("status <> 'processed'::text"),
        ),
        index("messages_metadata_idx", "gin", &["metadata"], None),
    ];
    table
}
