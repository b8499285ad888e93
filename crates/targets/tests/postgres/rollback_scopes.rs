//! Rollback of a run, of a collection, of a document, and of the recordings' URLs, each alone.

use sunset_core::ports::rollback::{KeptReason, RollbackOptions, Scope, UndoPlanner};
use sunset_core::ports::rows::{ItemOutcome, OnConflict, RowWriter};
use sunset_targets::postgres::CellLink;

use super::rollback::{FORCE, done, first, migrate, others, second, undo};
use super::server::Scratch;
use super::v3::{item, opportunity};

#[tokio::test]
async fn one_run_is_taken_back_and_the_one_before_it_stays() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    others(&scratch).await;
    let run1 = migrate(&scratch, &first(), OnConflict::Overwrite).await;
    let after_first = scratch.dump().await;
    let mut items = second();
    items.push(item("leads", "new", vec![opportunity("new", "9", "New")]));
    let run2 = migrate(&scratch, &items, OnConflict::Overwrite).await;
    // The first cannot go alone where the second wrote its rows again.
    let scope = |run| Scope {
        run: Some(run),
        ..Scope::default()
    };
    let plan = scratch
        .ledger()
        .await
        .plan(&scope(run1), RollbackOptions::default())
        .await
        .expect("plan");
    assert!(
        plan.kept
            .iter()
            .any(|row| row.row_id == "d" && row.reason == KeptReason::LaterRun)
    );

    let report = undo(&scratch, scope(run2), RollbackOptions::default()).await;
    assert!(report.undone.kept.is_empty(), "{:?}", report.undone.kept);
    assert_eq!(after_first, scratch.dump().await);
    // The second again gives the same, whole.
    migrate(&scratch, &items, OnConflict::Overwrite).await;
    let run = scratch.run_of("data-migrate").await;
    let outcome = run.rows(OnConflict::Keep).load(&items).await.expect("load");
    assert!(
        outcome
            .items
            .iter()
            .all(|item| *item == ItemOutcome::Unchanged),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_collection_or_a_document_is_taken_back_alone() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    migrate(&scratch, &first(), OnConflict::Keep).await;
    let one = Scope {
        id: Some("c".into()),
        ..Scope::default()
    };
    undo(&scratch, one, RollbackOptions::default()).await;
    assert_eq!(
        scratch
            .text("SELECT string_agg(id, ',' ORDER BY id) FROM conversations")
            .await,
        "d,e"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM meddic_analyses").await,
        "0"
    );
    let all = Scope {
        collection: Some("conversations".into()),
        ..Scope::default()
    };
    undo(&scratch, all, RollbackOptions::default()).await;
    assert_eq!(
        scratch.text("SELECT count(*) FROM conversations").await,
        "0"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "4"
    );
    assert_eq!(
        scratch
            .text("SELECT string_agg(DISTINCT collection, ',') FROM sunset.items")
            .await,
        "leads"
    );
}

#[tokio::test]
async fn audio_urls_alone_become_what_they_were() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    migrate(&scratch, &first(), OnConflict::Keep).await;
    let before = scratch.dump().await;
    let audio = scratch.run_of("audio-migrate").await;
    let mut transaction = audio.begin().await.expect("begin");
    let links: Vec<CellLink> = ["c", "d", "e"]
        .map(|id| CellLink {
            table: "conversations".into(),
            row_id: id.into(),
            column: "audio_url".into(),
            mapped: Some(format!("gs://bucket/{id}.mp3")),
            linked: format!("https://r2/{id}"),
        })
        .into();
    audio
        .link_cells(&mut transaction, &links)
        .await
        .expect("link");
    transaction.commit().await.expect("commit");
    done(audio).await;
    scratch
        .run("UPDATE conversations SET audio_url = 'https://theirs' WHERE id = 'd'")
        .await;
    let urls = Scope {
        audio_urls_only: true,
        ..Scope::default()
    };
    let report = undo(&scratch, urls.clone(), RollbackOptions::default()).await;
    assert_eq!(report.undone.tables["conversations"].unlinked, 2);
    assert_eq!(report.undone.kept[0].row_id, "d");
    undo(&scratch, urls, FORCE).await;
    assert_eq!(before, scratch.dump().await);
    // The rows are still as migration left them.
    let run = scratch.run_of("data-migrate").await;
    let outcome = run
        .rows(OnConflict::Keep)
        .load(&first())
        .await
        .expect("load");
    assert!(
        outcome
            .items
            .iter()
            .all(|item| *item == ItemOutcome::Unchanged),
        "{outcome:?}"
    );
}
