//! Rollback: exact, and of nothing else.

use sunset_core::ports::progress::Silent;
use sunset_core::ports::rollback::{
    KeptReason, RollbackOptions, RollbackReport, Scope, UndoPlanner, UndoPosition, UndoWriter,
};
use sunset_core::ports::rows::{Assignment, Item, OnConflict, RowWriter};
use sunset_core::ports::runs::{RunEnd, RunState};
use sunset_engine::retry::Retries;
use sunset_engine::rollback::rollback;
use sunset_targets::postgres::{ActiveRun, CellLink};

use super::server::Scratch;
use super::v3::{analysis, conversation, item, opportunity};

pub const FORCE: RollbackOptions = RollbackOptions {
    force: true,
    release_numbers: false,
};

pub async fn done(run: ActiveRun) {
    run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
        .await
        .expect("finish");
}

/// Rolls back, and checks that the plan shown before says what was done.
pub async fn undo(scratch: &Scratch, scope: Scope, options: RollbackOptions) -> RollbackReport {
    let ledger = scratch.ledger().await;
    let before = scratch.dump().await;
    let plan = ledger.plan(&scope, options).await.expect("plan");
    assert_eq!(before, scratch.dump().await, "a plan writes nothing");
    let run = scratch.run_of("rollback").await;
    let report = rollback(&run.undo(), &scope, options, Retries(0), &Silent)
        .await
        .expect("rollback");
    done(run).await;
    for (table, counts) in &plan.tables {
        assert_eq!(Some(counts), report.undone.tables.get(table), "{table}");
    }
    assert_eq!(plan.kept, report.undone.kept);
    for (table, proof) in &report.proof {
        assert!(proof.others_untouched, "{table}");
    }
    report
}

pub async fn migrate(scratch: &Scratch, items: &[Item], on_conflict: OnConflict) -> i64 {
    let run = scratch.run_of("data-migrate").await;
    run.owner(None, &[]).await.expect("owner");
    run.rows(on_conflict).load(items).await.expect("load");
    let id = run.id();
    done(run).await;
    id
}

pub fn first() -> Vec<Item> {
    let mut numbered = item(
        "leads",
        "o",
        vec![opportunity("o", "202511-000001", "ACME")],
    );
    numbered.assigned = vec![Assignment {
        kind: "customer".into(),
        number: "202511-000001".into(),
    }];
    vec![
        numbered,
        item("leads", "p", vec![opportunity("p", "2", "Beta")]),
        item(
            "leads",
            "adopted",
            vec![opportunity("adopted", "3", "Same")],
        ),
        item("leads", "taken", vec![opportunity("taken", "4", "Ours")]),
        item(
            "conversations",
            "c",
            vec![
                conversation("c", "o", Some("X"), "one"),
                analysis("m", "c", "o"),
            ],
        ),
        item(
            "conversations",
            "d",
            vec![conversation("d", "p", Some("Y"), "two")],
        ),
        item(
            "conversations",
            "e",
            vec![conversation("e", "adopted", None, "three")],
        ),
    ]
}

/// Numbers swapped, an analysis gone, an adopted row changed.
pub fn second() -> Vec<Item> {
    vec![
        item(
            "leads",
            "adopted",
            vec![opportunity("adopted", "3", "Changed in V2")],
        ),
        item(
            "conversations",
            "c",
            vec![conversation("c", "p", Some("Y"), "one")],
        ),
        item(
            "conversations",
            "d",
            vec![conversation("d", "p", Some("X"), "two")],
        ),
    ]
}

/// Other people's rows: one that is the very same as the mapping's, one that is in its way, and
/// one that has nothing to do with it.
pub async fn others(scratch: &Scratch) {
    scratch
        .run(
            "INSERT INTO opportunities (id, user_id, customer_number, company_name, notes) \
             VALUES ('taken', 'u', 'n', 'Theirs', E'dear \\u5BA2'), ('theirs', 'u', 'm', 'Alone', NULL); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name, raw_form_data, opportunity_score, created_at) \
             VALUES ('adopted', 'u', '3', 'Same', '{\"v2\": \"Same\"}', 7, '2025-11-03 02:15:00.25'); \
             INSERT INTO conversations (id, opportunity_id, transcript) VALUES ('json', 'theirs', 'null')",
        )
        .await;
}

