//! The application's triggers, where rows are given back.

use crate::scratch::Scratch;

use super::{CALLS, CONFIGS, METRICS, migrate, run, sample};

/// What `moddatetime` does.
const TOUCH: &str = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.updated_at = clock_timestamp(); RETURN new; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON voice_agent_configs FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$";

/// The same behind the row, where nothing switches it off.
const TOUCH_AFTERWARDS: &str = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE voice_agent_configs SET updated_at = '2020-02-02Z' WHERE id = new.id; RETURN NULL; END $$;
    CREATE TRIGGER touch AFTER UPDATE ON voice_agent_configs FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION touch();
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON voice_agent_metrics FOR EACH ROW EXECUTE FUNCTION refuse()";

const AWAY: &str =
    "DROP TRIGGER touch ON voice_agent_configs; DROP TRIGGER refuse ON voice_agent_metrics";

const MODES: &str = "SELECT string_agg(tgname || ' ' || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ('voice_agent_configs'::regclass, 'voice_agent_calls'::regclass)";

async fn pushed() -> Option<(Scratch, [String; 2])> {
    let scratch = sample().await?;
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    scratch
        .run("UPDATE voice_agent_configs SET updated_at = '2024-05-06 07:08:09.123456Z'")
        .await;
    let before = [scratch.text(CONFIGS).await, scratch.text(CALLS).await];
    Some((scratch, before))
}

async fn rows(scratch: &Scratch) -> [String; 2] {
    [scratch.text(CONFIGS).await, scratch.text(CALLS).await]
}

async fn backup(scratch: &Scratch) -> String {
    let last = "SELECT id FROM sunset.backups ORDER BY taken_at DESC, id DESC LIMIT 1";
    scratch.text(last).await
}

#[tokio::test]
async fn rows_are_what_they_were_although_a_trigger_changes_them() {
    let Some((scratch, before)) = pushed().await else {
        return;
    };
    scratch.run(TOUCH).await;
    scratch
        .run(
            "ALTER TABLE voice_agent_configs ENABLE ALWAYS TRIGGER touch;
             CREATE TRIGGER off BEFORE UPDATE ON voice_agent_configs FOR EACH ROW EXECUTE FUNCTION refuse();
             ALTER TABLE voice_agent_configs DISABLE TRIGGER off",
        )
        .await;
    let modes = scratch.text(MODES).await;
    for by_level in [false, true] {
        migrate(&scratch, &[]);
        // One that would suppress the rows, too.
        scratch
            .run("CREATE TRIGGER refuse BEFORE UPDATE ON voice_agent_calls FOR EACH ROW EXECUTE FUNCTION refuse()")
            .await;
        let id = backup(&scratch).await;
        let said = if by_level {
            let data = ["--level", "data", "--backup-id", &id, "--yes"];
            run(&scratch, "rollback", &data)
        } else {
            run(&scratch, "rollback", &["--yes"])
        };
        assert_eq!(said.status, 0, "{said:?}");
        scratch
            .run("DROP TRIGGER refuse ON voice_agent_calls")
            .await;
        assert_eq!(rows(&scratch).await, before, "{by_level}");
        assert_eq!(scratch.text(METRICS).await, "none");
        assert_eq!(scratch.text(MODES).await, modes);
    }
}

#[tokio::test]
async fn a_row_that_a_trigger_changes_again_is_not_given_back() {
    let Some((scratch, before)) = pushed().await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch.run(TOUCH_AFTERWARDS).await;
    let said = run(&scratch, "rollback", &["--yes"]);
    assert_eq!(said.status, 3, "{said:?}");
    for line in [
        "voice_agent_configs (transform): 0 rows got their former values, 45 kept, not as they were before",
        "voice_agent_metrics (metrics): 0 rows got their former values, 12 kept, not as they were before",
        "a trigger or a rule made it {",
        "switch it off (ALTER TABLE … DISABLE TRIGGER …)",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
    scratch.run(AWAY).await;
    let forced = run(&scratch, "rollback", &["--yes", "--force"]);
    assert_eq!(forced.status, 0, "{forced:?}");
    assert_eq!(rows(&scratch).await, before);
    assert_eq!(scratch.text(METRICS).await, "none");
}

#[tokio::test]
async fn a_backups_row_that_a_trigger_changes_again_is_not_restored() {
    let Some((scratch, before)) = pushed().await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch.run(TOUCH_AFTERWARDS).await;
    let id = backup(&scratch).await;
    let data = ["--level", "data", "--backup-id", &id, "--yes"];
    let said = run(&scratch, "rollback", &data);
    assert_eq!(said.status, 3, "{said:?}");
    for line in [
        "voice_agent_configs: 0 rows restored",
        "voice_agent_configs: 45 rows are not as they were before",
        "not restored config-001: updated_at",
        "voice_agent_metrics: 12 rows are not as they were before",
        ": still there",
    ] {
        assert!(said.holds(line), "{line}: {said:?}");
    }
    scratch.run(AWAY).await;
    let mut forced = data.to_vec();
    forced.push("--force");
    let said = run(&scratch, "rollback", &forced);
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(rows(&scratch).await, before);
    assert_eq!(scratch.text(METRICS).await, "none");
}
