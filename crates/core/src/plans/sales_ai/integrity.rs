//! What must hold in V3 whatever V2 holds.

use crate::plans::Integrity;
use crate::ports::verify::ForeignKey;

const TABLES: [&str; 12] = [
    "user",
    "session",
    "account",
    "verification",
    "user_profiles",
    "opportunities",
    "conversations",
    "meddic_analyses",
    "alerts",
    "lead_sources",
    "utm_campaigns",
    "form_submissions",
];

const FOREIGN_KEYS: [(&str, &str, &str); 9] = [
    ("opportunities", "user_id", "user"),
    ("conversations", "opportunity_id", "opportunities"),
    ("meddic_analyses", "conversation_id", "conversations"),
    ("meddic_analyses", "opportunity_id", "opportunities"),
    ("alerts", "opportunity_id", "opportunities"),
    ("alerts", "conversation_id", "conversations"),
    ("alerts", "user_id", "user"),
    ("session", "user_id", "user"),
    ("account", "user_id", "user"),
];

const REQUIRED: [(&str, &str); 9] = [
    ("opportunities", "user_id"),
    ("opportunities", "customer_number"),
    ("opportunities", "company_name"),
    ("conversations", "opportunity_id"),
    ("conversations", "type"),
    ("conversations", "status"),
    ("conversations", "created_at"),
    ("meddic_analyses", "conversation_id"),
    ("meddic_analyses", "opportunity_id"),
];

const UNIQUE: [(&str, &str); 2] = [
    ("opportunities", "customer_number"),
    ("conversations", "case_number"),
];

const NUMBERS: [(&str, &str, &str); 2] = [
    ("customer", "opportunities", "customer_number"),
    ("case", "conversations", "case_number"),
];

pub(super) fn integrity() -> Integrity {
    let pair = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    Integrity {
        tables: TABLES.map(str::to_owned).to_vec(),
        foreign_keys: FOREIGN_KEYS
            .map(|(table, column, target)| ForeignKey {
                table: table.into(),
                column: column.into(),
                target: target.into(),
            })
            .to_vec(),
        required: REQUIRED.map(pair).to_vec(),
        unique: UNIQUE.map(pair).to_vec(),
        numbers: NUMBERS
            .map(|(kind, table, column)| (kind.into(), table.into(), column.into()))
            .to_vec(),
        users: Some("user".into()),
    }
}
