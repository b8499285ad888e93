//! The steps of MD5 (RFC 1321), for one state and for several side by side.

use md5::block_api;

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// The state of no bytes.
pub const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// ⌊2³² · |sin(i + 1)|⌋
const SINES: [[u32; 16]; 4] = [
    [
        0xd76a_a478,
        0xe8c7_b756,
        0x2420_70db,
        0xc1bd_ceee,
        0xf57c_0faf,
        0x4787_c62a,
        0xa830_4613,
        0xfd46_9501,
        0x6980_98d8,
        0x8b44_f7af,
        0xffff_5bb1,
        0x895c_d7be,
        0x6b90_1122,
        0xfd98_7193,
        0xa679_438e,
        0x49b4_0821,
    ],
    [
        0xf61e_2562,
        0xc040_b340,
        0x265e_5a51,
        0xe9b6_c7aa,
        0xd62f_105d,
        0x0244_1453,
        0xd8a1_e681,
        0xe7d3_fbc8,
        0x21e1_cde6,
        0xc337_07d6,
        0xf4d5_0d87,
        0x455a_14ed,
        0xa9e3_e905,
        0xfcef_a3f8,
        0x676f_02d9,
        0x8d2a_4c8a,
    ],
    [
        0xfffa_3942,
        0x8771_f681,
        0x6d9d_6122,
        0xfde5_380c,
        0xa4be_ea44,
        0x4bde_cfa9,
        0xf6bb_4b60,
        0xbebf_bc70,
        0x289b_7ec6,
        0xeaa1_27fa,
        0xd4ef_3085,
        0x0488_1d05,
        0xd9d4_d039,
        0xe6db_99e5,
        0x1fa2_7cf8,
        0xc4ac_5665,
    ],
    [
        0xf429_2244,
        0x432a_ff97,
        0xab94_23a7,
        0xfc93_a039,
        0x655b_59c3,
        0x8f0c_cc92,
        0xffef_f47d,
        0x8584_5dd1,
        0x6fa8_7e4f,
        0xfe2c_e6e0,
        0xa301_4314,
        0x4e08_11a1,
        0xf753_7e82,
        0xbd3a_f235,
        0x2ad7_d2bb,
        0xeb86_d391,
    ],
];

/// Takes whole blocks into one state.
pub fn compress(state: &mut [u32; 4], bytes: &[u8]) {
    let (blocks, _) = bytes.as_chunks();
    block_api::compress(state, blocks);
}

/// What is left of a stream of `length` bytes, as MD5 ends it: one block or two.
pub fn last_blocks(rest: &[u8], length: u64) -> Vec<u8> {
    let mut last = rest.to_vec();
    last.push(0x80);
    while last.len() % BLOCK != BLOCK - 8 {
        last.push(0);
    }
    last.extend_from_slice(&length.wrapping_mul(8).to_le_bytes());
    last
}

/// One word of each lane.
type Words<const N: usize> = [u32; N];

/// Takes whole blocks, as many in each lane, into as many states.
pub fn compress_together<const N: usize>(
    states: [[u32; 4]; N],
    bytes: [&[u8]; N],
) -> [[u32; 4]; N] {
    let lanes = bytes.map(|bytes| bytes.as_chunks::<BLOCK>().0);
    let blocks = lanes.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut state: [Words<N>; 4] =
        std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
    let mut words: [Words<N>; 16] = [[0; N]; 16];
    for at in 0..blocks {
        for (lane, blocks) in lanes.iter().enumerate() {
            let (bytes, _) = blocks[at].as_chunks::<4>();
            for (word, bytes) in words.iter_mut().zip(bytes) {
                word[lane] = u32::from_le_bytes(*bytes);
            }
        }
        block(&mut state, &words);
    }
    std::array::from_fn(|lane| std::array::from_fn(|word| state[word][lane]))
}

#[inline(always)]
fn block<const N: usize>(state: &mut [Words<N>; 4], words: &[Words<N>; 16]) {
    let before = *state;
    let [first, second, third, fourth] = &SINES;
    round::<N, 0, 1>(state, words, first, [7, 12, 17, 22], |x, y, z| {
        (x & y) | (!x & z)
    });
    round::<N, 1, 5>(state, words, second, [5, 9, 14, 20], |x, y, z| {
        (x & z) | (y & !z)
    });
    round::<N, 5, 3>(state, words, third, [4, 11, 16, 23], |x, y, z| x ^ y ^ z);
    round::<N, 0, 7>(state, words, fourth, [6, 10, 15, 21], |x, y, z| {
        y ^ (x | !z)
    });
    for (word, before) in state.iter_mut().zip(&before) {
        for (lane, before) in word.iter_mut().zip(before) {
            *lane = lane.wrapping_add(*before);
        }
    }
}

/// Sixteen steps; step `i` takes word `FIRST + STRIDE * i` in.
#[inline(always)]
fn round<const N: usize, const FIRST: usize, const STRIDE: usize>(
    state: &mut [Words<N>; 4],
    words: &[Words<N>; 16],
    sines: &[u32; 16],
    turns: [u32; 4],
    mix: impl Fn(u32, u32, u32) -> u32 + Copy,
) {
    let [mut a, mut b, mut c, mut d] = *state;
    for (group, sines) in sines.chunks_exact(4).enumerate() {
        let word = |step: usize| &words[(FIRST + STRIDE * (4 * group + step)) % 16];
        a = step(&a, &b, &c, &d, word(0), sines[0], turns[0], mix);
        d = step(&d, &a, &b, &c, word(1), sines[1], turns[1], mix);
        c = step(&c, &d, &a, &b, word(2), sines[2], turns[2], mix);
        b = step(&b, &c, &d, &a, word(3), sines[3], turns[3], mix);
    }
    *state = [a, b, c, d];
}

#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "they are those of the standard")]
fn step<const N: usize>(
    a: &Words<N>,
    b: &Words<N>,
    c: &Words<N>,
    d: &Words<N>,
    word: &Words<N>,
    sine: u32,
    turn: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) -> Words<N> {
    let mut next = [0; N];
    for lane in 0..N {
        let mixed = mix(b[lane], c[lane], d[lane]);
        let sum = a[lane].wrapping_add(word[lane]).wrapping_add(sine);
        next[lane] = sum
            .wrapping_add(mixed)
            .rotate_left(turn)
            .wrapping_add(b[lane]);
    }
    next
}
