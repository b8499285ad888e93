//! Rows that somebody else wrote, changed or removed.

use sunset_core::ErrorKind;
use sunset_core::ports::rows::{Item, ItemOutcome, OnConflict, RowWriter, SettledItems};

use super::server::Scratch;
use super::v3::{analysis, conversation, item, opportunity};

fn lead(company: &str) -> Vec<Item> {
    vec![item("leads", "o", vec![opportunity("o", "1", company)])]
}

async fn reasons(scratch: &Scratch) -> String {
    scratch
        .text("SELECT string_agg(document_id || ' ' || reason, ',' ORDER BY document_id) FROM sunset.conflicts")
        .await
}

#[tokio::test]
async fn the_very_same_row_of_somebody_else_is_adopted() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    store.load(&lead("A")).await.expect("load");
    scratch
        .run("DELETE FROM sunset.provenance; DELETE FROM sunset.items")
        .await;
    let outcome = store.load(&lead("A")).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Unchanged]);
    assert_eq!(
        scratch.text("SELECT action FROM sunset.provenance").await,
        "adopted"
    );
}

#[tokio::test]
async fn a_different_row_of_somebody_else_stays() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    scratch
        .run("INSERT INTO opportunities (id, user_id, customer_number, company_name, notes) VALUES ('o', 'u', 'n', 'Theirs', 'dear')")
        .await;
    let before = scratch.dump().await;
    let run = scratch.run_of("data-migrate").await;
    let outcome = run
        .rows(OnConflict::Keep)
        .load(&lead("A"))
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(outcome.rows["opportunities"].conflicting, 1);
    assert_eq!(before, scratch.dump().await);
    assert_eq!(reasons(&scratch).await, "o exists");

    let error = run
        .rows(OnConflict::Fail)
        .load(&lead("A"))
        .await
        .expect_err("fail");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("--on-conflict"))
    );

    let outcome = run
        .rows(OnConflict::Overwrite)
        .load(&lead("A"))
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written]);
    assert_eq!(
        scratch
            .text("SELECT company_name || notes FROM opportunities")
            .await,
        "Adear"
    );
    assert_eq!(
        scratch.text("SELECT action FROM sunset.provenance").await,
        "overwritten"
    );
    assert_eq!(
        scratch
            .text("SELECT image ->> 'company_name' FROM sunset.before_images")
            .await,
        "Theirs"
    );
    assert_eq!(reasons(&scratch).await, "-");
}

#[tokio::test]
async fn a_row_that_somebody_changed_stays_and_is_told_only_when_v2_changed_too() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    store.load(&lead("A")).await.expect("load");
    scratch
        .run("UPDATE opportunities SET company_name = 'Edited'")
        .await;
    let outcome = store.load(&lead("A")).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Unchanged]);
    let outcome = store.load(&lead("B")).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(reasons(&scratch).await, "o changed");
    assert_eq!(
        scratch.text("SELECT company_name FROM opportunities").await,
        "Edited"
    );
    // Not settled: it is looked at again.
    let keys = [lead("B")[0].key.clone()];
    assert_eq!(store.settled(&keys).await.expect("settled"), [None]);

    scratch.run("DELETE FROM opportunities").await;
    let outcome = store.load(&lead("C")).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(reasons(&scratch).await, "o deleted");
    let outcome = run
        .rows(OnConflict::Overwrite)
        .load(&lead("C"))
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written]);
    assert_eq!(
        scratch.text("SELECT company_name FROM opportunities").await,
        "C"
    );
}

#[tokio::test]
async fn somebody_elses_number_is_a_conflict_of_its_item_and_of_what_refers_to_it() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    scratch
        .run("INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('theirs', 'u', '1', 'Theirs')")
        .await;
    let run = scratch.run_of("data-migrate").await;
    let items = [
        item("leads", "o", vec![opportunity("o", "1", "A")]),
        item(
            "conversations",
            "c",
            vec![conversation("c", "o", None, "t"), analysis("m", "c", "o")],
        ),
        item("leads", "p", vec![opportunity("p", "2", "B")]),
        item(
            "conversations",
            "d",
            vec![conversation("d", "p", None, "t")],
        ),
    ];
    let outcome = run.rows(OnConflict::Keep).load(&items).await.expect("load");
    assert_eq!(
        outcome.items,
        [
            ItemOutcome::Conflict,
            ItemOutcome::Conflict,
            ItemOutcome::Written,
            ItemOutcome::Written
        ]
    );
    assert_eq!(
        scratch
            .text("SELECT string_agg(DISTINCT document_id || ' ' || reason, ',') FROM sunset.conflicts")
            .await,
        "c missing_parent,o unique"
    );
    assert_eq!(
        scratch
            .text("SELECT string_agg(id, ',' ORDER BY id) FROM opportunities")
            .await,
        "p,theirs"
    );
}

#[tokio::test]
async fn a_number_may_pass_from_one_row_of_ours_to_another() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let cases = |first: Option<&str>, second: Option<&str>| {
        [
            item("leads", "o", vec![opportunity("o", "1", "A")]),
            item(
                "conversations",
                "c",
                vec![conversation("c", "o", first, "t")],
            ),
            item(
                "conversations",
                "d",
                vec![conversation("d", "o", second, "t")],
            ),
        ]
    };
    store
        .load(&cases(Some("X"), Some("Y")))
        .await
        .expect("load");
    let outcome = store
        .load(&cases(Some("Y"), Some("X")))
        .await
        .expect("swap");
    assert_eq!(
        outcome.items[1..],
        [ItemOutcome::Written, ItemOutcome::Written]
    );
    assert_eq!(
        scratch
            .text("SELECT string_agg(id || case_number, ',' ORDER BY id) FROM conversations")
            .await,
        "cY,dX"
    );
    store.load(&cases(None, Some("Y"))).await.expect("give up");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.conflicts").await,
        "0"
    );
}

