//! What the plan brings (section 2 of its specification).

use crate::schema::model::{Column, ColumnType, DefaultValue, EnumType, Schema, Table};

const CALL_PLAN: &str = "CallPlan";
const ACCOUNTS: &str = "CallPlanAccount";
const ACTIVITIES: &str = "CallPlanActivity";

fn enumeration(name: &str, values: &[&str]) -> EnumType {
    EnumType {
        name: name.to_owned(),
        values: values.iter().map(ToString::to_string).collect(),
    }
}

fn of_enum(column: &str, name: &str) -> Column {
    Column::new(column, ColumnType::Enum(name.to_owned()))
}

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn integer(name: &str) -> Column {
    Column::new(name, ColumnType::Integer)
}

fn uuid(name: &str) -> Column {
    Column::new(name, ColumnType::Uuid)
}

fn timestamp(name: &str) -> Column {
    Column::new(name, ColumnType::Timestamp)
}

/// The desired schema, in the schema `namespace` of the database.
pub fn schema(namespace: &str) -> Schema {
    Schema {
        namespace: namespace.to_owned(),
        enums: vec![
            enumeration("AccountType", &["ACTIVE", "TARGET", "PROSPECT"]),
            enumeration("AccountPriority", &["LOW", "MEDIUM", "HIGH"]),
            enumeration(
                "CallPlanStatus",
                &["DRAFT", "ACTIVE", "COMPLETED", "ARCHIVED"],
            ),
            enumeration(
                "ContactOutcome",
                &["NOT_ATTEMPTED", "NO_CONTACT", "CONTACTED", "VISITED"],
            ),
        ],
        tables: vec![
            Table::established("Tenant", []),
            Table::established("ActivityType", []),
            customer(),
            call_plan(),
            accounts(),
            activities(),
        ],
    }
}

fn customer() -> Table {
    let columns = [
        of_enum(super::ACCOUNT_TYPE, "AccountType"),
        of_enum(super::PRIORITY, "AccountPriority"),
        text("territory"),
    ];
    Table::established(super::CUSTOMER, columns)
        .index("Customer_territory_idx", &["territory"])
        .index("Customer_accountPriority_idx", &[super::PRIORITY])
}

fn call_plan() -> Table {
    let columns = [
        integer("weekNumber"),
        integer("year"),
        of_enum("status", "CallPlanStatus"),
        integer("targetCount"),
    ];
    Table::established(CALL_PLAN, columns)
        .check(
            "CallPlan_weekNumber_check",
            "\"weekNumber\" BETWEEN 1 AND 53",
        )
        .index("CallPlan_year_weekNumber_idx", &["year", "weekNumber"])
        .index("CallPlan_status_idx", &["status"])
}

fn accounts() -> Table {
    let table = Table::new(
        ACCOUNTS,
        [
            uuid("id").default(DefaultValue::Expression("gen_random_uuid()".to_owned())),
            uuid("tenantId").required(),
            uuid("callPlanId").required(),
            uuid("customerId").required(),
            text("objective"),
            timestamp("addedAt").default_now(),
            of_enum("contactOutcome", "ContactOutcome")
                .required()
                .default_text("NOT_ATTEMPTED"),
            timestamp("contactedAt"),
            text("notes"),
        ],
    )
    .unique_named(
        "CallPlanAccount_callPlanId_customerId_key",
        &["callPlanId", "customerId"],
    );
    belonging(
        table,
        &[
            ("tenantId", "Tenant"),
            ("callPlanId", CALL_PLAN),
            ("customerId", super::CUSTOMER),
        ],
        &["contactOutcome", "contactedAt"],
    )
}

fn activities() -> Table {
    let table = Table::new(
        ACTIVITIES,
        [
            uuid("id"),
            uuid("tenantId").required(),
            uuid("callPlanId").required(),
            uuid("customerId").required(),
            uuid("activityTypeId").required(),
            timestamp("occurredAt").required(),
            text("notes"),
            timestamp("createdAt").default_now(),
        ],
    );
    belonging(
        table,
        &[
            ("tenantId", "Tenant"),
            ("callPlanId", CALL_PLAN),
            ("customerId", super::CUSTOMER),
            ("activityTypeId", "ActivityType"),
        ],
        &["occurredAt"],
    )
}

/// With foreign keys by Prisma's names for them, and an index on each of them and on `more`.
fn belonging(mut table: Table, references: &[(&str, &str)], more: &[&str]) -> Table {
    let name = table.name.clone();
    for (column, target) in references {
        table = table.cascades(&format!("{name}_{column}_fkey"), column, target, "id");
    }
    let columns = references.iter().map(|(column, _)| column).chain(more);
    for column in columns {
        table = table.index(&format!("{name}_{column}_idx"), &[column]);
    }
    table
}
