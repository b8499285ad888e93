//! MD5 of several streams in one go.
//!
//! Every step of MD5 waits for the one before it, so that a processor computing one MD5 is mostly
//! idle. Where several objects arrive at once, their blocks go through the steps side by side, in
//! the lanes of vector registers. Who brings the bytes that fill the last lane computes for all of
//! them; who wants a result computes with those whose bytes wait by then. There is no thread of its
//! own.

mod compress;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf as _, Bytes};

use compress::{BLOCK, START, compress, compress_together, last_blocks};

/// Streams at once: the 32-bit words of a register of SSE2 or NEON, which every processor of these
/// kinds has.
const LANES: usize = 4;
/// A stream with so many pieces waiting waits for no others any longer.
const LONGEST_QUEUE: usize = 4;

type Shared = Arc<Mutex<Stream>>;

/// See the module.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Streams whose queues are not empty, but those that somebody has taken out to compute.
    ready: Mutex<Vec<Shared>>,
}

#[derive(Debug)]
struct Stream {
    state: [u32; 4],
    length: u64,
    /// Whole blocks.
    queue: VecDeque<Bytes>,
    /// Less than a block.
    rest: Vec<u8>,
}

/// The MD5 of one stream.
#[derive(Debug)]
pub struct LaneMd5 {
    lanes: Arc<Lanes>,
    stream: Shared,
}

impl LaneMd5 {
    /// Of no bytes yet.
    pub fn new(lanes: &Arc<Lanes>) -> Self {
        let stream = Stream {
            state: START,
            length: 0,
            queue: VecDeque::new(),
            rest: Vec::new(),
        };
        Self {
            lanes: Arc::clone(lanes),
            stream: Arc::new(Mutex::new(stream)),
        }
    }

    /// Takes more bytes in, now or later; they are held until then.
    pub fn update(&self, bytes: Bytes) {
        let waiting = {
            let mut stream = lock(&self.stream);
            let before = stream.queue.len();
            stream.push(bytes);
            if before == 0 && !stream.queue.is_empty() {
                lock(&self.lanes.ready).push(Arc::clone(&self.stream));
            }
            stream.queue.len()
        };
        let turn = {
            let mut ready = lock(&self.lanes.ready);
            if ready.len() >= LANES {
                ready.drain(..LANES).collect()
            } else if waiting >= LONGEST_QUEUE {
                with_others(&mut ready, &self.stream)
            } else {
                Vec::new()
            }
        };
        self.lanes.compute(&turn);
    }

    /// The MD5 of all bytes.
    pub fn finish(self) -> [u8; 16] {
        loop {
            let turn = with_others(&mut lock(&self.lanes.ready), &self.stream);
            if turn.is_empty() {
                let mut stream = lock(&self.stream);
                if stream.queue.is_empty() {
                    return stream.finish();
                }
                // Somebody has taken it out and computes it as soon as the lock is free.
                drop(stream);
                std::thread::yield_now();
            }
            self.lanes.compute(&turn);
        }
    }
}

impl Drop for LaneMd5 {
    /// What nobody asks for any more is not computed, and its bytes are let go of.
    fn drop(&mut self) {
        lock(&self.stream).queue.clear();
        lock(&self.lanes.ready).retain(|stream| !Arc::ptr_eq(stream, &self.stream));
    }
}

/// The stream and as many others as there are lanes for; nothing where it is not ready.
fn with_others(ready: &mut Vec<Shared>, stream: &Shared) -> Vec<Shared> {
    let Some(at) = ready.iter().position(|found| Arc::ptr_eq(found, stream)) else {
        return Vec::new();
    };
    let mut turn = vec![ready.remove(at)];
    let others = ready.len().min(LANES - 1);
    turn.extend(ready.drain(..others));
    turn
}

impl Lanes {
    /// Takes in as many bytes of these streams as all of them have at hand.
    fn compute(&self, streams: &[Shared]) {
        let held = streams.iter().map(|shared| (shared, lock(shared)));
        // One that was given up meanwhile has nothing any more.
        let mut held: Vec<_> = held
            .filter(|(_, stream)| !stream.queue.is_empty())
            .collect();
        let fronts = held.iter().filter_map(|(_, stream)| stream.queue.front());
        let fronts: Vec<Bytes> = fronts.cloned().collect();
        let length = fronts.iter().map(Bytes::len).min().unwrap_or(0);
        let Some(first) = fronts.first() else {
            return;
        };
        if let [(_, stream)] = held.as_mut_slice() {
            compress(&mut stream.state, first);
        } else {
            // A lane without a stream does the first one's work once more.
            let front = |lane: usize| fronts.get(lane).unwrap_or(first).get(..length);
            let blocks = std::array::from_fn(|lane| front(lane).unwrap_or_default());
            let state = |lane: usize| held.get(lane).map_or(START, |(_, stream)| stream.state);
            let states: [_; LANES] = compress_together(std::array::from_fn(state), blocks);
            for ((_, stream), state) in held.iter_mut().zip(states) {
                stream.state = state;
            }
        }
        drop(fronts);
        for (shared, stream) in &mut held {
            stream.drop_front(length);
            // While it is locked: who locks it next finds it ready, or without work.
            if !stream.queue.is_empty() {
                lock(&self.ready).push(Arc::clone(shared));
            }
        }
    }
}

