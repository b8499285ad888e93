//! What the repository says of itself, held against the code.

mod architecture;
mod environment;
