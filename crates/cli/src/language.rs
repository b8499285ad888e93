//! The language of talk. English is what the code says; the other languages stand beside it in one
//! catalogue (`language/catalogue.txt`), line by line.
//!
//! A line of talk is looked up when it is said. An entry of the catalogue is an English line in
//! which `{0}`, `{1}`, … stand for names and numbers, which are carried over as they are, and `{0!}`
//! for words that are looked up themselves. What has no entry is said in English. JSON, and data on
//! standard output, are never translated.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Traditional Chinese
    #[value(name = "zh-TW", alias = "zh-tw")]
    ZhTw,
    /// Spanish
    Es,
}

impl Language {
    /// As HTML names it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhTw => "zh-TW",
            Self::Es => "es",
        }
    }

    /// A line in this language, its indentation kept.
    pub fn words(self, line: &str) -> Cow<'_, str> {
        if self == Self::En {
            return Cow::Borrowed(line);
        }
        let words = line.trim_start();
        let indentation = &line[..line.len() - words.len()];
        match self.known(words).or_else(|| self.parts(words)) {
            Some(said) => Cow::Owned(format!("{indentation}{said}")),
            None => Cow::Borrowed(line),
        }
    }

    /// Words that have an entry.
    fn known(self, words: &str) -> Option<String> {
        catalogue().iter().find_map(|entry| {
            let values = entry.english.matches(words)?;
            let pattern = match self {
                Self::ZhTw => &entry.chinese,
                _ => &entry.spanish,
            };
            Some(pattern.fill(&values, self))
        })
    }

    /// Words that are put together: `what happened (to which)`, `what: how many`, `which: what`.
    /// What has no entry of its own is a name, and stays.
    fn parts(self, words: &str) -> Option<String> {
        if words.ends_with(')') {
            let mut places = words.match_indices(" (");
            let said = places.find_map(|(at, _)| Some((at, self.known(words.get(..at)?)?)));
            if let Some((at, said)) = said {
                let beside = words.get(at + 2..words.len() - 1)?;
                return Some(format!("{said} ({})", self.words(beside)));
            }
        }
        let mut places = words.rmatch_indices(": ");
        if let Some((at, said)) =
            places.find_map(|(at, _)| Some((at, self.known(words.get(..at)?)?)))
        {
            let rest = words.get(at + 2..)?;
            return Some(format!("{said}: {}", self.words(rest)));
        }
        let of_name = words.split_once(": ").and_then(|(name, rest)| {
            let said = self.known(rest).or_else(|| self.parts(rest))?;
            Some(format!("{name}: {said}"))
        });
        of_name.or_else(|| self.beside(words))
    }

    /// A name with words in parentheses behind it.
    fn beside(self, words: &str) -> Option<String> {
        let (name, beside) = words.strip_suffix(')')?.split_once(" (")?;
        Some(format!("{name} ({})", self.known(beside)?))
    }
}

struct Entry {
    english: Pattern,
    chinese: Pattern,
    spanish: Pattern,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value { number: usize, words: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<Part>);

impl Pattern {
    /// Reads `{0}` and `{0!}`; other braces are text.
    fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut literal = String::new();
        while let Some(character) = rest.chars().next() {
            let bytes = rest.as_bytes();
            let digit = bytes.get(1).filter(|byte| byte.is_ascii_digit());
            let (words, length) = match (character, digit, bytes.get(2), bytes.get(3)) {
                ('{', Some(_), Some(b'}'), _) => (false, 3),
                ('{', Some(_), Some(b'!'), Some(b'}')) => (true, 4),
                _ => {
                    literal.push(character);
                    rest = &rest[character.len_utf8()..];
                    continue;
                }
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Value {
                number: digit.map_or(0, |digit| usize::from(digit - b'0')),
                words,
            });
            rest = &rest[length..];
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Self(parts)
    }

