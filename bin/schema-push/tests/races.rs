//! Rows that come between the question for them and the statement that they break.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use sunset_core::Result;
use sunset_core::plans::schemas::{PlanSchema, schema_named};
use sunset_core::ports::progress::Silent;
use sunset_core::ports::schema::{SchemaWriter, Turn};
use sunset_core::schema::diff::Directions;
use sunset_core::schema::model::Check;
use sunset_core::schema::steps::{Blocked, Guard, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_engine::schema::{plan, push};
use sunset_targets::postgres::{LiveReader, SchemaSteps};

use crate::PROGRAM;
use crate::scratch::{Scratch, finish};

/// Somebody writes once, right before a step is done, and behind the question for such rows.
struct Latecomer<'s> {
    steps: SchemaSteps,
    scratch: &'s Scratch,
    before: &'static str,
    write: &'static str,
    came: AtomicBool,
}

#[async_trait]
impl SchemaWriter for Latecomer<'_> {
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        let now = steps.iter().any(|step| step.title.starts_with(self.before));
        if now && !self.came.swap(true, Ordering::SeqCst) {
            self.scratch.run(self.write).await;
        }
        self.steps.apply(namespace, steps).await
    }

    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        self.steps.sweep(namespace, step, at).await
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        self.steps.sweep_back(step, at).await
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        self.steps.recorded().await
    }

    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        self.steps.undo(step, guard).await
    }
}

/// Pushes while somebody writes; gives what rows stand in the way of.
async fn pushed(
    scratch: &Scratch,
    wanted: &PlanSchema,
    (before, write): (&'static str, &'static str),
) -> Vec<Blocked> {
    let reader = LiveReader::new(scratch.database().await);
    let (steps, live) = plan(&reader, wanted, &Directions::default())
        .await
        .expect("plan");
    let run = scratch.begin().await;
    let writer = Latecomer {
        steps: run.schema(),
        scratch,
        before,
        write,
        came: AtomicBool::new(false),
    };
    let (_, after) = push(&reader, &writer, wanted, (&steps, &live), &Silent)
        .await
        .expect("push");
    assert!(writer.came.load(Ordering::SeqCst), "nobody came");
    finish(run).await;
    after.blocked
}

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('a', 'u', '1', 'A')";

#[tokio::test]
async fn a_duplicate_that_came_meanwhile_is_listed_and_no_broken_index_stays() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch.run(OWNED).await;
    scratch
        .run("ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique, DROP COLUMN notes")
        .await;
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let came = (
        "build unique index opportunities_customer_number_unique",
        "INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('b', 'u', '1', 'B')",
    );
    let blocked = pushed(&scratch, &wanted, came).await;
    let [one] = blocked.as_slice() else {
        panic!("{blocked:?}");
    };
    assert_eq!((one.count, one.sample[0].as_str()), (1, "1 (2 rows)"));
    assert!(
        one.advice.contains("run schema-push again"),
        "{}",
        one.advice
    );
    // What the attempt left would refuse the application's rows.
    let left =
        "SELECT count(*) FROM pg_class WHERE relname = 'opportunities_customer_number_unique'";
    assert_eq!(scratch.text(left).await, "0");
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch
        .run("UPDATE opportunities SET customer_number = '2' WHERE id = 'b'")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
}

#[tokio::test]
async fn a_row_that_breaks_a_check_of_a_new_column_is_listed_and_is_no_error() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "INSERT INTO lead_sources (id, name, type) VALUES ('a', 'n', 't'), ('b', 'n', 't'); \
             ALTER TABLE lead_sources DROP COLUMN total_leads",
        )
        .await;
    let mut wanted = schema_named("sales-ai", "public").expect("plan");
    for table in &mut wanted.schema.tables {
        if table.name == "lead_sources" {
            table.checks.push(Check {
                name: "lead_sources_check".into(),
                condition: "\"total_leads\" >= 0".into(),
            });
        }
    }
    let came = (
        "add check lead_sources_check",
        "UPDATE lead_sources SET total_leads = -1 WHERE id = 'a'",
    );
    let blocked = pushed(&scratch, &wanted, came).await;
    let [one] = blocked.as_slice() else {
        panic!("{blocked:?}");
    };
    assert_eq!(
        (one.what.as_str(), one.count, one.sample[0].as_str()),
        (
            "rows of lead_sources that break \"total_leads\" >= 0",
            1,
            "a"
        )
    );
    // Put right, it is validated by the next push.
    scratch.run("UPDATE lead_sources SET total_leads = 1").await;
    let again = pushed(
        &scratch,
        &wanted,
        ("validate lead_sources_check", "SELECT 1"),
    )
    .await;
    assert!(again.is_empty(), "{again:?}");
    let valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'lead_sources_check'";
    assert_eq!(scratch.text(valid).await, "true");
}
