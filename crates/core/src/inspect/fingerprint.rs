//! 64-bit fingerprints, the same in every run, for counting and for choosing by chance without
//! drawing random numbers.

/// FNV-1a over the bytes, with a final mixing that spreads them over all 64 bits.
pub(super) fn fingerprint(tag: u8, bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(tag);
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// How many different things were seen, in bounded memory: exact up to [`Distinct::EXACT`], and
/// from there on an estimate from the smallest fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Distinct {
    /// The smallest fingerprints, ascending.
    smallest: Vec<u64>,
    full: bool,
}

impl Distinct {
    /// Up to here the number is exact.
    pub const EXACT: usize = 128;

    pub fn see(&mut self, fingerprint: u64) {
        if self.smallest.len() >= Self::EXACT
            && self.smallest.last().is_some_and(|last| fingerprint > *last)
        {
            self.full = true;
            return;
        }
        if let Err(place) = self.smallest.binary_search(&fingerprint) {
            self.smallest.insert(place, fingerprint);
            if self.smallest.len() > Self::EXACT {
                self.smallest.pop();
                self.full = true;
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.full |= other.full;
        for fingerprint in &other.smallest {
            self.see(*fingerprint);
        }
    }

    /// The number, and whether it is exact.
    pub fn count(&self) -> (u64, bool) {
        if !self.full {
            return (self.smallest.len() as u64, true);
        }
        let largest = self.smallest.last().copied().unwrap_or(u64::MAX).max(1);
        let estimate = u128::from(u64::MAX) * (Self::EXACT as u128 - 1) / u128::from(largest);
        let estimate = u64::try_from(estimate).unwrap_or(u64::MAX);
        (two_digits(estimate.max(Self::EXACT as u64 + 1)), false)
    }
}

/// Rounded to two digits: an estimate must not look exact.
fn two_digits(number: u64) -> u64 {
    let mut scale = 1;
    while number / scale >= 100 {
        scale *= 10;
    }
    (number / scale) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let mut distinct = Distinct::default();
        for _ in 0..3 {
            for number in 0..100_u64 {
                distinct.see(fingerprint(0, &number.to_le_bytes()));
            }
        }
        assert_eq!(distinct.count(), (100, true));
        for number in 0..50_000_u64 {
            distinct.see(fingerprint(0, &number.to_le_bytes()));
        }
        let (estimate, exact) = distinct.count();
        assert!(!exact);
        assert!((35_000..65_000).contains(&estimate), "{estimate}");
    }

    #[test]
    fn the_order_of_arrival_plays_no_part() {
        let all: Vec<u64> = (0..1_000_u64)
            .map(|n| fingerprint(1, &n.to_le_bytes()))
            .collect();
        let mut forwards = Distinct::default();
        let mut backwards = Distinct::default();
        all.iter().for_each(|one| forwards.see(*one));
        all.iter().rev().for_each(|one| backwards.see(*one));
        assert_eq!(forwards, backwards);
    }
}
