//! The catalogue of backups, copies that somebody changed, and what every level leaves behind.

use sunset_testkit::webhook::Webhook;

use crate::scratch::Scratch;

use super::{CALLS, CONFIGS, METRICS, VERSIONS, migrate, run, sample};

const FIRST: &str = "SELECT id FROM sunset.backups ORDER BY taken_at LIMIT 1";
const LAST: &str = "SELECT id FROM sunset.backups ORDER BY taken_at DESC LIMIT 1";
const FLAG: &str =
    "SELECT enabled || ' ' || rollout_percentage || ' ' || tenant_overrides FROM feature_flags";
/// What the ledger's audit has of rollbacks: how far, by whom, why.
const AUDIT: &str = "SELECT string_agg(concat_ws(' ', detail ->> 'level', detail ->> 'by', detail ->> 'reason'), '; ' ORDER BY id) FROM sunset.audit WHERE action = 'rollback'";
const FLAG_AUDIT: &str = "SELECT string_agg(concat_ws(' ', action, changed_by, reason), '; ' ORDER BY changed_at) FROM feature_flag_audit";

async fn pushed() -> Option<Scratch> {
    let scratch = sample().await?;
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    Some(scratch)
}

async fn rows(scratch: &Scratch) -> [String; 2] {
    [scratch.text(CONFIGS).await, scratch.text(CALLS).await]
}

/// With a flag that has moved a quarter of the tenants, and two of them by name.
async fn flagged(scratch: &Scratch) {
    scratch
        .run(
            r#"INSERT INTO feature_flags (name, enabled, rollout_percentage, tenant_overrides)
                VALUES ('voice_agent_v2', true, 25, '{"tenant-02": true, "tenant-03": true}')"#,
        )
        .await;
}

