//! Cells that audio migration replaces.

use sunset_core::ports::rows::{ItemOutcome, OnConflict, RowWriter};
use sunset_targets::postgres::{ActiveRun, CellLink, LinkOutcome};

use super::server::Scratch;
use super::v3::{conversation, item, opportunity};

async fn link(run: &ActiveRun, from: &str, to: &str) -> LinkOutcome {
    let mut transaction = run.begin().await.expect("begin");
    let outcomes = run
        .link_cells(
            &mut transaction,
            &[CellLink {
                table: "conversations".into(),
                row_id: "c".into(),
                column: "audio_url".into(),
                mapped: Some(from.into()),
                linked: to.into(),
            }],
        )
        .await
        .expect("link");
    transaction.commit().await.expect("commit");
    outcomes[0]
}

#[tokio::test]
async fn a_linked_cell_outlives_a_second_migration() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let url = "SELECT audio_url FROM conversations";
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let items = |title: &str| {
        [
            item("leads", "o", vec![opportunity("o", "1", "A")]),
            item(
                "conversations",
                "c",
                vec![conversation("c", "o", None, title)],
            ),
        ]
    };
    store.load(&items("one")).await.expect("load");
    let uri = "gs://bucket/c.mp3";
    assert_eq!(link(&run, uri, "https://r2/c").await, LinkOutcome::Linked);
    assert_eq!(
        link(&run, uri, "https://r2/c").await,
        LinkOutcome::Unchanged
    );
    assert_eq!(scratch.text(url).await, "https://r2/c");

    let outcome = store.load(&items("one")).await.expect("again");
    assert_eq!(outcome.items[1], ItemOutcome::Unchanged);
    assert_eq!(outcome.rows["conversations"].unchanged, 1);
    let outcome = store.load(&items("two")).await.expect("changed");
    assert_eq!(outcome.items[1], ItemOutcome::Written);
    assert_eq!(scratch.text(url).await, "https://r2/c");
    assert_eq!(scratch.text("SELECT title FROM conversations").await, "two");

    // Another place in R2, later.
    assert_eq!(link(&run, uri, "https://new/c").await, LinkOutcome::Linked);
    // V2 names another recording: the URI stands until audio is migrated again.
    let mut moved = conversation("c", "o", None, "two");
    moved.cells[4] = sunset_core::row::Cell::Text("gs://bucket/other.mp3".into());
    let outcome = store
        .load(&[item("conversations", "c", vec![moved])])
        .await
        .expect("moved");
    assert_eq!(outcome.items, [ItemOutcome::Written]);
    assert_eq!(scratch.text(url).await, "gs://bucket/other.mp3");
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.linked_cells")
            .await,
        "0"
    );
}

#[tokio::test]
async fn what_somebody_else_put_there_stays() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let items = [
        item("leads", "o", vec![opportunity("o", "1", "A")]),
        item(
            "conversations",
            "c",
            vec![conversation("c", "o", None, "one")],
        ),
    ];
    store.load(&items).await.expect("load");
    // Somebody changes another cell: the link goes in, the change stays visible as theirs.
    scratch
        .run("UPDATE conversations SET title = 'edited'")
        .await;
    assert_eq!(
        link(&run, "gs://bucket/c.mp3", "https://r2/c").await,
        LinkOutcome::Linked
    );
    let outcome = store.load(&items).await.expect("again");
    assert_eq!(outcome.items[1], ItemOutcome::Unchanged);
    assert_eq!(
        scratch
            .text("SELECT title || audio_url FROM conversations")
            .await,
        "editedhttps://r2/c"
    );

    scratch
        .run("UPDATE conversations SET audio_url = 'https://elsewhere'")
        .await;
    assert_eq!(
        link(&run, "gs://bucket/c.mp3", "https://r3/c").await,
        LinkOutcome::Foreign
    );
    scratch.run("DELETE FROM conversations").await;
    assert_eq!(
        link(&run, "gs://bucket/c.mp3", "https://r3/c").await,
        LinkOutcome::Missing
    );
}
