//! What the engine asks of the outside world. `sunset-sources` and `sunset-targets` implement
//! these traits, `sunset-testkit` implements them in memory.

pub mod backups;
pub mod branches;
pub mod documents;
pub mod in_place;
pub mod objects;
pub mod progress;
pub mod rollback;
pub mod rows;
pub mod runs;
pub mod schema;
pub mod verify;
pub mod work;
