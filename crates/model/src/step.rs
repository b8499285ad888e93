//! What can happen, one transaction or one mishap at a time.

mod rollback;
mod survey;

use stateright::Model;

use crate::properties;
use crate::protocol::{Doing, Entry, Fault, Protocol, RunState, State, Unit, Worker};

/// See the module. Workers are named by their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A worker takes part, or begins the run.
    Join(usize),
    /// A worker of other terms begins a run in the place of one whose workers are all dead or silent.
    Renew(usize),
    /// It claims a unit of the survey.
    Survey(usize, usize),
    /// It keeps what it noted of it.
    Keep(usize),
    /// The unit of the survey is completed.
    Surveyed(usize),
    /// It decides from what all noted.
    Decide(usize),
    /// It claims a unit.
    Claim(usize, usize),
    /// Its transaction begins.
    Begin(usize),
    /// The transaction is committed.
    Commit(usize),
    /// It is, and the worker does not hear of it.
    CommitUnheard(usize),
    /// The unit is completed.
    Complete(usize),
    /// All units are done: the worker closes the run and leaves.
    Close(usize),
    /// A worker dies.
    Crash(usize),
    /// The server ends a worker's share of the run lock, and the worker does not know.
    LoseLock(usize),
    /// Whoever has that number was silent: its units go to others.
    Fence(u8),
    /// Somebody begins to roll back.
    Undo,
    /// A document is put back as it was, and the ledger forgets it.
    UndoOne(usize),
    /// The second transaction of a rollback that takes two for a row.
    UndoRest,
    /// Everything was put back.
    Undone,
    /// The rollback dies.
    UndoCrash,
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![self.begin()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        let sum = self.documents();
        for (place, worker) in state.workers.iter().enumerate() {
            match worker.doing {
                Doing::Out => {
                    actions.push(Step::Join(place));
                    actions.push(Step::Renew(place));
                }
                Doing::Idle if !worker.knows => {
                    for unit in 0..self.survey {
                        actions.push(Step::Survey(place, unit));
                    }
                    actions.push(Step::Decide(place));
                }
                Doing::Surveys(_) => actions.push(Step::Keep(place)),
                Doing::Noted(_) => actions.push(Step::Surveyed(place)),
                Doing::Idle => {
                    for unit in 0..=sum {
                        actions.push(Step::Claim(place, unit));
                    }
                    actions.push(Step::Close(place));
                }
                Doing::Has(_) => {
                    actions.push(Step::Begin(place));
                    if self.lacks(Fault::CompleteFirst) {
                        actions.push(Step::Complete(place));
                    }
                }
                Doing::InBatch { .. } => {
                    actions.push(Step::Commit(place));
                    if state.crashes > 0 {
                        actions.push(Step::CommitUnheard(place));
                    }
                }
                Doing::Loaded(_) => actions.push(Step::Complete(place)),
            }
            if worker.doing != Doing::Out {
                if state.crashes > 0 {
                    actions.push(Step::Crash(place));
                }
                if worker.locked && state.silences > 0 {
                    actions.push(Step::LoseLock(place));
                }
            }
        }
        for number in 1..state.next {
            if !state.is_fenced(number) {
                actions.push(Step::Fence(number));
            }
        }
        if self.rollback {
            actions.push(Step::Undo);
            for document in 0..self.documents() {
                actions.push(Step::UndoOne(document));
            }
            actions.push(Step::UndoRest);
            actions.push(Step::Undone);
            if state.crashes > 0 {
                actions.push(Step::UndoCrash);
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        let done = match step {
            Step::Join(place) => self.join(&mut state, place),
            Step::Renew(place) => self.renew(&mut state, place),
            Step::Survey(place, unit) => survey::claim(&mut state, place, unit),
            Step::Keep(place) => survey::keep(&mut state, place),
            Step::Surveyed(place) => survey::complete(&mut state, place),
            Step::Decide(place) => survey::decide(self, &mut state, place),
            Step::Claim(place, unit) => self.claim(&mut state, place, unit),
            Step::Begin(place) => self.begin_batch(&mut state, place),
            Step::Commit(place) => self.commit(&mut state, place, true),
            Step::CommitUnheard(place) => {
                state.crashes -= 1;
                self.commit(&mut state, place, false)
            }
            Step::Complete(place) => self.complete(&mut state, place),
            Step::Close(place) => close(&mut state, place),
            Step::Crash(place) => {
                state.crashes -= 1;
                let worker = state.workers.get_mut(place)?;
                worker.doing = Doing::Out;
                worker.locked = false;
                worker.knows = false;
                Some(())
            }
            Step::LoseLock(place) => {
                state.silences -= 1;
                state.workers.get_mut(place)?.locked = false;
                Some(())
            }
            Step::Fence(number) => self.fence(&mut state, number),
            Step::Undo => rollback::begin(self, &mut state),
            Step::UndoOne(document) => rollback::one(self, &mut state, document),
            Step::UndoRest => rollback::rest(&mut state),
            Step::Undone => rollback::end(&mut state),
            Step::UndoCrash => {
                state.undoing?;
                state.crashes -= 1;
                state.undoing = None;
                state.between = None;
                Some(())
            }
        };
        done.filter(|()| state != *last)?;
        Some(state)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        properties::all(self)
    }
}

impl Protocol {
    /// A run that goes on is joined; where there is none, or one that was broken off, a new one
    /// begins: under a token of its own, and when no transaction is under way.
    fn join(&self, state: &mut State, place: usize) -> Option<()> {
        if state.undoing.is_some() {
            // The rollback has the run lock for itself.
            return None;
        }
        match state.run {
            RunState::Running => {}
            RunState::None | RunState::Undoing => {
                if state.under_way() {
                    return None;
                }
                state.begin_run();
            }
            RunState::Done | RunState::RolledBack => return None,
        }
        self.enter(state, place)
    }

    /// A run that goes on belongs to its terms: who has others is refused while a worker of it lives,
    /// and begins a run of its own, without a rollback, when all are dead or taken for silent. V3 and
    /// the ledger are as that run left them.
    fn renew(&self, state: &mut State, place: usize) -> Option<()> {
        let waits = state.under_way() && !self.lacks(Fault::RenewBesideBatch);
        if state.run != RunState::Running || waits {
            return None;
        }
        let taking_part = |worker: &&Worker| {
            let lives = worker.doing != Doing::Out && worker.token == state.token;
            lives && !state.is_fenced(worker.number)
        };
        let slow = u8::try_from(state.workers.iter().filter(taking_part).count()).ok()?;
        state.silences = state.silences.checked_sub(slow)?;
        state.begin_run();
        state.renewed = true;
        self.enter(state, place)
    }

    fn enter(&self, state: &mut State, place: usize) -> Option<()> {
        let (number, token) = (state.next, state.token);
        let worker = state.workers.get_mut(place)?;
        worker.doing = Doing::Idle;
        worker.number = number;
        worker.token = token;
        worker.locked = true;
        worker.knows = self.survey == 0;
        state.next += 1;
        Some(())
    }

    /// What every transaction of a worker asks.
    fn proven(state: &State, place: usize) -> bool {
        state
            .workers
            .get(place)
            .is_some_and(|worker| worker.token == state.token && !state.is_fenced(worker.number))
    }

    /// A worker that was told that it is fenced ends.
    fn leave(state: &mut State, place: usize) -> Option<()> {
        let worker = state.workers.get_mut(place)?;
        worker.doing = Doing::Out;
        worker.locked = false;
        worker.knows = false;
        Some(())
    }

    fn claim(&self, state: &mut State, place: usize, unit: usize) -> Option<()> {
        if !Self::proven(state, place) {
            return Self::leave(state, place);
        }
        let mut before = state.units.iter().take(unit);
        let early = unit == self.documents()
            && !self.lacks(Fault::SumEarly)
            && !before.all(|unit| *unit == Unit::Done);
        if early || state.units.get(unit) != Some(&Unit::Waiting) {
            return None;
        }
        let worker = state.workers.get_mut(place)?;
        worker.doing = Doing::Has(unit);
        *state.units.get_mut(unit)? = Unit::Held(worker.number);
        Some(())
    }

    fn begin_batch(&self, state: &mut State, place: usize) -> Option<()> {
        let worker = state.workers.get(place)?;
        let Doing::Has(unit) = worker.doing else {
            return None;
        };
        let lease = worker.token == state.token || self.lacks(Fault::BatchWithoutLease);
        let own = !state.is_fenced(worker.number) || self.lacks(Fault::BatchWithoutFence);
        if !lease || !own {
            return Self::leave(state, place);
        }
        let entry = state.entries.get(unit);
        let settled = entry.is_none_or(Entry::is_settled);
        state.workers.get_mut(place)?.doing = Doing::InBatch { unit, settled };
        Some(())
    }

    fn commit(&self, state: &mut State, place: usize, heard: bool) -> Option<()> {
        let worker = state.workers.get_mut(place)?;
        let Doing::InBatch { unit, settled } = worker.doing else {
            return None;
        };
        worker.doing = if heard {
            Doing::Loaded(unit)
        } else {
            Doing::Has(unit)
        };
        if let (Some(entry), Some(fate)) = (state.entries.get_mut(unit), self.fates.get(unit)) {
            if !settled {
                entry.write(*fate, self.fault);
            } else if self.lacks(Fault::ImageAgain) && entry.recorded.is_some() {
                entry.image = Some(entry.row);
            }
        }
        Some(())
    }

    fn complete(&self, state: &mut State, place: usize) -> Option<()> {
        let worker = state.workers.get(place)?;
        let (Doing::Loaded(unit) | Doing::Has(unit)) = worker.doing else {
            return None;
        };
        if !Self::proven(state, place) || state.units.get(unit) != Some(&Unit::Held(worker.number))
        {
            return Self::leave(state, place);
        }
        *state.units.get_mut(unit)? = Unit::Done;
        state.workers.get_mut(place)?.doing = Doing::Idle;
        Some(())
    }

    /// A dead worker is fenced for free; one that lives and is only slow costs one of the silences.
    fn fence(&self, state: &mut State, number: u8) -> Option<()> {
        let mut units = state.survey.iter().chain(&state.units);
        let held = units.any(|unit| *unit == Unit::Held(number));
        if !held || state.run != RunState::Running {
            return None;
        }
        if state.lives(number) {
            state.silences = state.silences.checked_sub(1)?;
        }
        if !self.lacks(Fault::FenceBesideBatch) {
            // Its transaction is ended; what it waits for is an error then.
            for worker in &mut state.workers {
                if let (true, Doing::InBatch { unit, .. }) = (worker.number == number, worker.doing)
                {
                    worker.doing = Doing::Has(unit);
                }
            }
        }
        state.fenced.push(number);
        for unit in state.survey.iter_mut().chain(&mut state.units) {
            if *unit == Unit::Held(number) {
                *unit = Unit::Waiting;
                state.taken_over = true;
            }
        }
        Some(())
    }
}

fn close(state: &mut State, place: usize) -> Option<()> {
    if !Protocol::proven(state, place) {
        return Protocol::leave(state, place);
    }
    if state.units.iter().any(|unit| *unit != Unit::Done) {
        return None;
    }
    state.run = RunState::Done;
    Protocol::leave(state, place)
}
