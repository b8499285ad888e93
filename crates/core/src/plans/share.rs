//! Notes of one survey in bytes, for another survey of the same plan.
//!
//! A share is read by processes of the same version alone, which the run sees to: the bytes carry
//! no names and no version.

use super::shelf::{Database, Head, Noted, Shelf, Text, Texts};
use crate::error::{Error, ErrorKind, Result};

/// A note that can go from one survey to another.
pub(super) trait Shared: Noted + Sized {
    /// Writes what stands in it beside its head.
    fn write(&self, texts: &Texts, share: &mut Share);

    /// Reads it again.
    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self>;
}

/// A share that is being written.
#[derive(Debug, Default)]
pub(super) struct Share {
    bytes: Vec<u8>,
}

impl Share {
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Seven bits a byte, the lowest first.
    pub fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest > 0x7f {
            self.bytes
                .push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
            rest >>= 7;
        }
        self.bytes.push(u8::try_from(rest).unwrap_or_default());
    }

    pub fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// One more than the length, so that nothing is another thing than an empty text.
    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.number(text.len() as u64 + 1);
                self.bytes.extend_from_slice(text.as_bytes());
            }
            None => self.number(0),
        }
    }

    /// A text that is mostly `same`, which was written before it.
    pub fn text_like(&mut self, text: &str, same: &str) {
        self.optional((text != same).then_some(text));
    }

    fn head(&mut self, head: &Head, texts: &Texts) {
        self.text(texts.get(head.id));
        for time in [head.created, head.updated, head.update_time] {
            self.bytes.extend_from_slice(&time.to_le_bytes());
        }
        self.number(head.database.place().into());
        self.bytes.extend_from_slice(&head.fingerprint);
    }
}

/// A share that is being read.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    rest: &'a [u8],
}

fn unreadable() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "what another worker noted of its part of the survey cannot be read",
    )
    .remedy("let all workers be of the same version")
}

impl<'a> Parts<'a> {
    pub fn of(share: &'a [u8]) -> Self {
        Self { rest: share }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| unreadable())
    }

    pub fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for bits in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let part = u64::from(byte & 0x7f);
            if part << bits >> bits != part {
                return Err(unreadable());
            }
            number |= part << bits;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(unreadable())
    }

    /// How often something came.
    fn times(&mut self) -> Result<u32> {
        u32::try_from(self.number()?).map_err(|_| unreadable())
    }

    /// How many follow; each of them takes a byte at least.
    pub fn count(&mut self) -> Result<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| unreadable())?;
        if count > self.rest.len() {
            return Err(unreadable());
        }
        Ok(count)
    }

    pub fn flag(&mut self) -> Result<bool> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(unreadable()),
        }
    }

    fn text_of(&mut self, length: u64) -> Result<&'a str> {
        let length = usize::try_from(length).map_err(|_| unreadable())?;
        std::str::from_utf8(self.take(length)?).map_err(|cause| unreadable().cause(cause))
    }

    pub fn text(&mut self) -> Result<&'a str> {
        let length = self.number()?;
        self.text_of(length)
    }

    pub fn optional(&mut self) -> Result<Option<&'a str>> {
        match self.number()?.checked_sub(1) {
            Some(length) => self.text_of(length).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a text into `texts`.
    pub fn optional_in(&mut self, texts: &mut Texts) -> Result<Option<Text>> {
        let text = self.optional()?;
        texts.optional(text)
    }

    /// See [`Share::text_like`].
    pub fn text_like(&mut self, texts: &mut Texts, same: Text) -> Result<Text> {
        match self.optional()? {
            Some(text) => texts.add(text),
            None => Ok(same),
        }
    }

    fn head(&mut self, texts: &mut Texts, databases: &[Database]) -> Result<Head> {
        let id = self.text()?;
        let id = texts.add(id)?;
        let mut time = || self.array().map(i64::from_le_bytes);
        Ok(Head {
            id,
            created: time()?,
            updated: time()?,
            update_time: time()?,
            database: {
                let place = usize::try_from(self.number()?).map_err(|_| unreadable())?;
                let database = *databases.get(place).ok_or_else(unreadable)?;
                texts.count_database(database);
                database
            },
            fingerprint: self.array()?,
        })
    }
}

impl<N: Shared> Shelf<N> {
    /// Writes everything that was noted, in the order in which it came.
    pub fn write(&self, texts: &Texts, share: &mut Share) {
        share.number(self.nameless());
        let mut bad: Vec<_> = self.bad_ids().collect();
        bad.sort_unstable();
        share.number(bad.len() as u64);
        for (id, times) in bad {
            share.text(id);
            share.number(times.into());
        }
        let databases = texts.databases().all();
        share.number(databases.len() as u64);
        for (database, _) in databases {
            share.text(database);
        }
        share.number(self.notes.len() as u64);
        for note in self.notes.iter() {
            share.head(note.head(), texts);
            note.write(texts, share);
        }
    }

    /// Notes all of that behind what is here.
    pub fn read(&mut self, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<()> {
        self.count_unreadable(None, parts.times()?);
        for _ in 0..parts.count()? {
            let id = parts.text()?;
            self.count_unreadable(Some(id), parts.times()?);
        }
        let mut databases = Vec::new();
        for _ in 0..parts.count()? {
            databases.push(texts.database(parts.text()?));
        }
        for _ in 0..parts.count()? {
            let head = parts.head(texts, &databases)?;
            let note = N::read(head, texts, parts)?;
            self.push(note);
        }
        Ok(())
    }
}
