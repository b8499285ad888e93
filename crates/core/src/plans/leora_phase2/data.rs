//! Classification, priorities, and what is asked about them.

use crate::plans::in_place::{
    Assigned, Considered, Group, Noted, Question, Rank, SectionSpec, SetUpdate, ShareSpec, SqlText,
};
use crate::schema::name::{qualified, quote_identifier};

use super::{ACCOUNT_TYPE, CUSTOMER, LAST_ORDER, PRIORITY};

const TYPES: [&str; 3] = ["ACTIVE", "TARGET", "PROSPECT"];

/// `t."column"`
fn column(name: &str) -> String {
    format!("t.{}", quote_identifier(name))
}

/// A query without bound values.
fn sql(sql: String) -> SqlText {
    SqlText {
        sql,
        binds: Vec::new(),
    }
}

/// What the last order says of a customer as of the day `$1`: up to 180 days ago, up to 365,
/// longer or never. A point in time is compared with midnight of a day, in UTC. The days are read
/// once a statement, and not once a row.
fn by_last_order() -> String {
    let ordered = column(LAST_ORDER);
    format!(
        "CASE WHEN {ordered} >= (SELECT $1::date - 180) THEN 'ACTIVE' \
         WHEN {ordered} >= (SELECT $1::date - 365) THEN 'TARGET' ELSE 'PROSPECT' END"
    )
}

fn by_type() -> String {
    format!(
        "CASE {}::text WHEN 'ACTIVE' THEN 'HIGH' WHEN 'TARGET' THEN 'MEDIUM' \
         WHEN 'PROSPECT' THEN 'LOW' END",
        column(ACCOUNT_TYPE)
    )
}

/// Step 1. With `only_new` customers that are classified stay as they are.
pub(super) fn classification(as_of: &str, only_new: bool) -> SetUpdate {
    let unclassified = format!("{} IS NULL", column(ACCOUNT_TYPE));
    let future = format!("{} >= (SELECT $1::date + 1)", column(LAST_ORDER));
    SetUpdate {
        table: CUSTOMER.to_owned(),
        noun: "customers".to_owned(),
        binds: vec![as_of.to_owned()],
        set: vec![Assigned {
            column: ACCOUNT_TYPE.to_owned(),
            value: by_last_order(),
            as_type: Some("AccountType".to_owned()),
        }],
        rows: Considered {
            condition: only_new.then(|| unclassified.clone()),
            unless_true: Vec::new(),
        },
        labels: None,
        groups: TYPES.map(|name| group(name, "customers updated")).to_vec(),
        noted: vec![Noted {
            code: "future_order".to_owned(),
            // What is left alone is not made ACTIVE by such an order.
            condition: if only_new {
                format!("{future} AND {unclassified}")
            } else {
                future
            },
            column: LAST_ORDER.to_owned(),
            before: only_new,
        }],
    }
}

/// Step 5.
pub(super) fn priorities() -> SetUpdate {
    SetUpdate {
        table: CUSTOMER.to_owned(),
        noun: "customers".to_owned(),
        binds: Vec::new(),
        set: vec![Assigned {
            column: PRIORITY.to_owned(),
            value: by_type(),
            as_type: Some("AccountPriority".to_owned()),
        }],
        rows: Considered {
            condition: Some(has_known_type()),
            unless_true: vec!["accountPriorityManuallySet".to_owned()],
        },
        labels: None,
        groups: ["HIGH", "MEDIUM", "LOW"]
            .map(|name| group(name, "priorities updated"))
            .to_vec(),
        noted: Vec::new(),
    }
}

fn has_known_type() -> String {
    format!(
        "{}::text IN ('ACTIVE', 'TARGET', 'PROSPECT')",
        column(ACCOUNT_TYPE)
    )
}

fn group(value: &str, what: &str) -> Group {
    Group {
        value: value.to_owned(),
        label: format!("{value} {what}"),
    }
}

fn customers(namespace: &str) -> String {
    qualified(namespace, CUSTOMER)
}

fn count_of(namespace: &str, table: &str) -> SqlText {
    sql(format!(
        "SELECT count(*) FROM {}",
        qualified(namespace, table)
    ))
}

