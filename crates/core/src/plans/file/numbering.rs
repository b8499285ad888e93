//! Numbers that documents carry or are given: one kind, one pattern.

use std::collections::{HashMap, HashSet};

use toml::Spanned;

use super::place::PlanText;
use crate::error::Result;
use crate::instant::Instant;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Year,
    Month,
    Day,
    /// The number, with at least so many digits.
    Count(usize),
}

/// `{YYYY}{MM}-{N:6}`: the parts of the time at which a document was made, in UTC, and a number
/// that begins at 1 in each of these periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    /// Reads a pattern.
    pub fn read(text: PlanText, pattern: &Spanned<String>) -> Result<Self> {
        Self::parse(pattern.get_ref()).ok_or_else(|| {
            let what = format!(
                "{:?} is no pattern: it has {{N}} or {{N:digits}} once, and may have {{YYYY}}, \
                 {{MM}} and {{DD}}",
                pattern.get_ref()
            );
            text.fault(pattern.span(), what)
        })
    }

    fn parse(pattern: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while !rest.is_empty() {
            let Some(open) = rest.find('{') else {
                pieces.push(Piece::Text(rest.to_owned()));
                break;
            };
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].to_owned()));
            }
            let (name, behind) = rest[open + 1..].split_once('}')?;
            pieces.push(match name {
                "YYYY" => Piece::Year,
                "MM" => Piece::Month,
                "DD" => Piece::Day,
                "N" => Piece::Count(1),
                _ => Piece::Count(
                    name.strip_prefix("N:")?
                        .parse()
                        .ok()
                        .filter(|digits| (1..=18).contains(digits))?,
                ),
            });
            rest = behind;
        }
        let counts = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Count(_)))
            .count();
        let closed = pieces
            .iter()
            .all(|piece| !matches!(piece, Piece::Text(text) if text.contains('}')));
        (counts == 1 && closed).then_some(Self { pieces })
    }

    fn print(&self, created: Instant, number: u64) -> String {
        let date = created.to_timestamp_text();
        let part = |from: usize, to: usize| date.get(from..to).unwrap_or_default().to_owned();
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Year => part(0, 4),
                Piece::Month => part(5, 7),
                Piece::Day => part(8, 10),
                Piece::Count(digits) => format!("{number:0digits$}"),
            })
            .collect()
    }
}

/// Gives out numbers, leaving out those in use.
pub(super) struct Numbering<'p> {
    pattern: &'p Pattern,
    used: HashSet<String>,
    /// By the number 0 of a period, which is never given out.
    next: HashMap<String, u64>,
}

impl<'p> Numbering<'p> {
    pub fn new(pattern: &'p Pattern) -> Self {
        Self {
            pattern,
            used: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// Notes a number that somebody has.
    pub fn note(&mut self, number: &str) {
        self.used.insert(number.to_owned());
    }

    /// The next free number of the period that `created`, in microseconds, lies in.
    pub fn assign(&mut self, created: i64) -> String {
        let created = Instant::from_micros(created);
        let period = self.pattern.print(created, 0);
        let next = self.next.entry(period).or_insert(1);
        loop {
            let number = self.pattern.print(created, *next);
            *next += 1;
            if self.used.insert(number.clone()) {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_one_in_every_period_and_leave_out_those_in_use() {
        let pattern = Pattern::parse("{YYYY}{MM}-IC{N:3}").expect("a pattern");
        let mut numbering = Numbering::new(&pattern);
        numbering.note("202511-IC002");
        let november = 1_762_136_100_000_000;
        let december = november + 30 * 86_400_000_000;
        let given: Vec<String> = [november, november, december, november]
            .map(|at| numbering.assign(at))
            .to_vec();
        assert_eq!(
            given,
            [
                "202511-IC001",
                "202511-IC003",
                "202512-IC001",
                "202511-IC004"
            ]
        );
    }

    #[test]
    fn what_is_no_pattern_is_none() {
        for pattern in [
            "", "{N}{N}", "{YYYY}", "{N:0}", "{N:19}", "{N", "{n}", "N}{N}", "{N:}",
        ] {
            assert_eq!(Pattern::parse(pattern), None, "{pattern:?}");
        }
        assert!(Pattern::parse("{N}").is_some());
    }
}
