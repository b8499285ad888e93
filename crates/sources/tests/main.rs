//! The sources, from the outside.

#[cfg(test)]
mod documents;
