//! Set-based changes in batches: a sweep over the table's blocks, and others where rows are left.
//!
//! Where a run stands is never remembered: a row that has its value is not among those to be
//! changed. A sweep spares the server from reading what was done before for every batch, and keeps
//! nobody waiting: a batch reads a part of the table, and what it has locked it soon lets go. The
//! later ones find what moved, came or was locked meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use futures::future::join_all;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::in_place::{Group, Labels, PlanStep, SetUpdate, TableFacts};
use sunset_core::ports::in_place::{Blocks, Changed, InPlaceWriter, Locked, Portion, TableSize};

use super::pace::Pace;
use super::{EXAMPLES, InPlaceOptions, Ports, Sight, StepReport};
use crate::retry::retry;
use crate::schema::LOCK_RETRIES;

/// Rows that a block is taken to hold where the server has no estimate.
const ROWS_PER_BLOCK: u64 = 64;

/// A block holds at most some hundred rows, whatever the estimate says.
const BATCHES_A_PART: usize = 300;

/// This part of a batch is kept free for rows that stand closer than the mean.
const ROOM: u64 = 8;

/// A table has no block of this number.
const LAST_BLOCK: u64 = 0xffff_ffff;

/// How often as many rows may be left as before, one time after the other: they slip away from
/// under a batch, or somebody gives them back what they had.
const VAIN_LOOKS: u32 = 100;

/// One change, with its counts, its warnings and what it leaves alone.
pub(super) async fn set(
    step: &PlanStep,
    update: &SetUpdate,
    live: Sight<'_>,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    let facts = TableFacts::of_set(live.foreseen, update)?.seen_from(live.real);
    tell_noted((&facts, update), true, ports, options, report).await?;
    let changed = match ports.writer {
        None => ports.rows.would_set(&facts, update).await?,
        Some(writers) => {
            let size = ports.rows.size(&facts).await?;
            let sweep = Sweep {
                step: &step.name,
                facts: &facts,
                update,
                writer: writers.rows,
                options,
            };
            ports
                .progress
                .start(&update.noun, (size.rows > 0).then_some(size.rows));
            let changed = sweep.run(size, ports).await?;
            ports.progress.finish();
            changed
        }
    };
    let labels = update.labels.as_ref();
    counted(
        (&update.noun, labels),
        &update.groups,
        &changed,
        ports,
        report,
    );
    let left = ports.rows.left_alone(&facts, update).await?;
    if !facts.unless_true.is_empty() {
        report.count(
            format!(
                "{} left alone ({} is true)",
                update.noun,
                facts.unless_true.join(", ")
            ),
            left,
        );
    }
    tell_noted((&facts, update), false, ports, options, report).await
}

/// Warns of the rows that deserve it: of those that are sought before the change, or behind it.
async fn tell_noted(
    (facts, update): (&TableFacts, &SetUpdate),
    before: bool,
    ports: Ports<'_>,
    options: InPlaceOptions,
    report: &mut StepReport,
) -> Result<()> {
    for noted in update.noted.iter().filter(|each| each.before == before) {
        let found = ports.rows.noted(facts, update, noted).await?;
        if found.count == 0 {
            continue;
        }
        report.warn(&noted.code, found.count, &found.sample);
        if let Some(writers) = ports.writer {
            retry(options.retries, || writers.rows.note(facts, update, noted)).await?;
        }
    }
    Ok(())
}

/// Output lines of what was changed: one a group, and one for values that no group names.
pub(super) fn counted(
    (noun, labels): (&str, Option<&Labels>),
    groups: &[Group],
    changed: &Changed,
    ports: Ports<'_>,
    report: &mut StepReport,
) {
    let tense = |label: &str| {
        if ports.writer.is_some() {
            label.to_owned()
        } else {
            label.replace("updated", "to be updated")
        }
    };
    report.written += changed.rows;
    if let Some(labels) = labels {
        // One line for all, and below it those values that occur.
        report.count_all(labels, ports.writer.is_some(), changed.rows);
        for group in groups {
            if let Some(rows) = changed.values.get(&group.value) {
                report.count(&group.label, *rows);
            }
        }
        return;
    }
    let mut named = 0;
    for group in groups {
        let rows = changed.values.get(&group.value).copied().unwrap_or(0);
        named += rows;
        report.count(tense(&group.label), rows);
    }
    if groups.is_empty() || named < changed.rows {
        report.count(tense(&format!("{noun} updated")), changed.rows - named);
    }
}

