//! Taking back, by what the ledger holds and by nothing else.

use crate::protocol::{Between, Fault, Protocol, RunState, State};

/// Takes the run lock alone and the lease; who has the lease waits for transactions under way.
pub(super) fn begin(protocol: &Protocol, state: &mut State) -> Option<()> {
    let begun = matches!(
        state.run,
        RunState::Running | RunState::Done | RunState::Undoing
    );
    let shared = state.workers.iter().any(|worker| worker.locked);
    if !begun || shared || state.undoing.is_some() {
        return None;
    }
    if state.under_way() && !protocol.lacks(Fault::RollbackBesideBatch) {
        return None;
    }
    state.token += 1;
    state.run = RunState::Undoing;
    state.undoing = Some(state.token);
    Some(())
}

/// What the ledger has of a document is undone and forgotten, in one transaction.
pub(super) fn one(protocol: &Protocol, state: &mut State, document: usize) -> Option<()> {
    state.undoing.filter(|token| *token == state.token)?;
    let entry = state.entries.get_mut(document)?;
    if !entry.is_settled() || state.between.is_some() {
        return None;
    }
    let row = entry.was();
    let in_two = entry.recorded.is_some();
    if in_two && protocol.lacks(Fault::ForgetFirst) {
        entry.forget();
        state.between = Some(Between {
            document,
            row: Some(row),
        });
        return Some(());
    }
    entry.row = row;
    if in_two && protocol.lacks(Fault::ForgetLater) {
        state.between = Some(Between {
            document,
            row: None,
        });
    } else {
        entry.forget();
    }
    Some(())
}

pub(super) fn rest(state: &mut State) -> Option<()> {
    state.undoing.filter(|token| *token == state.token)?;
    let between = state.between.take()?;
    let entry = state.entries.get_mut(between.document)?;
    match between.row {
        Some(row) => entry.row = row,
        None => entry.forget(),
    }
    Some(())
}

/// Nothing is left to do when the ledger has nothing left. Whether V3 is as it was is not asked here:
/// the properties do.
pub(super) fn end(state: &mut State) -> Option<()> {
    state.undoing.filter(|token| *token == state.token)?;
    let left = state.entries.iter().any(|entry| entry.is_settled());
    if left || state.between.is_some() {
        return None;
    }
    state.undoing = None;
    state.run = RunState::RolledBack;
    Some(())
}
