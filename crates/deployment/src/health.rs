//! What the health endpoint's answer means.

use jiff::Timestamp;
use serde_json::Value;
use sunset_core::check::{Check, Finding};

use crate::answer::{Answer, shown};
use crate::inventory::HealthWish;
use crate::remedies;

/// Checks the last answer, and the time that each took, in milliseconds.
pub fn judge(
    wish: &HealthWish,
    address: &str,
    answer: &Answer,
    times: &[u64],
    now: Timestamp,
) -> Vec<Check> {
    let check = |name: &str, finding: Option<Finding>| Check::new(name, address).with(finding);
    let fail = |what: String| Some(Finding::failure(what, 1, vec![]).remedy(remedies::HEALTH));
    let mut checks = vec![check(
        "answers 200",
        if answer.status == 200 {
            None
        } else {
            let leads = answer.header("location").map_or_else(String::new, |to| {
                format!(", and leads to {}; give its own address", shown(to))
            });
            fail(format!("it answers {}{leads}", answer.status))
        },
    )];
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let body = body.filter(Value::is_object);
    let is_json = answer.media_type().ends_with("json") && body.is_some();
    checks.push(check(
        "JSON",
        if is_json {
            None
        } else {
            fail(format!(
                "{}{}",
                match answer.media_type() {
                    "" => "it has no content type".to_owned(),
                    media => format!("it is {}", shown(media)),
                },
                if body.is_some() {
                    ""
                } else {
                    ", and no JSON object"
                }
            ))
        },
    ));
    if let Some(body) = &body {
        checks.push(check("status healthy", status_fault(body)));
        checks.push(check("version", version_fault(body)));
        checks.push(check("services connected", services_fault(wish, body)));
        checks.push(check("timestamp", clock_fault(wish, body, now)));
    }
    let median = median(times);
    let name = format!("median of {} answers", times.len());
    let compared = format!("{median} ms, at most {} ms", wish.max_median_ms);
    checks.push(
        Check::new(name, compared).with((median >= wish.max_median_ms).then(|| {
            Finding::failure(
                format!(
                    "the median is {median} ms, and should be below {} ms",
                    wish.max_median_ms
                ),
                1,
                vec![format!("{times:?} ms")],
            )
            .remedy(remedies::SLOW)
        })),
    );
    checks
}

/// The middle one; of an even number the mean of both.
pub fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let half = sorted.len() / 2;
    let upper = sorted.get(half).copied().unwrap_or(0);
    if sorted.len() % 2 == 1 {
        return upper;
    }
    let lower = half.checked_sub(1).and_then(|at| sorted.get(at)).copied();
    lower.map_or(upper, |lower| lower.midpoint(upper))
}

fn status_fault(body: &Value) -> Option<Finding> {
    let status = body.get("status").and_then(Value::as_str);
    if status == Some("healthy") {
        return None;
    }
    let what = match status {
        Some(status) => format!("status is {}", shown(status)),
        None => "status is not there".into(),
    };
    Some(Finding::failure(what, 1, vec![]).remedy(remedies::HEALTH))
}

fn version_fault(body: &Value) -> Option<Finding> {
    let version = body.get("version").and_then(Value::as_str);
    version
        .is_none_or(|version| version.trim().is_empty())
        .then(|| {
            Finding::failure("version is not there", 1, vec![])
                .remedy("let the endpoint name the version that runs, to tell deployments apart")
        })
}

fn services_fault(wish: &HealthWish, body: &Value) -> Option<Finding> {
    let empty = serde_json::Map::new();
    let services = body
        .get("services")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut items: Vec<String> = services
        .iter()
        .filter_map(|(name, state)| {
            // Either the word itself, or an object that holds it.
            let word = state.as_str().or_else(|| state.get("status")?.as_str());
            let connected = word.is_some_and(|word| word.eq_ignore_ascii_case("connected"));
            (!connected).then(|| format!("{} is {}", shown(name), shown(word.unwrap_or("unknown"))))
        })
        .collect();
    let wanted = wish.services.iter();
    items.extend(
        wanted
            .filter(|name| !services.contains_key(*name))
            .map(|name| format!("{name} is not there")),
    );
    if services.is_empty() && items.is_empty() {
        items.push("services is not there, or empty".into());
    }
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    (count > 0).then(|| {
        Finding::failure("not every service is connected", count, items).remedy(
            "a database that is not connected: check DATABASE_URL; R2: check the binding and the \
             bucket's name; then read `bunx wrangler tail`",
        )
    })
}

fn clock_fault(wish: &HealthWish, body: &Value, now: Timestamp) -> Option<Finding> {
    let stated: Option<Timestamp> = match body.get("timestamp") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number
            .as_i64()
            .and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        _ => None,
    };
    let Some(stated) = stated else {
        return Some(
            Finding::failure("timestamp is not there, or no time with a zone", 1, vec![])
                .remedy("answer the present time, as 2026-01-31T12:00:00Z"),
        );
    };
    let off = stated.duration_since(now).unsigned_abs().as_secs();
    (off > wish.max_clock_skew_s).then(|| {
        Finding::failure(format!("timestamp is {off} s away from now"), 1, vec![]).remedy(
            "an old answer comes from a cache: answer with Cache-Control: no-store; otherwise set \
             this machine's clock",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-31T12:00:00Z".parse().expect("a time")
    }

    fn failing(body: &str, times: &[u64]) -> Vec<String> {
        let answer = Answer::new(200, "application/json; charset=utf-8", body.as_bytes());
        let checks = judge(
            &HealthWish::default(),
            "https://x/api/health",
            &answer,
            times,
            now(),
        );
        let failed = checks.iter().filter(|check| !check.passed());
        failed.map(|check| check.name.clone()).collect()
    }

    const GOOD: &str = "{\"status\":\"healthy\",\"version\":\"3.0.0\",\"services\":{\"database\":\"connected\",\
        \"r2\":{\"status\":\"connected\"}},\"timestamp\":\"2026-01-31T11:58:00Z\"}";

    #[test]
    fn each_part_is_needed() {
        assert!(failing(GOOD, &[10, 20, 900, 30, 40]).is_empty());
        for (from, to, check) in [
            ("\"healthy\"", "\"degraded\"", "status healthy"),
            ("\"3.0.0\"", "\"\"", "version"),
            (
                "\"database\":\"connected\"",
                "\"database\":\"error\"",
                "services connected",
            ),
            ("{\"status\":\"connected\"}", "{}", "services connected"),
            ("11:58:00Z", "11:54:59Z", "timestamp"),
            ("11:58:00Z", "12:05:01Z", "timestamp"),
            ("2026-01-31T11:58:00Z", "yesterday", "timestamp"),
        ] {
            assert_eq!(failing(&GOOD.replacen(from, to, 1), &[1]), [check], "{to}");
        }
        assert_eq!(failing(GOOD, &[500, 500, 1]), ["median of 3 answers"]);
        assert_eq!(failing("<html>", &[1]), ["JSON"]);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[5, 1, 9]), 5);
        assert_eq!(median(&[5, 1, 9, 7]), 6);
        assert_eq!(median(&[]), 0);
    }
}
