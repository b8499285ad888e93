//! Runs that are killed, and rows that somebody has locked.

use std::time::Duration;

use crate::scratch::Scratch;
use crate::{AS_OF, HEAD};

pub const MANY: &str = r#"
INSERT INTO "Customer" ("id", "name", "lastOrderDate")
SELECT ('20000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'customer ' || n, date '2026-03-01' - (n * 7 % 800)
  FROM generate_series(1, 20000) AS n;
"#;

/// Begins a migration and kills it, after each of these many milliseconds once.
pub async fn kill_again_and_again(scratch: &Scratch, arguments: &[&str], after: &[u64]) {
    let mut kills = 0;
    for milliseconds in after {
        let mut child = scratch
            .command("data-migrate", arguments)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program");
        tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
        if child.try_wait().expect("its state").is_none() {
            child.kill().expect("kill -9");
            kills += 1;
        }
        child.wait().expect("its end");
    }
    println!("{kills} kills");
    assert!(kills > 0);
}

/// Begins a migration and kills it when some rows of a step are booked. All of them cannot be: `lock`
/// names one that is held meanwhile, which the run leaves for the end.
pub async fn kill_in_the_middle(
    scratch: &Scratch,
    arguments: &[&str],
    lock: &str,
    step: &str,
    rows: u64,
) {
    use sqlx::Connection as _;
    let mut other = scratch.connect().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("BEGIN; {lock} FOR UPDATE")))
        .execute(&mut other)
        .await
        .expect("a lock");
    let mut child = scratch
        .command("data-migrate", arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program");
    let there = "SELECT to_regclass('sunset.changes') IS NOT NULL";
    let count = format!(
        "SELECT count(DISTINCT k) FROM sunset.changes, unnest(keys) AS k WHERE step = '{step}'"
    );
    let mut waited = 0;
    while scratch.text(there).await != "true" || scratch.text(&count).await == "0" {
        waited += 1;
        assert!(waited < 600, "nothing is booked");
        assert_eq!(child.try_wait().expect("its state"), None, "it ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(child.try_wait().expect("its state"), None, "it waits");
    child.kill().expect("kill -9");
    child.wait().expect("its end");
    let booked: u64 = scratch.text(&count).await.parse().expect("a number");
    assert!(0 < booked && booked < rows, "{booked} of {rows}");
    other.close().await.expect("close");
}

#[tokio::test]
async fn a_killed_run_goes_on_and_can_be_taken_back_whole() {
    let Some(undisturbed) = Scratch::with(&format!("{HEAD}{MANY}")).await else {
        return;
    };
    undisturbed.migrate(&[]);
    let expected = undisturbed.customers().await;
    let Some(scratch) = Scratch::with(&format!("{HEAD}{MANY}")).await else {
        return;
    };
    let before = scratch.customers().await;
    let mut arguments = AS_OF.to_vec();
    arguments.extend(["--batch-size", "100"]);
    let lock = r#"SELECT FROM "Customer" WHERE name = 'customer 500'"#;
    kill_in_the_middle(&scratch, &arguments, lock, "classification", 20_000).await;
    kill_again_and_again(&scratch, &arguments, &[150, 300, 450, 700]).await;
    scratch.migrate(&[]);
    assert_eq!(scratch.customers().await, expected);
    let booked = scratch
        .text("SELECT count(*) || ' ' || count(DISTINCT k) FROM sunset.changes, unnest(keys) AS k WHERE step = 'classification'")
        .await;
    assert_eq!(booked, "20000 20000");
    let back = scratch.say("rollback", &["--plan", "leora-phase2", "--yes"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert_eq!(scratch.customers().await, before);
}

#[tokio::test]
async fn a_row_that_is_locked_holds_nothing_up_and_is_not_forgotten() {
    use sqlx::Connection as _;
    let Some(scratch) = Scratch::with(&format!("{HEAD}{MANY}")).await else {
        return;
    };
    let mut other = scratch.connect().await;
    sqlx::raw_sql(r#"BEGIN; UPDATE "Customer" SET name = 'busy' WHERE name = 'customer 500'"#)
        .execute(&mut other)
        .await
        .expect("a lock");
    let mut child = scratch
        .command("data-migrate", &AS_OF)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program");
    let others = r#"SELECT count(*) FROM "Customer" WHERE "accountType" IS NOT NULL"#;
    let mut waited = 0;
    while scratch.text(others).await != "19999" {
        waited += 1;
        assert!(waited < 300, "{}", scratch.text(others).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sqlx::raw_sql("COMMIT")
        .execute(&mut other)
        .await
        .expect("commit");
    other.close().await.expect("close");
    assert!(child.wait().expect("its end").success());
    assert_eq!(scratch.text(others).await, "20000");
    assert_eq!(
        scratch
            .text(r#"SELECT count(*) FROM "Customer" WHERE name = 'busy'"#)
            .await,
        "1"
    );
}

/// A batch that takes too long is given up and done with fewer rows: each of these rows takes a
/// millisecond at least, so that none of more than 600 can have been done in time.
#[tokio::test]
async fn nobody_waits_for_a_batch_however_slow_the_server_is() {
    let Some(scratch) = Scratch::with(&format!("{HEAD}{MANY}")).await else {
        return;
    };
    scratch
        .run(
            r#"DELETE FROM "Customer" WHERE name > 'customer 12';
               CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN PERFORM pg_sleep(0.001); RETURN new; END $$;
               CREATE TRIGGER slowly BEFORE UPDATE ON "Customer" FOR EACH ROW EXECUTE FUNCTION slowly()"#,
        )
        .await;
    scratch.run(r#"VACUUM ANALYZE "Customer""#).await;
    let wanted = scratch.text(r#"SELECT count(*) FROM "Customer""#).await;
    scratch.migrate(&["--step", "classification"]);
    let booked = scratch
        .text("SELECT count(DISTINCT k) FROM sunset.changes, unnest(keys) AS k")
        .await;
    assert_eq!(booked, wanted);
    let largest = scratch
        .text("SELECT max(written) < 600 AND count(*) > 3 FROM sunset.batches")
        .await;
    assert_eq!(largest, "true");
}
