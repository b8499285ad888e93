//! Flags: what commands do, what they refuse, and that SQL and Rust agree.

use std::time::Duration;

use sunset_core::ErrorKind;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::secret::Secret;
use sunset_rollout::{Flag, FlagClient, FlagSource, Percentage, bucket};
use sunset_targets::postgres::{ConnectOptions, Database, FlagChange, FlagStore};

use super::scratch::Scratch;

#[test]
fn a_flag_is_made_raised_and_looked_at() {
    let Some(scratch) = Scratch::installed(1_000) else {
        return;
    };
    let first = scratch.expect(
        0,
        &["set", "5", "--by", "ada@example.com", "--reason", "pilot"],
    );
    assert_eq!(first.out, "flag voice_agent_v2: not there → on, 5 %\n");
    scratch.expect(0, &["set", "25"]);
    scratch.expect(0, &["enable-tenant", "tenant-2"]);
    scratch.expect(0, &["disable-tenant", "tenant-1"]);
    let status = scratch.expect(0, &["status", "--json"]).json();
    let on = (1..=1_000)
        .filter(|n| bucket("voice_agent_v2", &format!("tenant-{n}")) >> 62 == 0)
        .count();
    // tenant-2 is in by hand, tenant-1 (bucket 14.8) out.
    assert_eq!(status["tenants"]["v2"], on, "{status}");
    assert_eq!(status["tenants"]["total"], 1_000);
    assert_eq!(status["calls_24h"], serde_json::Value::Null);
    assert_eq!(status["v2_error_rate"], serde_json::Value::Null);
    let shown = scratch.expect(0, &["status"]).out;
    assert!(shown.contains("  calls of 24 h    N/A\n"), "{shown}");
    let history = scratch.expect(0, &["history", "--json"]).json();
    let changes = history["changes"].as_array().expect("changes");
    let actions: Vec<_> = changes
        .iter()
        .map(|c| c["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "disable-tenant tenant-1",
            "enable-tenant tenant-2",
            "set 25",
            "set 5"
        ]
    );
    assert_eq!(changes[3]["by"], "ada@example.com");
    assert_eq!(changes[3]["reason"], "pilot");
    assert_eq!(changes[3]["before"], serde_json::Value::Null);
    assert_eq!(changes[2]["before"]["rollout_percentage"], 5);
    assert!(changes[2]["by"].as_str().unwrap().starts_with("tester@"));
    scratch.expect(0, &["reset-tenant", "tenant-2"]);
    assert_eq!(
        scratch.text("SELECT tenant_overrides FROM feature_flags"),
        "{\"tenant-1\": false}"
    );
}

#[test]
fn decide_says_why() {
    let Some(scratch) = Scratch::installed(50) else {
        return;
    };
    let said = |arguments: &[&str]| scratch.expect(0, arguments).out;
    assert_eq!(
        said(&["decide", "tenant-1"]),
        "v1 (there is no flag voice_agent_v2)\n"
    );
    scratch.expect(0, &["set", "25"]);
    assert_eq!(
        said(&["decide", "tenant-1"]),
        "v2 (bucket 14.7852702656 is below 25 %)\n"
    );
    assert_eq!(
        said(&["decide", "tenant-2"]),
        "v1 (bucket 41.9561322031 is not below 25 %)\n"
    );
    scratch.expect(0, &["enable-tenant", "tenant-2"]);
    assert_eq!(said(&["decide", "tenant-2"]), "v2 (decided by hand)\n");
    scratch.expect(0, &["disable"]);
    assert_eq!(said(&["decide", "tenant-2"]), "v1 (the flag is off)\n");
    let warned = scratch.expect(0, &["set", "100"]);
    assert!(warned.err.contains("the flag is off"), "{warned:?}");
    scratch.expect(0, &["enable"]);
    assert_eq!(
        said(&["decide", "tenant-1"]),
        "v2 (bucket 14.7852702656 is below 100 %)\n"
    );
}

#[test]
fn an_unknown_tenant_is_an_error_unless_forced() {
    let Some(scratch) = Scratch::installed(1) else {
        return;
    };
    scratch.expect(0, &["set", "0"]);
    for command in ["enable-tenant", "disable-tenant", "reset-tenant", "decide"] {
        let said = scratch.expect(1, &[command, "nobody"]);
        assert!(
            said.err.contains("there is no tenant \"nobody\""),
            "{said:?}"
        );
        scratch.expect(0, &[command, "nobody", "--force"]);
    }
    assert_eq!(scratch.text("SELECT count(*) FROM feature_flag_audit"), "4");
}

