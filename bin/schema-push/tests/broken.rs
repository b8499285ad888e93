//! Pushes that are broken off.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sunset_core::plans::schemas::schema_named;
use sunset_core::ports::progress::Silent;
use sunset_core::ports::schema::{SchemaWriter, Turn};
use sunset_core::schema::diff::Directions;
use sunset_core::schema::steps::{Guard, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_core::{Error, ErrorKind, Result};
use sunset_engine::schema::{plan, push, undo};
use sunset_targets::postgres::{LiveReader, SchemaSteps};

use crate::PROGRAM;
use crate::scratch::{Scratch, finish};

/// Breaks off before its n-th batch.
struct Breaking {
    steps: SchemaSteps,
    left: AtomicUsize,
}

#[async_trait]
impl SchemaWriter for Breaking {
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(Error::new(ErrorKind::Interrupted, "killed"));
        }
        self.steps.apply(namespace, steps).await
    }

    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(Error::new(ErrorKind::Interrupted, "killed"));
        }
        self.steps.sweep(namespace, step, at).await
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(Error::new(ErrorKind::Interrupted, "killed"));
        }
        self.steps.sweep_back(step, at).await
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        self.steps.recorded().await
    }

    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(Error::new(ErrorKind::Interrupted, "killed"));
        }
        self.steps.undo(step, guard).await
    }
}

#[tokio::test]
async fn a_push_broken_off_at_any_batch_goes_on() {
    let partly = include_str!("partly.sql");
    let mut whole: Option<BTreeSet<String>> = None;
    for batches in 0.. {
        let Some(scratch) = Scratch::with(partly).await else {
            return;
        };
        let wanted = schema_named("sales-ai", "public").expect("plan");
        let reader = LiveReader::new(scratch.database().await);
        let (first, live) = plan(&reader, &wanted, &Directions::default())
            .await
            .expect("plan");
        let run = scratch.begin().await;
        let writer = Breaking {
            steps: run.schema(),
            left: AtomicUsize::new(batches),
        };
        let broken = push(&reader, &writer, &wanted, (&first, &live), &Silent).await;
        finish(run).await;
        let ended = broken.is_ok();
        if !ended {
            assert_eq!(broken.expect_err("broken").kind(), ErrorKind::Interrupted);
            let said = scratch.say(PROGRAM, &[]);
            assert_eq!(said.status, 0, "after {batches} batches: {}", said.shown());
        }
        let shape: BTreeSet<String> = scratch
            .structure()
            .await
            .lines()
            .map(str::to_owned)
            .collect();
        let first = whole.get_or_insert_with(|| shape.clone());
        let differing: Vec<_> = first.symmetric_difference(&shape).collect();
        assert!(
            differing.is_empty(),
            "after {batches} batches: {differing:?}"
        );
        if ended {
            assert!(batches > 5, "only {batches} batches");
            return;
        }
    }
}

#[tokio::test]
async fn a_killed_program_goes_on() {
    for delay in [5, 20, 40, 60, 80, 110, 150, 200] {
        let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
            return;
        };
        let mut child = scratch
            .program(PROGRAM, &[])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("program");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("kill");
        child.wait().expect("wait");
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 0, "after {delay} ms: {}", said.shown());
        assert_eq!(
            scratch.say(PROGRAM, &["--check"]).status,
            0,
            "after {delay} ms"
        );
    }
}

#[tokio::test]
async fn taking_back_that_is_broken_off_at_any_step_goes_on() {
    let Some(scratch) = Scratch::with(include_str!("partly.sql")).await else {
        return;
    };
    let before = scratch.dump().await;
    let reader = LiveReader::new(scratch.database().await);
    // One step further each time, so that every step was the one before which it broke off.
    for broken_off in 0.. {
        let said = scratch.say(PROGRAM, &[]);
        assert_eq!(said.status, 0, "{broken_off}: {}", said.shown());
        let run = scratch.begin().await;
        let writer = Breaking {
            steps: run.schema(),
            left: AtomicUsize::new(broken_off * 5),
        };
        let ended = match undo(&reader, &writer, false, &Silent).await {
            Ok(_) => true,
            Err(fault) => {
                assert_eq!(fault.kind(), ErrorKind::Interrupted, "{fault}");
                undo(&reader, &run.schema(), false, &Silent)
                    .await
                    .expect("undo");
                false
            }
        };
        finish(run).await;
        assert_eq!(scratch.dump().await, before, "after {broken_off}");
        if ended {
            assert!(broken_off > 10, "only {broken_off}");
            return;
        }
    }
}

#[tokio::test]
async fn an_index_that_was_built_without_the_word_getting_back() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    assert_eq!(scratch.say(PROGRAM, &[]).status, 0);
    scratch
        .run(
            "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
             INSERT INTO account (id, account_id, provider_id, user_id, updated_at) VALUES ('a', 'a', 'p', 'u', now()); \
             DROP INDEX \"account_userId_idx\"",
        )
        .await;
    let wanted = schema_named("sales-ai", "public").expect("plan");
    let reader = LiveReader::new(scratch.database().await);
    let (steps, _) = plan(&reader, &wanted, &Directions::default())
        .await
        .expect("plan");
    let run = scratch.begin().await;
    run.schema()
        .apply("public", &steps.steps)
        .await
        .expect("built");
    scratch
        .run("UPDATE sunset.schema_steps SET state = 'begun' WHERE stage = 'index'")
        .await;
    // The engine repeats what it heard nothing of.
    run.schema()
        .apply("public", &steps.steps)
        .await
        .expect("once more");
    finish(run).await;
    assert_eq!(scratch.say(PROGRAM, &["--check", "--strict"]).status, 0);
    let open = "SELECT count(*) FROM sunset.schema_steps WHERE state = 'begun'";
    assert_eq!(scratch.text(open).await, "0");
}
