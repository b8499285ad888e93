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
