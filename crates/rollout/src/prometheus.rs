//! The text format of Prometheus, as far as gates need it.

use std::fmt;

use regex::Regex;
use sunset_core::{Error, ErrorKind, Result};

/// One line of an exposition.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The metric.
    pub name: String,
    /// Its labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// Its value; may be NaN or infinite.
    pub value: f64,
}

impl Sample {
    /// A label's value.
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(label, _)| label == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads an exposition. Comments, time stamps and exemplars are passed over.
///
/// # Errors
/// `Malformed`, naming the line; a page that is no exposition (HTML, JSON) is one.
pub fn parse(text: &str) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let sample = read_line(line).ok_or_else(|| {
            Error::new(
                ErrorKind::Malformed,
                format!("line {} is no Prometheus metric", index + 1),
            )
            .item(line.chars().take(80).collect::<String>())
            .remedy("check the metrics URL: it must answer in Prometheus' text format")
        })?;
        samples.push(sample);
    }
    Ok(samples)
}

fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(good)
}

fn read_line(line: &str) -> Option<Sample> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let name = &line[..end];
    if !is_name(name) {
        return None;
    }
    let rest = line[end..].trim_start();
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inside) => read_labels(inside)?,
        None => (Vec::new(), rest),
    };
    let value = rest.split_whitespace().next()?;
    let value = match value {
        "NaN" => f64::NAN,
        "+Inf" | "Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        number if number.contains(|c: char| c.is_ascii_digit()) => number.parse().ok()?,
        _ => return None,
    };
    Some(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

type Labels = Vec<(String, String)>;

/// Labels up to the closing brace, and what follows it.
fn read_labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if let Some(after) = rest.strip_prefix('}') {
            labels.sort();
            return Some((labels, after));
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        if !is_name(name) {
            return None;
        }
        let (value, after) = read_quoted(after.trim_start())?;
        labels.push((name.to_owned(), value));
        rest = after;
    }
}

fn read_quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &inside[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

/// Chooses series: `http_requests_total{version="v2",status=~"5.."}`.
#[derive(Clone)]
pub struct Selector {
    text: String,
    name: String,
    matchers: Vec<Matcher>,
}

#[derive(Clone)]
struct Matcher {
    label: String,
    wanted: bool,
    value: Match,
}

#[derive(Clone)]
enum Match {
    Text(String),
    Pattern(Regex),
}

impl Selector {
    /// Reads a selector: a metric, and conditions with `=`, `!=`, `=~` and `!~`.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::new(
                ErrorKind::Configuration,
                format!("{text:?} is no selector of metrics: {why}"),
            )
            .remedy(r#"write it as http_requests_total{status=~"5.."}"#)
        };
        let trimmed = text.trim();
        let (name, conditions) = match trimmed.split_once('{') {
            Some((name, rest)) => {
                let inside = rest
                    .strip_suffix('}')
                    .ok_or_else(|| refused("the brace is never closed"))?;
                (name.trim(), inside)
            }
            None => (trimmed, ""),
        };
        if !is_name(name) {
            return Err(refused("it does not begin with a metric's name"));
        }
        let mut matchers = Vec::new();
        let mut rest = conditions.trim();
        while !rest.is_empty() {
            let at = rest
                .find(['=', '!'])
                .ok_or_else(|| refused("a condition needs =, !=, =~ or !~"))?;
            let label = rest[..at].trim().to_owned();
            let operators = [
                ("=~", true, true),
                ("!~", false, true),
                ("!=", false, false),
            ];
            let (wanted, pattern, after) = operators
                .iter()
                .find_map(|(sign, wanted, pattern)| {
                    Some((*wanted, *pattern, rest[at..].strip_prefix(sign)?))
                })
                .or_else(|| Some((true, false, rest[at..].strip_prefix('=')?)))
                .ok_or_else(|| refused("a condition needs =, !=, =~ or !~"))?;
            let (value, after) =
                read_quoted(after.trim_start()).ok_or_else(|| refused("a value needs quotes"))?;
            if !is_name(&label) {
                return Err(refused("a label's name is missing"));
            }
            let value = if pattern {
                // As in Prometheus, a pattern is of the whole value.
                let pattern = Regex::new(&format!("^(?:{value})$"))
                    .map_err(|cause| refused("the pattern is unreadable").cause(cause))?;
                Match::Pattern(pattern)
            } else {
                Match::Text(value)
            };
            matchers.push(Matcher {
                label,
                wanted,
                value,
            });
            rest = after.trim_start().trim_start_matches(',').trim_start();
        }
        Ok(Self {
            text: trimmed.to_owned(),
            name: name.to_owned(),
            matchers,
        })
    }

    /// Whether a sample of the metric `name + suffix` is meant; a label that is absent is empty.
    pub fn takes(&self, sample: &Sample, suffix: &str) -> bool {
        sample.name.strip_prefix(self.name.as_str()) == Some(suffix)
            && self.matchers.iter().all(|matcher| {
                let value = sample.label(&matcher.label).unwrap_or_default();
                let same = match &matcher.value {
                    Match::Text(text) => text == value,
                    Match::Pattern(pattern) => pattern.is_match(value),
                };
                same == matcher.wanted
            })
    }

    /// The metric's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({})", self.text)
    }
}

impl<'de> serde::Deserialize<'de> for Selector {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exposition_is_read() {
        let text = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n\
            http_requests_total{method=\"GET\",path=\"/a \\\"b\\\" \\\\c\",} 1027 1395066363000\n\
            up 1\n  latency_bucket{le=\"+Inf\"} 3 # {trace_id=\"x\"} 0.5\nnan NaN\nbig 1.5e+09\n# EOF\n";
        let samples = parse(text).unwrap();
        assert_eq!(samples.len(), 5);
        assert_eq!(samples[0].label("path"), Some("/a \"b\" \\c"));
        assert_eq!(samples[0].value, 1027.0);
        assert_eq!(samples[2].label("le"), Some("+Inf"));
        assert!(samples[3].value.is_nan());
        assert_eq!(samples[4].value, 1.5e9);
    }

    #[test]
    fn another_page_is_refused() {
        for page in [
            "<html>502</html>",
            "{\"status\": \"ok\"}",
            "up",
            "up one",
            "a{b=c} 1",
        ] {
            assert!(parse(page).is_err(), "{page}");
        }
    }

    #[test]
    fn selectors_choose_as_in_prometheus() {
        let samples = parse(
            "r_total{status=\"200\",v=\"2\"} 1\nr_total{status=\"503\",v=\"2\"} 1\n\
             r_total{status=\"503\"} 1\nr_total_x 1\n",
        )
        .unwrap();
        let chosen = |text: &str| {
            let selector = Selector::parse(text).unwrap();
            samples.iter().filter(|s| selector.takes(s, "")).count()
        };
        assert_eq!(chosen("r_total"), 3);
        assert_eq!(chosen("r_total{status=~\"5..\"}"), 2);
        assert_eq!(chosen("r_total{status=~\"5\"}"), 0);
        assert_eq!(chosen("r_total{status!~\"2..\", v=\"2\"}"), 1);
        assert_eq!(chosen("r_total{v=\"\"}"), 1);
        assert_eq!(chosen("r_total{v!=\"2\"}"), 1);
        for bad in [
            "",
            "{a=\"b\"}",
            "a{b}",
            "a{b=c}",
            "a{b=\"c\"",
            "a{b=~\"(\"}",
        ] {
            assert!(Selector::parse(bad).is_err(), "{bad}");
        }
    }
}