    /// How much of it is fixed: the more, the surer a match.
    fn fixed(&self) -> usize {
        let texts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.len(),
            Part::Value { .. } => 0,
        });
        texts.sum()
    }

    /// What stands in the places of a line, where it is of this pattern.
    fn matches<'l>(&self, line: &'l str) -> Option<Vec<(usize, &'l str)>> {
        let mut values = Vec::new();
        matching(&self.0, line, &mut values).then_some(values)
    }

    fn fill(&self, values: &[(usize, &str)], language: Language) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Value { number, words } => {
                    let value = values.iter().find(|(at, _)| at == number);
                    let value = value.map_or("", |(_, value)| value);
                    if *words {
                        text.push_str(&language.words(value));
                    } else {
                        text.push_str(value);
                    }
                }
            }
        }
        text
    }
}

fn matching<'l>(parts: &[Part], line: &'l str, values: &mut Vec<(usize, &'l str)>) -> bool {
    match parts {
        [] => line.is_empty(),
        [Part::Text(text), rest @ ..] => line
            .strip_prefix(text.as_str())
            .is_some_and(|line| matching(rest, line, values)),
        [Part::Value { number, .. }] => {
            values.push((*number, line));
            !line.is_empty() && is_whole(line)
        }
        [Part::Value { number, .. }, rest @ ..] => {
            let Some(Part::Text(next)) = rest.first() else {
                return false;
            };
            let kept = values.len();
            let mut places = line.match_indices(next.as_str()).map(|(at, _)| at);
            while let Some(at) = places.find(|at| *at > 0 && is_whole(&line[..*at])) {
                values.push((*number, &line[..at]));
                if matching(rest, &line[at..], values) {
                    return true;
                }
                values.truncate(kept);
            }
            false
        }
    }
}

/// Whether what stands for a name leaves no parenthesis open: no name begins or ends within one.
fn is_whole(value: &str) -> bool {
    let depth = value.chars().try_fold(0_usize, |depth, c| match c {
        '(' => Some(depth + 1),
        ')' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}

/// All entries: those that begin with words first, and of these those with more of them.
fn catalogue() -> &'static [Entry] {
    static CATALOGUE: OnceLock<Vec<Entry>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut entries: Vec<Entry> = texts()
            .filter_map(|lines| match lines.as_slice() {
                [english, chinese, spanish] => Some(Entry {
                    english: Pattern::parse(english),
                    chinese: Pattern::parse(chinese),
                    spanish: Pattern::parse(spanish),
                }),
                _ => None,
            })
            .collect();
        entries.sort_by_key(|entry| {
            let begins_with_words = matches!(entry.english.0.first(), Some(Part::Text(_)));
            std::cmp::Reverse((begins_with_words, entry.english.fixed()))
        });
        entries
    })
}

