//! One field of an assessment, in words that the terminal and the page share.

use sunset_core::inspect::{Counted, Field, Lengths, Link};

use crate::numbers::thousands;

/// How many of a list are told.
const TOLD: usize = 6;

/// In what share of the documents, maps or elements that could hold it the field stands.
pub(super) fn coverage(field: &Field) -> String {
    // Elements of an array have nothing to be a share of; keys that are data neither.
    if field.path.ends_with("[]") || field.path.ends_with('}') {
        return format!("{}×", thousands(field.values));
    }
    share(field.values, field.of)
}

/// `100 %`, `99.9 %`, `<0.1 %`: never rounded up to the whole or down to nothing.
fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "–".into();
    }
    let per_mille = u128::from(part) * 1_000 / u128::from(of);
    match per_mille {
        0 if part > 0 => "<0.1 %".into(),
        1_000.. => "100 %".into(),
        _ if per_mille % 10 == 0 => format!("{} %", per_mille / 10),
        _ => format!("{}.{} %", per_mille / 10, per_mille % 10),
    }
}

/// `text`, or `double 118, text 2` with a mark where types differ.
pub(super) fn types(field: &Field) -> String {
    match field.types.as_slice() {
        [one] => one.what.clone(),
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|one| format!("{} {}", one.what, thousands(one.count)))
                .collect();
            format!("{}{}", if field.mixed { "! " } else { "" }, list.join(", "))
        }
    }
}

/// Everything else that is known of the field, each in some words.
pub(super) fn remarks(field: &Field) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(field.secrets.iter().map(|secret| {
        format!(
            "LIKELY SECRET: {} ({}×)",
            secret.what,
            thousands(secret.count)
        )
    }));
    numbers(field, &mut remarks);
    times(field, &mut remarks);
    texts(field, &mut remarks);
    if let Some(truths) = field.truths {
        let all = field
            .types
            .iter()
            .find(|one| one.what == "boolean")
            .map_or(0, |one| one.count);
        remarks.push(format!(
            "true {}, false {}",
            thousands(truths),
            thousands(all - truths.min(all))
        ));
    }
    if let Some(lengths) = field.lengths {
        let what = match field.types.first().map(|one| one.what.as_str()) {
            Some("array") => Some("elements"),
            Some("vector") => Some("numbers"),
            Some("bytes") => Some("bytes"),
            _ => None,
        };
        let what = what.map(|what| {
            if lengths.least == 1 && lengths.most == 1 {
                what.trim_end_matches('s')
            } else {
                what
            }
        });
        remarks.extend(what.map(|what| format!("{} {what}", range(lengths))));
    }
    remarks.extend(
        field
            .data_keys
            .map(|keys| format!("{} different keys, which are data", thousands(keys))),
    );
    if !field.references.is_empty() {
        remarks.push(format!("to {}", list(&field.references)));
    }
    remarks.extend(field.links.iter().map(link));
    if !field.similar.is_empty() {
        remarks.push(format!(
            "{} written in several ways",
            thousands(field.similar.len() as u64)
        ));
    }
    remarks.extend(field.personal.map(|kind| format!("personal: {kind}")));
    remarks
}

fn numbers(field: &Field, remarks: &mut Vec<String>) {
    let Some(numbers) = &field.numbers else {
        return;
    };
    if let (Some(least), Some(most)) = (&numbers.least, &numbers.most) {
        remarks.push(from_to(&number(least), &number(most)));
    }
    for (count, what) in [
        (numbers.not_finite, "NaN or infinite"),
        (numbers.beyond_32_bits, "beyond 32 bits"),
    ] {
        if count > 0 {
            remarks.push(format!("{} {what}", thousands(count)));
        }
    }
}

/// `always 7`, `1 … 5`
pub(super) fn from_to(first: &str, last: &str) -> String {
    if first == last {
        format!("always {first}")
    } else {
        format!("{first} … {last}")
    }
}

/// Doubles without the digits that only arithmetic put there.
fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(double) if number.is_f64() && double.abs() < 1e9 => {
            let text = format!("{double:.4}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text.trim_start_matches('-') == "0" && double != 0.0 {
                format!("{double:e}")
            } else {
                text.to_owned()
            }
        }
        Some(double) if number.is_f64() => format!("{double:e}"),
        _ => number.to_string(),
    }
}

