//! Outcomes, and metrics held against an independent definition.

use super::{METRICS, migrate, run, with};

/// Calls, and what comes of them.
const OUTCOMES: [(&str, &str); 30] = [
    (
        "NULL, NULL, '¡RESERVACIÓN CONFIRMADA!', NULL",
        "reservation_created",
    ),
    (
        "NULL, NULL, E'Reservacio\\u0301n confirmada', NULL",
        "reservation_created",
    ),
    (
        "'failed', 'transferred', 'Your Reservation Confirmed, cita agendada', NULL",
        "reservation_created",
    ),
    ("NULL, NULL, 'CITA agendada', NULL", "appointment_created"),
    (
        "NULL, NULL, 'appointment scheduled; order confirmed', NULL",
        "appointment_created",
    ),
    ("NULL, NULL, 'pedido confirmado', NULL", "order_created"),
    (
        "NULL, NULL, 'ORDER CONFIRMED, transferring', NULL",
        "order_created",
    ),
    (
        "'completed', NULL, 'lo voy a transferir', NULL",
        "transferred_to_human",
    ),
    (
        "'completed', NULL, 'TRANSFER', NULL",
        "transferred_to_human",
    ),
    (
        "'completed', 'transferred', NULL, NULL",
        "transferred_to_human",
    ),
    (
        "'completed', 'silence-timeout', 'hola', NULL",
        "information_given",
    ),
    ("'failed', 'silence-timeout', '', NULL", "failed"),
    (
        "'in-progress', 'customer-ended-call', NULL, NULL",
        "customer_hangup",
    ),
    ("NULL, 'silence-timeout', NULL, NULL", "timeout"),
    ("NULL, NULL, NULL, NULL", "unknown"),
    ("'COMPLETED', 'Transferred', NULL, NULL", "unknown"),
    ("NULL, NULL, E'reservacion\\nconfirmada', NULL", "unknown"),
    ("'completed', NULL, NULL, ''", "information_given"),
    ("'completed', NULL, NULL, '  '", "information_given"),
    ("'completed', NULL, 'order confirmed', 'failed'", "failed"),
    (
        "'completed', NULL, NULL, 'complaint by hand'",
        "complaint by hand",
    ),
    ("'completed', NULL, NULL, 'Unknown'", "Unknown"),
    (
        "NULL, NULL, repeat('x', 100000) || 'pédido confirmado', NULL",
        "order_created",
    ),
    (
        "NULL, NULL, E'line\\r\\norder confirmed\\r\\n', NULL",
        "order_created",
    ),
    ("NULL, NULL, '100 % \\ ''quoted'' _', NULL", "unknown"),
    (
        "NULL, NULL, 'RESERVACI\u{d3}N  CONFIRMADA', NULL",
        "unknown",
    ),
    ("'completed', NULL, NULL, E'\\t'", "information_given"),
    ("'completed', NULL, NULL, E'\\r\\n'", "information_given"),
    (
        "'completed', NULL, NULL, '\u{a0}\u{3000}'",
        "information_given",
    ),
    ("'completed', NULL, NULL, '\u{200b}'", "\u{200b}"),
];

#[tokio::test]
async fn the_first_rule_that_applies_says_the_outcome() {
    let rows: Vec<String> = OUTCOMES
        .iter()
        .enumerate()
        .map(|(at, (cells, _))| format!("('c{at:02}', 'acme', {cells})"))
        .collect();
    let sql = format!(
        "INSERT INTO voice_agent_calls (id, tenant_id, status, ended_reason, transcript, outcome) VALUES {}",
        rows.join(", ")
    );
    let Some(scratch) = with(&sql).await else {
        return;
    };
    let untouched = "SELECT string_agg(xmin::text, ',' ORDER BY id) FROM voice_agent_calls WHERE id IN ('c19', 'c20', 'c21')";
    let before = scratch.text(untouched).await;
    migrate(&scratch, &[]);
    for (at, (cells, expected)) in OUTCOMES.iter().enumerate() {
        let found = scratch
            .text(&format!(
                "SELECT outcome FROM voice_agent_calls WHERE id = 'c{at:02}'"
            ))
            .await;
        assert_eq!(&found, expected, "{cells}");
    }
    assert_eq!(scratch.text(untouched).await, before, "set by hand");
}

