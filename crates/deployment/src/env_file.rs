//! An env file that can be changed in places and stays as it is elsewhere, byte for byte.
//!
//! It is read as the dotenv tools read it: `NAME=value`, `export NAME=value`, comments, values in
//! double quotes, single quotes or backticks, over several lines too. What is none of these is
//! kept and never interpreted. Bytes that are no UTF-8 are kept as well.

mod scan;

use std::fmt;

use sunset_core::error::{Error, ErrorKind, Result};

/// An env file.
#[derive(Clone, PartialEq, Eq)]
pub struct EnvFile {
    pieces: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    /// Comments, blank lines, and lines that are no assignment.
    Text {
        bytes: Vec<u8>,
        line: usize,
    },
    Assignment(Assignment),
}

/// One `NAME=value`, with everything around it.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    line: usize,
    /// White space and `export`.
    before: Vec<u8>,
    name: String,
    /// From the name to the value: white space, `=`, an opening quote.
    between: Vec<u8>,
    value: Vec<u8>,
    quote: Option<u8>,
    /// The closing quote, white space, a comment, the end of the line.
    after: Vec<u8>,
}

/// Values are never shown.
impl fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl fmt::Debug for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=[secret] (line {})", self.name, self.line)
    }
}

impl Assignment {
    /// The variable.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line it begins on, from 1; 0 where it was added.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The value as it stands in the file, without its quotes.
    pub fn raw(&self) -> &[u8] {
        &self.value
    }

    /// The value that a program gets: escapes of double quotes are resolved.
    pub fn value(&self) -> Vec<u8> {
        if self.quote != Some(b'"') {
            return self.value.clone();
        }
        let mut value = Vec::with_capacity(self.value.len());
        let mut bytes = self.value.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte != b'\\' {
                value.push(byte);
                continue;
            }
            match bytes.next() {
                Some(b'n') => value.push(b'\n'),
                Some(b'r') => value.push(b'\r'),
                Some(escaped @ (b'"' | b'\\' | b'$' | b'`')) => value.push(escaped),
                Some(other) => value.extend([b'\\', other]),
                None => value.push(b'\\'),
            }
        }
        value
    }

    /// Whether nothing but white space is assigned.
    pub fn is_empty(&self) -> bool {
        self.value.iter().all(u8::is_ascii_whitespace)
    }

    /// Whether the tools put other variables' values in for `$NAME` here: not in single quotes.
    fn expands(&self) -> bool {
        self.quote != Some(b'\'')
    }

    /// Whether the value refers to a variable, as `$NAME` or `${NAME…}`.
    pub fn refers_to(&self, name: &str) -> bool {
        if !self.expands() {
            return false;
        }
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut rest = self.value.as_slice();
        while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
            let escaped = at > 0 && rest.get(at - 1) == Some(&b'\\');
            rest = rest.get(at + 1..).unwrap_or_default();
            let inner = rest.strip_prefix(b"{").unwrap_or(rest);
            let length = inner.iter().take_while(|byte| good(**byte)).count();
            if !escaped && inner.get(..length) == Some(name.as_bytes()) {
                return true;
            }
        }
        false
    }

    /// Whether the value refers to any variable.
    pub fn refers(&self) -> bool {
        self.expands()
            && self.value.windows(2).any(|pair| {
                pair.first() == Some(&b'$')
                    && pair
                        .get(1)
                        .is_some_and(|next| *next == b'{' || next.is_ascii_alphabetic())
            })
    }
}

impl EnvFile {
    /// Reads what is text, whatever it holds; see [`EnvFile::parse`].
    ///
    /// # Errors
    /// `Malformed` for UTF-16, which editors of Windows write, and for bytes that no text has:
    /// nothing in them would be found, and what is added would be of another encoding.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        if !wide && !bytes.contains(&0) {
            return Ok(Self::parse(bytes));
        }
        let what = "the env file is UTF-16, or no text at all";
        Err(Error::new(ErrorKind::Malformed, what)
            .remedy("save it as UTF-8, for instance: iconv -f UTF-16 -t UTF-8 old.env > new.env"))
    }

    /// Reads a file. There is no file that cannot be read: see [`EnvFile::strange_lines`].
    pub fn parse(bytes: &[u8]) -> Self {
        Self {
            pieces: scan::pieces(bytes),
        }
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text { bytes: text, .. } => bytes.extend_from_slice(text),
                Piece::Assignment(one) => {
                    bytes.extend_from_slice(&one.before);
                    bytes.extend_from_slice(one.name.as_bytes());
                    bytes.extend_from_slice(&one.between);
                    bytes.extend_from_slice(&one.value);
                    bytes.extend_from_slice(&one.after);
                }
            }
        }
        bytes
    }

    /// Every assignment, in order.
    pub fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Assignment(one) => Some(one),
            Piece::Text { .. } => None,
        })
    }

    /// The assignments of one variable, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments().filter(move |one| one.name == name)
    }

    /// The assignment of a variable that counts for the tools of Node: the last.
    pub fn get(&self, name: &str) -> Option<&Assignment> {
        self.assignments().filter(|one| one.name == name).last()
    }

    /// The names, in order, each as often as it is assigned.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.assignments().map(Assignment::name)
    }

    /// The lines, from 1, that are neither assignment nor comment nor blank.
    pub fn strange_lines(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for piece in &self.pieces {
            if let Piece::Text { bytes, line } = piece {
                let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                let text = text.trim_ascii();
                if !text.is_empty() && !text.starts_with(b"#") {
                    lines.push(*line);
                }
            }
        }
        lines
    }

    /// Gives every assignment of a variable another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        for piece in &mut self.pieces {
            if let Piece::Assignment(one) = piece
                && one.name == from
            {
                to.clone_into(&mut one.name);
            }
        }
    }

    /// Removes every assignment of a variable, with its line. Comments above it stay.
    pub fn remove(&mut self, name: &str) {
        self.pieces
            .retain(|piece| !matches!(piece, Piece::Assignment(one) if one.name == name));
    }

    /// Changes the text between the quotes of every assignment of a variable.
    pub fn edit(&mut self, name: &str, change: impl Fn(&[u8]) -> Vec<u8>) {
        for piece in &mut self.pieces {
            if let Piece::Assignment(one) = piece
                && one.name == name
            {
                one.value = change(&one.value);
            }
        }
    }

    /// Adds lines at the end: a comment, and assignments whose values need no quotes.
    pub fn append(&mut self, comment: &str, additions: &[(&str, &str)]) {
        if additions.is_empty() {
            return;
        }
        let so_far = self.bytes();
        let end: &[u8] = if so_far.windows(2).any(|pair| pair == b"\r\n") {
            b"\r\n"
        } else if so_far.contains(&b'\r') && !so_far.contains(&b'\n') {
            b"\r"
        } else {
            b"\n"
        };
        let mut head = Vec::new();
        if !so_far.is_empty() {
            if !so_far.ends_with(end) {
                head.extend_from_slice(end);
            }
            head.extend_from_slice(end);
        }
        head.extend_from_slice(format!("# {comment}").as_bytes());
        head.extend_from_slice(end);
        self.pieces.push(Piece::Text {
            bytes: head,
            line: 0,
        });
        for (name, value) in additions {
            self.pieces.push(Piece::Assignment(Assignment {
                line: 0,
                before: Vec::new(),
                name: (*name).to_owned(),
                between: b"=".to_vec(),
                value: value.as_bytes().to_vec(),
                quote: None,
                after: end.to_vec(),
            }));
        }
    }
}

#[cfg(test)]
mod tests;
