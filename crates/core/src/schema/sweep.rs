//! Going over a table some blocks at a time.

use std::time::Duration;

/// A sweep goes on with more blocks at a time when it was quicker than this…
const QUICK: Duration = Duration::from_millis(50);
/// … and with fewer when it was slower than this. Who writes to a row of these blocks waits as long.
const SLOW: Duration = Duration::from_millis(120);
/// Whoever writes to a row of these blocks never waits longer for a sweep.
const LONGEST: Duration = Duration::from_millis(500);
/// Blocks without rows to change are quick; those behind them may be full of such.
const MOST: u64 = 64;
/// It begins with few: nobody knows yet how quick the server is.
const FIRST: u64 = 4;
/// A row that moved while it was looked for is found by another pass.
const PASSES: u32 = 5;

/// How far a sweep has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// The step's number in the ledger, once it has one.
    pub step: Option<i64>,
    /// The first block whose turn it is.
    pub next: u64,
    /// How many blocks come at a time.
    pub blocks: u64,
    /// Rows that this pass changed.
    pub changed: u64,
    /// Passes that are done.
    pub passes: u32,
    /// Whether a whole pass found nothing more to change.
    pub done: bool,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            step: None,
            next: 0,
            blocks: FIRST,
            changed: 0,
            passes: 0,
            done: false,
        }
    }
}

impl Sweep {
    /// The block behind the last one whose turn it is.
    pub fn end(&self) -> u64 {
        self.next.saturating_add(self.blocks)
    }

    /// The longest that the statements on its blocks may take: behind that they are given up, and
    /// [fewer](Self::fewer) come at a time. One block takes as long as it takes.
    pub fn limit(&self) -> Option<Duration> {
        (self.blocks > 1).then_some(LONGEST)
    }

    /// After an attempt that was given up, for it took too long.
    #[must_use]
    pub fn fewer(mut self) -> Self {
        self.blocks = (self.blocks / 4).max(1);
        self
    }

    /// After its blocks, of a table of `length` blocks: `changed` rows in `took`.
    #[must_use]
    pub fn after(mut self, length: u64, changed: u64, took: Duration) -> Self {
        self.next = self.end();
        self.changed += changed;
        if took > SLOW {
            let share = u64::try_from(SLOW.as_millis() * 128 / took.as_millis()).unwrap_or(1);
            self.blocks = (self.blocks * share / 256).max(1);
        } else if took < QUICK {
            self.blocks = (self.blocks * 2).min(MOST);
        }
        if self.next >= length {
            self.passes += 1;
            self.done = self.changed == 0 || self.passes >= PASSES;
            self.next = 0;
            self.changed = 0;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_behind_a_pass_that_changed_nothing() {
        let mut sweep = Sweep::default();
        let mut turns = Vec::new();
        while !sweep.done {
            turns.push((sweep.next, sweep.end()));
            let changed = u64::from(sweep.passes == 0);
            sweep = sweep.after(15, changed, Duration::from_millis(80));
        }
        let pass = [(0, 4), (4, 8), (8, 12), (12, 16)];
        assert_eq!(turns, [pass, pass].concat());
    }

    #[test]
    fn slow_blocks_come_in_smaller_portions() {
        let sweep = Sweep::default();
        assert_eq!(sweep.after(9999, 1, Duration::from_millis(500)).blocks, 1);
        assert_eq!(sweep.after(9999, 1, Duration::from_millis(10)).blocks, 8);
    }

    #[test]
    fn a_portion_that_takes_too_long_is_given_up_down_to_a_single_block() {
        let mut sweep = Sweep {
            next: 40,
            blocks: 64,
            ..Sweep::default()
        };
        let mut sizes = Vec::new();
        while sweep.limit().is_some() {
            sweep = sweep.fewer();
            sizes.push(sweep.blocks);
        }
        assert_eq!((sizes.as_slice(), sweep.next), ([16, 4, 1].as_slice(), 40));
    }
}
