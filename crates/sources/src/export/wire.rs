//! Protocol buffers' wire format, groups included (proto2), over a slice that is never copied.

/// One field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// A group's content, without its tags.
    Group(&'a [u8]),
    Fixed32,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub &'static str);

/// Groups stand in one another only a few deep.
const DEEPEST: usize = 32;

/// The fields of a message, in order.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0_u64;
        for place in 0..10 {
            let (&byte, rest) = self
                .rest
                .split_first()
                .ok_or(Broken("a number is cut off"))?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Broken("a number is too long"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(Broken("a field is cut off"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next field's number and value; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(u64, Wire<'a>)>, Broken> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.field(0).map(Some)
    }

    fn field(&mut self, depth: usize) -> Result<(u64, Wire<'a>), Broken> {
        let tag = self.varint()?;
        let number = tag >> 3;
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => {
                let bytes = self.take(8)?;
                Wire::Fixed64(bytes.try_into().map(u64::from_le_bytes).unwrap_or(0))
            }
            2 => {
                let length =
                    usize::try_from(self.varint()?).map_err(|_| Broken("a field is too long"))?;
                Wire::Bytes(self.take(length)?)
            }
            3 => Wire::Group(self.group(number, depth)?),
            5 => {
                self.take(4)?;
                Wire::Fixed32
            }
            _ => return Err(Broken("a field of an unknown wire type")),
        };
        Ok((number, value))
    }

    fn group(&mut self, number: u64, depth: usize) -> Result<&'a [u8], Broken> {
        if depth >= DEEPEST {
            return Err(Broken("groups stand too deep in one another"));
        }
        let start = self.rest;
        loop {
            let before = self.rest;
            let mut ahead = self.clone();
            let tag = ahead.varint()?;
            if tag & 7 == 4 {
                if tag >> 3 != number {
                    return Err(Broken("a group ends with another's end"));
                }
                self.rest = ahead.rest;
                let length = start.len() - before.len();
                return Ok(start.get(..length).unwrap_or_default());
            }
            self.field(depth + 1)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_groups_are_read() {
        // 1: 150, group 2 {3: "ab"}, 4: fixed64
        let bytes = [
            0x08, 0x96, 0x01, 0x13, 0x1a, 2, b'a', b'b', 0x14, 0x21, 1, 0, 0, 0, 0, 0, 0, 0,
        ];
        let mut fields = Fields::of(&bytes);
        assert_eq!(fields.next(), Ok(Some((1, Wire::Varint(150)))));
        assert_eq!(
            fields.next(),
            Ok(Some((2, Wire::Group(&[0x1a, 2, b'a', b'b']))))
        );
        assert_eq!(fields.next(), Ok(Some((4, Wire::Fixed64(1)))));
        assert_eq!(fields.next(), Ok(None));
    }

    #[test]
    fn broken_bytes_are_an_error() {
        for bytes in [
            &[0x08][..],
            &[0x1a, 5, 1],
            &[0x13, 0x08, 1],
            &[0x13, 0x0c],
            &[0x0f],
            &[0x80; 20],
        ] {
            assert!(Fields::of(bytes).next().is_err(), "{bytes:?}");
        }
        assert!(Fields::of(&[0x13; 4_000]).next().is_err());
    }
}