/// How many customers have which value of a column, in the order of `values`, others behind.
fn distribution(namespace: &str, name: &str, of: &str, values: &[&str]) -> ShareSpec {
    let list: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    ShareSpec {
        name: name.to_owned(),
        query: sql(format!(
            "SELECT coalesce(label, '(none)') AS label, count FROM (\
             SELECT {of}::text AS label, count(*) AS count FROM {customers} AS t GROUP BY 1) AS shares \
             ORDER BY array_position(ARRAY[{list}]::text[], label), label",
            of = column(of),
            customers = customers(namespace),
            list = list.join(", "),
        )),
        noun: "customers".to_owned(),
    }
}

fn unclassified(namespace: &str) -> Question {
    Question {
        name: "every customer is classified".to_owned(),
        rank: Rank::Critical,
        all: count_of(namespace, CUSTOMER),
        noun: "customers".to_owned(),
        violators: sql(format!(
            "SELECT t.id::text AS item FROM {} AS t WHERE {} IS NULL",
            customers(namespace),
            column(ACCOUNT_TYPE)
        )),
        what: "customers without a classification".to_owned(),
        remedy: "run data-migrate --plan leora-phase2 --step classification".to_owned(),
        accepted: None,
        backup: None,
        fixes: Vec::new(),
    }
}

/// Step 2: the distribution, and that none is unclassified.
pub(super) fn classified(namespace: &str) -> SectionSpec {
    SectionSpec {
        title: "Classification".to_owned(),
        shares: vec![distribution(
            namespace,
            "distribution",
            ACCOUNT_TYPE,
            &TYPES,
        )],
        questions: vec![unclassified(namespace)],
    }
}

/// Whether the classification is what the last orders say, which customers can change while
/// the plan works.
pub(super) fn as_ordered(namespace: &str, as_of: &str) -> Question {
    let value = by_last_order();
    Question {
        name: format!("the classification is what the last orders say as of {as_of}"),
        rank: Rank::Medium,
        all: count_of(namespace, CUSTOMER),
        noun: "customers".to_owned(),
        violators: SqlText {
            sql: format!(
                "SELECT t.id::text || ': ' || coalesce({was}::text, 'none') || ', should be ' || {value} AS item \
                 FROM {} AS t WHERE {was}::text IS DISTINCT FROM {value}",
                customers(namespace),
                was = column(ACCOUNT_TYPE)
            ),
            binds: vec![as_of.to_owned()],
        },
        what: "customers whose last order or classification changed meanwhile".to_owned(),
        remedy: "run data-migrate again".to_owned(),
        accepted: None,
        backup: None,
        fixes: Vec::new(),
    }
}

/// The last section of the final check: counts and distribution.
pub(super) fn final_section(namespace: &str) -> SectionSpec {
    let tables = [
        "Customer",
        "CallPlan",
        "CallPlanAccount",
        "CallPlanActivity",
    ];
    let counts: Vec<String> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| {
            format!(
                "SELECT {at} AS place, '{table}' AS label, count(*) AS count FROM {}",
                qualified(namespace, table)
            )
        })
        .collect();
    let hand_set = "coalesce((to_jsonb(t) ->> 'accountPriorityManuallySet')::boolean, false)";
    SectionSpec {
        title: "Data".to_owned(),
        shares: vec![
            ShareSpec {
                name: "rows".to_owned(),
                query: sql(format!(
                    "SELECT label, count FROM ({}) AS counts ORDER BY place",
                    counts.join(" UNION ALL ")
                )),
                noun: String::new(),
            },
            distribution(namespace, "classification", ACCOUNT_TYPE, &TYPES),
            distribution(namespace, "priority", PRIORITY, &["HIGH", "MEDIUM", "LOW"]),
        ],
        questions: vec![
            unclassified(namespace),
            Question {
                name: "every priority is what the classification says".to_owned(),
                rank: Rank::Critical,
                all: count_of(namespace, CUSTOMER),
                noun: "customers".to_owned(),
                violators: sql(format!(
                    "SELECT t.id::text || ': ' || {type_}::text || ' with ' || coalesce({priority}::text, 'no priority') AS item \
                     FROM {customers} AS t WHERE {known} AND {priority}::text IS DISTINCT FROM {wanted} AND NOT {hand_set}",
                    type_ = column(ACCOUNT_TYPE),
                    priority = column(PRIORITY),
                    customers = customers(namespace),
                    known = has_known_type(),
                    wanted = by_type(),
                )),
                what: "customers whose priority is another".to_owned(),
                remedy: "run data-migrate --plan leora-phase2 --step priorities; set accountPriorityManuallySet where a person decided".to_owned(),
                accepted: None,
                backup: None,
                fixes: Vec::new(),
            },
        ],
    }
}
