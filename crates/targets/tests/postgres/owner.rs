//! The owner of what is migrated.

use sunset_core::ErrorKind;

use super::server::Scratch;

#[tokio::test]
async fn the_owner_is_named_found_or_made() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let named = run.owner(Some("u"), &[]).await.expect("named");
    assert_eq!((named.id.as_str(), named.created), ("u", false));
    let error = run
        .owner(Some("no'body"), &[])
        .await
        .expect_err("no such user");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("VALUES ('no''body'"))
    );

    let database = scratch.database().await;
    assert_eq!(database.find_owner(None).await.expect("find"), None);
    let made = run.owner(None, &[]).await.expect("made");
    assert!(
        made.created && made.id.starts_with("migration-user-"),
        "{made:?}"
    );
    let again = run.owner(None, &[]).await.expect("again");
    assert_eq!((again.id.clone(), again.created), (made.id.clone(), false));
    assert_eq!(
        database.find_owner(None).await.expect("find"),
        Some(made.id)
    );
    assert_eq!(
        scratch
            .text("SELECT name || email || email_verified FROM \"user\" WHERE id <> 'u'")
            .await,
        "Migration Usermigration@internal.systemtrue"
    );
    assert_eq!(
        scratch.text("SELECT action FROM sunset.provenance").await,
        "inserted"
    );
}

/// Several workers begin a run at once: one finds no user, and before it asks whom the ledger knows,
/// another has made the user.
#[tokio::test]
async fn a_user_whom_another_worker_makes_meanwhile_is_found() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let made = run.owner(None, &[]).await.expect("made");
    let row = format!("\"user\" WHERE id = '{}'", made.id);
    scratch
        .run(&format!(
            "CREATE TABLE kept AS SELECT * FROM {row}; DELETE FROM {row}"
        ))
        .await;

    let mut other = scratch.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE sunset.provenance IN ACCESS EXCLUSIVE MODE")
        .execute(&mut other)
        .await
        .expect("a lock");
    let looking = tokio::spawn(async move { run.owner(None, &[]).await });
    let waiting = "SELECT count(*)::text FROM pg_locks \
                   WHERE NOT granted AND relation = 'sunset.provenance'::regclass";
    while scratch.text(waiting).await == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    sqlx::raw_sql("INSERT INTO \"user\" SELECT * FROM kept; COMMIT")
        .execute(&mut other)
        .await
        .expect("made elsewhere");
    let found = looking.await.expect("no panic").expect("an owner");
    assert_eq!((found.id, found.created), (made.id, false));
}
