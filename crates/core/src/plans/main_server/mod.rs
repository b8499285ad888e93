//! Plan `main-server`: a chat server goes from v1 (Koa and TypeORM) to v2 (NestJS and Prisma) over
//! the same database. v2 brings one table and two indexes; what v1 made stays intact, which is
//! recorded before anything is done and proven behind it.

mod schema;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::in_place::{
    BatchSizes, InPlacePlan, Maker, Parameters, PlanStep, Registered, SectionSpec, ShareSpec,
    SqlText, Work,
};
use super::schemas::PlanSchema;
use crate::error::Result;
use crate::schema::name::qualified;

pub use schema::schema;

/// The plan's name.
pub const NAME: &str = "main-server";

/// See the module.
pub const REGISTERED: Registered = Registered {
    name: Cow::Borrowed(NAME),
    options: Cow::Borrowed(&[]),
    database: Cow::Borrowed(&["DIRECT_URL", "DATABASE_URL"]),
    maker: Maker::BuiltIn(describe),
};

const USERS: &str = "users";
const CHATS: &str = "chats";
const SESSIONS: &str = "sessions";
const MESSAGES: &str = "messages";

/// The plan, for a run's parameters.
///
/// # Errors
/// None today; other plans read options here.
pub fn describe(parameters: &Parameters) -> Result<InPlacePlan> {
    let namespace = &parameters.namespace;
    let steps = vec![
        PlanStep::new("before", "Old tables as they are", Work::Keep),
        PlanStep::new("schema", "Table and indexes of v2", Work::Schema)
            .needing(SESSIONS, "user_id")
            .needing(SESSIONS, "expires_at"),
        PlanStep::new(
            "verify-schema",
            "Verification of tables and indexes",
            Work::VerifySchema,
        ),
        PlanStep::new(
            "intact",
            "Verification that old tables are intact",
            Work::VerifyKept,
        ),
        PlanStep::new("record", "Migration record", Work::Record),
    ];
    Ok(InPlacePlan {
        name: NAME.to_owned(),
        named: NAME.to_owned(),
        title: "the table messages and the indexes of chat server v2".to_owned(),
        namespace: namespace.clone(),
        schema: PlanSchema {
            schema: schema(namespace),
            faults: Vec::new(),
            renames: Vec::new(),
        },
        steps,
        sections: vec![rows(namespace)],
        kept: [USERS, CHATS, SESSIONS].map(str::to_owned).to_vec(),
        states: Vec::new(),
        prisma_name: Some("main_server_v2".to_owned()),
        preconditions: Vec::new(),
        batches: BatchSizes {
            rows: 10_000,
            sets: 10_000,
        },
        tenancy: None,
        next: None,
    })
}

fn rows(namespace: &str) -> SectionSpec {
    let counts: Vec<String> = [USERS, CHATS, SESSIONS, MESSAGES]
        .iter()
        .enumerate()
        .map(|(at, table)| {
            format!(
                "SELECT {at} AS place, '{table}' AS label, count(*) AS count FROM {}",
                qualified(namespace, table)
            )
        })
        .collect();
    SectionSpec {
        title: "Data".to_owned(),
        shares: vec![ShareSpec {
            name: "rows".to_owned(),
            query: SqlText {
                sql: format!(
                    "SELECT label, count FROM ({}) AS counts ORDER BY place",
                    counts.join(" UNION ALL ")
                ),
                binds: Vec::new(),
            },
            noun: String::new(),
        }],
        questions: Vec::new(),
    }
}