#[test]
fn a_dry_run_and_a_wrong_number_write_nothing() {
    let Some(scratch) = Scratch::installed(1) else {
        return;
    };
    scratch.expect(0, &["set", "25", "--dry-run"]);
    for wrong in ["101", "x", "1e1", ""] {
        scratch.expect(1, &["set", wrong]);
    }
    scratch.expect(2, &["set", "-5"]);
    assert_eq!(scratch.text("SELECT count(*) FROM feature_flags"), "0");
    scratch.expect(0, &["set", "10"]);
    let said = scratch.expect(1, &["set", "25", "--expect", "5"]);
    assert!(
        said.err.contains("the share of v2 is 10 % by now, not 5 %"),
        "{said:?}"
    );
}

#[test]
fn without_tables_it_says_what_to_do() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let said = scratch.expect(1, &["set", "5"]);
    assert!(said.err.contains("run `rollout init`"), "{said:?}");
    let planned = scratch.expect(0, &["init", "--dry-run"]);
    assert!(planned.out.contains("feature_flags"), "{planned:?}");
    let marked = |said: &str| said.lines().all(|line| line.starts_with("[DRY RUN] "));
    assert!(marked(&planned.out), "{planned:?}");
    let planned = scratch.expect(0, &["init", "--dry-run", "--json"]);
    assert_eq!(planned.json()["dry_run"], true, "{planned:?}");
    assert!(marked(&planned.err), "{planned:?}");
    assert_eq!(scratch.text("SELECT to_regclass('feature_flags')"), "-");
    let done = scratch.expect(0, &["init", "--json"]);
    assert_eq!(done.json()["dry_run"], false, "{done:?}");
    scratch.expect(0, &["init"]);
    assert_eq!(scratch.text("SELECT voice_agent_v2_enabled('t')"), "false");
}

fn store(scratch: &Scratch) -> (FlagStore, WritePermit) {
    scratch.block_on(async {
        let options = ConnectOptions::for_program("test");
        let database = Database::connect(&Secret::new(&scratch.url), options)
            .await
            .expect("connect");
        let permit = WritePermit::bind(&Consent::given_by_arguments(), database.identity().clone());
        (FlagStore::new(database), permit)
    })
}

#[test]
fn the_second_of_two_writers_is_told() {
    let Some(scratch) = Scratch::installed(1) else {
        return;
    };
    scratch.expect(0, &["set", "5"]);
    let (store, permit) = store(&scratch);
    let seen = scratch
        .block_on(store.stored("voice_agent_v2"))
        .expect("read")
        .expect("a flag")
        .version;
    scratch.expect(0, &["set", "10", "--by", "first@example.com"]);
    let change = FlagChange::Percentage(Percentage::whole(50));
    let writing = store.change(
        &permit,
        "voice_agent_v2",
        Some(&seen),
        &change,
        ("second", None),
    );
    let error = scratch.block_on(writing).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.what().contains("first@example.com left it at 10 %"),
        "{error}"
    );
    let making = store.change(&permit, "voice_agent_v2", None, &change, ("third", None));
    assert!(
        scratch.block_on(making).is_err(),
        "somebody made it meanwhile"
    );
    assert_eq!(
        scratch.text("SELECT rollout_percentage FROM feature_flags"),
        "10"
    );
    assert_eq!(scratch.text("SELECT count(*) FROM feature_flag_audit"), "2");
}

#[test]
fn of_many_writers_at_once_each_is_told_or_counted() {
    let Some(scratch) = Scratch::installed(1) else {
        return;
    };
    scratch.expect(0, &["set", "1"]);
    let children: Vec<_> = (2..14)
        .map(|n| {
            scratch
                .command(&["set", &n.to_string()])
                .spawn()
                .expect("spawn")
        })
        .collect();
    let done = children
        .into_iter()
        .filter_map(|mut child| child.wait().ok()?.success().then_some(()))
        .count();
    assert_eq!(
        scratch.text("SELECT count(*) FROM feature_flag_audit"),
        (done + 1).to_string()
    );
    // Each change began from what the one before left.
    let broken = scratch.text(
        "SELECT count(*) FROM (SELECT before, lag(after) OVER (ORDER BY changed_at) AS left_so
         FROM feature_flag_audit) AS a WHERE before IS DISTINCT FROM left_so AND left_so IS NOT NULL",
    );
    assert_eq!(broken, "0");
}

