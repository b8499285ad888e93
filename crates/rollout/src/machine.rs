//! When a step ends, and where it leads: a pure function of what was seen.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::gate::Verdict;
use crate::percentage::Percentage;
use crate::schedule::{OnBreach, Step};

/// How a run stands. It is recorded after every evaluation, and a run that was killed goes on
/// from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunState {
    /// Steps taken: 0 before the first, then the number of the step that is kept.
    pub at: usize,
    /// Scheduled time for which the step was kept and every gate held.
    pub kept: Duration,
    /// Failing evaluations in a row.
    pub failures: u32,
    /// Passing evaluations since it went back; `None` while it goes forward.
    pub calm: Option<u32>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Every step was kept.
    Done,
    /// A gate failed before the first step.
    NotBegun,
    /// It went back, and the gates hold there.
    SteppedBack,
    /// It went back to 0 %.
    Aborted,
}

impl End {
    /// As the ledger and JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotBegun => "not_begun",
            Self::SteppedBack => "stepped_back",
            Self::Aborted => "aborted",
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Stay,
    /// Take the step of that number.
    Forward(usize),
    /// Go back to that number, 0: nobody on v2.
    Back(usize),
    /// Stop.
    Finish(End),
}

/// The rules.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Upwards.
    pub steps: Vec<Step>,
    /// As many failures in a row lead back.
    pub failures: u32,
    /// Where to.
    pub on_breach: OnBreach,
}

impl RunState {
    /// At the step of that number, just taken.
    pub fn at(step: usize) -> Self {
        Self {
            at: step,
            kept: Duration::ZERO,
            failures: 0,
            calm: None,
        }
    }
}

impl Machine {
    /// Where a run begins that finds `present`: at the step of that percentage, or in front of
    /// the first one above it. A run never lowers what it finds.
    pub fn begin(&self, present: &Percentage) -> RunState {
        let below = |step: &&Step| step.percentage <= *present;
        RunState::at(self.steps.iter().take_while(below).count())
    }

    /// The share of v2 after so many steps.
    pub fn percentage(&self, at: usize) -> Percentage {
        at.checked_sub(1)
            .and_then(|index| self.steps.get(index))
            .map_or_else(Percentage::zero, |step| step.percentage.clone())
    }

    /// Scheduled time for which a step is kept.
    pub fn hold(&self, at: usize) -> Duration {
        at.checked_sub(1)
            .and_then(|index| self.steps.get(index))
            .map_or(Duration::ZERO, |step| step.hold)
    }

    /// What an evaluation leads to. `watched` is the scheduled time since the one before: it
    /// counts for the step only when every gate held at its end.
    pub fn next(
        &self,
        state: &RunState,
        verdict: Verdict,
        watched: Duration,
    ) -> (RunState, Action) {
        match verdict {
            Verdict::Breach => self.breached(state),
            // Before the first step v2 has no requests of its own that could be counted.
            Verdict::Inconclusive if state.at > 0 || state.calm.is_some() => {
                (state.clone(), Action::Stay)
            }
            Verdict::Inconclusive | Verdict::Pass => self.held(state, watched),
        }
    }

    fn held(&self, state: &RunState, watched: Duration) -> (RunState, Action) {
        let mut next = state.clone();
        next.failures = 0;
        if let Some(calm) = next.calm.as_mut() {
            *calm += 1;
            let ended = *calm >= self.failures;
            let action = if ended {
                Action::Finish(End::SteppedBack)
            } else {
                Action::Stay
            };
            return (next, action);
        }
        if state.at > 0 {
            next.kept += watched;
            if next.kept < self.hold(state.at) {
                return (next, Action::Stay);
            }
        }
        if state.at >= self.steps.len() {
            return (next, Action::Finish(End::Done));
        }
        (RunState::at(state.at + 1), Action::Forward(state.at + 1))
    }

