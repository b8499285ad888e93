//! Rows that a repair misses, for others move them meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sunset_core::Result;
use sunset_core::plans::schemas::schema_named;
use sunset_core::ports::progress::Silent;
use sunset_core::ports::schema::{SchemaWriter, Turn};
use sunset_core::schema::steps::{Guard, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_engine::repair::{diagnose, repair};
use sunset_targets::postgres::{LiveReader, SchemaSteps};

use crate::generations::aged;
use crate::scratch::finish;

/// Ends its first sweep behind the first block, as one ends that met none of the other rows.
struct Hasty {
    steps: SchemaSteps,
    left: AtomicUsize,
}

#[async_trait]
impl SchemaWriter for Hasty {
    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        let hasty = self.left.load(Ordering::SeqCst) > 0;
        if !hasty {
            return self.steps.sweep(namespace, step, at).await;
        }
        self.left.fetch_sub(1, Ordering::SeqCst);
        let first = Sweep { blocks: 1, ..at };
        let next = self.steps.sweep(namespace, step, first).await?;
        Ok(Sweep { done: true, ..next })
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        self.steps.sweep_back(step, at).await
    }

    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        self.steps.apply(namespace, steps).await
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        self.steps.recorded().await
    }

    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        self.steps.undo(step, guard).await
    }
}

#[tokio::test]
async fn a_repair_goes_on_while_the_rows_that_it_is_for_become_fewer() {
    let Some(scratch) = aged(
        "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'n', 'e'); \
         ALTER TABLE opportunities ALTER company_name DROP NOT NULL; \
         INSERT INTO opportunities (id, user_id, customer_number) SELECT i, 'u', i FROM generate_series(1, 2000) AS i",
    )
    .await
    else {
        return;
    };
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    let diagnosis = diagnose(&reader, &wanted, None).await.expect("diagnosis");
    let run = scratch.begin().await;
    let writer = Hasty {
        steps: run.schema(),
        left: AtomicUsize::new(1),
    };
    let after = repair(&reader, &writer, &wanted, None, &diagnosis, &Silent)
        .await
        .expect("repair");
    finish(run).await;
    assert_eq!(writer.left.load(Ordering::SeqCst), 0);
    assert_eq!((after.due, after.blocked), (Vec::new(), Vec::new()));
    assert_eq!(
        scratch
            .text("SELECT count(company_name) FROM opportunities")
            .await,
        "2000"
    );
}
