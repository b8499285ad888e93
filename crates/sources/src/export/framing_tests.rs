//! Records are read back as they were written, and damage stays where it is.

use proptest::prelude::*;

use super::*;

/// Writes records as LevelDB does.
fn log(records: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for record in records {
        let mut rest = record.as_slice();
        let mut first = true;
        loop {
            let room = BLOCK - out.len() % BLOCK;
            if room < HEADER {
                out.resize(out.len() + room, 0);
                continue;
            }
            let (now, later) = rest.split_at(rest.len().min(room - HEADER));
            let kind = match (first, later.is_empty()) {
                (true, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
                (false, true) => 4,
            };
            let mut checked = vec![kind];
            checked.extend_from_slice(now);
            out.extend(masked(crc32c::crc32c(&checked)).to_le_bytes());
            out.extend(
                u16::try_from(now.len())
                    .expect("below 32 KiB")
                    .to_le_bytes(),
            );
            out.extend(checked);
            rest = later;
            first = false;
            if rest.is_empty() {
                break;
            }
        }
    }
    out
}

/// The records, and the damaged places as (offset, end).
fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<(u64, u64)>) {
    let mut reader = Records::new(bytes);
    let (mut records, mut damaged) = (Vec::new(), Vec::new());
    while let Some(framed) = reader.next_record().expect("memory") {
        match framed {
            Framed::Record { bytes, .. } => records.push(bytes.to_vec()),
            Framed::Damaged(damage) => damaged.push((damage.offset, damage.end)),
        }
    }
    (records, damaged)
}

#[test]
fn a_block_of_zeros_within_a_record_is_damage() {
    let records = [vec![1; 10], vec![2; 3 * BLOCK], vec![3; 10]];
    let mut bytes = log(&records);
    bytes[BLOCK..2 * BLOCK].fill(0);
    let (read, damaged) = read(&bytes);
    assert_eq!(read, [records[0].clone(), records[2].clone()]);
    let begin = 10 + HEADER as u64;
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    assert_eq!(damaged[0].0, begin);
    assert_eq!(damaged[0].1, bytes.len() as u64 - 10 - HEADER as u64);
}

fn some_records() -> Vec<Vec<u8>> {
    [10, 5_000, 0, 40_000, 1, 100_000, 32_761, 7, 20_000, 3]
        .iter()
        .enumerate()
        .map(|(index, length)| vec![u8::try_from(index + 1).expect("few"); *length])
        .collect()
}

#[test]
fn records_of_all_sizes_come_back() {
    let records = some_records();
    assert_eq!(read(&log(&records)), (records, vec![]));
    assert_eq!(read(&[]), (vec![], vec![]));
}

#[test]
fn zero_padding_is_passed_over() {
    let mut bytes = log(&[vec![1; 10]]);
    bytes.resize(BLOCK, 0);
    bytes.extend(log(&[vec![2; 10]]));
    bytes.resize(BLOCK * 3 + 100, 0);
    assert_eq!(read(&bytes), (vec![vec![1; 10], vec![2; 10]], vec![]));
}

#[test]
fn a_flipped_bit_costs_one_record_when_its_length_is_sound() {
    let records: Vec<Vec<u8>> = (1..=20).map(|index| vec![index; 3_000]).collect();
    let mut bytes = log(&records);
    bytes[HEADER + 3_000 + HEADER + 50] ^= 4;
    let (read, damaged) = read(&bytes);
    assert_eq!(read.len(), 19);
    assert!(!read.contains(&records[1]));
    assert_eq!(damaged, [(3_007, 6_014)]);
}

#[test]
fn a_wrong_length_costs_the_rest_of_its_block() {
    let records: Vec<Vec<u8>> = (1..=40).map(|index| vec![index; 1_000]).collect();
    let mut bytes = log(&records);
    bytes[4] = 1;
    let (read, damaged) = read(&bytes);
    assert_eq!(damaged.len(), 1);
    // The record that reaches into the second block lost its beginning.
    assert_eq!(read, records[33..]);
    assert_eq!(damaged[0].0, 0);
    assert!(damaged[0].1 > BLOCK as u64);
}

#[test]
fn a_header_of_zeros_among_records_is_damage() {
    let mut bytes = log(&[vec![1; 10], vec![2; 10]]);
    bytes[..HEADER].fill(0);
    let (read, damaged) = read(&bytes);
    assert!(read.is_empty());
    assert_eq!(damaged, [(0, 34)]);
}

#[test]
fn a_cut_file_gives_what_is_whole_and_says_where_it_ends() {
    let records = some_records();
    let whole = log(&records);
    for length in (0..whole.len()).step_by(911) {
        let (read, damaged) = read(&whole[..length]);
        assert_eq!(read, records[..read.len()], "cut at {length}");
        if let Some((_, end)) = damaged.last() {
            assert_eq!(*end, length as u64);
        }
        assert!(damaged.len() <= 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_records_come_back(lengths in proptest::collection::vec(0_usize..70_000, 0..12)) {
        let records: Vec<Vec<u8>> = lengths.iter().map(|length| vec![7; *length]).collect();
        prop_assert_eq!(read(&log(&records)), (records, vec![]));
    }

    #[test]
    fn a_flipped_bit_never_changes_what_is_read(
        lengths in proptest::collection::vec(0_usize..40_000, 1..12),
        place in any::<proptest::sample::Index>(),
        bit in 0..8,
    ) {
        let records: Vec<Vec<u8>> = lengths
            .iter()
            .enumerate()
            .map(|(index, length)| vec![u8::try_from(index).expect("few") + 1; *length])
            .collect();
        let mut bytes = log(&records);
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        let (read, damaged) = read(&bytes);
        let mut expected = records.iter();
        for record in &read {
            prop_assert!(expected.any(|other| other == record), "an invented record");
        }
        // A flip in the padding between blocks hurts nobody.
        prop_assert!(read.len() == records.len() || damaged.len() == 1);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..70_000)) {
        let (records, damaged) = read(&bytes);
        prop_assert!(records.is_empty() || !damaged.is_empty() || bytes.len() > 7);
    }
}
