//! What must hold in every state, and what must be possible.

use stateright::{Model as _, Property};

use crate::protocol::{Doing, Protocol, RunState, State, Unit, Worker};

pub(crate) fn all(protocol: &Protocol) -> Vec<Property<Protocol>> {
    let mut properties = vec![
        Property::<Protocol>::always("a document is in one place at the most", |_, state| {
            state.entries.iter().all(|entry| entry.places() <= 1)
        }),
        Property::<Protocol>::always("nothing is written twice", |_, state| {
            state.entries.iter().all(|entry| entry.effects <= 1)
        }),
        Property::<Protocol>::always("a unit that is done is done", |model, state| {
            let units = state.units.iter().take(model.documents());
            state.run != RunState::Running
                || units
                    .zip(&state.entries)
                    .all(|(unit, entry)| *unit != Unit::Done || entry.places() == 1)
        }),
        Property::<Protocol>::always(
            "when the run is done every document is in exactly one of rows, quarantine and superseded",
            |_, state| {
                state.run != RunState::Done || state.entries.iter().all(|entry| entry.places() == 1)
            },
        ),
        Property::<Protocol>::always("the sum is taken of everything", |model, state| {
            let mut units = state.units.iter().take(model.documents());
            state.run != RunState::Running
                || matches!(state.units.get(model.documents()), Some(Unit::Waiting))
                || units.all(|unit| *unit == Unit::Done)
        }),
        Property::<Protocol>::always("it is decided from everything", |_, state| {
            !state.decided_early
        }),
        Property::<Protocol>::always("what was rolled back is as it was", |model, state| {
            state.run != RunState::RolledBack || model.is_as_before(&state.entries)
        }),
        Property::<Protocol>::sometimes("a run is done", |_, state| state.run == RunState::Done),
    ];
    if protocol.fault.is_none() {
        // `eventually` would not do: stateright takes a state that it comes to by a second path for
        // the end of that path, and says nothing of how it goes on. Both of these look at each state
        // by itself, and together they say that it ends, on whatever path.
        properties.push(Property::<Protocol>::always(
            "where nothing can happen any more the work is done",
            |model, state| {
                matches!(state.run, RunState::Done | RunState::RolledBack)
                    || !model.next_states(state).is_empty()
            },
        ));
        properties.push(Property::<Protocol>::always(
            "whatever happens goes on",
            |model, state| {
                let here = progress(model, state);
                let next = model.next_states(state);
                next.iter().all(|next| progress(model, next) > here)
            },
        ));
    }
    if protocol.silences + protocol.crashes > 0 {
        properties.push(Property::<Protocol>::sometimes(
            "a run is done although work was taken over",
            |_, state| state.run == RunState::Done && state.taken_over,
        ));
        properties.push(Property::<Protocol>::sometimes(
            "a run is done that began in the place of one that nobody ended",
            |_, state| state.run == RunState::Done && state.renewed,
        ));
    }
    if protocol.rollback {
        properties.push(Property::<Protocol>::sometimes(
            "a run is rolled back",
            |_, state| state.run == RunState::RolledBack,
        ));
    }
    properties
}

/// How far everything has come, what matters most first. There are only so many states, so that what
/// goes up at each step does not go up for ever.
fn progress(protocol: &Protocol, state: &State) -> [usize; 8] {
    let mishaps_left = usize::from(state.crashes) + usize::from(state.silences);
    let most = usize::from(protocol.crashes) + usize::from(protocol.silences);
    let run = match state.run {
        RunState::None => 0,
        RunState::Running => 1,
        RunState::Done => 2,
        RunState::Undoing => 3,
        RunState::RolledBack => 4,
    };
    let settled = state.entries.iter().filter(|entry| entry.is_settled());
    let put_back = match state.run {
        RunState::Undoing => state.entries.len() - settled.count(),
        _ => 0,
    };
    let units = state.survey.iter().chain(&state.units);
    [
        most - mishaps_left,
        usize::from(state.token),
        run,
        put_back,
        state.fenced.len(),
        usize::from(state.next),
        units.filter(|unit| **unit == Unit::Done).count(),
        state.workers.iter().map(stage).sum(),
    ]
}

/// How far a worker has come with its unit. Who ended has come farthest: it goes on under another
/// number.
fn stage(worker: &Worker) -> usize {
    match worker.doing {
        Doing::Idle => usize::from(worker.knows),
        Doing::Surveys(_) | Doing::Has(_) => 2,
        Doing::Noted(_) | Doing::InBatch { .. } => 3,
        Doing::Loaded(_) => 4,
        Doing::Out => 5,
    }
}
