//! The flows: what happens in which order. Input and output go through the traits of
//! `sunset_core::ports`; nothing here knows a database, a bucket or a plan by name.

pub mod audio;
pub mod backup;
pub mod branch;
pub mod bucket_check;
pub mod check;
pub mod erasure;
pub mod in_place;
pub mod inspect;
pub mod load;
pub mod repair;
pub mod retry;
pub mod rollback;
pub mod schema;
pub mod verify;
pub mod worker;
