//! The protobuf wire format, groups included: what the export's proto2 messages need of it.

use std::borrow::Cow;

/// Why bytes are not what they should be. One word long: it stands in the result of every small
/// step, and those that succeed are to stay in registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(Box<Cow<'static, str>>);

impl Fault {
    pub fn into_text(self) -> Cow<'static, str> {
        *self.0
    }
}

impl From<&'static str> for Fault {
    #[cold]
    fn from(what: &'static str) -> Self {
        Self(Box::new(Cow::Borrowed(what)))
    }
}

impl From<String> for Fault {
    #[cold]
    fn from(what: String) -> Self {
        Self(Box::new(Cow::Owned(what)))
    }
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// Groups within groups; the export's own are two deep.
const GROUP_DEPTH: usize = 10;

/// One field's content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Content<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    /// What stands between the group's start and its end.
    Group(&'a [u8]),
    Fixed32([u8; 4]),
}

impl<'a> Content<'a> {
    pub fn varint(self) -> Parsed<u64> {
        match self {
            Self::Varint(number) => Ok(number),
            _ => Err("a field that is no number where one belongs".into()),
        }
    }

    /// An `int64`: two's complement.
    pub fn integer(self) -> Parsed<i64> {
        Ok(self.varint()?.cast_signed())
    }

    pub fn double(self) -> Parsed<f64> {
        match self {
            Self::Fixed64(bytes) => Ok(f64::from_le_bytes(bytes)),
            _ => Err("a field that is no double where one belongs".into()),
        }
    }

    pub fn bytes(self) -> Parsed<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err("a field that is no bytes where some belong".into()),
        }
    }

    pub fn text(self) -> Parsed<&'a str> {
        simdutf8::basic::from_utf8(self.bytes()?).map_err(|_| "a text that is not UTF-8".into())
    }

    pub fn group(self) -> Parsed<&'a [u8]> {
        match self {
            Self::Group(bytes) => Ok(bytes),
            _ => Err("a field that is no group where one belongs".into()),
        }
    }
}

/// Goes through the fields of one message.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The next field's number and content. It is always inlined, with what it is made of: callers
    /// tell kinds of content apart at once, and one that has to pass through memory is waited for.
    #[inline(always)]
    pub fn next_field(&mut self) -> Parsed<Option<(u32, Content<'a>)>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        let content = match wire_type {
            3 => Content::Group(self.group(number, GROUP_DEPTH)?),
            4 => return Err("a group's end without its start".into()),
            other => self.scalar(other)?,
        };
        Ok(Some((number, content)))
    }

    #[inline(always)]
    fn tag(&mut self) -> Parsed<(u32, u32)> {
        let tag = u32::try_from(self.varint()?).map_err(|_| Fault::from("an impossible tag"))?;
        if tag >> 3 == 0 {
            return Err("an impossible tag".into());
        }
        Ok((tag >> 3, tag & 7))
    }

    #[inline(always)]
    fn scalar(&mut self, wire_type: u32) -> Parsed<Content<'a>> {
        match wire_type {
            0 => Ok(Content::Varint(self.varint()?)),
            1 => Ok(Content::Fixed64(self.array()?)),
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                Ok(Content::Bytes(self.take(length)?))
            }
            5 => Ok(Content::Fixed32(self.array()?)),
            _ => Err("an impossible wire type".into()),
        }
    }

    #[inline(never)]
    fn group(&mut self, number: u32, depth: usize) -> Parsed<&'a [u8]> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err("groups nested too deeply".into());
        };
        let start = self.rest;
        loop {
            let before = self.rest;
            let (inner, wire_type) = self.tag()?;
            match wire_type {
                3 => {
                    self.group(inner, depth)?;
                }
                4 if inner == number => {
                    let length = start.len() - before.len();
                    return Ok(start.get(..length).unwrap_or_default());
                }
                4 => return Err("a group ended by another".into()),
                other => {
                    self.scalar(other)?;
                }
            }
        }
    }

    #[inline(always)]
    fn take(&mut self, length: usize) -> Parsed<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| Fault::from("it ends in the middle of a field"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Parsed<[u8; N]> {
        self.take(N)?
            .try_into()
            .map_err(|_| "it ends in the middle of a field".into())
    }

    /// Nearly all numbers, tags and lengths of short texts, take one byte.
    #[inline(always)]
    fn varint(&mut self) -> Parsed<u64> {
        match self.rest.split_first() {
            Some((byte, rest)) if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    #[inline(never)]
    fn long_varint(&mut self) -> Parsed<u64> {
        let mut number = 0;
        for (index, byte) in self.rest.iter().take(10).enumerate() {
            let bits = u64::from(byte & 0x7f);
            if index == 9 && bits > 1 {
                break;
            }
            number |= bits << (7 * index);
            if byte & 0x80 == 0 {
                self.rest = self.rest.get(index + 1..).unwrap_or_default();
                return Ok(number);
            }
        }
        Err(if self.rest.len() < 10 {
            "it ends in the middle of a number".into()
        } else {
            "a number of more than 64 bits".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> Parsed<Vec<(u32, Content<'_>)>> {
        let mut fields = Fields::of(bytes);
        let mut found = Vec::new();
        while let Some(field) = fields.next_field()? {
            found.push(field);
        }
        Ok(found)
    }

    #[test]
    fn every_wire_type_is_read() {
        let bytes = [
            0x08, 0xac, 0x02, // 1: 300
            0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, // 2: 1.5
            0x1a, 2, b'h', b'i', // 3: "hi"
            0x23, 0x2b, 0x2c, 0x08, 1, 0x24, // 4: group { 5: group {}, 1: 1 }
            0x35, 1, 2, 3, 4, // 6: fixed32
            0x82, 0x01, 0, // 16: ""
        ];
        let found = all(&bytes).expect("well-formed");
        assert_eq!(
            found,
            [
                (1, Content::Varint(300)),
                (2, Content::Fixed64(1.5_f64.to_le_bytes())),
                (3, Content::Bytes(b"hi")),
                (4, Content::Group(&[0x2b, 0x2c, 0x08, 1])),
                (6, Content::Fixed32([1, 2, 3, 4])),
                (16, Content::Bytes(b"")),
            ]
        );
    }

    #[test]
    fn negative_numbers_are_two_complements() {
        let bytes = [
            0x08, 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ];
        let found = all(&bytes).expect("well-formed");
        assert_eq!(found[0].1.integer(), Ok(-5));
    }

    #[test]
    fn what_is_cut_or_impossible_is_a_fault() {
        for bytes in [
            &[0x08][..],
            &[0x08, 0x80],
            &[0x0a, 5, 1],
            &[
                0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
            ],
            &[
                0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
            ],
            &[0x0b, 0x08, 1],
            &[0x0b, 0x14],
            &[0x0c],
            &[0x00],
            &[0x0e],
            &[0x0f],
        ] {
            assert!(all(bytes).is_err(), "{bytes:x?}");
        }
        assert!(all(&[0x0b; 1_000]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(all(&bytes));
        }
    }
}