fn times(field: &Field, remarks: &mut Vec<String>) {
    let Some(times) = &field.times else {
        return;
    };
    if let (Some(earliest), Some(latest)) = (&times.earliest, &times.latest) {
        remarks.push(from_to(earliest, latest));
    }
    match times.forms.as_slice() {
        [one] if one.what == "timestamp" => {}
        forms => remarks.push(format!(
            "as {}",
            forms
                .iter()
                .map(one_of(forms.len()))
                .collect::<Vec<_>>()
                .join("; ")
        )),
    }
}

fn texts(field: &Field, remarks: &mut Vec<String>) {
    let Some(texts) = &field.texts else {
        return;
    };
    if !texts.choices.is_empty() {
        remarks.push(list(&texts.choices));
    } else if !texts.shapes.is_empty() && texts.shapes.len() <= TOLD {
        remarks.push(list(&texts.shapes));
        remarks.extend(form(&texts.forms));
    } else {
        remarks.extend(form(&texts.forms));
        remarks.extend(
            texts
                .characters
                .filter(|characters| characters.most > 0)
                .map(|characters| format!("{} characters", range(characters))),
        );
        let telling = !matches!(texts.forms.as_slice(), [one] if matches!(one.what.as_str(), "Firestore id" | "Firebase user id" | "UUID" | "long text"));
        if telling && !field.samples.is_empty() {
            remarks.push(format!("such as {}", field.samples.join(" | ")));
        }
    }
    if texts.choices.is_empty() && field.distinct.count > 1 {
        let about = if field.distinct.exact { "" } else { "about " };
        remarks.push(format!(
            "{about}{} different",
            thousands(field.distinct.count)
        ));
    }
    for (count, what) in [
        (texts.blank, "blank"),
        (texts.with_nul, "with U+0000"),
        (texts.oddly_written, "with unusual dashes or characters"),
        (texts.mentioning_email, "with an e-mail address within"),
    ] {
        if count > 0 {
            remarks.push(format!("{} {what}", thousands(count)));
        }
    }
}

/// Forms that say more than that there are words.
fn form(forms: &[Counted]) -> Option<String> {
    let plain = |form: &Counted| matches!(form.what.as_str(), "word" | "words" | "code");
    let telling = !forms.iter().all(plain)
        && !forms
            .iter()
            .any(|form| form.what.starts_with("time ") && forms.len() == 1);
    telling.then(|| {
        forms
            .iter()
            .take(TOLD)
            .map(one_of(forms.len()))
            .collect::<Vec<_>>()
            .join(", ")
    })
}

/// With its number, unless there is only one.
fn one_of(all: usize) -> impl Fn(&Counted) -> String {
    move |one| {
        if all == 1 {
            one.what.clone()
        } else {
            format!("{} {}", one.what, thousands(one.count))
        }
    }
}

fn list(items: &[Counted]) -> String {
    let told: Vec<String> = items
        .iter()
        .take(TOLD * 2)
        .map(|one| format!("{} {}", one.what, thousands(one.count)))
        .collect();
    let more = items.len().saturating_sub(told.len());
    let more = if more > 0 {
        format!(", … and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", told.join(", "))
}

fn link(link: &Link) -> String {
    let each = if link.one_in > 1 {
        format!(" (one in {} looked up)", link.one_in)
    } else {
        String::new()
    };
    if link.absent == 0 {
        format!(
            "names documents of {}, all {} there{each}",
            link.collection,
            thousands(link.checked)
        )
    } else {
        format!(
            "names documents of {}, {} of {} ABSENT{each}",
            link.collection,
            thousands(link.absent),
            thousands(link.checked)
        )
    }
}

fn range(lengths: Lengths) -> String {
    if lengths.least == lengths.most {
        thousands(lengths.least)
    } else {
        format!(
            "{} to {}",
            thousands(lengths.least),
            thousands(lengths.most)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_without_dust() {
        let told = |double: f64| number(&serde_json::Number::from_f64(double).expect("finite"));
        assert_eq!(told(146.410_000_000_000_03), "146.41");
        assert_eq!(told(0.0), "0");
        assert_eq!(told(-2.5e-9), "-2.5e-9");
        assert_eq!(told(1e300), "1e300");
        assert_eq!(
            number(&9_007_199_254_740_993_i64.into()),
            "9007199254740993"
        );
    }

    #[test]
    fn shares_are_not_rounded_away() {
        assert_eq!(share(1, 100_000), "<0.1 %");
        assert_eq!(share(99_999, 100_000), "99.9 %");
        assert_eq!(share(5, 5), "100 %");
        assert_eq!(share(1, 8), "12.5 %");
        assert_eq!(share(0, 0), "–");
    }
}
