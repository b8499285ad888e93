//! One bandwidth over all objects and all parts, by a clock that only waiting moves.

use std::time::Duration;

use sunset_core::audio::parts::PART;
use tokio::time::Instant;

use super::{World, mp3};

/// Bytes a second.
const RATE: u64 = 1 << 20;
/// Of the pieces that go through memory none is larger.
const PIECE: u64 = 100_000;

/// How long so many bytes take.
fn time_of(bytes: u64) -> Duration {
    Duration::from_secs_f64(bytes as f64 / RATE as f64)
}

#[tokio::test(start_paused = true)]
async fn objects_and_parts_at_once_share_one_bandwidth_in_each_direction() {
    let world = World::new();
    let large = usize::try_from(3 * PART).expect("fits");
    let lengths = [large, 300_000, large + 1_000, 2_000_000];
    for ((seed, id), length) in (1_u32..).zip(["A", "B", "C", "D"]).zip(lengths) {
        world.source.put(&format!("{id}.mp3"), mp3(seed, length));
        world.ledger.conversation(id, None, None);
    }
    let sent: u64 = lengths.iter().map(|length| *length as u64).sum();

    let begin = Instant::now();
    let report = world.run_at(Some(RATE)).await.expect("copied");
    let elapsed = begin.elapsed();
    assert_eq!((report.linked, report.parts_sent), (4, 7));

    // The large ones are read twice. A limit for each object, or each part, would be over in a
    // third of the time, or less.
    let read = world.source.bytes_read();
    assert_eq!(read, sent + 2 * large as u64 + 1_000);
    assert!(elapsed >= time_of(read - PIECE), "{elapsed:?}");
    // Nothing else is waited for.
    assert!(elapsed <= time_of(read + sent), "{elapsed:?}");

    // No byte arrived before its turn, whatever object or part it is of.
    let mut before = 0;
    for (at, bytes) in world.bucket.arrivals() {
        let earliest = time_of(u64::saturating_sub(before, 2 * PIECE));
        let after = at - begin;
        assert!(after >= earliest, "{before} bytes had come after {after:?}");
        before += bytes;
    }
    assert_eq!(before, sent);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nothing_is_waited_for() {
    let world = World::new();
    let bytes = mp3(1, usize::try_from(PART + 1_000).expect("fits"));
    world.source.put("A.mp3", bytes);
    world.ledger.conversation("A", None, None);
    let begin = Instant::now();
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}
