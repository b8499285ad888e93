//! The survey, where workers share it.

use crate::protocol::{Doing, Fault, Protocol, State, Unit};

pub(super) fn claim(state: &mut State, place: usize, unit: usize) -> Option<()> {
    if !Protocol::proven(state, place) {
        return Protocol::leave(state, place);
    }
    if state.survey.get(unit) != Some(&Unit::Waiting) {
        return None;
    }
    let worker = state.workers.get_mut(place)?;
    worker.doing = Doing::Surveys(unit);
    *state.survey.get_mut(unit)? = Unit::Held(worker.number);
    Some(())
}

/// What is kept a second time is the same: all read one snapshot.
pub(super) fn keep(state: &mut State, place: usize) -> Option<()> {
    if !Protocol::proven(state, place) {
        return Protocol::leave(state, place);
    }
    let worker = state.workers.get_mut(place)?;
    let Doing::Surveys(unit) = worker.doing else {
        return None;
    };
    worker.doing = Doing::Noted(unit);
    *state.notes.get_mut(unit)? = true;
    Some(())
}

pub(super) fn complete(state: &mut State, place: usize) -> Option<()> {
    let worker = state.workers.get(place)?;
    let Doing::Noted(unit) = worker.doing else {
        return None;
    };
    let own = state.survey.get(unit) == Some(&Unit::Held(worker.number));
    if !Protocol::proven(state, place) || !own {
        return Protocol::leave(state, place);
    }
    *state.survey.get_mut(unit)? = Unit::Done;
    state.workers.get_mut(place)?.doing = Doing::Idle;
    Some(())
}

/// Each worker decides for itself; what they decide from must be the same.
pub(super) fn decide(protocol: &Protocol, state: &mut State, place: usize) -> Option<()> {
    if !Protocol::proven(state, place) {
        return Protocol::leave(state, place);
    }
    let surveyed = state.survey.iter().all(|unit| *unit == Unit::Done);
    if !surveyed && !protocol.lacks(Fault::DecideEarly) {
        return None;
    }
    state.decided_early |= !state.notes.iter().all(|noted| *noted);
    state.workers.get_mut(place)?.knows = true;
    Some(())
}
