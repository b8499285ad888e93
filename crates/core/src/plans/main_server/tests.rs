use super::*;
use crate::instant::Instant;
use crate::plans::in_place::registered;
use crate::plans::schemas::schema_named;
use crate::schema::ddl;

#[test]
fn the_plan_is_registered_and_keeps_what_v1_made() {
    let registered = registered(NAME).expect("registered");
    let plan = registered
        .describe(&Parameters::new("public", Instant::MIN))
        .expect("a plan");
    assert_eq!(plan.kept, ["users", "chats", "sessions"]);
    let at = |name: &str| plan.steps.iter().position(|step| step.name == name);
    assert!(at("before") < at("schema") && at("schema") < at("intact"));
    for table in &plan.kept {
        let table = plan.schema.schema.table(table).expect("a table");
        assert!(table.established && table.columns.is_empty());
    }
}

#[test]
fn the_table_of_v2_is_as_specified() {
    let wanted = schema_named(NAME, "public").expect("a schema");
    let sql = ddl::script(&wanted.schema);
    for part in [
        "gen_random_uuid()",
        "(chat_id, created_at DESC)",
        "WHERE status <> 'processed'::text",
        "USING gin (metadata)",
    ] {
        assert!(sql.contains(part), "{part} is not in\n{sql}");
    }
    // The table is v1's, so a script for an empty database has no statement for it.
    let sessions = wanted.schema.table("sessions").expect("sessions");
    let keys: Vec<&str> = sessions
        .indexes
        .iter()
        .flat_map(|index| index.keys.iter().map(String::as_str))
        .collect();
    assert_eq!(keys, ["user_id", "expires_at"]);
    let messages = wanted.schema.table("messages").expect("messages");
    let optional: Vec<&str> = messages
        .columns
        .iter()
        .filter(|column| !column.required)
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(optional, ["sender_id", "metadata", "processed_at"]);
}
