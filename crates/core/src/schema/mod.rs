//! The desired schema as data, what a live database has instead, and the steps between the two.
//!
//! Everything here is a pure function: [`diff::plan`] of a [`model::Schema`] and a
//! [`live::LiveSchema`] gives a [`steps::SchemaPlan`]; [`repair::plan`] gives the repairs of known
//! faults. Executing a plan is the engine's part, over [`crate::ports::schema`].

pub mod conversion;
pub mod ddl;
pub mod diff;
pub mod effect;
pub mod expression;
pub mod hindrance;
pub mod hold;
pub mod inverse;
mod likeness;
pub mod live;
pub mod model;
pub mod name;
pub mod preflight;
mod readded;
mod referable;
mod remaining;
mod renamed;
pub mod repair;
pub mod script;
pub mod sides;
pub mod steps;
pub mod sweep;
mod taken;
pub mod trigger;
pub mod undo;