struct Sweep<'a> {
    step: &'a str,
    facts: &'a TableFacts,
    update: &'a SetUpdate,
    writer: &'a dyn InPlaceWriter,
    options: InPlaceOptions,
}

/// Where a sweep stands: how far its lanes have divided the table, and whether one of them failed.
struct Course {
    size: TableSize,
    /// Rows a block.
    density: u64,
    next: AtomicU64,
    failed: AtomicBool,
    pace: Pace,
    /// Where the last part ends: the table grows while its rows are changed.
    end: u64,
}

impl Course {
    /// Over the blocks that the table has now.
    fn over(size: TableSize, most: u32) -> Self {
        Self {
            size,
            density: match (size.rows, size.blocks) {
                (0, _) | (_, 0) => ROWS_PER_BLOCK,
                (rows, blocks) => rows.div_ceil(blocks),
            },
            next: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            pace: Pace::new(most),
            end: size.blocks,
        }
    }

    /// Over these, and whatever the table comes to have.
    fn to_the_end(size: TableSize, most: u32) -> Self {
        Self {
            end: LAST_BLOCK,
            ..Self::over(size, most)
        }
    }

    /// The next part that no lane has: a batch, with room for rows that stand closer than the
    /// mean, since what does not fit costs a batch of its own.
    fn part(&self) -> Option<Blocks> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        let rows = u64::from(self.pace.rows());
        let step = ((rows - rows / ROOM) / self.density).max(1);
        let from = self.next.fetch_add(step, Ordering::Relaxed);
        let to = from + step;
        let to = if to < self.size.blocks {
            to
        } else {
            self.end.max(to)
        };
        (from < self.size.blocks).then_some((from, to))
    }
}

