//! What a flow did, in numbers that add up. The engine fills these in, the command line renders them.

mod bill;
mod comparison;
mod fates;
mod history;
mod load;
mod remarks;
mod share;

pub use bill::{Bill, Cost, ReadPrice};
pub use comparison::{CollectionProof, Comparison, TakenRows};
pub use fates::{Gone, GoneItems, Retried};
pub use history::{History, Latency, Pace, Recordings, StepPace};
pub use load::{CollectionCounts, EXAMPLES, Examples, LoadReport, PhaseReport};
pub use remarks::{is_of, remarks};
pub use share::{Heading, LoadShare};
