//! Values that pass from rows that go to rows that come, and rows that do not come though no
//! statement failed.

use sunset_core::ports::rows::{
    Holder, Item, ItemKey, ItemOutcome, OnConflict, Quarantine, RowWriter,
};

use super::server::Scratch;
use super::v3::{analysis, conversation, item, opportunity};

const OPPORTUNITIES: &str =
    "SELECT string_agg(id || ' ' || customer_number, ',' ORDER BY id) FROM opportunities";
const CONVERSATIONS: &str =
    "SELECT string_agg(id || ' ' || opportunity_id, ',' ORDER BY id) FROM conversations";
const CONFLICTS: &str =
    "SELECT string_agg(DISTINCT document_id || ' ' || reason, ',') FROM sunset.conflicts";

fn customer() -> ItemKey {
    ItemKey {
        collection: "cases#customers".into(),
        id: "x".into(),
    }
}

/// A case whose conversation belongs to an opportunity.
fn case(opportunity: &str) -> Item {
    let rows = vec![
        conversation("k", opportunity, None, "t"),
        analysis("a", "k", opportunity),
    ];
    item("cases", "k", rows)
}

/// A customer known from a case alone; then a lead with the customer's number comes.
async fn before(scratch: &Scratch) -> impl RowWriter + use<> {
    let store = scratch.run_of("data-migrate").await.rows(OnConflict::Keep);
    let known = [
        item("cases#customers", "x", vec![opportunity("x", "X", "A")]),
        case("x"),
    ];
    store.load(&known).await.expect("load");
    store
}

fn lead() -> Item {
    item("leads", "l", vec![opportunity("l", "X", "B")])
}

#[tokio::test]
async fn a_number_passes_from_a_row_that_goes_with_what_refers_to_it() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let store = before(&scratch).await;
    let outcome = store.load(&[lead(), case("l")]).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict; 2]);
    assert_eq!((outcome.held_up, outcome.orphaned), (vec![0], vec![1]));
    let holder = Holder {
        key: customer(),
        quarantined: false,
    };
    assert_eq!(outcome.holders, [holder]);

    let together = [lead(), case("l"), Item::displaced(customer())];
    let outcome = store.load(&together).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written; 3]);
    assert_eq!(outcome.rows["opportunities"].removed, 1);
    assert_eq!(scratch.text(OPPORTUNITIES).await, "l X");
    assert_eq!(scratch.text(CONVERSATIONS).await, "k l");
    assert_eq!(scratch.text(CONFLICTS).await, "-");
    // What stood there is kept as it was.
    let image = "SELECT image ->> 'customer_number' FROM sunset.before_images WHERE row_id = 'x'";
    assert_eq!(scratch.text(image).await, "X");
    assert_eq!(
        scratch
            .text("SELECT count(*) FROM sunset.provenance WHERE row_id = 'x'")
            .await,
        "0"
    );
}

#[tokio::test]
async fn a_row_in_quarantine_that_is_to_be_pruned_waits_for_what_refers_to_it() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep).pruning(true);
    let known = [
        item("leads", "x", vec![opportunity("x", "X", "A")]),
        case("x"),
    ];
    store.load(&known).await.expect("load");
    let mut orphan = item("leads", "x", vec![]);
    orphan.quarantine = Some(Quarantine {
        reason: "duplicate_customer_number".into(),
        detail: "that of another".into(),
        raw: b"{}".to_vec(),
        place: None,
    });
    orphan.outcome_digest.0[0] ^= 2;

    let alone = std::slice::from_ref(&orphan);
    let outcome = store.load(alone).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(outcome.rows["opportunities"].held, 1);
    assert_eq!(outcome.stuck_rows[&0]["opportunities"].held, 1);
    // In conflict, it is in quarantine all the same.
    let outcome = store.load(&[lead()]).await.expect("load");
    let holder = Holder {
        key: orphan.key.clone(),
        quarantined: true,
    };
    assert_eq!(outcome.holders, [holder]);

    let outcome = store
        .load(&[lead(), case("l"), orphan])
        .await
        .expect("load");
    let (written, quarantined) = (ItemOutcome::Written, ItemOutcome::Quarantined);
    assert_eq!(outcome.items, [written, written, quarantined]);
    assert!(outcome.stuck_rows.is_empty());
    assert_eq!(scratch.text(OPPORTUNITIES).await, "l X");
    assert_eq!(scratch.text(CONVERSATIONS).await, "k l");
    assert_eq!(scratch.text(CONFLICTS).await, "-");
}

#[tokio::test]
async fn a_row_that_others_refer_to_keeps_its_number() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let store = before(&scratch).await;
    scratch
        .run("INSERT INTO conversations (id, opportunity_id) VALUES ('theirs', 'x')")
        .await;
    let together = [lead(), case("l"), Item::displaced(customer())];
    let outcome = store.load(&together).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict; 3]);
    assert_eq!(scratch.text(OPPORTUNITIES).await, "x X");
    assert_eq!(scratch.text(CONVERSATIONS).await, "k x,theirs x");
    assert_eq!(scratch.text(CONFLICTS).await, "k missing_parent,l unique");
    assert_eq!(
        scratch
            .text("SELECT state FROM sunset.items WHERE document_id = 'x'")
            .await,
        "migrated"
    );
}

#[tokio::test]
async fn a_row_that_a_trigger_keeps_out_is_not_counted_as_written() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    scratch
        .run(
            "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
               IF coalesce(NEW.company_name, OLD.company_name) = 'never' THEN RETURN NULL; END IF;
               RETURN coalesce(NEW, OLD);
             END $$;
             CREATE TRIGGER never BEFORE INSERT OR UPDATE OR DELETE ON opportunities
                FOR EACH ROW EXECUTE FUNCTION never()",
        )
        .await;
    let store = scratch
        .run_of("data-migrate")
        .await
        .rows(OnConflict::Keep)
        .pruning(true);
    let lead = |id: &str, company: &str| item("leads", id, vec![opportunity(id, id, company)]);
    let outcome = store
        .load(&[lead("a", "A"), lead("b", "never")])
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written, ItemOutcome::Conflict]);
    assert_eq!(outcome.rows["opportunities"].inserted, 1);
    assert_eq!(scratch.text(OPPORTUNITIES).await, "a a");
    assert_eq!(scratch.text(CONFLICTS).await, "b refused");

    // A change that is not made.
    let outcome = store.load(&[lead("a", "never")]).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(outcome.rows["opportunities"].updated, 0);

    // A row that does not go.
    scratch
        .run(
            "ALTER TABLE opportunities DISABLE TRIGGER never;
             UPDATE opportunities SET company_name = 'A'",
        )
        .await;
    let outcome = store.load(&[lead("b", "never")]).await.expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Written]);
    scratch
        .run("ALTER TABLE opportunities ENABLE TRIGGER never")
        .await;
    let outcome = store
        .load(&[Item::gone(lead("b", "never").key)])
        .await
        .expect("load");
    assert_eq!(outcome.items, [ItemOutcome::Conflict]);
    assert_eq!(
        outcome
            .rows
            .get("opportunities")
            .map_or(0, |rows| rows.removed),
        0
    );
    assert_eq!(scratch.text(OPPORTUNITIES).await, "a a,b b");
}
