//! What `v2-inspect` found, in words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};
use sunset_core::inspect::{Assessment, Collection, Field, Finding, Gravity};

use super::inspect_field::{coverage, from_to, remarks, types};
use crate::colour::spelled;
use crate::language::Language;
use crate::numbers::{bytes, thousands};

/// Places of a finding that the terminal shows, unless more was asked for.
const PLACES: usize = 6;
/// The widest path before its columns give way.
const WIDEST: usize = 56;

/// In lines, what is known of fields said in `language`: the source, what to know, then every collection with its fields.
pub fn inspect_text(assessment: &Assessment, verbose: bool, language: Language) -> String {
    let mut text = String::new();
    line(&mut text, &headline(assessment));
    for collection in &assessment.collections {
        line(&mut text, &format!("  {}", summary(collection)));
    }
    line(&mut text, "");
    if assessment.collections.is_empty() {
        line(
            &mut text,
            "The source holds no collection: is V2_FIRESTORE right?",
        );
    } else if assessment.findings.is_empty() {
        line(&mut text, "Nothing stands out.");
    } else {
        line(&mut text, "What to know before migrating");
    }
    for finding in &assessment.findings {
        finding_lines(&mut text, finding, verbose, language);
    }
    if assessment.documents() > 0 {
        line(&mut text, "");
        line(
            &mut text,
            "Fields: the share of the documents, or of the maps above it, that hold the field; its types (! where they differ);",
        );
        line(
            &mut text,
            "what is known. Text by its shape: A a 9 字; \"quoted\" as it stands; n× counts elements.",
        );
    }
    for collection in &assessment.collections {
        collection_lines(&mut text, collection, verbose, language);
    }
    text
}

/// `188 documents in 5 collections, 0.8 MB as Firestore counts them, from file://…`
pub(super) fn headline(assessment: &Assessment) -> String {
    let time = assessment
        .read_time
        .as_ref()
        .map_or_else(String::new, |time| format!(" as of {time}"));
    format!(
        "{}{time}: {} in {}, {} as Firestore counts them",
        visible(&assessment.source),
        count(assessment.documents(), "document", "documents"),
        count(
            assessment.collections.len() as u64,
            "collection",
            "collections"
        ),
        bytes(assessment.bytes())
    )
}

/// One collection in one line.
pub(super) fn summary(collection: &Collection) -> String {
    let sizes = &collection.sizes;
    let mut line = format!(
        "{}: {}{}, {}",
        name(collection),
        if collection.whole { "" } else { "the first " },
        count(collection.documents, "document", "documents"),
        bytes(sizes.total)
    );
    if let Some(largest) = sizes.largest.first().filter(|_| collection.documents > 1) {
        let mean = sizes.total / collection.documents.max(1);
        line.push_str(&format!(
            " (mean {}, largest {}: {})",
            bytes(mean),
            bytes(largest.bytes),
            visible(&largest.id)
        ));
    }
    if collection.unreadable > 0 {
        line.push_str(&format!(
            "; {} cannot be read",
            thousands(collection.unreadable)
        ));
    }
    line
}

/// How grave a finding is, in a word.
pub(super) fn gravity_word(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Act => "ACT",
        Gravity::Decide => "decide",
        Gravity::Know => "know",
    }
}

/// Part of a place's line in a language; a share, `3 of 7`, has no words of its own to be known by.
fn in_words(part: &str, language: Language) -> String {
    let at = part.rfind(": ").map_or(0, |at| at + 2);
    let (name, rest) = part.split_at(at);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once(" of ") {
        Some((some, all)) if language != Language::En && is_number(some) && is_number(all) => {
            let share = format!("{some} of its {all} values");
            format!("{name}{}", language.words(&share))
        }
        _ => language.words(part).into_owned(),
    }
}

fn finding_lines(text: &mut String, finding: &Finding, verbose: bool, language: Language) {
    line(
        text,
        &format!("  {:<6}  {}", gravity_word(finding.gravity), finding.what),
    );
    let shown = if verbose { usize::MAX } else { PLACES };
    for place in finding.places.iter().take(shown) {
        // What several things are found of is said thing by thing.
        let place = visible(place);
        let said = place.split("; ").map(|part| in_words(part, language));
        let said = said.collect::<Vec<_>>().join("; ");
        line(text, &format!("          - {said}"));
    }
    let hidden = finding.places.len().saturating_sub(shown) as u64 + finding.more_places;
    if hidden > 0 {
        let how = if verbose || finding.places.len() <= shown {
            ""
        } else {
            " (--verbose and --json show more)"
        };
        line(
            text,
            &format!(
                "          - … and {}{how}",
                count(hidden, "more place", "more places")
            ),
        );
    }
    line(text, &format!("          next: {}", finding.advice));
}