impl Stream {
    fn push(&mut self, mut bytes: Bytes) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if !self.rest.is_empty() {
            let take = bytes.len().min(BLOCK - self.rest.len());
            self.rest.extend_from_slice(&bytes.split_to(take));
            if self.rest.len() < BLOCK {
                return;
            }
            self.queue.push_back(std::mem::take(&mut self.rest).into());
        }
        let whole = bytes.len() / BLOCK * BLOCK;
        self.rest.extend_from_slice(&bytes.split_off(whole));
        if !bytes.is_empty() {
            self.queue.push_back(bytes);
        }
    }

    fn drop_front(&mut self, length: usize) {
        if let Some(front) = self.queue.front_mut() {
            front.advance(length);
            if front.is_empty() {
                self.queue.pop_front();
            }
        }
    }

    fn finish(&mut self) -> [u8; 16] {
        let last = last_blocks(&self.rest, self.length);
        compress(&mut self.state, &last);
        let mut md5 = [0; 16];
        for (bytes, word) in md5.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        md5
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use md5::{Digest as _, Md5};

    fn bytes(length: usize, seed: usize) -> Bytes {
        (0..length)
            .map(|at| ((at * 31 + seed * 97 + at / 251) % 256) as u8)
            .collect()
    }

    fn expected(bytes: &[u8]) -> [u8; 16] {
        Md5::digest(bytes).into()
    }

    #[test]
    fn one_stream_gives_what_the_standard_says_whatever_its_length() {
        let lanes = Arc::default();
        for length in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1_000, 70_001] {
            let md5 = LaneMd5::new(&lanes);
            let bytes = bytes(length, 1);
            md5.update(bytes.clone());
            assert_eq!(md5.finish(), expected(&bytes), "{length}");
        }
    }

    #[test]
    fn streams_of_all_lengths_side_by_side_give_their_own() {
        let lanes = Arc::default();
        for count in 1..=9 {
            let all: Vec<Bytes> = (0..count)
                .map(|seed| bytes(1_000 * seed + 64 * (9 - seed) + seed, seed))
                .collect();
            let streams: Vec<_> = all.iter().map(|_| LaneMd5::new(&lanes)).collect();
            // In chunks of all lengths, by turns.
            let mut left = all.clone();
            let mut step = 1;
            while left.iter().any(|bytes| !bytes.is_empty()) {
                for (stream, bytes) in streams.iter().zip(&mut left) {
                    let take = bytes.len().min(step);
                    stream.update(bytes.split_to(take));
                    step = step % 257 + 13;
                }
            }
            for (stream, bytes) in streams.into_iter().zip(&all) {
                assert_eq!(stream.finish(), expected(bytes), "{count}");
            }
            assert!(lock(&lanes.ready).is_empty());
        }
    }

    #[test]
    fn threads_do_not_disturb_each_other() {
        let lanes = Arc::default();
        std::thread::scope(|scope| {
            for seed in 0..8 {
                let lanes = &lanes;
                scope.spawn(move || {
                    for round in 0..20 {
                        let bytes = bytes(10_000 + 1_111 * seed + round, seed);
                        let md5 = LaneMd5::new(lanes);
                        for chunk in bytes.chunks(640 + 64 * seed) {
                            md5.update(Bytes::copy_from_slice(chunk));
                        }
                        if round % 5 == 4 {
                            continue;
                        }
                        assert_eq!(md5.finish(), expected(&bytes), "{seed} {round}");
                    }
                });
            }
        });
        assert!(lock(&lanes.ready).is_empty());
    }

    #[test]
    fn a_stream_that_was_given_up_holds_nothing() {
        let lanes = Arc::default();
        let held = bytes(640, 1);
        let md5 = LaneMd5::new(&lanes);
        md5.update(held.clone());
        drop(md5);
        assert!(lock(&lanes.ready).is_empty());
        assert!(held.is_unique());
    }
}
