//! From bytes to pieces that together are those bytes.

use super::{Assignment, Piece};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The pieces of a file, in order.
pub fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    let mut line = 1;
    // How much of what follows is inside a key that nobody put in quotes.
    let mut key = 0;
    if let Some(after) = rest.strip_prefix(BOM) {
        pieces.push(Piece::Text {
            bytes: BOM.to_vec(),
            line,
        });
        rest = after;
    }
    while !rest.is_empty() {
        let found = match key {
            0 => assignment(rest, line),
            _ => None,
        };
        let (piece, length) = match found {
            Some((one, length)) => (Piece::Assignment(one), length),
            None => {
                let length = line_length(rest);
                let bytes = part(rest, 0, length).to_vec();
                (Piece::Text { bytes, line }, length)
            }
        };
        line += lines(part(rest, 0, length));
        let begins_key = match &piece {
            Piece::Assignment(one) => one.quote.is_none() && begins_key(&one.value),
            Piece::Text { bytes, .. } => begins_key(bytes),
        };
        pieces.push(piece);
        rest = part(rest, length, rest.len());
        key = match begins_key {
            true => key_length(rest),
            false => key.saturating_sub(length),
        };
    }
    pieces
}

fn part(bytes: &[u8], from: usize, to: usize) -> &[u8] {
    bytes.get(from..to).unwrap_or_default()
}

/// The first line's bytes, its end included: a line feed, a carriage return, or both.
fn line_length(bytes: &[u8]) -> usize {
    match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        Some(at) if part(bytes, at, at + 2) == b"\r\n" => at + 2,
        Some(at) => at + 1,
        None => bytes.len(),
    }
}

/// How many ends of lines there are.
fn lines(bytes: &[u8]) -> usize {
    let returns = bytes.iter().filter(|byte| **byte == b'\r').count();
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let both = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    returns + feeds - both
}

/// Whether a line begins a key in the form of PEM, and does not end it.
fn begins_key(line: &[u8]) -> bool {
    let holds = |words: &[u8]| line.windows(words.len()).any(|part| part == words);
    line.trim_ascii_start().starts_with(b"-----BEGIN ") && !holds(b"-----END ")
}

/// The bytes of a key's lines behind its first, its last included; 0 where no key goes on here.
/// Without quotes the tools read no more than its first line. The last line of its Base64 may look
/// like an assignment, and is none: as a name it would be shown.
fn key_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let rest = part(bytes, length, bytes.len());
        let line = part(rest, 0, line_length(rest));
        length += line.len();
        let text = line.trim_ascii();
        if text.starts_with(b"-----END ") {
            return length;
        }
        let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
        let digits = part(text, 0, text.len().saturating_sub(padding));
        let good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        // `Proc-Type: 4,ENCRYPTED`
        let header = text.contains(&b':') && !text.contains(&b'=');
        if line.is_empty() || padding > 2 || !(header || digits.iter().all(good)) {
            return 0;
        }
    }
}

fn blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn count(bytes: &[u8], good: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| good(byte)).count()
}

/// The assignment that begins here, and how many bytes it takes, the end of its line included.
fn assignment(bytes: &[u8], line: usize) -> Option<(Assignment, usize)> {
    let mut name_at = count(bytes, blank);
    if let Some(rest) = part(bytes, name_at, bytes.len()).strip_prefix(b"export") {
        let gap = count(rest, blank);
        if gap > 0 {
            name_at += b"export".len() + gap;
        }
    }
    let rest = part(bytes, name_at, bytes.len());
    if !rest
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    {
        return None;
    }
    let length = count(rest, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
    });
    let name_end = name_at + length;
    let equals = name_end + count(part(bytes, name_end, bytes.len()), blank);
    if bytes.get(equals) != Some(&b'=') {
        return None;
    }
    let begin = equals + 1 + count(part(bytes, equals + 1, bytes.len()), blank);
    let (quote, value_at, value_end) = match quoted(bytes, begin) {
        Some((quote, end)) => (Some(quote), begin + 1, end),
        None => (None, begin, bare_end(bytes, begin)),
    };
    let end = value_end + line_length(part(bytes, value_end, bytes.len()));
    let name = String::from_utf8(part(bytes, name_at, name_end).to_vec()).ok()?;
    let one = Assignment {
        line,
        before: part(bytes, 0, name_at).to_vec(),
        name,
        between: part(bytes, name_end, value_at).to_vec(),
        value: part(bytes, value_at, value_end).to_vec(),
        quote,
        after: part(bytes, value_end, end).to_vec(),
    };
    Some((one, end))
}

/// The quote of a quoted value and where it closes. A quote behind which anything but a comment
/// follows does not close a value: then the value is what stands on its line.
fn quoted(bytes: &[u8], begin: usize) -> Option<(u8, usize)> {
    let quote = *bytes.get(begin)?;
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    // Shells know no escape within single quotes, Node's dotenv does.
    let ways: &[bool] = if quote == b'"' {
        &[true]
    } else {
        &[false, true]
    };
    ways.iter().find_map(|escapes| {
        let end = closing(bytes, begin + 1, quote, *escapes)?;
        let rest = part(bytes, end + 1, bytes.len());
        let rest = part(rest, 0, line_length(rest)).trim_ascii();
        (rest.is_empty() || rest.starts_with(b"#")).then_some((quote, end))
    })
}

fn closing(bytes: &[u8], from: usize, quote: u8, escapes: bool) -> Option<usize> {
    let mut at = from;
    loop {
        match *bytes.get(at)? {
            b'\\' if escapes => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// Where a value without quotes ends: before a comment, or the white space at the line's end.
fn bare_end(bytes: &[u8], begin: usize) -> usize {
    let line = part(bytes, begin, bytes.len());
    let line = part(line, 0, line_length(line));
    let comment = line.iter().enumerate().find(|(at, byte)| {
        **byte == b'#' && (*at == 0 || line.get(at - 1).is_some_and(u8::is_ascii_whitespace))
    });
    let value = part(line, 0, comment.map_or(line.len(), |(at, _)| at));
    begin + value.trim_ascii_end().len()
}
