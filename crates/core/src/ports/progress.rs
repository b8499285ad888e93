//! Telling how far a flow has come. The engine calls, the command line shows.

/// Shows progress, one piece of work after the other.
pub trait Progress: Send + Sync {
    /// A piece of work begins; `total` items where that is known.
    fn start(&self, label: &str, total: Option<u64>);

    /// So many more items are done.
    fn advance(&self, count: u64);

    /// So many of those that are done are in quarantine: they came into it, or are in it still.
    fn quarantined(&self, _count: u64) {}

    /// The piece of work is done.
    fn finish(&self);

    /// Something that somebody should know while it lasts, a line: `waiting for …`.
    fn note(&self, _words: &str) {}

    /// What is going on just now; the next word takes its place.
    fn doing(&self, _words: &str) {}
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _label: &str, _total: Option<u64>) {}

    fn advance(&self, _count: u64) {}

    fn finish(&self) {}
}
