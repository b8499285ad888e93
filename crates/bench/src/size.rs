//! How much is measured.

use clap::ValueEnum;

/// A size by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SizeName {
    Small,
    Full,
}

/// Numbers of documents and of turns.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Documents that are decoded against the clock.
    pub decode_documents: u64,
    pub decode_rounds: usize,
    /// Few and many documents, whose decoding is to take the same memory.
    pub memory_documents: [u64; 2],
    /// Documents that are loaded against the clock.
    pub load_documents: u64,
    pub load_rounds: usize,
    /// Documents whose conversations are stored with either compression.
    pub compression_documents: u64,
    /// Documents whose rows are compared; in full more than a million rows.
    pub verify_documents: u64,
    /// Documents whose loading is watched for its memory.
    pub load_memory_documents: u64,
    /// Documents that are loaded through a slow line.
    pub latency_documents: u64,
    /// Rows that are inserted one by one through it.
    pub latency_rows: u64,
    /// Recordings that are copied against the clock, and their bytes in all.
    pub recordings: u64,
    pub recording_bytes: u64,
    /// Small ones, of a KiB in the mean, whose second run counts.
    pub small_recordings: u64,
    pub small_rounds: usize,
    /// Bytes of one whose copying is watched for its memory.
    pub large_recording: u64,
    /// Rows that a plan changes in place.
    pub customers: u64,
    pub in_place_rounds: usize,
    /// Calls whose outcomes and metrics are watched for their memory.
    pub calls: u64,
}

impl SizeName {
    /// What the name stands for.
    pub fn sizes(self) -> Sizes {
        match self {
            Self::Small => Sizes {
                decode_documents: 20_000,
                decode_rounds: 5,
                memory_documents: [10_000, 100_000],
                load_documents: 20_000,
                compression_documents: 10_000,
                verify_documents: 20_000,
                load_rounds: 3,
                load_memory_documents: 100_000,
                latency_documents: 10_000,
                latency_rows: 500,
                recordings: 155,
                recording_bytes: 600_000_000,
                small_recordings: 2_000,
                small_rounds: 2,
                large_recording: 256 << 20,
                customers: 500_000,
                in_place_rounds: 3,
                calls: 200_000,
            },
            Self::Full => Sizes {
                decode_documents: 100_000,
                decode_rounds: 7,
                memory_documents: [10_000, 1_000_000],
                load_documents: 200_000,
                compression_documents: 100_000,
                verify_documents: 440_000,
                load_rounds: 3,
                load_memory_documents: 1_000_000,
                latency_documents: 20_000,
                latency_rows: 1_000,
                recordings: 155,
                recording_bytes: 600_000_000,
                small_recordings: 20_000,
                small_rounds: 3,
                large_recording: 2 << 30,
                customers: 5_000_000,
                in_place_rounds: 3,
                calls: 1_000_000,
            },
        }
    }
}