#[tokio::test]
async fn backups_are_listed_the_newest_first_with_their_rows_and_age() {
    let Some(scratch) = pushed().await else {
        return;
    };
    assert!(run(&scratch, "rollback", &["--list-backups"]).holds("There are no backups."));
    migrate(&scratch, &[]);
    assert_eq!(run(&scratch, "rollback", &["--yes"]).status, 0);
    migrate(&scratch, &["--tenant-ids", "tenant-01,tenant-05"]);
    migrate(&scratch, &[]);
    // The id is the second of the run's start, UTC: an hour would be another time zone.
    let ids = "SELECT count(*) || ' ' || bool_and(id ~ '^backup_[0-9]{8}_[0-9]{6}$'
            AND abs(extract(epoch FROM to_timestamp(substr(id, 8), 'YYYYMMDD_HH24MISS')::timestamp - taken_at AT TIME ZONE 'UTC')) < 1000
            AND schema_name = 'migration_backup_' || id)
        FROM sunset.backups";
    assert_eq!(scratch.text(ids).await, "3 true");
    let by_place = "SELECT string_agg(id, ' ' ORDER BY taken_at DESC) FROM sunset.backups";
    let ids = scratch.text(by_place).await;
    let ids: Vec<&str> = ids.split(' ').collect();
    for (id, age) in ids.iter().zip(["40 seconds", "130 minutes", "3 days"]) {
        let old = format!(
            "UPDATE sunset.backups SET taken_at = clock_timestamp() - interval '{age}' WHERE id = '{id}'"
        );
        scratch.run(&old).await;
    }
    let said = run(&scratch, "rollback", &["--list-backups"]);
    assert_eq!(said.status, 0, "{said:?}");
    let lines: Vec<&str> = said.out.lines().collect();
    let of_two = scratch
        .text("SELECT (SELECT count(*) FROM voice_agent_configs WHERE tenant_id IN ('tenant-01', 'tenant-05')) || ' configs, ' || (SELECT count(*) FROM voice_agent_calls WHERE tenant_id IN ('tenant-01', 'tenant-05')) || ' calls'")
        .await;
    assert_eq!(lines.len(), 3, "{said:?}");
    let newest = format!("1. {} (45 configs, 1,234 calls, 2 metrics) - ", ids[0]);
    assert!(lines[0].starts_with(&newest), "{said:?}");
    assert!(lines[0].ends_with(" ago"), "{said:?}");
    assert_eq!(lines[1], format!("2. {} ({of_two}) - 2h ago", ids[1]));
    assert_eq!(
        lines[2],
        format!("3. {} (45 configs, 1,234 calls) - 3d ago", ids[2])
    );
    // The catalogue: when, rows and size of each table, by which run.
    let said = run(&scratch, "rollback", &["--list-backups", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let oldest = &document["backups"][2];
    assert_eq!(oldest["id"], ids[2]);
    assert_eq!(oldest["plan"], "voice-agent");
    assert_eq!(oldest["schema"], format!("migration_backup_{}", ids[2]));
    let first = scratch
        .text("SELECT min(id) FROM sunset.runs WHERE program = 'data-migrate'")
        .await;
    assert_eq!(oldest["run"].to_string(), first);
    assert!(
        oldest["taken_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    for (table, name, count) in [
        (0_usize, "voice_agent_configs", 45),
        (1, "voice_agent_calls", 1_234),
        (2, "voice_agent_metrics", 0),
    ] {
        let table = &oldest["tables"][table];
        assert_eq!(table["table"], name);
        assert_eq!(table["rows"], count);
        assert!(
            count == 0 || table["bytes"].as_u64() > Some(0),
            "{name}: {table}"
        );
        assert!(!table["digest"].as_str().unwrap_or_default().is_empty());
    }
}

#[tokio::test]
async fn a_copy_that_somebody_changed_since_is_not_restored() {
    let Some(scratch) = pushed().await else {
        return;
    };
    let before = rows(&scratch).await;
    migrate(&scratch, &[]);
    let (id, migrated) = (scratch.text(FIRST).await, rows(&scratch).await);
    let copy = format!("migration_backup_{id}.voice_agent_configs");
    scratch
        .run(&format!("CREATE TABLE kept AS SELECT * FROM {copy}"))
        .await;
    for (damage, found) in [
        (
            format!("UPDATE {copy} SET prompt = 'another' WHERE id = 'config-001'"),
            "45 rows with digest",
        ),
        (
            format!("DELETE FROM {copy} WHERE id = 'config-002'"),
            "44 rows with digest",
        ),
        (
            format!("INSERT INTO {copy} SELECT * FROM {copy} WHERE id = 'config-003'"),
            "46 rows with digest",
        ),
    ] {
        scratch.run(&damage).await;
        let versions = scratch.text(VERSIONS).await;
        for how in ["--dry-run", "--yes"] {
            let data = ["--level", "data", "--backup-id", &id, how, "--force"];
            let said = run(&scratch, "rollback", &data);
            assert_eq!(said.status, 1, "{damage}: {said:?}");
            let told = format!("the copy of voice_agent_configs is not what it was: {found}");
            for words in [
                told.as_str(),
                ", not 45 with ",
                "nothing was changed",
                "restore by hand from the schema of the backup",
            ] {
                assert!(said.holds(words), "{words}: {said:?}");
            }
        }
        assert_eq!(scratch.text(VERSIONS).await, versions);
        assert_eq!(rows(&scratch).await, migrated);
        scratch
            .run(&format!(
                "TRUNCATE {copy}; INSERT INTO {copy} SELECT * FROM kept"
            ))
            .await;
    }
    let said = run(
        &scratch,
        "rollback",
        &["--level", "data", "--backup-id", &id, "--yes"],
    );
    assert_eq!(said.status, 0, "as it was, it is restored: {said:?}");
    assert_eq!(rows(&scratch).await, before);
}

fn of_tenant(query: &str) -> String {
    query.replace(" AS t", " AS t WHERE tenant_id = 'tenant-02'")
}

#[tokio::test]
async fn a_tenant_gets_the_digests_of_before() {
    let Some(scratch) = pushed().await else {
        return;
    };
    // What v1 had set itself, of which the plan must leave nothing changed.
    scratch
        .run("UPDATE voice_agent_configs SET personality = '{\"base_prompt\": \"mine\"}', updated_at = '2024-02-29 10:00:00.123456Z' WHERE tenant_id = 'tenant-02'")
        .await;
    let digests = [of_tenant(CONFIGS), of_tenant(CALLS), of_tenant(METRICS)];
    let mut before = Vec::new();
    for query in &digests {
        before.push(scratch.text(query).await);
    }
    assert_eq!(before[2], "none");
    migrate(&scratch, &[]);
    for (query, before) in digests.iter().zip(&before) {
        assert_ne!(&scratch.text(query).await, before, "{query}");
    }
    let tenant = ["--level", "tenant", "--tenant-id", "tenant-02"];
    let versions = scratch.text(VERSIONS).await;
    let dry = run(
        &scratch,
        "rollback",
        &[&tenant[..], &["--dry-run"]].concat(),
    );
    assert_eq!(dry.status, 0, "{dry:?}");
    assert_eq!(scratch.text(VERSIONS).await, versions);
    // It asks nothing.
    let said = run(&scratch, "rollback", &tenant);
    assert_eq!(said.status, 0, "{said:?}");
    for (query, before) in digests.iter().zip(&before) {
        assert_eq!(&scratch.text(query).await, before, "{query}");
    }
    let again = run(&scratch, "rollback", &tenant);
    assert_eq!(again.status, 0, "{again:?}");
}

#[tokio::test]
async fn a_dry_run_of_every_level_says_what_it_would_do_and_does_nothing() {
    let Some(scratch) = pushed().await else {
        return;
    };
    migrate(&scratch, &[]);
    flagged(&scratch).await;
    let id = scratch.text(LAST).await;
    let (versions, flag) = (scratch.text(VERSIONS).await, scratch.text(FLAG).await);
    let runs = "SELECT count(*) FROM sunset.runs";
    let before = scratch.text(runs).await;
    let without = run(&scratch, "rollback", &["--level", "total", "--dry-run"]);
    assert_eq!(without.status, 2, "a reason is asked for: {without:?}");
    let levels: [(&[&str], &[&str]); 4] = [
        (
            &["--level", "tenant", "--tenant-id", "tenant-02"],
            &[
                "would be done: the tenant tenant-02 off in the flag voice_agent_v2",
                "voice_agent_configs (transform): 4 rows would get their former values",
            ],
        ),
        (
            &["--level", "partial", "--target-percentage", "10"],
            &["would be done: 25 % → 10 % of the tenants"],
        ),
        (
            &["--level", "total", "--reason", "v2 is wrong"],
            &["would be done: the flag voice_agent_v2 off, 2 overrides off"],
        ),
        (
            &["--level", "data", "--backup-id", &id],
            &[
                "voice_agent_configs: 45 rows would be restored",
                "voice_agent_metrics: 0 rows would be restored, 12 that the plan made would be removed",
            ],
        ),
    ];
    for (level, words) in levels {
        let said = run(&scratch, "rollback", &[level, &["--dry-run"]].concat());
        assert_eq!(said.status, 0, "{said:?}");
        for words in words {
            assert!(said.holds(words), "{words}: {said:?}");
        }
    }
    assert_eq!(scratch.text(VERSIONS).await, versions);
    assert_eq!(scratch.text(FLAG).await, flag);
    assert_eq!(scratch.text(FLAG_AUDIT).await, "-");
    assert_eq!(scratch.text(AUDIT).await, "-");
    assert_eq!(scratch.text(runs).await, before);
}

#[tokio::test]
async fn a_backup_of_some_tenants_gives_their_rows_back() {
    let Some(scratch) = pushed().await else {
        return;
    };
    let before = rows(&scratch).await;
    migrate(&scratch, &["--tenant-ids", "tenant-01,tenant-05"]);
    let id = scratch.text(LAST).await;
    assert_ne!(rows(&scratch).await, before);
    let said = run(
        &scratch,
        "rollback",
        &["--level", "data", "--backup-id", &id, "--yes"],
    );
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.holds("voice_agent_configs: 8 rows restored"),
        "{said:?}"
    );
    assert_eq!(rows(&scratch).await, before);
    assert_eq!(scratch.text(METRICS).await, "none");
}

#[tokio::test]
async fn every_level_is_in_the_audit_with_who_and_why() {
    let Some(scratch) = pushed().await else {
        return;
    };
    migrate(&scratch, &[]);
    flagged(&scratch).await;
    let id = scratch.text(LAST).await;
    let levels: [&[&str]; 4] = [
        &["--level", "tenant", "--tenant-id", "tenant-02"],
        &["--level", "partial", "--target-percentage", "10"],
        &["--level", "total"],
        &["--level", "data", "--backup-id", &id, "--yes"],
    ];
    let hook = Webhook::start().expect("a webhook");
    for (level, reason) in levels.iter().zip(["one", "two", "three", "four"]) {
        let why = [
            "--by",
            "ana",
            "--reason",
            reason,
            "--notify-url",
            hook.url(),
        ];
        let said = run(&scratch, "rollback", &[*level, &why[..]].concat());
        assert_eq!(said.status, 0, "{said:?}");
        // The channel hears of it when it begins, with who and why, and when it has ended.
        let told: Vec<String> = hook
            .take()
            .iter()
            .map(|told| told.json()["text"].as_str().expect("a text").to_owned())
            .collect();
        let began = format!("rollback began: {} of plan voice-agent, ", level[1]);
        let who = format!(", by ana ({reason}), in ");
        assert!(
            told.len() == 2
                && told[0].starts_with(&began)
                && told[0].contains(&who)
                && told[1].starts_with("rollback"),
            "{told:?}"
        );
    }
    assert_eq!(
        scratch.text(AUDIT).await,
        "tenant ana one; partial ana two; total ana three; data ana four"
    );
    assert_eq!(
        scratch.text(FLAG_AUDIT).await,
        "disable-tenant tenant-02 ana one; set 10 ana two; all off ana three"
    );
    assert_eq!(
        scratch.text(FLAG).await,
        r#"false 10 {"tenant-02": false, "tenant-03": false}"#
    );
    // Who does not say who it is, is the user of this machine.
    scratch
        .run("UPDATE feature_flags SET enabled = true; DELETE FROM feature_flag_audit")
        .await;
    let said = scratch
        .command(
            "rollback",
            &[
                "--plan",
                "voice-agent",
                "--level",
                "partial",
                "--target-percentage",
                "0",
            ],
        )
        .env("USER", "berta")
        .output()
        .expect("the program");
    assert!(said.status.success(), "{said:?}");
    let who = "SELECT split_part(changed_by, '@', 1) || ' ' || (split_part(changed_by, '@', 2) <> '') FROM feature_flag_audit";
    assert_eq!(scratch.text(who).await, "berta true");
}

/// Whoever forgets the level would take everything back where one tenant is meant.
#[tokio::test]
async fn a_tenant_or_a_share_without_its_level_is_refused() {
    let Some(scratch) = pushed().await else {
        return;
    };
    migrate(&scratch, &[]);
    flagged(&scratch).await;
    let (versions, flag) = (scratch.text(VERSIONS).await, scratch.text(FLAG).await);
    let tenant = "--tenant-id goes with --level tenant";
    let cases: [(&[&str], &str); 6] = [
        (&["--tenant-id", "tenant-02", "--yes"], tenant),
        (&["--tenant-id", "tenant-02", "--dry-run"], tenant),
        (
            &[
                "--level",
                "total",
                "--reason",
                "x",
                "--tenant-id",
                "tenant-02",
            ],
            tenant,
        ),
        (
            &["--target-percentage", "5", "--yes"],
            "--target-percentage goes with --level partial",
        ),
        (
            &[
                "--level",
                "total",
                "--reason",
                "x",
                "--target-percentage",
                "5",
            ],
            "--target-percentage goes with --level partial",
        ),
        (
            &["--level", "total", "--reason", "x", "--backup-id", "y"],
            "--backup-id goes with --level data",
        ),
    ];
    for (arguments, words) in cases {
        let said = run(&scratch, "rollback", arguments);
        assert_eq!(said.status, 1, "{arguments:?}: {said:?}");
        assert!(said.holds(words), "{arguments:?}: {said:?}");
    }
    assert_eq!(scratch.text(VERSIONS).await, versions);
    assert_eq!(scratch.text(FLAG).await, flag);
    assert_eq!(scratch.text(AUDIT).await, "-");
    // Everything is taken back where that is what is asked for, with who and why.
    let all = ["--yes", "--by", "ana", "--reason", "all of it"];
    let said = run(&scratch, "rollback", &all);
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(scratch.text(AUDIT).await, "ana all of it");
}
