//! The four levels of taking it back.

use std::io::Write as _;
use std::process::Stdio;

use crate::scratch::{Said, Scratch};

use super::{CALLS, CONFIGS, METRICS, migrate, run, sample};

const FLAG: &str =
    "SELECT enabled || ' ' || rollout_percentage || ' ' || tenant_overrides FROM feature_flags";
const AUDIT: &str = "SELECT string_agg(concat_ws(' ', action, changed_by, reason), '; ' ORDER BY changed_at) FROM feature_flag_audit";

/// The sample, migrated, with a flag; and its digests of before.
async fn migrated() -> Option<(Scratch, [String; 2])> {
    let scratch = sample().await?;
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    let before = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    migrate(&scratch, &[]);
    scratch
        .run(
            r#"INSERT INTO feature_flags (name, enabled, rollout_percentage, tenant_overrides)
                VALUES ('voice_agent_v2', true, 25, '{"tenant-02": true, "tenant-03": true}')"#,
        )
        .await;
    Some((scratch, before))
}

async fn backup(scratch: &Scratch) -> String {
    scratch
        .text("SELECT id FROM sunset.backups ORDER BY id DESC LIMIT 1")
        .await
}

fn of(tenant: &str, query: &str, how: &str) -> String {
    query.replace(" AS t", &format!(" AS t WHERE tenant_id {how} '{tenant}'"))
}

#[tokio::test]
async fn a_tenant_goes_back_and_no_other() {
    let Some(untouched) = sample().await else {
        return;
    };
    assert_eq!(run(&untouched, "schema-push", &[]).status, 0);
    let Some((scratch, _)) = migrated().await else {
        return;
    };
    let times = "UPDATE voice_agent_configs AS c SET created_at = '2024-01-01', updated_at = '2024-01-02'; UPDATE voice_agent_calls SET created_at = '2024-01-03'";
    let created = "UPDATE voice_agent_calls SET created_at = '2024-01-03'";
    untouched.run(times).await;
    scratch.run(created).await;
    let others = [
        of("tenant-02", CONFIGS, "<>"),
        of("tenant-02", CALLS, "<>"),
        of("tenant-02", METRICS, "<>"),
    ];
    let mut before = Vec::new();
    for query in &others {
        before.push(scratch.text(query).await);
    }
    let shown = run(
        &scratch,
        "rollback",
        &["--level", "tenant", "--tenant-id", "tenant-02", "--dry-run"],
    );
    assert!(
        shown.status == 0 && shown.holds("4 rows would get their former values"),
        "{shown:?}"
    );
    assert!(scratch.text(FLAG).await.contains(r#""tenant-02": true"#));
    let said = run(
        &scratch,
        "rollback",
        &[
            "--level",
            "tenant",
            "--tenant-id",
            "tenant-02",
            "--reason",
            "complains",
            "--by",
            "ana",
        ],
    );
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(
        scratch.text(FLAG).await,
        r#"true 25 {"tenant-02": false, "tenant-03": true}"#
    );
    assert_eq!(
        scratch.text(AUDIT).await,
        "disable-tenant tenant-02 ana complains"
    );
    assert_eq!(
        scratch.text("SELECT detail ->> 'by' || ' ' || (detail ->> 'reason') || ' ' || (detail ->> 'level') FROM sunset.audit WHERE action = 'rollback'").await,
        "ana complains tenant"
    );
    assert_eq!(
        scratch.text(&of("tenant-02", CALLS, "=")).await,
        untouched.text(&of("tenant-02", CALLS, "=")).await
    );
    let v2 = "SELECT count(*) FROM voice_agent_configs WHERE tenant_id = 'tenant-02' AND (schema_version, assistant_type, voice_config, personality, capabilities, migrated_at, migrated_from) IS NULL";
    assert_eq!(scratch.text(v2).await, "4");
    for (query, before) in others.iter().zip(before) {
        assert_eq!(scratch.text(query).await, before, "{query}");
    }
    let unknown = run(
        &scratch,
        "rollback",
        &["--level", "tenant", "--tenant-id", "nobody"],
    );
    assert!(
        unknown.status == 1 && unknown.holds("there is no tenant"),
        "{unknown:?}"
    );
    assert!(
        migrate(&scratch, &[]).holds("configurations migrated: 4"),
        "and forward again"
    );
}

#[tokio::test]
async fn the_share_goes_down_and_everybody_goes_off() {
    let Some((scratch, _)) = migrated().await else {
        return;
    };
    let rows = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    let more = run(
        &scratch,
        "rollback",
        &["--level", "partial", "--target-percentage", "25.5"],
    );
    assert!(
        more.status == 1 && more.holds("25.5 % is more than the present 25 %"),
        "{more:?}"
    );
    let same = run(
        &scratch,
        "rollback",
        &["--level", "partial", "--target-percentage", "25"],
    );
    assert!(
        same.status == 0 && same.holds("nothing to take back"),
        "{same:?}"
    );
    let dry = run(
        &scratch,
        "rollback",
        &[
            "--level",
            "partial",
            "--target-percentage",
            "5",
            "--dry-run",
        ],
    );
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(scratch.text(FLAG).await.starts_with("true 25 "));
    assert_eq!(
        run(
            &scratch,
            "rollback",
            &["--level", "partial", "--target-percentage", "5"]
        )
        .status,
        0
    );
    assert!(scratch.text(FLAG).await.starts_with("true 5 "));
    let without = run(&scratch, "rollback", &["--level", "total"]);
    assert!(
        without.status == 2 && without.holds("--reason"),
        "{without:?}"
    );
    assert_eq!(
        run(&scratch, "rollback", &["--level", "total", "--reason", " "]).status,
        1
    );
    let total = ["--level", "total", "--reason", "v2 is wrong", "--by", "ana"];
    assert_eq!(run(&scratch, "rollback", &total).status, 0);
    assert_eq!(
        scratch.text(FLAG).await,
        r#"false 5 {"tenant-02": false, "tenant-03": false}"#
    );
    assert!(
        scratch
            .text(AUDIT)
            .await
            .ends_with("all off ana v2 is wrong")
    );
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        rows
    );
    scratch
        .run("DROP TABLE feature_flag_audit, feature_flags")
        .await;
    let none = run(&scratch, "rollback", &total);
    assert!(
        none.status == 0 && none.holds("everybody is on v1"),
        "{none:?}"
    );
}

fn typed(scratch: &Scratch, id: &str, words: &str) -> Said {
    let arguments = [
        "--plan",
        "voice-agent",
        "--level",
        "data",
        "--backup-id",
        id,
    ];
    let mut child = scratch
        .command("rollback", &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(words.as_bytes()).expect("typed");
    drop(input);
    Said::new(child.wait_with_output().expect("its end"))
}

#[tokio::test]
async fn a_backup_is_restored_to_the_digest() {
    let Some((scratch, before)) = migrated().await else {
        return;
    };
    let id = backup(&scratch).await;
    let list = run(&scratch, "rollback", &["--list-backups"]);
    assert!(
        list.holds(&format!("1. {id} (45 configs, 1,234 calls) - ")),
        "{list:?}"
    );
    let migrated = scratch.text(CONFIGS).await;
    for words in ["", "yes\n", "backup_20000101_000000\n"] {
        let said = typed(&scratch, &id, words);
        assert!(
            said.status == 1 && said.holds("Nothing was done"),
            "{said:?}"
        );
    }
    let dry = run(
        &scratch,
        "rollback",
        &["--level", "data", "--backup-id", &id, "--dry-run"],
    );
    assert!(
        dry.status == 0 && dry.holds("45 rows would be restored"),
        "{dry:?}"
    );
    assert_eq!(scratch.text(CONFIGS).await, migrated);
    let said = typed(&scratch, &id, &format!("{id}\n"));
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        before
    );
    assert_eq!(scratch.text(METRICS).await, "none");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.changes").await,
        "0"
    );
    assert_eq!(scratch.text("SELECT string_agg(DISTINCT state, ',') FROM sunset.runs WHERE program = 'data-migrate'").await, "rolled_back");
    assert!(run(&scratch, "rollback", &["--yes"]).holds("nothing to take back"));
    let wrong = run(
        &scratch,
        "rollback",
        &[
            "--level",
            "data",
            "--backup-id",
            "backup_20000101_000000",
            "--yes",
        ],
    );
    assert!(wrong.status == 1 && wrong.holds(&id), "{wrong:?}");
    migrate(&scratch, &[]);
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.backups").await,
        "2"
    );
}