/// The catalogue's blocks: English, Chinese and Spanish, a line each; `#` begins a comment.
fn texts() -> impl Iterator<Item = Vec<&'static str>> {
    include_str!("language/catalogue.txt")
        .split("\n\n")
        .map(|block| {
            let lines = block.lines().filter(|line| !line.starts_with('#'));
            lines.filter(|line| !line.is_empty()).collect::<Vec<_>>()
        })
        .filter(|lines| !lines.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(pattern: &Pattern) -> BTreeSet<(usize, bool)> {
        let values = pattern.0.iter().filter_map(|part| match part {
            Part::Value { number, words } => Some((*number, *words)),
            Part::Text(_) => None,
        });
        values.collect()
    }

    #[test]
    fn every_entry_is_in_every_language_with_the_same_places() {
        let mut seen = BTreeSet::new();
        for lines in texts() {
            assert_eq!(lines.len(), 3, "{lines:#?}");
            let english = Pattern::parse(lines[0]);
            assert!(seen.insert(lines[0]), "twice: {}", lines[0]);
            for other in &lines[1..] {
                assert_eq!(places(&english), places(&Pattern::parse(other)), "{other}");
            }
            for pair in english.0.windows(2) {
                let both_values = pair.iter().all(|part| matches!(part, Part::Value { .. }));
                assert!(!both_values, "nothing tells {} apart", lines[0]);
            }
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn a_line_is_said_in_the_language_with_its_names_and_numbers() {
        let line = "PASSED: V3 has everything that V2 has.";
        assert_eq!(Language::En.words(line), line);
        assert_eq!(Language::ZhTw.words(line), "通過：V2 有的，V3 都有。");
        assert_eq!(
            Language::Es.words("  ok    conversations: every row is as V2 says"),
            "  ok    conversations: cada fila es como dice V2"
        );
        assert_eq!(
            Language::Es.words("Tables: 12 of 12 exist"),
            "Tablas: existen 12 de 12"
        );
        assert_eq!(
            Language::ZhTw
                .words("  FAIL  alerts: what must have a value has one (every row: title, type)"),
            "  失敗  alerts：必須有值的欄位都有值（每一列：title, type）"
        );
        assert_eq!(
            Language::Es
                .words("  FAIL  what was migrated is there (2 objects in the bucket with 3)"),
            "  FALLO lo migrado está ahí (2 objetos del depósito con 3)"
        );
        assert_eq!(
            Language::Es.words("at least the expected objects (1 objects in the bucket with 3)"),
            "al menos los objetos esperados (1 objetos del depósito con 3)"
        );
        assert_eq!(
            Language::Es.words("- a: gs://b/c (it names the bucket b, and d was read)"),
            "- a: gs://b/c (nombra el depósito b, y se leyó d)"
        );
        for unknown in ["", "   ", "202506-IC001", "{0}", "a {b} c"] {
            assert_eq!(Language::Es.words(unknown), unknown);
        }
    }

    #[test]
    fn what_stands_in_the_way_is_said_with_what_to_do() {
        for (line, chinese, spanish) in [
            (
                "error: cannot list the bucket: R2 answered NoSuchBucket: none (bucket b)",
                "錯誤：無法列出儲存桶：R2 回應 NoSuchBucket: none (bucket b)",
                "error: no se puede listar el depósito: R2 respondió NoSuchBucket: none (bucket b)",
            ),
            (
                "  next: R2 failed; run the same command again later",
                "  下一步：R2 失敗；請稍後再執行同一指令",
                "  siguiente paso: R2 falló; ejecute la misma orden más tarde",
            ),
            (
                "error: line 4: the quote is never closed (.env)",
                "錯誤：第 4 行：引號沒有關閉 (.env)",
                "error: línea 4: la comilla no se cierra (.env)",
            ),
            (
                "  differs: public.x: 5 rows restored, 6 in the manifest",
                "  不同：public.x：還原 5 列，清單為 6",
                "  difiere: public.x: 5 filas restauradas, 6 en el manifiesto",
            ),
            (
                "renamed  line 3    OLD -> NEW",
                "改名     行 3    OLD -> NEW",
                "renombra línea 3    OLD -> NEW",
            ),
            (
                "v2 5 % → 10 % (step 2 of 6: every gate held at 5 %)",
                "v2 5 % → 10 %（步驟 2／6：在 5 % 時所有關卡都通過）",
                "v2 5 % → 10 % (paso 2 de 6: todos los controles se cumplieron al 5 %)",
            ),
            (
                "breach: error rate: 5.000 % of 500 requests failed; must be < 1 %",
                "違反：錯誤率：500 個請求中有 5.000 % 失敗；須 < 1 %",
                "incumple: tasa de errores: el 5.000 % de 500 peticiones falló; debe ser < 1 %",
            ),
            // The name of a section, not of a gate.
            (
                "health: 4 of 5 checks pass",
                "health：5 項檢查通過 4 項",
                "health: pasan 4 de 5 comprobaciones",
            ),
        ] {
            assert_eq!(Language::ZhTw.words(line), chinese);
            assert_eq!(Language::Es.words(line), spanish);
        }
    }
}
