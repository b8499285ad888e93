//! Outcomes of calls, and what the calls of a tenant come to.

use crate::plans::in_place::{Assigned, Considered, Group, Labels, Merge, SetUpdate, SqlText};

use super::schema::{COUNTS, MEASURES};
use super::scope::{Scope, is_blank};
use super::{CALLS, METRICS};

/// What can come of a call.
pub const OUTCOMES: [&str; 9] = [
    "reservation_created",
    "appointment_created",
    "order_created",
    "transferred_to_human",
    "information_given",
    "failed",
    "customer_hangup",
    "timeout",
    "unknown",
];

/// `'a', 'b'`
pub fn listed(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    quoted.join(", ")
}

/// The step `outcomes`.
pub fn outcomes(scope: &Scope) -> SetUpdate {
    SetUpdate {
        table: CALLS.to_owned(),
        noun: "calls".to_owned(),
        binds: scope.binds(),
        set: vec![Assigned {
            column: "outcome".to_owned(),
            value: include_str!("outcome.sql").trim_end().to_owned(),
            as_type: None,
        }],
        rows: Considered {
            // Nobody has said what came of it.
            condition: Some(scope.narrowed(&is_blank("t.outcome"), "t.tenant_id", 1)),
            unless_true: Vec::new(),
        },
        labels: Some(Labels::new("calls updated", "calls to update")),
        groups: OUTCOMES
            .map(|name| Group {
                value: name.to_owned(),
                label: format!("  {name}"),
            })
            .to_vec(),
        noted: Vec::new(),
    }
}

/// Outcomes that are none of the list become `unknown`.
pub fn unknown_outcomes(scope: &Scope) -> SetUpdate {
    SetUpdate {
        set: vec![Assigned {
            column: "outcome".to_owned(),
            value: "'unknown'".to_owned(),
            as_type: None,
        }],
        rows: Considered {
            condition: Some(scope.narrowed(&is_strange("t"), "t.tenant_id", 1)),
            unless_true: Vec::new(),
        },
        labels: Some(Labels::new(
            "outcomes set to unknown",
            "outcomes to set to unknown",
        )),
        groups: Vec::new(),
        ..outcomes(scope)
    }
}

/// Whether a call has an outcome that is none of the list.
pub fn is_strange(row: &str) -> String {
    format!("{row}.outcome NOT IN ({})", listed(&OUTCOMES))
}

/// What the calls of each tenant come to, counted anew. `place` is where the list of tenants is
/// bound.
fn recount(scope: &Scope, place: usize) -> String {
    format!(
        include_str!("recount.sql"),
        tenants = scope.tenants,
        configs = scope.configs,
        calls = scope.calls,
        metrics = scope.metrics,
        chosen = scope.narrowed("true", "tenant.id", place),
    )
}

/// The columns that are compared.
fn columns() -> Vec<String> {
    let all = COUNTS.iter().chain(&MEASURES).chain(&["outcomes"]);
    all.map(ToString::to_string).collect()
}

/// The step `metrics`.
pub fn metrics(scope: &Scope, began: &str) -> Merge {
    let mut binds = vec![began.to_owned()];
    binds.extend(scope.binds());
    Merge {
        table: METRICS.to_owned(),
        noun: "metrics".to_owned(),
        query: SqlText {
            sql: format!(
                "SELECT counted.*, $1::timestamptz AS updated_at FROM ({}) AS counted",
                recount(scope, 2)
            ),
            binds,
        },
        columns: columns(),
        along: vec!["updated_at".to_owned()],
        labels: Some(Labels::new("metrics generated", "metrics to generate")),
        forecast: Some(scope.query(format!(
            "SELECT count(*) FROM {tenants} AS tenant WHERE {chosen} AND tenant.id::text IN \
             (SELECT tenant_id::text FROM {configs} UNION SELECT tenant_id::text FROM {calls})",
            tenants = scope.tenants,
            chosen = scope.narrowed("true", "tenant.id", 1),
            configs = scope.configs,
            calls = scope.calls,
        ))),
    }
}

/// Tenants whose metrics are others than a recount gives, as `item`.
pub fn wrong_metrics(scope: &Scope) -> SqlText {
    let differs: Vec<String> = columns()
        .iter()
        .map(|name| format!("CASE WHEN m.{name} IS DISTINCT FROM r.{name} THEN '{name}' END"))
        .collect();
    scope.query(format!(
        "SELECT r.tenant_id || ': ' || coalesce(nullif(d.names, ''), 'no metrics') AS item \
           FROM ({recount}) AS r LEFT JOIN {metrics} AS m ON m.tenant_id = r.tenant_id \
          CROSS JOIN LATERAL (SELECT CASE WHEN m.tenant_id IS NOT NULL \
                THEN concat_ws(', ', {differs}) END AS names) AS d \
          WHERE d.names IS DISTINCT FROM ''",
        recount = recount(scope, 1),
        metrics = scope.metrics,
        differs = differs.join(", "),
    ))
}

/// How many tenants are counted.
pub fn counted_tenants(scope: &Scope) -> SqlText {
    scope.query(format!("SELECT count(*) FROM ({}) AS r", recount(scope, 1)))
}