#[tokio::test]
async fn everything_is_as_it_was_and_forward_again_is_the_same() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    others(&scratch).await;
    let before = scratch.dump().await;
    migrate(&scratch, &first(), OnConflict::Overwrite).await;
    let after_first = without_owner(&scratch).await;
    migrate(&scratch, &second(), OnConflict::Overwrite).await;
    let audio = scratch.run_of("audio-migrate").await;
    for (id, table) in [("d", "conversations"), ("e", "conversations")] {
        let mut transaction = audio.begin().await.expect("begin");
        let link = CellLink {
            table: table.into(),
            row_id: id.into(),
            column: "audio_url".into(),
            mapped: Some(format!("gs://bucket/{id}.mp3")),
            linked: format!("https://r2/{id}"),
        };
        audio
            .link_cells(&mut transaction, &[link])
            .await
            .expect("link");
        transaction.commit().await.expect("commit");
    }
    done(audio).await;
    assert_ne!(before, scratch.dump().await);

    let report = undo(&scratch, Scope::default(), RollbackOptions::default()).await;
    assert_eq!(before, scratch.dump().await);
    assert!(report.undone.kept.is_empty(), "{:?}", report.undone.kept);
    let counts = report.undone.tables["opportunities"];
    assert_eq!((counts.deleted, counts.restored), (2, 2));
    assert_eq!(report.undone.tables["user"].deleted, 1);
    for table in ["opportunities", "conversations", "meddic_analyses"] {
        assert_eq!(report.proof[table].as_before, Some(true), "{table}");
    }
    let runs = scratch.ledger().await.runs().await.expect("runs");
    assert!(
        runs[..3]
            .iter()
            .all(|run| run.state == RunState::RolledBack)
    );
    for table in [
        "items",
        "provenance",
        "before_images",
        "linked_cells",
        "baselines",
    ] {
        let count = scratch
            .text(&format!("SELECT count(*) FROM sunset.{table}"))
            .await;
        assert_eq!(count, "0", "{table}");
    }
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.assigned_numbers")
            .await,
        "1"
    );
    assert_eq!(
        scratch
            .text("SELECT detail ->> 'force' FROM sunset.audit WHERE action = 'rollback'")
            .await,
        "false"
    );

    migrate(&scratch, &first(), OnConflict::Overwrite).await;
    assert_eq!(after_first, without_owner(&scratch).await);
    undo(
        &scratch,
        Scope::default(),
        RollbackOptions {
            force: false,
            release_numbers: true,
        },
    )
    .await;
    assert_eq!(before, scratch.dump().await);
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.assigned_numbers")
            .await,
        "0"
    );
    // Nothing is left to do.
    let report = undo(&scratch, Scope::default(), RollbackOptions::default()).await;
    assert!(!report.undone.tables.values().any(|counts| counts.writes()));
}

async fn without_owner(scratch: &Scratch) -> String {
    let dump = scratch.dump().await;
    dump.lines()
        .filter(|line| !line.starts_with("user "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn rows_that_somebody_changed_stay_with_what_they_refer_to() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let before = scratch.dump().await;
    migrate(&scratch, &first(), OnConflict::Keep).await;
    scratch
        .run(
            "UPDATE conversations SET title = 'edited' WHERE id = 'c'; \
             INSERT INTO alerts (id, opportunity_id) VALUES ('a', 'p'); \
             DELETE FROM opportunities WHERE id = 'taken'",
        )
        .await;
    let report = undo(&scratch, Scope::default(), RollbackOptions::default()).await;
    let kept: Vec<(&str, &str, KeptReason)> = report
        .undone
        .kept
        .iter()
        .map(|row| (row.table.as_str(), row.row_id.as_str(), row.reason))
        .collect();
    assert_eq!(kept[0], ("conversations", "c", KeptReason::Changed));
    assert_eq!(kept[1], ("opportunities", "o", KeptReason::Referenced));
    assert_eq!(kept[2], ("opportunities", "p", KeptReason::Referenced));
    // The opportunities that stay belong to the test's own user, so ours goes.
    assert_eq!(report.undone.tables["user"].deleted, 1);
    assert_eq!(report.undone.tables["opportunities"].gone, 1);
    assert_eq!(
        scratch.text("SELECT title FROM conversations").await,
        "edited"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM meddic_analyses").await,
        "0"
    );

    // Forward: what is missing comes again, what was edited stays.
    migrate(&scratch, &first(), OnConflict::Keep).await;
    assert_eq!(
        scratch
            .text("SELECT title FROM conversations WHERE id = 'c'")
            .await,
        "edited"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM meddic_analyses").await,
        "1"
    );
    assert_eq!(
        scratch.text("SELECT count(*) FROM conversations").await,
        "3"
    );

    scratch.run("DELETE FROM alerts").await;
    let report = undo(&scratch, Scope::default(), FORCE).await;
    assert!(report.undone.kept.is_empty(), "{:?}", report.undone.kept);
    assert_eq!(before, scratch.dump().await);
}

#[tokio::test]
async fn a_user_with_opportunities_of_others_takes_none_along() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    migrate(&scratch, &[], OnConflict::Keep).await;
    scratch
        .run("INSERT INTO opportunities (id, user_id, customer_number, company_name) SELECT 'x', id, 'x', 'x' FROM \"user\" WHERE id <> 'u'")
        .await;
    let report = undo(&scratch, Scope::default(), FORCE).await;
    assert_eq!(report.undone.kept[0].reason, KeptReason::Referenced);
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "1"
    );
}

#[tokio::test]
async fn broken_off_anywhere_it_is_gone_on_with() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    others(&scratch).await;
    let before = scratch.dump().await;
    let mut stop_after = 0;
    loop {
        migrate(&scratch, &first(), OnConflict::Overwrite).await;
        migrate(&scratch, &second(), OnConflict::Overwrite).await;
        let run = scratch.run_of("rollback").await;
        let mut position = Some(UndoPosition::default());
        for _ in 0..stop_after {
            let Some(here) = position.take() else {
                break;
            };
            let step = run
                .undo()
                .step(&Scope::default(), RollbackOptions::default(), &here)
                .await
                .expect("step");
            position = step.next;
        }
        // As if killed.
        drop(run);
        if stop_after % 2 == 0 {
            // Forward instead: what is missing is made whole.
            migrate(&scratch, &first(), OnConflict::Overwrite).await;
            assert_eq!(
                scratch.text("SELECT count(*) FROM conversations").await,
                "4",
                "{stop_after}"
            );
            assert_eq!(
                scratch.text("SELECT count(*) FROM meddic_analyses").await,
                "1",
                "{stop_after}"
            );
        }
        undo(&scratch, Scope::default(), RollbackOptions::default()).await;
        assert_eq!(before, scratch.dump().await, "{stop_after}");
        if position.is_none() {
            break;
        }
        stop_after += 1;
    }
    assert!(stop_after > 5);
}