    fn breached(&self, state: &RunState) -> (RunState, Action) {
        let mut next = state.clone();
        next.failures += 1;
        if next.calm.is_some() {
            next.calm = Some(0);
        }
        if next.failures < self.failures {
            return (next, Action::Stay);
        }
        if state.at == 0 {
            return (next, Action::Finish(End::NotBegun));
        }
        let to = match self.on_breach {
            OnBreach::Abort => 0,
            OnBreach::StepBack => state.at - 1,
        };
        let back = RunState {
            calm: Some(0),
            ..RunState::at(to)
        };
        (back, Action::Back(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{flag_steps, traffic_steps};
    use Verdict::{Breach, Inconclusive, Pass};

    const HOUR: Duration = Duration::from_secs(3_600);

    fn machine(on_breach: OnBreach) -> Machine {
        Machine {
            steps: flag_steps(),
            failures: 3,
            on_breach,
        }
    }

    fn walk(machine: &Machine, mut state: RunState, seen: &[Verdict]) -> (RunState, Vec<Action>) {
        let mut actions = Vec::new();
        for verdict in seen {
            let (next, action) = machine.next(&state, *verdict, HOUR);
            state = next;
            if action != Action::Stay {
                actions.push(action);
            }
        }
        (state, actions)
    }

    #[test]
    fn a_step_is_kept_for_its_time_and_then_left() {
        let machine = machine(OnBreach::StepBack);
        let (state, actions) = walk(&machine, RunState::at(0), &[Pass; 1 + 23]);
        assert_eq!(actions, [Action::Forward(1)]);
        assert_eq!(state.kept, HOUR * 23);
        let (state, actions) = walk(&machine, state, &[Pass]);
        assert_eq!(
            (state, actions),
            (RunState::at(2), vec![Action::Forward(2)])
        );
        let all = vec![Pass; 1 + 24 * 3 + 48 * 2 + 1];
        let (_, actions) = walk(&machine, RunState::at(0), &all);
        assert_eq!(actions.len(), 7);
        assert_eq!(actions[6], Action::Finish(End::Done));
    }

    #[test]
    fn what_says_nothing_neither_passes_nor_fails() {
        let machine = machine(OnBreach::StepBack);
        let (state, actions) = walk(&machine, RunState::at(1), &[Inconclusive; 500]);
        assert_eq!((state, actions), (RunState::at(1), vec![]));
        // Two failures, then nothing known, then the third.
        let (state, actions) = walk(&machine, RunState::at(2), &[Breach, Breach, Inconclusive]);
        assert_eq!((state.failures, actions), (2, vec![]));
        let (_, actions) = walk(&machine, state, &[Breach]);
        assert_eq!(actions, [Action::Back(1)]);
        let (_, actions) = walk(&machine, RunState::at(0), &[Inconclusive]);
        assert_eq!(actions, [Action::Forward(1)], "nothing was on v2 yet");
    }

    #[test]
    fn failures_must_follow_one_another() {
        let machine = machine(OnBreach::StepBack);
        let seen = [Breach, Breach, Pass, Breach, Breach, Pass];
        assert_eq!(walk(&machine, RunState::at(3), &seen).1, []);
    }

    #[test]
    fn it_goes_back_as_far_as_it_takes() {
        let stepping = machine(OnBreach::StepBack);
        let (state, actions) = walk(&stepping, RunState::at(3), &[Breach; 3]);
        assert_eq!(actions, [Action::Back(2)]);
        let (_, actions) = walk(&stepping, state.clone(), &[Breach; 6]);
        assert_eq!(actions, [Action::Back(1), Action::Back(0)]);
        let (_, actions) = walk(&stepping, state, &[Pass; 3]);
        assert_eq!(
            actions,
            [Action::Finish(End::SteppedBack)],
            "and never up again by itself"
        );
        let (_, actions) = walk(&machine(OnBreach::Abort), RunState::at(5), &[Breach; 3]);
        assert_eq!(actions, [Action::Back(0)]);
        let (_, actions) = walk(&stepping, RunState::at(0), &[Breach; 3]);
        assert_eq!(actions, [Action::Finish(End::NotBegun)]);
    }

    #[test]
    fn a_run_begins_where_it_finds_things() {
        let machine = Machine {
            steps: traffic_steps(),
            failures: 3,
            on_breach: OnBreach::StepBack,
        };
        for (present, at) in [("0", 0), ("5", 0), ("10", 1), ("30", 2), ("100", 4)] {
            let present = Percentage::parse(present).unwrap();
            assert_eq!(machine.begin(&present).at, at, "{present}");
        }
    }
}