#[test]
fn sql_and_rust_agree_on_a_million_tenants() {
    let Some(scratch) = Scratch::installed(0) else {
        return;
    };
    let count: u32 = std::env::var("SUNSET_TEST_TENANTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    // The sum of the numbers of those on v2: two that differ would have to outweigh each other.
    let mut on = 0_u64;
    let flag = Flag {
        percentage: Percentage::parse("33.333333").expect("a percentage"),
        ..Flag::new("voice_agent_v2")
    };
    for n in 0..count {
        let tenant = format!("tenant-é-{n}");
        on += u64::from(flag.decide(&tenant).v2) * (u64::from(n) + 1);
    }
    scratch.sql(
        "INSERT INTO feature_flags (name, enabled, rollout_percentage)
         VALUES ('voice_agent_v2', true, 33.333333)",
    );
    let sum = scratch.text(&format!(
        "SELECT coalesce(sum(n + 1), 0) FROM generate_series(0::bigint, {count} - 1) AS n
         WHERE voice_agent_v2_enabled('tenant-é-' || n)"
    ));
    assert_eq!(sum, on.to_string());
}

#[test]
fn sql_and_rust_agree_on_what_columns_may_hold() {
    let Some(scratch) = Scratch::installed(0) else {
        return;
    };
    scratch.sql(
        "ALTER TABLE feature_flags DROP CONSTRAINT feature_flags_rollout_percentage_check;
         ALTER TABLE feature_flags ALTER COLUMN enabled DROP NOT NULL,
            ALTER COLUMN tenant_overrides DROP NOT NULL,
            ALTER COLUMN rollout_percentage DROP NOT NULL",
    );
    let (store, _) = store(&scratch);
    for (enabled, percentage, overrides) in [
        ("true", "'NaN'", "'{}'"),
        ("true", "-1", "'{}'"),
        ("true", "1000", "'{\"tenant-1\": false}'"),
        ("NULL", "100", "'{}'"),
        (
            "true",
            "NULL",
            "'{\"tenant-2\": true, \"tenant-3\": \"true\"}'",
        ),
        ("true", "41.9561322032", "NULL"),
        ("true", "50", "'[\"tenant-1\"]'"),
        ("true", "50", "'7'"),
        ("false", "50", "'{\"tenant-1\": true}'"),
    ] {
        scratch.sql(&format!(
            "DELETE FROM feature_flags; INSERT INTO feature_flags
             (name, enabled, rollout_percentage, tenant_overrides)
             VALUES ('voice_agent_v2', {enabled}, {percentage}, {overrides})"
        ));
        let flag = scratch
            .block_on(store.read("voice_agent_v2"))
            .expect("read")
            .expect("a flag");
        for n in 1..=20 {
            let tenant = format!("tenant-{n}");
            assert_eq!(
                scratch.text(&format!("SELECT voice_agent_v2_enabled('{tenant}')")),
                flag.decide(&tenant).v2.to_string(),
                "{enabled} {percentage} {overrides} {tenant}"
            );
        }
    }
    assert_eq!(scratch.text("SELECT voice_agent_v2_enabled(NULL)"), "false");
}

#[test]
fn a_client_outlives_its_database() {
    let Some(scratch) = Scratch::installed(1) else {
        return;
    };
    scratch.expect(0, &["set", "100"]);
    let (store, _) = store(&scratch);
    let fresh = Duration::from_millis(200);
    let client = scratch.block_on(FlagClient::start_with(store, "voice_agent_v2", fresh));
    assert!(client.enabled("t"));
    scratch.sql("ALTER TABLE feature_flags RENAME TO away");
    std::thread::sleep(Duration::from_millis(800));
    assert!(client.enabled("t"), "the last known flag decides");
    scratch.sql("ALTER TABLE away RENAME TO feature_flags");
    scratch.expect(0, &["disable"]);
    let begun = std::time::Instant::now();
    while client.enabled("t") {
        assert!(begun.elapsed() < Duration::from_secs(20), "never renewed");
        std::thread::sleep(Duration::from_millis(50));
    }
}
