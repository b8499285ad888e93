//! What must hold in every state, and what must be possible.

use stateright::Property;

use crate::protocol::{Protocol, RunState, Unit};

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
        // Mishaps are counted, so whatever goes on goes on towards an end.
        properties.push(Property::<Protocol>::eventually("it ends", |_, state| {
            matches!(state.run, RunState::Done | RunState::RolledBack)
        }));
    }
    if protocol.silences + protocol.crashes > 0 {
        properties.push(Property::<Protocol>::sometimes(
            "a run is done although work was taken over",
            |_, state| state.run == RunState::Done && state.taken_over,
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