#[tokio::test]
async fn rows_that_changed_after_the_migration_are_kept_unless_forced() {
    let Some((scratch, before)) = migrated().await else {
        return;
    };
    let id = backup(&scratch).await;
    scratch
        .run("UPDATE voice_agent_configs SET name = 'changed' WHERE id = 'config-001';
              UPDATE voice_agent_configs SET assistant_type = 'outbound', capabilities = '{faq}' WHERE id = 'config-002';
              UPDATE voice_agent_calls SET status = 'cancelled' WHERE id = 'call-00002';
              DELETE FROM voice_agent_calls WHERE id = 'call-00003';
              UPDATE voice_agent_metrics SET total_calls = 0 WHERE tenant_id = 'tenant-01';
              INSERT INTO voice_agent_calls (id, tenant_id, status) VALUES ('newer', 'tenant-01', 'completed')")
        .await;
    migrate(&scratch, &["--step", "outcomes"]);
    let kept = "SELECT string_agg(to_jsonb(t)::text, ',' ORDER BY id) FROM voice_agent_configs AS t WHERE id IN ('config-001', 'config-002')";
    let theirs = scratch.text(kept).await;
    let data = ["--level", "data", "--backup-id", &id, "--yes"];
    let said = run(&scratch, "rollback", &data);
    assert_eq!(said.status, 3, "{said:?}");
    for line in [
        "kept config-001: name",
        "kept config-002: assistant_type, capabilities",
        "kept call-00002: status",
        "kept call-00003: deleted",
        "kept tenant-01: total_calls",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
    assert_eq!(scratch.text(kept).await, theirs);
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM voice_agent_configs WHERE schema_version = 'v2'")
            .await,
        "2"
    );
    assert_eq!(
        scratch
            .text("SELECT outcome IS NULL FROM voice_agent_calls WHERE id = 'newer'")
            .await,
        "true",
        "what the plan set of a newer row"
    );
    let mut forced = data.to_vec();
    forced.push("--force");
    assert_eq!(run(&scratch, "rollback", &forced).status, 0);
    scratch
        .run("DELETE FROM voice_agent_calls WHERE id = 'newer'")
        .await;
    assert_eq!(
        [scratch.text(CONFIGS).await, scratch.text(CALLS).await],
        before
    );
    assert_eq!(scratch.text(METRICS).await, "none");
}