fn collection_lines(text: &mut String, collection: &Collection, verbose: bool, language: Language) {
    line(text, "");
    line(text, &summary(collection));
    let ids: Vec<String> = collection
        .id_shapes
        .iter()
        .take(6)
        .map(|shape| format!("{} {}", visible(&shape.what), thousands(shape.count)))
        .collect();
    let others = collection
        .id_shapes
        .iter()
        .skip(6)
        .map(|shape| shape.count)
        .sum::<u64>()
        + collection.other_ids;
    if !ids.is_empty() {
        let more = if others > 0 {
            format!(", others {}", thousands(others))
        } else {
            String::new()
        };
        line(text, &format!("  ids      {}{more}", ids.join(", ")));
    }
    for (label, range) in [
        ("created", &collection.created),
        ("updated", &collection.updated),
    ] {
        if let Some([first, last]) = range {
            line(text, &format!("  {label}  {}", from_to(first, last)));
        }
    }
    let shown = if verbose { usize::MAX } else { PLACES };
    for unreadable in collection.unreadable_examples.iter().take(shown) {
        line(
            text,
            &format!(
                "  unreadable  {}: {}",
                visible(&unreadable.place),
                visible(&unreadable.why)
            ),
        );
    }
    let shown = shown.min(collection.unreadable_examples.len()) as u64;
    if collection.unreadable > shown {
        let more = collection.unreadable - shown;
        let more = count(more, "more place", "more places");
        line(text, &format!("  unreadable  … and {more}"));
    }
    let widths = widths(&collection.fields);
    for field in &collection.fields {
        field_lines(text, field, widths, language);
    }
    if collection.more_paths.count > 0 {
        line(text, &format!("  {}", more_paths(collection)));
    }
}

/// `… and about 12 more paths, with 34 values`
pub(super) fn more_paths(collection: &Collection) -> String {
    let more = &collection.more_paths;
    format!(
        "… and {}{} more paths, with {} values",
        if more.exact { "" } else { "about " },
        thousands(more.count),
        thousands(collection.values_at_more_paths)
    )
}

fn widths(fields: &[Field]) -> (usize, usize) {
    let paths = fields
        .iter()
        .map(|field| width(&field.path))
        .max()
        .unwrap_or(0);
    let types = fields
        .iter()
        .map(|field| width(&types(field)))
        .max()
        .unwrap_or(0);
    (paths.min(WIDEST), types.min(24))
}

fn field_lines(
    text: &mut String,
    field: &Field,
    (paths, kinds): (usize, usize),
    language: Language,
) {
    let start = format!(
        "  {}  {:>7}  {}",
        padded(&visible(&field.path), paths),
        coverage(field),
        padded(&types(field), kinds)
    );
    let remarks = remarks(field);
    let words = remarks
        .iter()
        .map(|remark| language.words(&visible(remark)).into_owned())
        .collect::<Vec<_>>()
        .join("; ");
    line(text, format!("{start}  {words}").trim_end());
}

/// Columns of a terminal that a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// The text with control characters, which could steer a terminal, by their numbers: colours and
/// tabs too, since all of it is somebody's data, and tabs would move columns.
pub(super) fn visible(text: &str) -> String {
    spelled(text).into_owned()
}

/// The collection's name, or words in its place.
pub(super) fn name(collection: &Collection) -> String {
    if collection.name.is_empty() {
        "(what belongs to no known collection)".into()
    } else {
        visible(&collection.name)
    }
}

/// `1 document`, `2,000 documents`
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

/// The same as JSON.
pub fn inspect_json(assessment: &Assessment) -> Value {
    let mut document = json!({
        "status": if assessment.is_whole() { "done" } else { "incomplete" },
        "documents": assessment.documents(),
        "bytes": assessment.bytes(),
        "unreadable": assessment.unreadable(),
    });
    // Plain data: it always has a JSON form.
    if let (Some(document), Ok(Value::Object(told))) =
        (document.as_object_mut(), serde_json::to_value(assessment))
    {
        document.extend(told);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_what_a_terminal_shows() {
        assert_eq!(width("客戶a"), 5);
        assert_eq!(padded("客", 4), "客  ");
        assert_eq!(visible("a\u{1b}[31mb"), "a<U+001B>[31mb");
    }
}