impl Sweep<'_> {
    async fn run(&self, size: TableSize, ports: Ports<'_>) -> Result<Changed> {
        let most = u64::from(self.options.batches.sets);
        let course = Course::over(size, self.options.batches.sets);
        let lanes = (0..self.options.connections.max(1)).map(|_| self.lane(&course, ports));
        let mut sum = Changed::default();
        for changed in join_all(lanes).await {
            sum.add(changed?);
        }
        // Rows that moved or came while the sweep went on, and those that were locked.
        let left = ports.rows.would_set(self.facts, self.update).await?.rows;
        if left == 0 {
            return Ok(sum);
        }
        let enough = left.saturating_mul(2) + most;
        let mut late = 0;
        let mut least = left;
        let mut vain = 0;
        while late <= enough {
            let changed = self.rest(enough, ports).await?;
            late += changed.rows;
            // A row that was waited for stands elsewhere once its holder committed: it was chosen
            // by its place, and is found there by the next sweep.
            sum.add(changed);
            let left = ports.rows.would_set(self.facts, self.update).await?.rows;
            if left == 0 {
                return Ok(sum);
            }
            vain = if left < least { 0 } else { vain + 1 };
            least = least.min(left);
            if vain > VAIN_LOOKS {
                break;
            }
        }
        let left = ports.rows.to_set(self.facts, self.update).await?;
        if left.count == 0 {
            return Ok(sum);
        }
        let mut named = left.sample[..left.sample.len().min(EXAMPLES)].join("; ");
        if left.count > EXAMPLES as u64 {
            named.push_str("; …");
        }
        Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "rows of {} do not keep the values that they are given",
                self.facts.table
            ),
        )
        .item(named)
        .remedy("a trigger or another program gives them others; switch it off (ALTER TABLE … DISABLE TRIGGER …) or stop it while the plan works, and run this again"))
    }

    /// What sweeps left: all of it is waited for, part after part of what the table is by now.
    /// Where it cannot be read by blocks, it is read as a whole.
    async fn rest(&self, enough: u64, ports: Ports<'_>) -> Result<Changed> {
        let size = ports.rows.size(self.facts).await?;
        let course = Course::to_the_end(size, self.options.batches.sets);
        let mut sum = Changed::default();
        let mut part = course.part();
        loop {
            let (changed, rows) = self.waiting(part, &course.pace).await?;
            let full = changed.rows >= u64::from(rows);
            sum.add(changed);
            if full && sum.rows <= enough {
                continue;
            }
            part = course.part();
            if part.is_none() {
                return Ok(sum);
            }
        }
    }

    async fn waiting(&self, part: Option<Blocks>, pace: &Pace) -> Result<(Changed, u32)> {
        if let Some(part) = part {
            return retry(LOCK_RETRIES, || self.timed(part, pace, Locked::Wait)).await;
        }
        let portion = Portion {
            part: None,
            rows: pace.rows(),
            locked: Locked::Wait,
            // Most of its time is spent looking.
            patience: None,
        };
        let changed = retry(LOCK_RETRIES, || self.write(portion)).await?;
        Ok((changed, portion.rows))
    }

    /// One of several connections: part after part, until none is left or another lane failed.
    async fn lane(&self, course: &Course, ports: Ports<'_>) -> Result<Changed> {
        let mut sum = Changed::default();
        while let Some(part) = course.part() {
            let swept = self.sweep(part, course, &mut sum).await;
            if swept.is_err() {
                course.failed.store(true, Ordering::Relaxed);
            }
            swept?;
            let blocks = part.1.min(course.size.blocks) - part.0;
            ports
                .progress
                .advance(course.size.rows * blocks / course.size.blocks.max(1));
        }
        Ok(sum)
    }

    /// A part holds a batch or two; what is more than that is found in the end.
    async fn sweep(&self, part: Blocks, course: &Course, sum: &mut Changed) -> Result<()> {
        for _ in 0..BATCHES_A_PART {
            let (changed, rows) = self.batch(part, &course.pace).await?;
            let full = changed.rows >= u64::from(rows);
            sum.add(changed);
            if !full {
                break;
            }
        }
        Ok(())
    }

    /// A batch of a part, and how many rows it might have had. Where it took too long, because
    /// somebody holds the lock of a row or the server is busy, nothing of it was done: the next
    /// attempt has fewer rows, and leaves those that are locked for the end.
    async fn batch(&self, part: Blocks, pace: &Pace) -> Result<(Changed, u32)> {
        match self.timed(part, pace, Locked::Wait).await {
            Err(error) if error.kind() == ErrorKind::Contended => {
                tracing::debug!(%error, "a batch took too long");
                retry(LOCK_RETRIES, || self.timed(part, pace, Locked::Skip)).await
            }
            Err(error) => {
                tracing::debug!(%error, "a batch failed");
                let retries = self.options.retries;
                retry(retries, || self.timed(part, pace, Locked::Wait)).await
            }
            done => done,
        }
    }

    /// One attempt, by which the pace is set.
    async fn timed(&self, part: Blocks, pace: &Pace, locked: Locked) -> Result<(Changed, u32)> {
        let rows = pace.rows();
        let portion = Portion {
            part: Some(part),
            rows,
            locked,
            patience: Pace::patience(rows),
        };
        let begun = Instant::now();
        let written = self.write(portion).await;
        let count = written.as_ref().map_or(0, |changed| changed.rows);
        pace.took(begun.elapsed(), rows, count);
        Ok((written?, rows))
    }

    async fn write(&self, portion: Portion) -> Result<Changed> {
        self.writer
            .set(self.step, self.facts, self.update, portion)
            .await
    }
}
