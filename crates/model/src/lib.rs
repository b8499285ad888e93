//! The protocol by which workers share a run, and by which a run is taken back, as a model.
//!
//! What is modelled is what `sunset-targets` does in transactions: joining, claiming a unit, proving
//! at the beginning of a batch that the run holds the lease and that the worker is not fenced,
//! committing, completing, fencing whoever is silent, closing, beginning another run in the place of
//! one that nobody ended, and rolling back under a token of its own. A rollback knows what the ledger
//! holds and nothing else; what was there before the first run is known to the properties alone. Time is not modelled: anybody may be taken for silent at any moment, and whoever is slow may
//! be slow for ever. What a real server would refuse by a primary key is allowed here, so that the
//! protocol has to hold by itself.

mod properties;
mod protocol;
mod step;

pub use protocol::{Fate, Fault, Protocol, RunState, State};
pub use step::Step;
