//! A writer that breaks off, as a program that is killed does.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sunset_core::ports::schema::{SchemaWriter, Turn};
use sunset_core::schema::steps::{Guard, Step};
use sunset_core::schema::sweep::Sweep;
use sunset_core::schema::undo::RecordedStep;
use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::SchemaSteps;

/// Breaks off before its n-th batch.
pub struct Breaking {
    steps: SchemaSteps,
    left: AtomicUsize,
}

impl Breaking {
    pub fn before(steps: SchemaSteps, batches: usize) -> Self {
        Self {
            steps,
            left: AtomicUsize::new(batches),
        }
    }

    fn goes_on(&self) -> Result<()> {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            0 => Err(Error::new(ErrorKind::Interrupted, "killed")),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl SchemaWriter for Breaking {
    async fn apply(&self, namespace: &str, steps: &[Step]) -> Result<Turn> {
        self.goes_on()?;
        self.steps.apply(namespace, steps).await
    }

    async fn sweep(&self, namespace: &str, step: &Step, at: Sweep) -> Result<Sweep> {
        self.goes_on()?;
        self.steps.sweep(namespace, step, at).await
    }

    async fn sweep_back(&self, step: &RecordedStep, at: Sweep) -> Result<Sweep> {
        self.goes_on()?;
        self.steps.sweep_back(step, at).await
    }

    async fn recorded(&self) -> Result<Vec<RecordedStep>> {
        self.steps.recorded().await
    }

    async fn undo(&self, step: &RecordedStep, guard: Option<&Guard>) -> Result<Turn> {
        self.goes_on()?;
        self.steps.undo(step, guard).await
    }
}
