//! How an object is cut for sending.

/// The smallest part, and the step in which parts grow: 8 MiB.
pub const PART: u64 = 8 << 20;

/// Objects up to this size are held in memory, hashed, and sent by one request: 8 MiB.
pub const SINGLE: u64 = 8 << 20;

/// What the S3 protocol and R2 allow.
pub const MAX_PARTS: u64 = 10_000;

/// R2's largest object: 5 TiB.
pub const MAX_OBJECT: u64 = 5 << 40;

/// How one object is sent. All parts are equal but the last, as R2 demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Bytes of the object.
    pub size: u64,
    /// Bytes of a part; the whole object's where it is sent by one request.
    pub part: u64,
}

impl Layout {
    /// The layout of an object of `size` bytes.
    pub fn of(size: u64) -> Self {
        if size <= SINGLE {
            return Self { size, part: size };
        }
        let least = size.div_ceil(MAX_PARTS);
        Self {
            size,
            part: least.div_ceil(PART).max(1) * PART,
        }
    }

    /// Whether one request sends it.
    pub fn is_single(self) -> bool {
        self.size <= SINGLE
    }

    /// How many parts.
    pub fn parts(self) -> u64 {
        if self.is_single() {
            1
        } else {
            self.size.div_ceil(self.part)
        }
    }

    /// The bytes of part `number`, counted from 1: start, and end exclusive.
    pub fn range(self, number: u32) -> (u64, u64) {
        let from = u64::from(number.saturating_sub(1)) * self.part;
        (from.min(self.size), (from + self.part).min(self.size))
    }

    /// Class A operations that sending it takes: one, or begin, parts and complete.
    pub fn class_a_operations(self) -> u64 {
        if self.is_single() {
            1
        } else {
            self.parts() + 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_object_equally_whatever_its_size() {
        for size in [
            0,
            1,
            SINGLE,
            SINGLE + 1,
            200 << 20,
            MAX_PARTS * PART,
            MAX_PARTS * PART + 1,
            MAX_OBJECT,
        ] {
            let layout = Layout::of(size);
            assert!(layout.parts() <= MAX_PARTS, "{size}");
            let last = u32::try_from(layout.parts()).expect("few");
            assert_eq!(layout.range(last).1, size);
            assert_eq!(layout.range(1).0, 0);
            if last > 1 {
                assert!(layout.part >= 5 << 20 && layout.part <= 5 << 30);
                let (from, to) = layout.range(last - 1);
                assert_eq!(to - from, layout.part);
                assert_eq!(layout.range(last).0, to);
                assert!(layout.range(last).1 > to, "no empty last part");
            }
        }
    }

    #[test]
    fn class_a_operations_are_counted() {
        assert_eq!(Layout::of(SINGLE).class_a_operations(), 1);
        assert_eq!(Layout::of(SINGLE + 1).class_a_operations(), 4);
    }
}