#[tokio::test]
async fn a_number_that_cannot_be_null_passes_too() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let lead = |id: &str, number: &str| item("leads", id, vec![opportunity(id, number, "A")]);
    let first = [lead("a", "1"), lead("b", "2"), lead("c", "3")];
    store.load(&first).await.expect("load");
    let round = [lead("a", "2"), lead("b", "3"), lead("c", "1")];
    let outcome = store.load(&round).await.expect("round");
    assert_eq!(outcome.items, [ItemOutcome::Written; 3]);
    assert_eq!(outcome.held_up, [0; 0]);
    let numbers = "SELECT string_agg(id || customer_number, ',' ORDER BY id) FROM opportunities";
    assert_eq!(scratch.text(numbers).await, "a2,b3,c1");

    // By itself each of two is held up, together they are not.
    let swapped = [lead("a", "3"), lead("b", "2")];
    for alone in &swapped {
        let outcome = store.load(std::slice::from_ref(alone)).await.expect("load");
        assert_eq!(outcome.items, [ItemOutcome::Conflict]);
        assert_eq!(outcome.held_up, [0]);
        let rows = outcome.rows["opportunities"];
        assert_eq!((rows.conflicting, rows.unique, rows.changed()), (1, 1, 0));
        assert_eq!(outcome.stuck_rows[&0]["opportunities"], rows);
    }
    assert_eq!(reasons(&scratch).await, "a unique,b unique");
    let outcome = store.load(&swapped).await.expect("swap");
    assert_eq!(outcome.items, [ItemOutcome::Written; 2]);
    assert_eq!(scratch.text(numbers).await, "a3,b2,c1");
    assert_eq!(reasons(&scratch).await, "-");

    // What somebody else holds is no matter of another try.
    scratch
        .run("UPDATE opportunities SET company_name = 'Theirs' WHERE id = 'b'")
        .await;
    let outcome = store.load(&[lead("b", "9")]).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(outcome.held_up, [0; 0]);
}

#[tokio::test]
async fn rows_beside_one_in_conflict_are_told_as_what_they_are() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    store.load(&lead("A")).await.expect("load");
    let case = |title: &str, analyses: &[&str]| {
        let mut rows = vec![conversation("c", "o", None, title)];
        rows.extend(analyses.iter().map(|id| analysis(id, "c", "o")));
        vec![item("cases", "c", rows)]
    };
    store.load(&case("one", &["m"])).await.expect("load");
    scratch
        .run("UPDATE conversations SET title = 'edited'")
        .await;
    // One analysis is there and equal, one would be new.
    let outcome = store.load(&case("two", &["m", "n"])).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(outcome.rows["conversations"].conflicting, 1);
    let analyses = &outcome.rows["meddic_analyses"];
    assert_eq!((analyses.unchanged, analyses.conflicting), (1, 1));
    assert_eq!(analyses.with_document, 1);
    assert_eq!(
        scratch
            .text("SELECT string_agg(id, ',') FROM meddic_analyses")
            .await,
        "m"
    );
}

#[tokio::test]
async fn one_row_that_the_server_refuses_keeps_no_other_out() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    scratch
        .run("ALTER TABLE opportunities ADD CHECK (company_name <> 'bad'), ADD UNIQUE (company_name, opportunity_score)")
        .await;
    let run = scratch.run_of("data-migrate").await;
    // Longer than an index entry may be, and not to be compressed.
    let long: String = (0..9_000_u32)
        .map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap_or('x'))
        .collect();
    let mut items: Vec<Item> = (0..300)
        .map(|n| {
            item(
                "leads",
                &format!("o{n:03}"),
                vec![opportunity(
                    &format!("o{n:03}"),
                    &format!("n{n}"),
                    &format!("company {n}"),
                )],
            )
        })
        .collect();
    items[17] = item("leads", "check", vec![opportunity("check", "check", "bad")]);
    items[120] = item("leads", "long", vec![opportunity("long", &long, "long")]);
    items[299] = item(
        "leads",
        "twice",
        vec![opportunity("twice", "twice", "company 5")],
    );
    let outcome = run.rows(OnConflict::Keep).load(&items).await.expect("load");
    for (position, found) in outcome.items.iter().enumerate() {
        let wanted = if [17, 120, 299].contains(&position) {
            ItemOutcome::Conflict
        } else {
            ItemOutcome::Written
        };
        assert_eq!(*found, wanted, "{position}");
    }
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "297"
    );
    assert_eq!(
        reasons(&scratch).await,
        "check refused,long refused,twice refused"
    );
    // Again: the same three, and nothing is written twice.
    let outcome = run.rows(OnConflict::Keep).load(&items).await.expect("load");
    assert_eq!(outcome.rows["opportunities"].unchanged, 297);
    assert_eq!(
        reasons(&scratch).await,
        "check refused,long refused,twice refused"
    );
}

#[tokio::test]
async fn a_row_to_which_others_refer_is_not_pulled_from_under_them() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    store.load(&lead("A")).await.expect("load");
    scratch
        .run("INSERT INTO alerts (id, opportunity_id) VALUES ('a', 'o')")
        .await;
    let mut gone = item("leads", "o", vec![]);
    gone.outcome_digest.0[0] ^= 1;
    store.load(std::slice::from_ref(&gone)).await.expect("load");
    assert_eq!(
        scratch.text("SELECT count(*) FROM opportunities").await,
        "1"
    );
    assert_eq!(reasons(&scratch).await, "o referenced");
    assert_eq!(
        scratch.text("SELECT count(*) FROM sunset.provenance").await,
        "1"
    );
}
