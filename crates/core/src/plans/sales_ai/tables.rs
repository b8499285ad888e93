//! The 12 tables of V3 (section 2 of the specification), and what an older V3 may have instead.

use crate::schema::model::{Column, ColumnType, DefaultValue, Schema, Table};
use crate::schema::repair::{Fault, Filler};

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn integer(name: &str) -> Column {
    Column::new(name, ColumnType::Integer)
}

fn ts(name: &str) -> Column {
    Column::new(name, ColumnType::Timestamp)
}

fn now(name: &str) -> Column {
    ts(name).required().default_now()
}

fn jsonb(name: &str) -> Column {
    Column::new(name, ColumnType::Jsonb)
}

fn flag(name: &str, default: bool) -> Column {
    Column::new(name, ColumnType::Boolean).default(DefaultValue::Boolean(default))
}

fn counter(name: &str) -> Column {
    integer(name).default(DefaultValue::Integer(0))
}

/// The desired schema, in the schema `namespace` of the database (usually `public`).
pub fn schema(namespace: &str) -> Schema {
    Schema {
        namespace: namespace.to_owned(),
        enums: Vec::new(),
        tables: vec![
            user(),
            session(),
            account(),
            verification(),
            user_profiles(),
            opportunities(),
            conversations(),
            meddic_analyses(),
            alerts(),
            lead_sources(),
            utm_campaigns(),
            form_submissions(),
        ],
    }
}

/// What `fix-schema` knows to repair. Whatever else differs in the tables named here is put right
/// along with it.
pub fn faults() -> Vec<Fault> {
    let mut faults = vec![
        Fault::OldTable {
            old: "leads",
            new: "opportunities",
        },
        Fault::Empty {
            table: "opportunities",
            column: "user_id",
            filler: Filler::MigrationUser,
        },
        Fault::Empty {
            table: "opportunities",
            column: "customer_number",
            filler: Filler::UniqueId,
        },
        Fault::Empty {
            table: "opportunities",
            column: "company_name",
            filler: Filler::PrefixedId { prefix: "Company_" },
        },
    ];
    for table in [
        "conversations",
        "meddic_analyses",
        "alerts",
        "form_submissions",
    ] {
        faults.push(Fault::OldReference {
            table,
            old: "lead_id",
            new: "opportunity_id",
            target: "opportunities",
        });
    }
    faults.push(Fault::Rounded {
        table: "conversations",
        column: "duration",
    });
    faults.push(Fault::Dangling {
        table: "alerts",
        column: "user_id",
    });
    faults
}

