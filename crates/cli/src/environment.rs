//! Variables: the process's own, then `.env.migration`, then `.env`. The first that sets a name wins.

use std::collections::HashMap;
use std::io::ErrorKind as IoErrorKind;
use std::path::Path;

use sunset_core::error::{Error, ErrorKind, Result};

/// The variables that a program sees.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    values: HashMap<String, String>,
}

/// The files, in order of precedence.
const FILES: [&str; 2] = [".env.migration", ".env"];

impl Environment {
    /// Reads the process's environment and the files in `directory`.
    ///
    /// # Errors
    /// `Configuration` when a file cannot be read, or a line of it not understood.
    pub fn load(directory: &Path) -> Result<Self> {
        let mut values = HashMap::new();
        for name in FILES.iter().rev() {
            let path = directory.join(name);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == IoErrorKind::NotFound => continue,
                Err(error) => {
                    return Err(Error::new(ErrorKind::Configuration, "cannot read the file")
                        .item(path.display().to_string())
                        .cause(error)
                        .remedy("check its owner and permissions, or move it away"));
                }
            };
            values.extend(parse(&text).map_err(|(line, why)| {
                Error::new(ErrorKind::Configuration, format!("line {line}: {why}"))
                    .item(path.display().to_string())
                    .remedy("write NAME=value, with quotes around values that hold spaces or #")
            })?);
        }
        values.extend(Self::of_process().values);
        Ok(Self { values })
    }

    /// The process's own variables alone.
    pub fn of_process() -> Self {
        let values = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self {
            values: values.collect(),
        }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }
}

/// Reads the lines of a dotenv file: `NAME=value`, `export NAME=value`, comments, single quotes
/// (nothing inside is special), double quotes (`\n`, `\"`, `\\`, `\$`), both over several lines.
/// Of a name set twice the first counts.
fn parse(text: &str) -> Result<Vec<(String, String)>, (usize, &'static str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or((number, "there is no ="))?;
        let name = name.trim();
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(good) {
            return Err((number, "the name before = is not one"));
        }
        let value = value.trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let mut whole = value[1..].to_owned();
                loop {
                    if let Some((inside, rest)) = quoted(&whole, quote) {
                        let rest = rest.trim();
                        if !rest.is_empty() && !rest.starts_with('#') {
                            return Err((number, "something follows the closing quote"));
                        }
                        break inside;
                    }
                    let (_, next) = lines.next().ok_or((number, "the quote is never closed"))?;
                    whole.push('\n');
                    whole.push_str(next);
                }
            }
            _ => match value.find(" #") {
                Some(comment) => value[..comment].trim_end().to_owned(),
                None => value.trim_end().to_owned(),
            },
        };
        if pairs.iter().all(|(known, _)| known != name) {
            pairs.push((name.to_owned(), value));
        }
    }
    Ok(pairs)
}

/// What stands before the closing quote, and what behind it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut inside = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            c if c == quote => return Some((inside, &text[index + 1..])),
            '\\' if quote == '"' => match characters.next()?.1 {
                // Kept as it is: what holds keys (FIREBASE_PRIVATE_KEY) reads \n itself.
                'n' => inside.push_str("\\n"),
                escaped @ ('"' | '\\' | '$' | '`') => inside.push(escaped),
                other => {
                    inside.push('\\');
                    inside.push(other);
                }
            },
            c => inside.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_shells_and_tools_write_them() {
        let text = "# comment\n\nA=1\nexport B = two words # tail\nC=\"x # y\"\nD='$not \\n special' # t\n\
                    E=\"-----BEGIN\nline\nEND-----\"\nF=a#b\nA=second\nG=\nH=\"say \\\"hi\\\"\"\r\n";
        let pairs = parse(text).expect("well-formed");
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(get("A"), Some("1"));
        assert_eq!(get("B"), Some("two words"));
        assert_eq!(get("C"), Some("x # y"));
        assert_eq!(get("D"), Some("$not \\n special"));
        assert_eq!(get("E"), Some("-----BEGIN\nline\nEND-----"));
        assert_eq!(get("F"), Some("a#b"));
        assert_eq!(get("G"), Some(""));
        assert_eq!(get("H"), Some("say \"hi\""));
    }

    #[test]
    fn what_is_not_understood_is_named_by_its_line() {
        assert_eq!(parse("A=1\nnonsense\n"), Err((2, "there is no =")));
        assert_eq!(
            parse("A=\"open\nmore"),
            Err((1, "the quote is never closed"))
        );
        assert_eq!(parse("A B=1"), Err((1, "the name before = is not one")));
        assert_eq!(
            parse("A='x' y"),
            Err((1, "something follows the closing quote"))
        );
    }
}
