//! Units of a shared run: who is given which, and at what cost.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::Row as _;
use sunset_core::ports::work::{Ask, Claim, Unit, WorkDesk as _};
use sunset_targets::postgres::{Crew, CrewTerms, Joined};

use super::server::{Scratch, permit, start};

const ANY: Ask<'static> = Ask {
    below: u32::MAX,
    at_work: &[],
    orphaned: false,
};

async fn crew_with(scratch: &Scratch, units: u32) -> Box<Crew> {
    let ledger = scratch.ledger().await;
    let permit = permit(ledger.database());
    let terms = CrewTerms {
        name: String::new(),
        terms: BTreeMap::new(),
        read_time: None,
    };
    let joined = ledger.join(&permit, &start("test"), &terms).await;
    let Joined::Crew(crew) = joined.expect("joined") else {
        panic!("a run without a name is never over");
    };
    let units: Vec<Unit> = (0..units)
        .map(|number| Unit {
            stage: 1,
            number,
            task: json!({ "do": number }),
        })
        .collect();
    crew.publish("same", &units).await.expect("published");
    crew
}

async fn claimed(crew: &Crew, ask: Ask<'_>) -> Option<u32> {
    match crew.claim(&ask).await.expect("answered") {
        Claim::Unit(unit) => {
            assert_eq!(unit.task, json!({ "do": unit.number }));
            Some(unit.number)
        }
        Claim::Wait => None,
        Claim::Over => panic!("nothing was done"),
    }
}

#[tokio::test]
async fn what_a_silent_worker_left_comes_first_and_can_be_asked_for_alone() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let crew = crew_with(&scratch, 5).await;
    let left = Ask {
        orphaned: true,
        ..ANY
    };
    assert_eq!(claimed(&crew, left).await, None, "nobody was silent");
    assert_eq!(claimed(&crew, ANY).await, Some(0));
    assert_eq!(
        claimed(&crew, left).await,
        Some(0),
        "the answer to the first claim got lost"
    );
    let first = [(1, 0)];
    let at_work = Ask {
        at_work: &first,
        ..ANY
    };
    assert_eq!(claimed(&crew, at_work).await, Some(1), "for another hand");

    let sql = "UPDATE sunset.work SET taken_over = 1 WHERE number IN (3, 4)";
    scratch.run(sql).await;
    let both = [(1, 0), (1, 1)];
    let relief = Ask {
        at_work: &both,
        ..left
    };
    assert_eq!(claimed(&crew, relief).await, Some(3));
    let three = [(1, 0), (1, 1), (1, 3)];
    let regular = Ask {
        at_work: &three,
        ..ANY
    };
    assert_eq!(claimed(&crew, regular).await, Some(4), "before unit 2");
}

/// With the two hundred thousand units of a large run, sorting them cost a tenth of a second for
/// each claim.
#[tokio::test]
async fn a_claim_looks_at_one_unit_however_many_there_are() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let crew = crew_with(&scratch, 20_000).await;
    scratch.run("ANALYZE sunset.work").await;
    let mut connection = scratch.connect().await;
    for orphaned in [0, 1] {
        let claim = include_str!("../../src/postgres/runs/crew/claim.sql");
        let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {claim}");
        let plan = sqlx::query(sqlx::AssertSqlSafe(explain))
            .bind(crew.run().id())
            .bind(crew.worker())
            .bind(i32::MAX)
            .bind(orphaned)
            .fetch_all(&mut connection)
            .await
            .expect("a plan");
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(plan.contains("using work_waiting"), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
        assert!(!plan.contains("Removed by"), "{plan}");
    }
}