fn user() -> Table {
    Table::new(
        "user",
        [
            text("id"),
            text("name").required(),
            text("email").required(),
            flag("email_verified", false).required(),
            text("image"),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .unique("email")
}

fn session() -> Table {
    Table::new(
        "session",
        [
            text("id"),
            ts("expires_at").required(),
            text("token").required(),
            now("created_at"),
            ts("updated_at").required(),
            text("ip_address"),
            text("user_agent"),
            text("user_id").required(),
        ],
    )
    .unique("token")
    .references_cascade("user_id", "user", "id")
    .index("session_userId_idx", &["user_id"])
}

fn account() -> Table {
    Table::new(
        "account",
        [
            text("id"),
            text("account_id").required(),
            text("provider_id").required(),
            text("user_id").required(),
            text("access_token"),
            text("refresh_token"),
            text("id_token"),
            ts("access_token_expires_at"),
            ts("refresh_token_expires_at"),
            text("scope"),
            text("password"),
            now("created_at"),
            ts("updated_at").required(),
        ],
    )
    .references_cascade("user_id", "user", "id")
    .index("account_userId_idx", &["user_id"])
}

fn verification() -> Table {
    Table::new(
        "verification",
        [
            text("id"),
            text("identifier").required(),
            text("value").required(),
            ts("expires_at").required(),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .index("verification_identifier_idx", &["identifier"])
}

fn user_profiles() -> Table {
    Table::new(
        "user_profiles",
        [
            text("user_id"),
            text("role").required().default_text("sales_rep"),
            text("department"),
            text("territory"),
            text("slack_user_id"),
            flag("email_notifications", true),
            flag("slack_notifications", true),
            text("timezone").default_text("Asia/Taipei"),
            text("language").default_text("zh-TW"),
            text("preferences"),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .references_cascade("user_id", "user", "id")
}

fn opportunities() -> Table {
    Table::new(
        "opportunities",
        [
            text("id"),
            text("user_id").required(),
            text("customer_number").required(),
            text("company_name").required(),
            text("contact_name"),
            text("contact_email"),
            text("contact_phone"),
            text("source").required().default_text("manual"),
            text("status").required().default_text("new"),
            text("utm_source"),
            text("utm_medium"),
            text("utm_campaign"),
            text("utm_term"),
            text("utm_content"),
            text("source_id"),
            text("landing_page"),
            text("referrer"),
            ts("first_touch_at"),
            jsonb("raw_form_data"),
            integer("opportunity_score"),
            jsonb("meddic_score"),
            text("industry"),
            text("company_size"),
            text("notes"),
            now("created_at"),
            now("updated_at"),
            ts("last_contacted_at"),
        ],
    )
    .unique("customer_number")
    .references_cascade("user_id", "user", "id")
}

fn conversations() -> Table {
    Table::new(
        "conversations",
        [
            text("id"),
            text("opportunity_id").required(),
            text("case_number"),
            text("title"),
            text("type").required(),
            text("status").required().default_text("pending"),
            text("audio_url"),
            jsonb("transcript"),
            text("summary"),
            jsonb("meddic_analysis"),
            jsonb("extracted_data"),
            text("sentiment"),
            integer("progress_score"),
            text("coaching_notes"),
            text("urgency_level"),
            text("store_name"),
            text("slack_channel_id"),
            text("slack_thread_ts"),
            text("slack_user_id"),
            text("slack_username"),
            integer("duration"),
            ts("conversation_date"),
            now("created_at"),
            ts("analyzed_at"),
            now("updated_at"),
            jsonb("participants"),
            text("created_by"),
        ],
    )
    .unique("case_number")
    .references("opportunity_id", "opportunities", "id")
}

fn meddic_analyses() -> Table {
    Table::new(
        "meddic_analyses",
        [
            text("id"),
            text("conversation_id").required(),
            text("opportunity_id").required(),
            integer("metrics_score"),
            integer("economic_buyer_score"),
            integer("decision_criteria_score"),
            integer("decision_process_score"),
            integer("identify_pain_score"),
            integer("champion_score"),
            integer("overall_score"),
            text("status"),
            jsonb("dimensions"),
            jsonb("key_findings"),
            jsonb("next_steps"),
            jsonb("risks"),
            jsonb("agent_outputs"),
            now("created_at"),
        ],
    )
    .references("conversation_id", "conversations", "id")
    .references("opportunity_id", "opportunities", "id")
}

fn alerts() -> Table {
    Table::new(
        "alerts",
        [
            text("id"),
            text("opportunity_id").required(),
            text("conversation_id"),
            text("user_id"),
            text("type").required(),
            text("severity").required(),
            text("status").required().default_text("pending"),
            text("title").required(),
            text("message").required(),
            jsonb("context"),
            flag("slack_notified", false),
            text("slack_channel_id"),
            text("slack_message_ts"),
            text("acknowledged_by"),
            ts("acknowledged_at"),
            text("resolved_by"),
            ts("resolved_at"),
            text("resolution"),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .references("opportunity_id", "opportunities", "id")
    .references("conversation_id", "conversations", "id")
    .references("user_id", "user", "id")
}

fn lead_sources() -> Table {
    Table::new(
        "lead_sources",
        [
            text("id"),
            text("name").required(),
            text("type").required(),
            text("description"),
            text("is_active").required().default_text("true"),
            text("webhook_url"),
            text("webhook_secret"),
            jsonb("field_mapping"),
            counter("total_leads"),
            ts("last_lead_at"),
            text("user_id"),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .references_cascade("user_id", "user", "id")
}

fn utm_campaigns() -> Table {
    Table::new(
        "utm_campaigns",
        [
            text("id"),
            text("utm_source").required(),
            text("utm_medium"),
            text("utm_campaign"),
            text("utm_term"),
            text("utm_content"),
            text("name"),
            text("description"),
            ts("start_date"),
            ts("end_date"),
            counter("total_leads"),
            counter("total_conversions"),
            text("conversion_rate"),
            integer("budget"),
            integer("spent"),
            integer("cost_per_lead"),
            text("user_id"),
            ts("first_seen_at").default_now(),
            ts("last_seen_at").default_now(),
            now("created_at"),
            now("updated_at"),
        ],
    )
    .references_cascade("user_id", "user", "id")
}

fn form_submissions() -> Table {
    Table::new(
        "form_submissions",
        [
            text("id"),
            text("source_id"),
            text("source_type").required(),
            jsonb("raw_payload").required(),
            jsonb("parsed_data"),
            text("status").required().default_text("pending"),
            text("error_message"),
            text("opportunity_id"),
            text("ip_address"),
            text("user_agent"),
            now("submitted_at"),
            ts("processed_at"),
            now("created_at"),
        ],
    )
    .references("source_id", "lead_sources", "id")
}
