//! Walking a schedule: evaluate, decide, move, record.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sunset_core::error::RetryPolicy;
use sunset_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, MissedTickBehavior};

use crate::gate::{Evaluation, Verdict};
use crate::machine::{Action, End, Machine, RunState};
use crate::percentage::Percentage;

/// How long the record of going back is waited for.
const BOOK: Duration = Duration::from_secs(2);

/// How things stand with what is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The share of v2.
    pub percentage: Percentage,
    /// The master switch, where there is one.
    pub enabled: bool,
}

/// Moves users: a flag, or a proxy's weights.
#[async_trait]
pub trait Mover: Send + Sync {
    /// How things stand now.
    ///
    /// # Errors
    /// When that cannot be read.
    async fn standing(&self) -> Result<Standing>;

    /// Sets the share of v2, and checks that it holds. Repeating it does no harm.
    ///
    /// # Errors
    /// `Conflict` when the share is neither one of `expected` nor `to`.
    async fn move_to(&self, expected: &[Percentage], to: &Percentage, why: &str) -> Result<()>;
}

/// Looks at the gates.
#[async_trait]
pub trait Probe: Send {
    /// All gates, now. A gate that cannot be looked at fails; this never does.
    async fn evaluate(&mut self) -> Evaluation;

    /// The weights changed: what was counted before says nothing of what comes.
    fn restart(&mut self);
}

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `begun`, `resumed`, `forward`, `back`, `verdict`, and the names of [`End`].
    pub kind: String,
    /// The share of v2 before.
    pub from: Percentage,
    /// The share of v2 after.
    pub to: Percentage,
    /// In words.
    pub why: String,
}

/// What a run is recorded as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// How it stands.
    pub state: RunState,
    /// The share that it set, or is about to set.
    pub target: Percentage,
    /// The share before, while a move is under way.
    pub moving_from: Option<Percentage>,
    /// The last evaluation.
    pub last: Option<Evaluation>,
}

/// Keeps what happened.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Records how the run stands.
    ///
    /// # Errors
    /// `Conflict` when another process took the run over.
    async fn save(&self, record: &Record) -> Result<()>;

    /// Records that the run ended.
    ///
    /// # Errors
    /// As [`Journal::save`].
    async fn finish(&self, record: &Record, end: End) -> Result<()>;

    /// Writes the audit and tells whoever listens. Failing to tell stops nothing.
    async fn tell(&self, event: &Event);

    /// An evaluation, for whoever looks on.
    fn seen(&self, record: &Record, evaluation: &Evaluation);

    /// A passing fault that the run goes on through.
    fn trouble(&self, error: &Error);
}

/// How fast time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Scheduled time between two evaluations.
    pub every: Duration,
    /// Scheduled seconds a real second; above 1 for rehearsals.
    pub scale: f64,
}

impl Pace {
    /// Real time between two evaluations; 20 ms at least.
    pub fn real(&self, scheduled: Duration) -> Duration {
        Duration::from_secs_f64(scheduled.as_secs_f64() / self.scale).max(Duration::from_millis(20))
    }
}

/// The parts that a run is made of.
pub struct Drive<'a> {
    /// The rules.
    pub machine: &'a Machine,
    /// What moves.
    pub mover: &'a dyn Mover,
    /// What looks.
    pub probe: &'a mut dyn Probe,
    /// What remembers.
    pub journal: &'a dyn Journal,
    /// How fast.
    pub pace: Pace,
}

