//! Rows that come while locks are waited for.

use std::time::Duration;

use sqlx::Connection as _;
use sunset_core::ErrorKind;
use sunset_core::ports::progress::Silent;
use sunset_engine::schema::undo;
use sunset_targets::postgres::LiveReader;

use crate::PROGRAM;
use crate::patience::{ended, started};
use crate::scratch::{Scratch, finish};

/// Long enough for a program to begin and to wait for a lock.
const MEANWHILE: Duration = Duration::from_millis(2500);

#[tokio::test]
async fn what_came_while_undoing_waited_is_not_dropped_without_force() {
    for (lock, write, there) in [
        (
            "LOCK TABLE form_submissions IN ACCESS SHARE MODE",
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e@x')",
            "SELECT count(*) FROM \"user\"",
        ),
        (
            "LOCK TABLE form_submissions IN ACCESS SHARE MODE",
            "INSERT INTO verification VALUES ('1', 'i', 'v', now())",
            "SELECT count(*) FROM verification",
        ),
    ] {
        let sql = "CREATE TABLE alerts (id text PRIMARY KEY); INSERT INTO alerts VALUES ('a')";
        let Some(scratch) = Scratch::with(sql).await else {
            return;
        };
        scratch.say(PROGRAM, &[]);
        let mut holder = scratch.connect().await;
        let mut transaction = holder.begin().await.expect("begin");
        sqlx::raw_sql(lock)
            .execute(&mut *transaction)
            .await
            .expect("lock");
        let reader = LiveReader::new(scratch.database().await);
        let run = scratch.begin().await;
        let (refused, ()) = tokio::join!(
            async { undo(&reader, &run.schema(), false, &Silent).await },
            async {
                tokio::time::sleep(MEANWHILE).await;
                scratch.run(write).await;
                transaction.rollback().await.expect("rollback");
            }
        );
        let refused = refused.expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::Refused, "{refused}");
        let item = refused.item_name().expect("item");
        assert!(item.contains("which came while this ran"), "{item}");
        assert_eq!(scratch.text(there).await, "1");
        undo(&reader, &run.schema(), true, &Silent)
            .await
            .expect("forced");
        finish(run).await;
    }
}

#[tokio::test]
async fn a_value_that_came_while_a_push_waited_is_listed_and_neither_rounded_nor_an_error() {
    for value in ["3.7", "3000000000000"] {
        let Some(scratch) = Scratch::with("").await else {
            return;
        };
        assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
        scratch
            .run("ALTER TABLE lead_sources ALTER total_leads TYPE double precision; INSERT INTO lead_sources (id, name, type, total_leads) VALUES ('a', 'n', 't', 3)")
            .await;
        let mut holder = scratch.connect().await;
        let mut transaction = holder.begin().await.expect("begin");
        let write = format!("UPDATE lead_sources SET total_leads = {value}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(write))
            .execute(&mut *transaction)
            .await
            .expect("update");
        let child = started(&scratch, &[]);
        tokio::time::sleep(MEANWHILE).await;
        transaction.commit().await.expect("commit");
        let said = ended(child, &scratch);
        assert_eq!(said.status, 3, "{}", said.shown());
        assert!(
            said.out
                .contains("rows of lead_sources whose total_leads the new type cannot hold"),
            "{}",
            said.shown()
        );
        let held = "SELECT total_leads::numeric FROM lead_sources";
        assert_eq!(scratch.text(held).await, value);
    }
}

#[tokio::test]
async fn a_row_that_came_into_an_empty_table_is_planned_for_anew() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run("ALTER TABLE verification DROP COLUMN value")
        .await;
    let mut holder = scratch.connect().await;
    let mut transaction = holder.begin().await.expect("begin");
    sqlx::raw_sql("INSERT INTO verification (id, identifier, expires_at) VALUES ('1', 'i', now())")
        .execute(&mut *transaction)
        .await
        .expect("insert");
    let child = started(&scratch, &[]);
    tokio::time::sleep(MEANWHILE).await;
    transaction.commit().await.expect("commit");
    let said = ended(child, &scratch);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("rows of verification without a value in value: 1"),
        "{}",
        said.shown()
    );
    assert_eq!(
        scratch.text("SELECT count(value) FROM verification").await,
        "0"
    );
}