/// The smallest value with at least p % of the values at or below it, by its words.
fn nearest_rank(values: &[f64], percent: usize) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.iter().copied().find(|candidate| {
        let at_or_below = sorted.iter().filter(|value| *value <= candidate).count();
        at_or_below * 100 >= percent * sorted.len()
    })
}

#[tokio::test]
async fn percentiles_are_the_nearest_rank_of_positive_values() {
    let sizes = [0, 1, 2, 3, 19, 20, 21, 40, 99, 100, 101, 200];
    let mut values: Vec<Vec<f64>> = Vec::new();
    let mut state = 7_u64;
    for size in sizes {
        values.push(
            (0..size)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    f64::from(u32::try_from(state >> 45).unwrap_or(0) % 500 + 1) / 8.0
                })
                .collect(),
        );
    }
    let mut sql = String::new();
    for (tenant, values) in values.iter().enumerate() {
        sql.push_str(&format!("INSERT INTO tenants VALUES ('t{tenant}', 'x');\n"));
        let other = ["0", "-5", "NULL", "'NaN'"];
        let all = values.iter().map(ToString::to_string);
        for (at, value) in all.chain(other.map(str::to_owned)).enumerate() {
            sql.push_str(&format!(
                "INSERT INTO voice_agent_calls (id, tenant_id, status, duration_seconds, latency_ms) VALUES ('{tenant}-{at}', 't{tenant}', '{}', {value}, {value});\n",
                ["completed", "failed", "queued"][at % 3]
            ));
        }
    }
    let Some(scratch) = with(&sql).await else {
        return;
    };
    migrate(&scratch, &["--skip-backup"]);
    for (tenant, values) in values.iter().enumerate() {
        let of = async |column: &str| {
            scratch
                .text(&format!(
                    "SELECT {column} FROM voice_agent_metrics WHERE tenant_id = 't{tenant}'"
                ))
                .await
                .parse::<f64>()
                .ok()
        };
        for (column, percent) in [
            ("p50_duration_seconds", 50),
            ("p95_duration_seconds", 95),
            ("p50_latency_ms", 50),
            ("p95_latency_ms", 95),
            ("p99_latency_ms", 99),
        ] {
            assert_eq!(
                of(column).await,
                nearest_rank(values, percent),
                "{column} of {}",
                values.len()
            );
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        match of("avg_duration_seconds").await {
            Some(found) => assert!((found - mean).abs() < 1e-9, "{found} {mean}"),
            None => assert!(values.is_empty()),
        }
        let all = values.len() + 4;
        assert_eq!(of("total_calls").await, Some(all as f64));
        assert_eq!(of("successful_calls").await, Some(all.div_ceil(3) as f64));
        assert_eq!(of("failed_calls").await, Some(((all + 1) / 3) as f64));
    }
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM voice_agent_metrics WHERE tenant_id IN ('acme', 'globex')")
            .await,
        "0"
    );
    assert_eq!(
        scratch
            .text("SELECT outcomes FROM voice_agent_metrics WHERE tenant_id = 't0'")
            .await,
        r#"{"failed": 1, "unknown": 1, "information_given": 2}"#
    );
    let before = scratch.text(METRICS).await;
    scratch.run("INSERT INTO voice_agent_calls (id, tenant_id, status, duration_seconds) VALUES ('new', 't0', 'failed', 3.5)").await;
    let check = run(&scratch, "final-check", &["--check", "metrics"]);
    assert_eq!(check.status, 0, "medium: {check:?}");
    assert!(
        check.holds("t0: total_calls, failed_calls, avg_duration_seconds"),
        "{check:?}"
    );
    let fixed = run(&scratch, "final-check", &["--check", "metrics", "--fix"]);
    assert!(
        fixed.holds("1 checks in total: 1 passed, 0 failed, 0 warnings"),
        "{fixed:?}"
    );
    assert_ne!(scratch.text(METRICS).await, before);
}