impl Drive<'_> {
    /// Walks the schedule from a record to its end.
    ///
    /// # Errors
    /// `Conflict` when somebody else moved what is moved here, or took the run over; faults that
    /// do not pass. What was recorded is gone on from when the same command is started again.
    pub async fn run(mut self, mut record: Record) -> Result<End> {
        // Scheduled ticks; a late one is not made up for, because nothing was watched meanwhile.
        let mut ticks = tokio::time::interval(self.pace.real(self.pace.every));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = Instant::now();
        let mut verdict = None;
        loop {
            ticks.tick().await;
            let standing = if record.moving_from.is_some() {
                self.complete(&mut record).await
            } else {
                self.check_standing(&record).await
            };
            if let Err(error) = standing {
                self.passing(error)?;
            }
            let evaluation = self.probe.evaluate().await;
            let now = Instant::now();
            let watched = self.watched(now.duration_since(before));
            before = now;
            let (next, action) = self
                .machine
                .next(&record.state, evaluation.verdict, watched);
            record.last = Some(evaluation.clone());
            if verdict.replace(evaluation.verdict) != Some(evaluation.verdict) {
                self.tell("verdict", &record.target, &record.target, told(&evaluation))
                    .await;
            }
            match action {
                Action::Stay => {
                    record.state = next;
                    self.journal.seen(&record, &evaluation);
                    self.save(&record).await?;
                }
                Action::Forward(to) => {
                    self.journal.seen(&record, &evaluation);
                    self.forward(&mut record, to, next).await?;
                    ticks.reset();
                    before = Instant::now();
                }
                Action::Back(to) => {
                    self.journal.seen(&record, &evaluation);
                    if self.back(&mut record, to, next, &evaluation).await? {
                        ticks.reset();
                        before = Instant::now();
                        if to == 0 {
                            return self.finish(&record, End::Aborted, &evaluation).await;
                        }
                    }
                }
                Action::Finish(end) => {
                    record.state = next;
                    self.journal.seen(&record, &evaluation);
                    return self.finish(&record, end, &evaluation).await;
                }
            }
        }
    }

    /// Scheduled time that passed. A machine that slept has not watched; in a rehearsal an
    /// evaluation may take longer than the scaled interval.
    fn watched(&self, real: Duration) -> Duration {
        let scheduled = real.mul_f64(self.pace.scale);
        if self.pace.scale > 1.0 {
            scheduled
        } else {
            scheduled.min(self.pace.every * 3)
        }
    }

    /// Does (again) what was begun: the process was killed in between, or the move failed.
    async fn complete(&mut self, record: &mut Record) -> Result<()> {
        if let Some(from) = record.moving_from.clone() {
            let why = "completes the move that was broken off";
            self.mover
                .move_to(std::slice::from_ref(&from), &record.target, why)
                .await?;
            self.probe.restart();
            record.moving_from = None;
            self.tell("completed", &from, &record.target, why.to_owned())
                .await;
            self.save(record).await?;
        }
        Ok(())
    }

    /// Whether everything stands as this run left it.
    async fn check_standing(&self, record: &Record) -> Result<()> {
        let standing = self.mover.standing().await?;
        if !standing.enabled {
            return Err(Error::new(
                ErrorKind::Conflict,
                "somebody switched v2 off while the schedule was running",
            )
            .remedy("everybody is on v1; `rollout enable` switches it on, and the same command goes on with the schedule"));
        }
        if standing.percentage != record.target {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!(
                    "somebody set the share of v2 to {} while the schedule was at {}",
                    standing.percentage, record.target
                ),
            )
            .remedy("see `rollout history`; then start the command again with --restart to go on from there"));
        }
        Ok(())
    }

    async fn forward(&mut self, record: &mut Record, to: usize, next: RunState) -> Result<()> {
        let from = record.target.clone();
        let target = self.machine.percentage(to);
        let why = if from.is_zero() {
            format!("step {to} of {}", self.machine.steps.len())
        } else {
            format!(
                "step {to} of {}: every gate held at {from}",
                self.machine.steps.len()
            )
        };
        // The intention first: a process that is killed in between completes it.
        let begun = Record {
            state: next.clone(),
            target: target.clone(),
            moving_from: Some(from.clone()),
            last: record.last.clone(),
        };
        if let Err(error) = self.journal.save(&begun).await {
            // Without the record there is no step; the next evaluation tries again.
            return self.passing(error);
        }
        *record = begun;
        if let Err(error) = self
            .mover
            .move_to(std::slice::from_ref(&from), &target, &why)
            .await
        {
            return self.passing(error);
        }
        self.probe.restart();
        record.moving_from = None;
        self.tell("forward", &from, &record.target, why).await;
        self.save(record).await
    }

    /// Goes back; false when that failed and is tried again at the next evaluation. The record of
    /// the intention is not waited for long: users matter more than the book.
    async fn back(
        &mut self,
        record: &mut Record,
        to: usize,
        next: RunState,
        evaluation: &Evaluation,
    ) -> Result<bool> {
        let from = record.target.clone();
        let target = self.machine.percentage(to);
        let why = format!(
            "{} failing evaluations in a row; {}",
            self.machine.failures,
            evaluation.words()
        );
        let mut expected = vec![from.clone()];
        expected.extend(record.moving_from.clone());
        let begun = Record {
            state: next,
            target: target.clone(),
            moving_from: Some(from.clone()),
            last: record.last.clone(),
        };
        match tokio::time::timeout(BOOK, self.journal.save(&begun)).await {
            Ok(Err(error)) if error.kind() == ErrorKind::Conflict => return Err(error),
            Ok(Err(error)) => self.journal.trouble(&error),
            Ok(Ok(())) | Err(_) => {}
        }
        if let Err(error) = self.mover.move_to(&expected, &target, &why).await {
            if error.kind() == ErrorKind::Conflict {
                return Err(error);
            }
            self.journal.trouble(&error);
            return Ok(false);
        }
        self.probe.restart();
        *record = Record {
            moving_from: None,
            ..begun
        };
        self.tell("back", &from, &record.target, why).await;
        self.save(record).await?;
        Ok(true)
    }

    async fn finish(&self, record: &Record, end: End, evaluation: &Evaluation) -> Result<End> {
        let why = match end {
            End::Done => format!("every step was kept; v2 stays at {}", record.target),
            End::SteppedBack => format!("the gates hold again at {}", record.target),
            End::NotBegun | End::Aborted => evaluation.words(),
        };
        self.journal.finish(record, end).await?;
        self.tell(end.name(), &record.target, &record.target, why)
            .await;
        Ok(end)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        match self.journal.save(record).await {
            Ok(()) => Ok(()),
            Err(error) => self.passing(error),
        }
    }

    /// Faults that pass are gone on through; others end the run.
    fn passing(&self, error: Error) -> Result<()> {
        if error.kind().policy() == RetryPolicy::Never {
            return Err(error);
        }
        self.journal.trouble(&error);
        Ok(())
    }

    async fn tell(&self, kind: &str, from: &Percentage, to: &Percentage, why: String) {
        let event = Event {
            kind: kind.to_owned(),
            from: from.clone(),
            to: to.clone(),
            why,
        };
        self.journal.tell(&event).await;
    }
}

fn told(evaluation: &Evaluation) -> String {
    match evaluation.verdict {
        Verdict::Pass => "every gate holds".to_owned(),
        _ => evaluation.words(),
    }
}
